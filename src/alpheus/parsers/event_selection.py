"""Sorts events into those that are wanted in full and those that are only counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from alpheus.model import TimeBasis
from alpheus.parsers.base import Counted, EventSearch, Wanted
from alpheus.parsers.event_source import event_source
from alpheus.parsers.iis_etw import is_web_request

_KINDS_KEPT = 20_000
_COUNTS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Kind:
    """Events of one provider, channel and event id: their source, and whether they are wanted."""

    source: str
    wanted: bool | EventSearch


@dataclass(slots=True)
class _Span:
    first: datetime | None
    last: datetime | None
    count: int


class EventSelection:
    """What is wanted of one file, and the counts of the rest. Memory is bounded."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._kinds: dict[tuple[str, str, int | str], Kind] = {}
        self._known: set[tuple[str, str | None]] = set()
        self._spans: dict[tuple[str, str | None, int | None, TimeBasis], _Span] = {}

    def kind(self, provider: str, channel: str, event_id: int | str) -> Kind:
        """The kind of an event. A web request is always wanted: it is no event but a log row."""
        key = (provider, channel, event_id)
        found = self._kinds.get(key)
        if found is None:
            if len(self._kinds) >= _KINDS_KEPT:
                self._kinds.clear()
            found = self._kinds[key] = self._judge(provider, channel, str(event_id))
        return found

    def _judge(self, provider: str, channel: str, event_id: str) -> Kind:
        source = event_source(provider, channel, event_id)
        if is_web_request(provider, channel, event_id):
            return Kind(source, wanted=True)
        return Kind(source, self._wanted.of(source, provider, channel, event_id))

    def found(self, kinds: list[Kind | None], texts: list[str]) -> set[int]:
        """The places of events whose text says that they are wanted; one search for each kind."""
        groups: dict[int, tuple[EventSearch, list[int]]] = {}
        for place, kind in enumerate(kinds):
            if kind is not None and not isinstance(kind.wanted, bool):
                groups.setdefault(id(kind.wanted), (kind.wanted, []))[1].append(place)
        return {
            places[hit]
            for search, places in groups.values()
            for hit in search.search([texts[place] for place in places])
        }

    def note(self, source: str, host: str | None) -> None:
        """Take note that an event of this source and host is given in full."""
        self._known.add((source, host))

    def count(
        self,
        source: str,
        host: str | None,
        time: datetime | None,
        hour: int | None,
        basis: TimeBasis = TimeBasis.UTC,
    ) -> Counted | None:
        """Count an event; the first of its source and host is given back to keep its order."""
        span = self._spans.get((source, host, hour, basis))
        if span is not None:
            span.count += 1
            if time is not None and span.first is not None and span.last is not None:
                if time > span.last:
                    span.last = time
                elif time < span.first:
                    span.first = time
            return None
        if (source, host) not in self._known:
            self._known.add((source, host))
            return Counted(source, host, basis, time, time, 1)
        self._spans[source, host, hour, basis] = _Span(time, time, 1)
        return None

    def full(self) -> bool:
        """Whether counts should be given on before more are taken."""
        return len(self._spans) >= _COUNTS_KEPT

    def counted(self) -> Iterator[Counted]:
        """All counts since the last call."""
        spans, self._spans = self._spans, {}
        for (source, host, _, basis), span in spans.items():
            yield Counted(source, host, basis, span.first, span.last, span.count)
