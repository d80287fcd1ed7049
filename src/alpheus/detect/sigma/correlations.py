"""Rules about several events: how many, how many different, which ones together, in which order."""

from __future__ import annotations

import operator
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from alpheus.knowledge.model import RuleMeaning
from alpheus.model import Event

if TYPE_CHECKING:
    from alpheus.detect.sigma.rules import Rule


class CorrelationType(StrEnum):
    """What is looked for. The other types of Sigma (sums, averages) are not supported."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"


_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "eq": operator.eq,
    "neq": operator.ne,
}
_NEVER = datetime.max.replace(tzinfo=UTC)
_GROWING = frozenset({"gt", "gte"})


@dataclass(frozen=True, slots=True, eq=False)
class Correlation:
    """A compiled correlation rule.

    `rules` are ids of rules, in the order of `temporal_ordered`. `timespan` is in seconds.
    `operation` (lt, lte, gt, gte, eq, neq) and `count` are its condition: on the number of events,
    of different values of `fields`, or of different rules. `aliases` maps a name used in
    `group_by` to the field that holds it, by rule id.
    """

    id: str
    pack: str
    title: str
    meaning: RuleMeaning
    author: str
    type: CorrelationType
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    timespan: int
    operation: str
    count: float
    fields: tuple[str, ...] = ()
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    uuid: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Hit:
    """An event with a time, the positions of the rules it matched, and the value to count."""

    time: datetime
    event: Event
    positions: tuple[int, ...]
    value: object


def evaluate(correlation: Correlation, matches: Sequence[tuple[Rule, Event]]) -> list[list[Event]]:
    """Groups of events, each in order of time, that satisfy the correlation.

    Groups do not overlap. Events without a time, and events that lack a field of `group_by`, are
    left out. For `gt` and `gte` a group grows as long as every span of `timespan` that ends in it
    satisfies the condition; for the other operators, spans begin at the first event not yet used.
    Events of `temporal_ordered` that bear the same time count as being in order. Takes time in
    proportion to the matches (and their sorting).
    """
    found: list[list[Event]] = []
    for hits in _groups(correlation, matches):
        if correlation.type is CorrelationType.TEMPORAL_ORDERED:
            found.extend(_ordered(correlation, hits))
        elif correlation.operation in _GROWING:
            found.extend(_growing(correlation, hits))
        else:
            found.extend(_tumbling(correlation, hits))
    return sorted(found, key=lambda group: group[0].time or _NEVER)


def _groups(
    correlation: Correlation, matches: Sequence[tuple[Rule, Event]]
) -> Iterable[list[_Hit]]:
    """The hits by group, each sorted by time; an event is one hit, whatever rules it matched."""
    positions: dict[str, list[int]] = defaultdict(list)
    for position, rule_id in enumerate(correlation.rules):
        positions[rule_id].append(position)
    groups: dict[tuple[str, ...], dict[int, _Hit]] = defaultdict(dict)
    for rule, event in matches:
        if rule.id not in positions or event.time is None:
            continue
        key = _key(correlation, correlation.group_by, rule, event)
        value = _key(correlation, correlation.fields, rule, event) if correlation.fields else ()
        if key is None or value is None:
            continue
        known = groups[key].get(id(event))
        before = () if known is None else known.positions
        together = tuple(sorted({*before, *positions[rule.id]}))
        groups[key][id(event)] = _Hit(event.time, event, together, value)
    for group in groups.values():
        yield sorted(group.values(), key=lambda hit: (hit.time, hit.positions))


def _key(
    correlation: Correlation, names: Iterable[str], rule: Rule, event: Event
) -> tuple[str, ...] | None:
    """The event's values of some fields in lower case, through aliases; None if one is missing."""
    found: list[str] = []
    for name in names:
        actual = correlation.aliases.get(name, {}).get(rule.id, name)
        value = next(iter(rule.values(event, actual)), None)
        if value is None:
            return None
        found.append(value.strip().lower())
    return tuple(found)


class _Window:
    """Hits within a span, and how many different things are among them."""

    def __init__(self, correlation: Correlation) -> None:
        self.hits: deque[_Hit] = deque()
        self._correlation = correlation
        self._things: Counter[object] = Counter()
        self._satisfies = _OPERATORS[correlation.operation]

    def add(self, hit: _Hit) -> None:
        self.hits.append(hit)
        self._things.update(self._of(hit))

    def drop_before(self, time: datetime) -> None:
        while self.hits and self.hits[0].time < time:
            for thing in self._of(self.hits.popleft()):
                self._things[thing] -= 1
                if not self._things[thing]:
                    del self._things[thing]

    def satisfied(self) -> bool:
        counted = self._correlation.type is CorrelationType.EVENT_COUNT
        size = len(self.hits) if counted else len(self._things)
        return self._satisfies(size, self._correlation.count)

    def _of(self, hit: _Hit) -> Iterable[object]:
        if self._correlation.type is CorrelationType.TEMPORAL:
            return {self._correlation.rules[position] for position in hit.positions}
        return (hit.value,)


def _growing(correlation: Correlation, hits: Sequence[_Hit]) -> Iterable[list[Event]]:
    span = timedelta(seconds=correlation.timespan)
    window = _Window(correlation)
    group: list[Event] = []
    for hit in hits:
        window.drop_before(_minus(hit.time, span))
        window.add(hit)
        if not window.satisfied():
            if group:
                yield group
                group = []
                window = _Window(correlation)
                window.add(hit)
        elif group:
            group.append(hit.event)
        else:
            group = [member.event for member in window.hits]
    if group:
        yield group


def _tumbling(correlation: Correlation, hits: Sequence[_Hit]) -> Iterable[list[Event]]:
    span = timedelta(seconds=correlation.timespan)
    window = _Window(correlation)
    for hit in hits:
        if window.hits and hit.time - window.hits[0].time > span:
            if window.satisfied():
                yield [member.event for member in window.hits]
            window = _Window(correlation)
        window.add(hit)
    if window.hits and window.satisfied():
        yield [member.event for member in window.hits]


def _ordered(correlation: Correlation, hits: Sequence[_Hit]) -> Iterable[list[Event]]:
    """Chains through all rules; of the chains that reach a step, the latest begun is kept."""
    span = timedelta(seconds=correlation.timespan)
    last = len(correlation.rules) - 1
    chains: list[tuple[_Hit, ...]] = [()] * (last + 1)
    for hit in hits:
        for position in reversed(hit.positions):
            before = chains[position - 1] if position else ()
            if position and (not before or hit.time - before[0].time > span):
                continue
            chains[position] = (*before, hit)
            if position == last:
                yield [member.event for member in chains[last]]
                chains = [()] * (last + 1)
                break


def _minus(time: datetime, span: timedelta) -> datetime:
    try:
        return time - span
    except OverflowError:
        return datetime.min.replace(tzinfo=time.tzinfo)
