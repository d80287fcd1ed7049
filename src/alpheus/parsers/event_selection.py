"""Sorts events into those that are wanted in full and those that are only counted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from alpheus.model import TimeBasis
from alpheus.parsers.base import Counted, EventSearch, Wanted
from alpheus.parsers.event_source import event_source
from alpheus.parsers.event_time import from_text, to_utc
from alpheus.parsers.iis_etw import is_web_request

_GROUPS_KEPT = 20_000
_SPANS_KEPT = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FAR = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Group:
    """Events of one provider, channel, event id and host: their source, whether they are wanted.

    `unwanted` holds the places in the batch at hand of those that are only to be counted.
    """

    source: str
    host: str | None
    wanted: bool | EventSearch
    unwanted: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Span:
    first: datetime | None
    last: datetime | None
    count: int


class EventSelection:
    """What is wanted of one file, and the counts of the rest. Memory is bounded."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._groups: dict[tuple[str, str | None, int | str, str | None], Group] = {}
        self._told: set[tuple[str, str | None]] = set()
        self._spans: dict[tuple[str, str | None, int | None], _Span] = {}

    def group(
        self, provider: str, channel: str | None, event_id: int | str, host: str | None
    ) -> Group:
        """The group of an event."""
        key = (provider, channel, event_id, host)
        found = self._groups.get(key)
        if found is None:
            if len(self._groups) >= _GROUPS_KEPT:
                self._groups.clear()
            found = self._groups[key] = self._make(provider, channel or "", str(event_id), host)
        return found

    def _make(self, provider: str, channel: str, event_id: str, host: str | None) -> Group:
        source = event_source(provider, channel, event_id)
        if is_web_request(provider, channel, event_id):  # a row of a request log, not an event
            return Group(source, host or None, wanted=True)
        wanted = self._wanted.of(source, provider, channel, event_id)
        return Group(source, host or None, wanted)

    def found(self, groups: Sequence[Group | None], texts: Sequence[str]) -> set[int]:
        """The places of events whose text says that they are wanted; one search for each kind."""
        searches: dict[int, tuple[EventSearch, list[int]]] = {}
        for place, group in enumerate(groups):
            if group is not None and group.wanted is not False and group.wanted is not True:
                searches.setdefault(id(group.wanted), (group.wanted, []))[1].append(place)
        return {
            places[hit]
            for search, places in searches.values()
            for hit in search.search([texts[place] for place in places])
        }

    def tell(self, source: str, host: str | None) -> Counted | None:
        """Keep the order in which sources and hosts come: an empty count for one not met before."""
        if (source, host) in self._told:
            return None
        self._told.add((source, host))
        return Counted(source, host, TimeBasis.UTC, None, None, 0)

    def count(self, group: Group, times: Sequence[str], others: Sequence[str]) -> None:
        """Count events by their times as written; one that is none is taken from `others`."""
        moments = _moments(times)
        if moments is None:
            for written, other in zip(times, others, strict=True):
                time = _time(written) or _time(other)
                self._add(group, None if time is None else _hour(time), time, time, 1)
            return
        moments.sort()
        start = 0
        while start < len(moments):
            hour = _hour(moments[start])
            following = datetime.fromtimestamp((hour + 1) * 3600, UTC)
            end = max(bisect_left(moments, following, start), start + 1)
            self._add(group, hour, moments[start], moments[end - 1], end - start)
            start = end

    def _add(
        self,
        group: Group,
        hour: int | None,
        first: datetime | None,
        last: datetime | None,
        count: int,
    ) -> None:
        key = (group.source, group.host, hour)
        span = self._spans.get(key)
        if span is None:
            self._spans[key] = _Span(first, last, count)
            return
        span.count += count
        if first is not None and last is not None and span.first and span.last:
            span.first = min(span.first, first)
            span.last = max(span.last, last)

    def full(self) -> bool:
        """Whether counts should be given on before more are taken."""
        return len(self._spans) >= _SPANS_KEPT

    def counted(self) -> Iterator[Counted]:
        """All counts since the last call."""
        spans, self._spans = self._spans, {}
        for (source, host, _), span in spans.items():
            yield Counted(source, host, TimeBasis.UTC, span.first, span.last, span.count)


def _moments(times: Sequence[str]) -> list[datetime] | None:
    """The times, if all are plainly written and in UTC; else None."""
    try:
        moments = list(map(datetime.fromisoformat, times))
    except ValueError:
        return None
    plain = {moment.tzinfo for moment in moments} == {UTC}
    if not plain or min(moments) < _EPOCH or max(moments) > _FAR:
        return None
    return moments


def _hour(time: datetime) -> int:
    return int(time.timestamp()) // 3600


def _time(text: str) -> datetime | None:
    written = from_text(text)
    return None if written is None else to_utc(written)
