"""The report as one HTML file: no script, nothing fetched, every text of others escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TextIO

from alpheus.exposure.output.names import campaign
from alpheus.exposure.report.bars import SHOWN, single, stacked
from alpheus.exposure.report.model import ExposureReport, States
from alpheus.exposure.report.transitions import Kind
from alpheus.exposure.report.words import KINDS, MEANINGS, SHORT
from alpheus.report.html_environment import html_environment

if TYPE_CHECKING:
    from jinja2 import Environment

_OTHERS = 3
"""CVEs without a campaign that are named one by one."""

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
            met=[kind for kind in KINDS if any(kind in one.changes for one in report.trend)],
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
        short={kind.value: words for kind, words in SHORT.items()},
        states=SHOWN,
        stacked=stacked,
        single=single,
    )
    environment.filters.update(
        moment=_moment, campaigns=campaigns, campaign=campaign, grouped=_grouped
    )
    return environment


def _grouped(number: int) -> str:
    """A number as the headline and all other outputs of exposure write it: `1,242`."""
    return f"{number:,}"


def campaigns(cves: tuple[str, ...]) -> str:
    """CVEs by the names of their campaigns, each once, and how many others there are."""
    names = list(dict.fromkeys(name for cve in cves if (name := campaign(cve))))
    others = [cve for cve in cves if not campaign(cve)]
    if names and len(others) > 1:
        return f"{', '.join(names)} and {len(others)} more"
    shown = [*names, *others[:_OTHERS]]
    return ", ".join(shown) + (
        f" and {len(others) - _OTHERS} more" if len(others) > _OTHERS else ""
    )


def _moment(text: str) -> str:
    """`2021-03-02 08:15 UTC`, or the text as it is."""
    day, letter, time = text.partition("T")
    return f"{day} {time[:5]} UTC" if letter and text.endswith("Z") else text


def _counts(states: States) -> list[int]:
    return [getattr(states, name) for name, _ in SHOWN]
