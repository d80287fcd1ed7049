"""Sorts events into those that are wanted in full and those that are only counted.

Events are taken in batches, and of a batch those of one kind together: the work for an event that
nobody wants is one look-up of its kind.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from alpheus.model import TimeBasis
from alpheus.parsers.base import Counted, EventSearch, Wanted
from alpheus.parsers.event_source import event_source
from alpheus.parsers.event_time import from_epoch, from_text, to_utc
from alpheus.parsers.iis_etw import is_web_request

_GROUPS_KEPT = 20_000
_SPANS_KEPT = 20_000
_MOMENTS_KEPT = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FAR = datetime(9999, 1, 1, tzinfo=UTC)

Time = datetime | float | str | None
"""A time in UTC, seconds since 1970, or as it is written: UTC where it names no zone."""


Kind = tuple[str, str | None, int | str, str | None, str]
"""Provider, channel, event id and host as written, and the basis of the time.

By it events are told apart; made of every event, so it has no names.
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events, one at each place; one whose kind is None is to be read in full.

    `other` gives a time for an event whose own is none.
    """

    kinds: Sequence[Kind | None]
    texts: Sequence[str]
    times: Sequence[Time]
    other: Callable[[int], str] | None = None


@dataclass(slots=True, eq=False)
class _Group:
    """Events of one kind: their source, whether they are wanted, times that wait to be counted."""

    source: str
    host: str | None
    basis: TimeBasis
    wanted: bool | EventSearch
    told: bool = False
    moments: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class _Span:
    first: datetime | None
    last: datetime | None
    count: int


class EventSelection:
    """What is wanted of one file, and the counts of the rest. Memory is bounded."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._groups: dict[Kind, _Group] = {}
        self._told: set[tuple[str, str | None]] = set()
        self._waiting: dict[_Group, None] = {}
        self._moments = 0
        self._spans: dict[tuple[str, str | None, TimeBasis, int | None], _Span] = {}

    def sort(self, batch: Batch) -> Iterator[int | Counted]:
        """The places of events to be read in full, in their order; all others are counted.

        Each is to be read before the next is asked for. An empty count keeps the order in which
        sources and hosts come.
        """
        counted, asked, steps = self._sorted(batch)
        late: defaultdict[_Group, list[int]] = defaultdict(list)
        for place in steps:
            group = asked.get(place)
            if group is None or _late(group, batch.texts[place]):
                yield place
                continue
            late[group].append(place)
            fresh = self.tell(group.source, group.host)
            if fresh is not None:
                yield fresh
        for group, places in (*counted, *late.items()):
            group.told = True
            self._count(group, batch, places)

    def _sorted(
        self, batch: Batch
    ) -> tuple[list[tuple[_Group, list[int]]], dict[int, _Group], list[int]]:
        """Groups to be counted, places to be asked about one by one, and all places to be seen."""
        by_kind: defaultdict[Kind | None, list[int]] = defaultdict(list)
        for place, kind in enumerate(batch.kinds):
            by_kind[kind].append(place)
        full = set(by_kind.pop(None, ()))
        groups = {self._group(kind): places for kind, places in by_kind.items() if kind is not None}
        full |= _found(groups, batch.texts)
        counted: list[tuple[_Group, list[int]]] = []
        asked: dict[int, _Group] = {}
        for group, places in groups.items():
            if group.wanted is True:
                continue
            rest = [place for place in places if place not in full] if group.wanted else places
            if group.told and (group.wanted is False or not group.wanted.follows):
                counted.append((group, rest))
            else:
                asked.update(dict.fromkeys(rest, group))
        return counted, asked, sorted([*full, *asked])

    def _group(self, kind: Kind) -> _Group:
        found = self._groups.get(kind)
        if found is None:
            if len(self._groups) >= _GROUPS_KEPT:
                self._groups.clear()
            found = self._groups[kind] = self._make(kind)
        return found

    def _make(self, kind: Kind) -> _Group:
        provider, channel, event_id = kind[0], kind[1] or "", str(kind[2])
        source, host, basis = event_source(provider, channel, event_id), kind[3], TimeBasis(kind[4])
        if is_web_request(provider, channel, event_id):  # a row of a request log, not an event
            return _Group(source, host or None, basis, wanted=True)
        wanted = self._wanted.of(source, provider, channel, event_id)
        return _Group(source, host or None, basis, wanted)

    def tell(self, source: str, host: str | None) -> Counted | None:
        """Keep the order in which sources and hosts come: an empty count for one not met before."""
        if (source, host) in self._told:
            return None
        self._told.add((source, host))
        return Counted(source, host, TimeBasis.UTC, None, None, 0)

    def _count(self, group: _Group, batch: Batch, places: Sequence[int]) -> None:
        """Count events by their times."""
        times = [batch.times[place] for place in places]
        moments = _moments(times)
        if moments is None:
            for place, written in zip(places, times, strict=True):
                time = _time(written)
                if time is None and batch.other is not None:
                    time = _time(batch.other(place))
                self._add(group, None if time is None else _hour(time), time, time, 1)
            return
        group.moments += moments
        self._waiting[group] = None
        self._moments += len(moments)
        if self._moments >= _MOMENTS_KEPT:
            self._settle()

    def _settle(self) -> None:
        """Put the times that wait into their hours."""
        waiting, self._waiting, self._moments = self._waiting, {}, 0
        for group in waiting:
            moments, group.moments = group.moments, []
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
        group: _Group,
        hour: int | None,
        first: datetime | None,
        last: datetime | None,
        count: int,
    ) -> None:
        key = (group.source, group.host, group.basis, hour)
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
        self._settle()
        spans, self._spans = self._spans, {}
        for (source, host, basis, _), span in spans.items():
            yield Counted(source, host, basis, span.first, span.last, span.count)


def _late(group: _Group, text: str) -> bool:
    """Whether an event that was not found is wanted after all, given those read before it."""
    return not isinstance(group.wanted, bool) and group.wanted.late(text)


def _found(groups: Mapping[_Group, Sequence[int]], texts: Sequence[str]) -> set[int]:
    """The places of events of wanted kinds, and of those that a search finds; each is made once."""
    full: set[int] = set()
    searches: dict[EventSearch, list[int]] = {}
    for group, places in groups.items():
        if group.wanted is True:
            full.update(places)
        elif group.wanted is not False:
            searches.setdefault(group.wanted, []).extend(places)
    for search, places in searches.items():
        full.update(places[hit] for hit in search.search([texts[place] for place in places]))
    return full


def _moments(times: Sequence[Time]) -> list[datetime] | None:
    """The times, if all are plainly written and in UTC; else None."""
    try:
        moments = list(map(datetime.fromisoformat, times))  # type: ignore[arg-type] # told by TypeError
    except ValueError:
        return None
    except TypeError:
        known = [_time(time) for time in times]
        moments = [time for time in known if time is not None]
        if len(moments) < len(known):
            return None
    plain = {moment.tzinfo for moment in moments} == {UTC}
    if not plain or min(moments) < _EPOCH or max(moments) > _FAR:
        return None
    return moments


def _hour(time: datetime) -> int:
    return int(time.timestamp()) // 3600


def _time(written: Time) -> datetime | None:
    if isinstance(written, str):
        time = from_text(written)
        return None if time is None else to_utc(time)
    return from_epoch(written) if isinstance(written, int | float) else written
