"""What of a server may be seen on others: addresses, pages, techniques, flaws."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from alpheus.judge.campaigns import UNCATEGORISED
from alpheus.judge.pages import MODIFIED, UNLISTED
from alpheus.knowledge.packs import EXTRA
from alpheus.knowledge.shared.model import PACK as SHARED
from alpheus.model import Stage, Verdict, Weight
from alpheus.report.assessment_file import Campaign, Finding, Server, moment
from alpheus.sharing.addresses import is_outside

_PAGE = re.compile(
    r"\.(?:as[hmp]x?|ascx|asax|aspx|cer|php\d?|jspx?|soap|svc|cshtml)\Z", re.IGNORECASE
)
_ORDINARY = frozenset({MODIFIED.id, UNLISTED.id})
"""Rules for pages of the product itself, in another state."""

_NO_CAMPAIGNS = frozenset({UNCATEGORISED, SHARED, EXTRA})
"""What a verdict stands under that fits no campaign."""

NAMELESS = "*"
"""Stands for the name of a page that may not be told; before its ending."""


def is_page(path: str) -> bool:
    """Whether a file is a page that a web server runs, by its name."""
    return _PAGE.search(path) is not None


def is_planted(rule: str, stage: Stage, path: str, sha256: str | None) -> bool:
    """Whether a cited file is a page that an intruder left, by rule and stage of its finding."""
    implanted = sha256 is not None and stage.rank >= Stage.IMPLANTED.rank
    return implanted and rule not in _ORDINARY and is_page(path)


@dataclass(frozen=True, slots=True)
class Trace:
    """An address that an intruder came from, or a page that was planted. Times in UTC.

    `name` is '' for a page whose name may not be told; `path` is where it lies in the evidence.
    """

    kind: str
    value: str
    name: str
    finding: Finding
    first: datetime | None
    last: datetime | None
    times: int
    path: str = ""


def traces_of(server: Server) -> tuple[Trace, ...]:
    """Each value once, by the gravest finding that shows it.

    An address counts where a proof of exploitation or more names it; a page where a finding that is
    more than context cites it as planted.
    """
    found: dict[tuple[str, str], Trace] = {}
    for one in sorted(server.findings, key=lambda one: -one.weight.rank):
        for trace in (*_addresses(one), *_pages(one)):
            found.setdefault((trace.kind, trace.value), trace)
    return tuple(found.values())


def pages_of(server: Server) -> tuple[Trace, ...]:
    """Each planted page once, wherever it lies, by the gravest finding that cites it."""
    found: dict[tuple[str, str], Trace] = {}
    for one in sorted(server.findings, key=lambda one: -one.weight.rank):
        for trace in _pages(one):
            found.setdefault((trace.path, trace.value.lower()), trace)
    return tuple(found.values())


def campaigns_of(server: Server, least: Verdict = Verdict.ATTEMPTED) -> tuple[Campaign, ...]:
    """The campaigns that were seen on a server; what fits none of them is no campaign."""
    return tuple(
        one for one in server.campaigns
        if one.verdict.rank >= least.rank and one.pack not in _NO_CAMPAIGNS
    )  # fmt: skip


def page_name(path: str) -> str:
    """The name of a page; '' where it may not be told."""
    name = path.rpartition("/")[2]
    return "" if name.startswith(NAMELESS) else name


def techniques_of(server: Server) -> tuple[str, ...]:
    """ATT&CK techniques of findings that are more than context, in order of their ids."""
    told = (one for one in server.findings if one.weight is not Weight.CONTEXT)
    return tuple(sorted({each for one in told for each in one.techniques}))


def cves_of(server: Server) -> tuple[str, ...]:
    """The flaws that findings show in use."""
    told = (one for one in server.findings if one.weight is not Weight.CONTEXT)
    return tuple(sorted({each for one in told for each in one.cves}))


def _addresses(one: Finding) -> list[Trace]:
    if one.weight is not Weight.PROOF or one.stage.rank < Stage.EXPLOITED.rank:
        return []
    seen = moment(one.time), moment(one.last)
    return [
        Trace("address", address, one.title, one, *seen, one.citations_total)
        for address in one.clients
        if is_outside(address)
    ]


def _pages(one: Finding) -> list[Trace]:
    if one.weight is Weight.CONTEXT:
        return []
    seen = moment(one.time), moment(one.last)
    return [
        Trace("page", each.sha256 or "", page_name(each.path), one, *seen, 1, each.path)
        for each in one.citations
        if is_planted(one.rule, one.stage, each.path, each.sha256)
    ]
