"""What a page's use is compared with: the other pages and all clients of the same web site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alpheus.detect.model import CLIENTS_PER_PAGE, Origin, PageUse
from alpheus.judge.record import ServerRecord
from alpheus.parsers.sites import site_label

MOST_CLIENTS = 20_000
_NOWHERE = Origin("", None, "", "")


@dataclass(slots=True)
class Site:
    """The pages of one site as one kind of log tells of them, added up over files and folders.

    `start` and `end` bound what was looked at. `clients` counts different clients of all pages, up
    to `MOST_CLIENTS`; with `all_clients`, it is known of every page who asked for it. `referers`
    and `agents`: whether the log has such a column.
    """

    source: str
    pages: Mapping[str, PageUse]
    start: datetime | None
    end: datetime | None
    exchange: bool
    clients: int = 0
    all_clients: bool = True
    referers: bool = False
    agents: bool = False

    @property
    def span(self) -> timedelta:
        """The time that was looked at; zero if it is not known."""
        if self.start is None or self.end is None:
            return timedelta(0)
        return max(self.end - self.start, timedelta(0))

    @property
    def served(self) -> int:
        """How many pages answered anything 2xx."""
        return sum(1 for use in self.pages.values() if use.crowded or use.details is not None)


Logs = tuple[str, str | None]
"""A kind of log, and the site that its folder is named after."""


def sites_of(
    record: ServerRecord, start: datetime | None = None, end: datetime | None = None
) -> list[Site]:
    """Every site of a server. `start` and `end` are the span that the operator asked for."""
    parts: dict[Logs, dict[str, list[PageUse]]] = {}
    for stem, uses in record.uses.items():
        for use in uses:
            logs = (use.source, site_label(f"{use.origin.folder}/"))
            parts.setdefault(logs, {}).setdefault(stem, []).append(use)
    return [_site(record, logs, pages, (start, end)) for logs, pages in parts.items()]


def _site(
    record: ServerRecord,
    logs: Logs,
    parts: Mapping[str, list[PageUse]],
    asked: tuple[datetime | None, datetime | None],
) -> Site:
    pages = {stem: _joined(uses) for stem, uses in parts.items()}
    first, last = _logged(record, logs, pages.values())
    return Site(
        source=logs[0],
        pages=pages,
        start=max((t for t in (first, asked[0]) if t is not None), default=None),
        end=min((t for t in (last, asked[1]) if t is not None), default=None),
        exchange=record.is_exchange,
        clients=_clients(pages.values()),
        all_clients=all(len(use.clients) < CLIENTS_PER_PAGE for use in pages.values()),
        referers=any(use.referers for use in pages.values()),
        agents=any(use.agents for use in pages.values()),
    )


def _joined(uses: list[PageUse]) -> PageUse:
    if len(uses) == 1:
        return uses[0]
    whole = PageUse(uses[0].stem, _NOWHERE)
    for use in uses:
        whole.absorb(use)
    return whole


def _logged(
    record: ServerRecord, logs: Logs, uses: Iterable[PageUse]
) -> tuple[datetime | None, datetime | None]:
    """The first and last row of the logs; of the requests, where coverage knows none."""
    source, label = logs
    hours = [
        found
        for name, found in record.hours.items()
        if name == (label or source) or (label is None and name.startswith(f"{source}-"))
    ]
    kept = list(uses)
    firsts = [h.first for h in hours if h.first] or [use.first for use in kept if use.first]
    lasts = [h.last for h in hours if h.last] or [use.last for use in kept if use.last]
    return min(firsts, default=None), max(lasts, default=None)


def _clients(uses: Iterable[PageUse]) -> int:
    seen: set[str] = set()
    for use in uses:
        seen.update(use.clients)
        if len(seen) >= MOST_CLIENTS:
            return MOST_CLIENTS
    return len(seen)
