"""Files of a clean-up: what they are is told by their content, and what is none is refused."""

from __future__ import annotations

import json

import pytest

from alpheus.cases.clean_files import (
    ids_of,
    kind_of,
    plan_as,
    read_run,
    read_verification,
    verified,
    why_of,
)
from alpheus.errors import CleanError
from alpheus.respond.model import decode
from alpheus.respond.verification import Outcome
from cases.test_clean_progress import PLAN

RUN = {"schema": "alpheus.clean-run/1", "what": "apply", "plan": "ab" * 32, "outcomes": [
    {"id": 1, "result": "refused", "why": "w" * 900}]}  # fmt: skip
VERIFICATION = {"schema": "alpheus.clean-verification/1", "server": "EX01", "since": "",
                "assessment": "", "outcome": "verified-clean", "files": "verified-clean",
                "items": [], "uncovered": []}  # fmt: skip


def _bytes(value: object) -> bytes:
    return json.dumps(value, indent=3).encode()


def test_a_file_is_what_its_schema_says() -> None:
    """A plan, a run, a verification; anything else is none of them."""
    assert kind_of(_bytes(RUN), "x") == "run"
    assert kind_of(_bytes(VERIFICATION), "x") == "verification"
    assert kind_of(_bytes({"schema": "alpheus.clean-plan/1"}), "x") == "plan"
    for other in (b"", b"[]", b"\xff", b"[" * 100_000, b'{"schema": "other"}'):
        with pytest.raises(CleanError, match="x is no plan, no result of a run"):
            kind_of(other, "x")


def test_a_run_says_what_was_done() -> None:
    """One that only looked, or of another form, is refused; reasons are bounded."""
    assert len(why_of(read_run(_bytes(RUN), "x").outcomes[0])) == 500
    for wrong, why in (
        ({"what": "look"}, "only says what would happen"),
        ({"schema": "alpheus.clean-run/9"}, "its schema is"),
        ({"outcomes": 1}, "is no result of"),
    ):
        with pytest.raises(CleanError, match=why):
            read_run(_bytes(RUN | wrong), "x")


def test_a_verification_is_known_by_its_content() -> None:
    """However it is laid out; one of an older program says nothing of when it ends."""
    one = read_verification(_bytes(VERIFICATION), "x")
    assert one == verified(one.found)
    assert one.digest == read_verification(one.content.encode(), "y").digest
    assert (one.found.outcome, one.found.until) == (Outcome.CLEAN, "")
    with pytest.raises(CleanError, match="its schema is"):
        read_verification(_bytes(VERIFICATION | {"schema": "x/1"}), "x")
    with pytest.raises(CleanError, match="x is no result of"):
        read_verification(_bytes(VERIFICATION | {"outcome": "perhaps"}), "x")


def test_a_plan_is_handed_on_in_four_forms() -> None:
    """As JSON it is read again; the others are for people."""
    from alpheus.respond.model import signed  # noqa: PLC0415 - here alone

    plan = signed(PLAN)
    assert decode(plan_as(plan, "json").encode(), "it") == plan
    assert plan_as(plan, "markdown").startswith("# Clean-up of EX01")
    assert plan_as(plan, "csv").count("\n") >= len(plan.steps)
    assert "look again" in plan_as(plan, "html")


def test_a_run_tells_its_volumes_in_what_shows_it() -> None:
    """And they are read from there again; older runs do not tell, and words of people neither."""
    one, other = "1" * 32, "f" * 32
    volumes = {
        "C": {"id": one, "place": "/mnt/c (/dev/sdb1, fuseblk)"},
        "D": {"id": other, "place": "//ex01/D$"}, "E": {"id": "x", "place": "(volume y)"},
    }  # fmt: skip
    run = read_run(_bytes(RUN | {"volumes": volumes}), "r.json")
    assert run.ids == ids_of(run.evidence) == {one, other}
    assert "on C: /mnt/c (/dev/sdb1, fuseblk) (volume 1111" in run.evidence
    old = read_run(_bytes(RUN), "r.json")
    assert (old.ids, old.evidence) == (frozenset(), "run of alpheus clean apply")
    assert ids_of(f"my word (volume {one})") == frozenset()
