"""Servers as a list of victims has them: where each is, what is known of it, and its planted pages.

A server that is neither broken into nor open to a flaw is on no such list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from alpheus.knowledge.places import install_relative, web_root_relative
from alpheus.model import PatchState, Verdict, Weight
from alpheus.report.assessment_file import Assessment, Server, moment
from alpheus.sharing.addresses import is_inside, is_outside
from alpheus.sharing.intelmq import address, full_name
from alpheus.sharing.moments import finished
from alpheus.sharing.traces import Trace, campaigns_of, pages_of, traces_of

COMPROMISED = "compromised"
SUSPICIOUS = "suspicious"
VULNERABLE = "vulnerable"
_BROKEN = {Verdict.COMPROMISED: COMPROMISED, Verdict.SUSPICIOUS: SUSPICIOUS}
_INSIDE = frozenset({
    "corp", "home", "int", "intern", "internal", "intra", "intranet", "lan", "local", "localdomain",
    "priv", "private",
})  # fmt: skip
"""Last labels of names that mean something within a network alone."""

_COMPUTER = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_FRONT = "frontend/httpproxy/"


@dataclass(frozen=True, slots=True)
class Listed:
    """A server on the list.

    `address`, `name` (one that the internet knows) and `computer` are '' where unknown, as is
    `inside`, its address in a network of its own. `broken`
    is `compromised`, `suspicious` or ''; `flaws` are those that it is open to. `first` and `last`
    are of what proves or indicates the break-in; `seen` is when its evidence ends, `made` when it
    was assessed.
    """

    server: Server
    address: str
    name: str
    computer: str
    inside: str
    broken: str
    flaws: tuple[str, ...]
    pages: tuple[Trace, ...]
    addresses: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    seen: datetime
    made: datetime

    @property
    def campaigns(self) -> str:
        """The campaigns that broke into it, by name."""
        if not self.broken:
            return ""
        least = Verdict.COMPROMISED if self.broken == COMPROMISED else Verdict.SUSPICIOUS
        return " ".join(one.pack for one in campaigns_of(self.server, least))


def listed(assessments: Iterable[Assessment], *, named: bool) -> Iterator[Listed | None]:
    """Every server, None for one that is not on the list. Where it is, only if it is `named`."""
    for assessment in assessments:
        packages = {one.name for one in assessment.evidence}
        for server in assessment.servers:
            flaws = tuple(sorted(
                cve for cve, one in server.cves.items() if one.state is PatchState.VULNERABLE
            ))  # fmt: skip
            broken = _BROKEN.get(server.verdict, "")
            if broken or flaws:
                names = [one for one in (server.name, *server.aliases) if one not in packages]
                where = _place(names, server.addresses) if named else ("", "", "", "")
                yield _listed(server, where, broken, flaws, finished(assessment))
            else:
                yield None


def url_path(path: str) -> str:
    """Where a page is asked for, by its path in the evidence; '' where that does not tell."""
    inside = install_relative(path)
    if inside is not None:
        return "/" + inside.removeprefix(_FRONT) if inside.startswith(_FRONT) else ""
    below = web_root_relative(path)
    return "" if below is None else f"/{below}"


def page_url(one: Listed, path: str) -> str:
    """The URL of a page on a server; the path alone where no place of the server is known."""
    asked = url_path(path)
    host = one.name or (f"[{one.address}]" if ":" in one.address else one.address)
    return f"https://{host}{asked}" if host and asked else asked


def _listed(
    server: Server, where: tuple[str, str, str, str], broken: str, flaws: tuple[str, ...],
    made: datetime,
) -> Listed:  # fmt: skip
    traces = traces_of(server) if broken else ()
    pages = pages_of(server) if broken else ()
    told = [one for one in server.findings if one.weight is not Weight.CONTEXT] if broken else []
    times = [time for one in told for time in map(moment, (one.time, one.last)) if time]
    ends = [end for one in server.coverage if (end := moment(one.last))]
    return Listed(
        server, *where, broken, flaws, pages,
        tuple(one.value for one in traces if one.kind == "address"),
        min(times, default=None), max(times, default=None), max(ends, default=made), made,
    )  # fmt: skip


def _place(names: Iterable[str], addresses: Sequence[str]) -> tuple[str, str, str, str]:
    """Where a server is, by its names and by its own addresses.

    Address and name on the internet, name of the computer, address in its own network.
    """
    places = {"address": "", "name": "", "computer": ""}
    for one in names:
        full = full_name(one)
        if found := address(one):
            places["address"] = places["address"] or found
        elif full and full.rpartition(".")[2] not in _INSIDE:
            places["name"] = places["name"] or full
        elif _COMPUTER.fullmatch(one):
            places["computer"] = places["computer"] or one
    outside = next(filter(is_outside, addresses), "")
    inside = next(filter(is_inside, addresses), "")
    return places["address"] or outside, places["name"], places["computer"], inside
