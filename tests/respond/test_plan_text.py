"""A plan on paper: within 80 columns, inert whatever an attacker wrote, with boxes to tick."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from msgspec import structs

from alpheus.respond.model import Phase, Plan, Step
from alpheus.respond.plan_text import (
    WIDTH,
    numbers_of,
    write_checklist,
    write_markdown,
    write_nothing,
    write_text,
)
from alpheus.respond.planning import plan_of
from clean_assessments import WEB, citation, finding, read, server

HOSTILE = "=cmd|'/c calc'!A0 <script>alert(1)</script> `x` \x1b[2J\u202e"


def _plan() -> Plan:
    found = read(server(
        HOSTILE, finding("page-foreign", citation(f"{WEB}/a {HOSTILE.replace('/', '')}.aspx")),
        stage="spread",
    ))  # fmt: skip
    return plan_of(found, found.server(), made=datetime(2021, 3, 12, tzinfo=UTC), version="0")


def _written(write: object) -> str:
    stream = io.StringIO()
    write(_plan(), stream)  # type: ignore[operator]
    return stream.getvalue()


def test_text_fits_a_terminal() -> None:
    """But for words and commands that are longer; the digest and what cannot be repaired on top."""
    text = _written(write_text)
    said = "\n".join(line for step in _plan().steps for line in step.by_hand if "-" in line)
    assert all(len(line) <= WIDTH or " " not in line.strip() or line.strip(" >") in said
               for line in text.splitlines())  # fmt: skip
    assert text.index(_plan().digest) < text.index("CONTAIN") < text.index("VERIFY")
    assert text.index("Rebuild the server") < text.index("CONTAIN")


def test_steps_are_numbered_in_few_words() -> None:
    """As ranges."""
    steps = [Step(number, Phase.REMOVE, "", "") for number in (1, 2, 3, 5, 7, 8)]
    assert numbers_of(steps) == "1-3, 5, 7-8"
    assert numbers_of([]) == ""


def test_a_plan_without_a_file_says_what_remains() -> None:
    """Every step, by its number."""
    text = _written(write_nothing)
    assert "there was nothing to take away" in text
    assert [line.split(".")[0].strip() for line in text.splitlines() if ". " in line[:6]] == [
        str(step.number) for step in _plan().steps
    ]


def test_nothing_moves_the_cursor_or_becomes_markup() -> None:
    """In any form."""
    for write in (write_text, write_markdown, write_checklist):
        text = _written(write)
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<script>" not in _written(write_markdown).replace("`", "")[:200]


def test_every_step_and_file_can_be_ticked() -> None:
    """In Markdown and in the checklist."""
    plan = _plan()
    text = _written(write_markdown)
    assert text.count("- [ ] ") == len(plan.steps) + 1
    rows = list(csv.DictReader(io.StringIO(_written(write_checklist))))
    assert len(rows) == len(plan.steps)
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


def test_a_command_is_never_broken() -> None:
    """It is pasted, with its quoted names; what explains it stands on a line before."""
    long = "C:\\inetpub\\" + "a b " * 30
    step = Step(1, Phase.REMOVE, "x", "y", (
        f"Get-Item -LiteralPath '{long}'", f"Where it is local: Remove-Item '{long}'",
        f"Its file: '{long}'", "plain words " * 20,
    ))  # fmt: skip
    stream = io.StringIO()
    write_text(structs.replace(_plan(), steps=(step,)), stream)
    lines = stream.getvalue().splitlines()
    assert f"   > Get-Item -LiteralPath '{long}'" in lines
    assert lines[lines.index("   > Where it is local:") + 1] == f"     Remove-Item '{long}'"
    assert f"     '{long}'" in lines
    assert sum(len(line) > WIDTH for line in lines) == 3
