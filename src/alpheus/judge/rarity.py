"""Rare pages that are used as a web shell is used, told from the requests alone.

Nothing here knows a page's content. Each sign adds or takes away points; a page with enough of
them becomes an indication whose detail names every number, so that a person can check it. An
ordinary page has many clients, is linked (referers, a look before a form is sent), and was there
since the log began. A shell appears at a point in time, is asked by few who ask for nothing else,
is sent commands rather than looked at, and is gone when somebody cleaned up.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alpheus.detect.model import PageUse
from alpheus.detect.page_detail import PageDetails
from alpheus.judge.findings import finding_from
from alpheus.judge.pages import RARE
from alpheus.judge.rarity_signs import (
    FEW_CLIENTS,
    MANY_OTHERS,
    Page,
    Sign,
    days_of,
    is_gone,
    is_new,
    is_steady,
    kilobytes,
    signs,
)
from alpheus.judge.rarity_site import Site, sites_of
from alpheus.judge.record import ServerRecord
from alpheus.model import Confidence, Event, Finding, Stage, Weight

NEEDED = 6
NEEDED_ON_EXCHANGE = 4
MOST_FINDINGS = 20
_SURE = 3
"""So many points more than needed make the confidence medium."""

_COMMANDS = 2
_GET_COMMANDS = 6
_GETS_EACH = 4
_SHARE = 0.6
_VISITS_EACH = 3
_USUAL = 0.1


@dataclass(frozen=True, slots=True)
class Rare:
    """A page with enough signs of a shell."""

    page: Page
    signs: tuple[Sign, ...]
    needed: int

    @property
    def score(self) -> int:
        """The sum of the points of all signs."""
        return sum(sign.points for sign in self.signs)


def judge_rarity(
    record: ServerRecord,
    known: Collection[str] = (),
    start: datetime | None = None,
    end: datetime | None = None,
) -> list[Finding]:
    """One finding for every rare page that is used like a shell, the clearest first.

    `known` are stems or paths of pages that were already proven to be shells. Pages in places where
    only the product's own belong are told elsewhere. `start` and `end` bound the span asked for.
    """
    best: dict[str, Rare] = {}
    for site in sites_of(record, start, end):
        for rare in rare_pages(site, known):
            stem = rare.page.use.stem
            if stem not in best or rare.score > best[stem].score:
                best[stem] = rare
    ordered = sorted(best.values(), key=lambda rare: (-rare.score, rare.page.use.stem))
    return [_finding(rare) for rare in ordered[:MOST_FINDINGS]]


def rare_pages(site: Site, known: Collection[str] = ()) -> list[Rare]:
    """The pages of a site that have enough signs.

    Where many pages of a site have them, this is how the site is used, and more is needed.
    """
    suspects = [
        (use, details) for use in site.pages.values() if (details := _suspect(use)) is not None
    ]
    ordinary = _ordinary_pages(site, suspects)
    found = []
    for use, details in suspects:
        if use.closed or any(path.endswith(use.stem) for path in known):
            continue
        elsewhere: set[str] = set().union(*(ordinary[client] for client in details.visitors))
        page = Page(use, details, len(elsewhere))
        needed = _needed(page, site)
        rare = Rare(page, tuple(signs(page, site)), needed)
        if rare.score >= needed and not _explained(page, site):
            found.append(rare)
    if not site.exchange and len(found) > max(FEW_CLIENTS, _USUAL * site.served):
        return [rare for rare in found if rare.score >= rare.needed + _SURE]
    return found


def _suspect(use: PageUse) -> PageDetails | None:
    """The particulars of a page that few asked for and that was sent commands."""
    details = use.details
    if details is None or use.crowded:
        return None
    page = Page(use, details, 0)
    visitors = len(details.visitors)
    if page.commands < _SHARE * page.served or not page.commands:
        return None
    if details.posts < details.queries and (
        page.commands < _GET_COMMANDS or page.commands < _GETS_EACH * visitors
    ):
        return None
    if page.scattered and (page.served > _VISITS_EACH * visitors or page.blind < _SHARE * visitors):
        return None
    return details


def _explained(page: Page, site: Site) -> bool:
    """Whether the page was there all along. On a plain server it must have come or gone."""
    if is_steady(page, site):
        return True
    return not site.exchange and not is_new(page, site) and not is_gone(page.use)


def _needed(page: Page, site: Site) -> int:
    needed = NEEDED_ON_EXCHANGE if site.exchange else NEEDED
    if page.commands < _COMMANDS:
        needed += 1 if site.exchange else _SURE
    if page.scattered:
        needed += 2
    if not site.exchange and site.clients < MANY_OTHERS:
        needed += 1
    return needed


def _ordinary_pages(
    site: Site, suspects: Sequence[tuple[PageUse, PageDetails]]
) -> dict[str, set[str]]:
    """Which ordinary pages each client of a suspect page asked for and got."""
    asked: dict[str, set[str]] = {
        client: set() for _, details in suspects for client in details.visitors
    }
    names = {use.stem for use, _ in suspects}
    for stem, use in site.pages.items():
        if stem not in names and any(200 <= status < 400 for _, status in use.answers):
            for client in use.clients.keys() & asked.keys():
                asked[client].add(stem)
    return asked


def _finding(rare: Rare) -> Finding:
    page = rare.page
    events: list[Event] = page.use.succeeded
    weight, stage = RARE.meaning.weight, RARE.meaning.stage
    notes = [_opening(page), *(sign.says for sign in rare.signs), *_measures(page)]
    notes.append(f"{rare.score} points of {rare.needed} needed")
    if events and all(event.malformed for event in events):
        weight, stage = Weight.CONTEXT, Stage.PROBED
        notes.append("the records are not as their writer writes them: edited or damaged")
    sure = rare.score >= rare.needed + _SURE
    found = finding_from(
        RARE, events, total=page.served, weight=weight, stage=stage, detail="; ".join(notes),
        confidence=Confidence.MEDIUM if sure else Confidence.LOW,
    )  # fmt: skip
    return replace(found, clients=tuple(page.details.visitors)[:8])


def _opening(page: Page) -> str:
    details, use = page.details, page.use
    times = [f"POSTed {_times(details.posts)}"] if details.posts else []
    others = page.served - details.posts
    if others:
        times.append(f"read {_times(others)}")
    visitors, days = len(details.visitors), days_of(details)
    by = f"by {visitors} address{'es' if visitors != 1 else ''}"
    on = f"on {days} day{'s' if days != 1 else ''}" if days else "at unknown times"
    span = f" ({use.first:%Y-%m-%d} to {use.last:%Y-%m-%d})" if use.first and use.last else ""
    return f"{use.stem}: {' and '.join(times)} {by} {on}{span}"


def _measures(page: Page) -> list[str]:
    """Sizes and rate that no sign has told."""
    details = page.details
    notes = []
    if details.received.count:
        notes.append(f"requests of {kilobytes(details.received)}")
    busiest = max(details.hours.values(), default=0)
    if busiest >= 20:
        notes.append(f"up to {busiest} requests in an hour")
    taken = details.taken
    if (
        taken.count >= FEW_CLIENTS
        and taken.most >= 10_000
        and taken.most * taken.count > 5 * taken.total
    ):
        notes.append(f"the slowest took {taken.most / 1000:.0f} s")
    return notes


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
