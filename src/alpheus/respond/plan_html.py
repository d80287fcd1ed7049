"""A plan as one HTML file, for screen, phone and paper: no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TextIO

from alpheus.report.html_environment import html_environment
from alpheus.respond.commands import lines_of
from alpheus.respond.model import FileAction, Phase, Plan, Step
from alpheus.respond.plan_text import HEADINGS, afterwards, place_of
from alpheus.respond.step_words import Say, in_english, translated

if TYPE_CHECKING:
    from jinja2 import Environment

SHOWN = 200
"""Files of a step that are listed; the JSON and the checklist have all."""

_STYLES = {
    "compromised": "compromised", "suspicious": "suspicious", "attempted": "attempted",
    "not-determinable": "not-determinable",
}  # fmt: skip


class _Group(NamedTuple):
    """The steps of one phase."""

    anchor: str
    heading: str
    steps: tuple[Step, ...]


def write_html(
    plan: Plan, stream: TextIO, say: Say = in_english, language: str = "en"
) -> None:  # fmt: skip
    """Write the whole plan as one HTML document, UTF-8, piece by piece; `say` says it."""
    plan = translated(plan, say)
    pieces = (
        _environment()
        .get_template("plan.html.j2")
        .stream(
            plan=plan, groups=tuple(_groups(plan)), files=sum(len(s.files) for s in plan.steps),
            style_of=_STYLES.get(plan.verdict, "no-evidence"), made=_shown(plan.made),
            say=say, language=language,
        )
    )  # fmt: skip
    pieces.enable_buffering(1000)
    stream.writelines(pieces)


def _groups(plan: Plan) -> Iterator[_Group]:
    for phase, steps in groupby(plan.steps, key=lambda step: step.phase):
        yield _Group(f"phase-{phase.value}", HEADINGS[Phase(phase)], tuple(steps))


def _listed(files: tuple[FileAction, ...]) -> tuple[FileAction, ...]:
    return files[:SHOWN]


def _shown(time: str) -> str:
    """`2021-03-12 09:00 UTC`, or what stands there."""
    date, is_there, clock = time.partition("T")
    return f"{date} {clock[:5]} UTC" if is_there else time


@cache
def _environment() -> Environment:
    environment = html_environment("report.css", "plan.css")
    environment.filters.update(
        place=place_of, listed=_listed, lines=lines_of, afterwards=afterwards
    )
    return environment
