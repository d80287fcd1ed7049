"""The report as one HTML file: no script, nothing fetched, every text of others escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TextIO

from alpheus.exposure.output.names import campaign
from alpheus.exposure.report.bars import SHOWN, single, stacked
from alpheus.exposure.report.model import ExposureReport, States
from alpheus.exposure.report.transitions import Kind
from alpheus.exposure.report.words import KINDS, MEANINGS
from alpheus.report.html_environment import html_environment

if TYPE_CHECKING:
    from jinja2 import Environment

_OPENED = 12
"""Servers that are vulnerable again and shown at once; the others are folded."""

_FIRST = Kind.REGRESSED.value


def write_html(report: ExposureReport, stream: TextIO) -> None:
    """Write the page, UTF-8; piece by piece."""
    first = next((one for one in report.changes if one.kind == _FIRST), None)
    pieces = (
        _environment()
        .get_template("exposure.html.j2")
        .stream(
            report=report,
            newest=report.newest,
            earlier=report.trend[:-1],
            again=first,
            opened=_OPENED,
            changes=[one for one in report.changes if one.kind != _FIRST],
            hosts=sum(one.count for one in report.statuses),
            most=max(sum(_counts(point.states)) for point in report.trend),
        )
    )
    pieces.enable_buffering(1000)
    stream.writelines(pieces)


@cache
def _environment() -> Environment:
    environment = html_environment("report.css", "exposure.css")
    environment.globals.update(
        kinds={kind.value: words for kind, words in KINDS.items()},
        meanings={kind.value: words for kind, words in MEANINGS.items()},
        states=SHOWN,
        stacked=stacked,
        single=single,
    )
    environment.filters.update(moment=_moment, campaigns=campaigns, total=_total)
    return environment


def campaigns(cves: tuple[str, ...]) -> str:
    """CVEs by the names of their campaigns, each once, then those that have none."""
    names = dict.fromkeys(campaign(cve) or cve for cve in cves)
    return ", ".join(sorted(names, key=lambda name: name.startswith("CVE-")))


def _moment(text: str) -> str:
    """`2021-03-02 08:15 UTC`, or the text as it is."""
    day, letter, time = text.partition("T")
    return f"{day} {time[:5]} UTC" if letter and text.endswith("Z") else text


def _counts(states: States) -> list[int]:
    return [getattr(states, name) for name, _ in SHOWN]


def _total(states: States) -> int:
    return sum(_counts(states))
