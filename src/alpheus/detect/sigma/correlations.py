"""Rules about several events: how many, how many different, which ones together, in which order."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.detect.sigma.values import number_of
from alpheus.detect.sigma.windows import Hit, Window
from alpheus.knowledge.model import RuleMeaning
from alpheus.model import Event

if TYPE_CHECKING:
    from alpheus.detect.sigma.rules import Rule


class CorrelationType(StrEnum):
    """What is looked for."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    VALUE_SUM = "value_sum"
    VALUE_AVG = "value_avg"
    VALUE_PERCENTILE = "value_percentile"
    VALUE_MEDIAN = "value_median"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"


NUMERIC = frozenset(
    {
        CorrelationType.VALUE_SUM,
        CorrelationType.VALUE_AVG,
        CorrelationType.VALUE_PERCENTILE,
        CorrelationType.VALUE_MEDIAN,
    }
)
"""Types that calculate with the numbers in a field."""

_NEVER = datetime.max.replace(tzinfo=UTC)
_GROWING = frozenset({"gt", "gte"})


@dataclass(frozen=True, slots=True)
class Alternative:
    """Rules that must all match (in this order, if order counts), and rules that must not."""

    wanted: tuple[str, ...]
    unwanted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Correlation:
    """A compiled correlation rule.

    `rules` are ids of rules, or of correlations, which then stand in `parts`. `timespan` is in
    seconds. `operation` (lt, lte, gt, gte, eq, neq) and `count` are its condition: on the number
    of events, of different values of `fields`, of different rules, or on what is calculated from
    the numbers in the first of `fields`; `percentile` is used by `value_percentile`.
    `alternatives` replace the condition where rules are named in an expression, and always for
    `temporal_ordered`. `aliases` maps a name used in `group_by` to the field that holds it, by
    rule id. Unless `generate`, matches of foreign rules in `rules` mean nothing by themselves.
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
    percentile: int = 50
    alternatives: tuple[Alternative, ...] = ()
    parts: tuple[Correlation, ...] = ()
    generate: bool = False
    path: Path = field(default_factory=Path)
    place: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Match:
    """What a rule or correlation found. `value_of` gives its value of a field, None if absent."""

    id: str
    time: datetime
    events: tuple[Event, ...]
    value_of: Callable[[str], str | None]


def evaluate(correlation: Correlation, matches: Sequence[tuple[Rule, Event]]) -> list[list[Event]]:
    """Groups of events, each in order of time, that satisfy the correlation.

    Groups do not overlap. Events without a time, events that lack a field of `group_by`, and
    events without the value or number to be counted are left out. For `gt` and `gte` a group grows
    as long as every span of `timespan` that ends in it satisfies the condition; for the other
    operators, and where a rule must not match, spans begin at the first event not yet used. Events
    of `temporal_ordered` that bear the same time count as being in order. What a correlation among
    `rules` found counts as one event at the time of its completion. Takes time in proportion to
    the matches (and their sorting).
    """
    needed = _needed(correlation)
    plain = [
        _Match(rule.id, event.time, (event,), partial(_value, rule, event))
        for rule, event in matches
        if rule.id in needed and event.time is not None
    ]
    groups = [_events(hits) for hits in _found(correlation, plain)]
    return sorted(groups, key=lambda group: group[0].time or _NEVER)


def _needed(correlation: Correlation) -> set[str]:
    """Ids of all rules that the correlation, or one below it, looks at."""
    return set(correlation.rules).union(*map(_needed, correlation.parts))


def _value(rule: Rule, event: Event, name: str) -> str | None:
    return next(iter(rule.values(event, name)), None)


def _events(hits: Iterable[Hit]) -> list[Event]:
    """The events of a group, each once, earliest first."""
    unique = {id(event): event for hit in hits for event in hit.events}
    return sorted(unique.values(), key=lambda event: event.time or _NEVER)


def _found(correlation: Correlation, matches: Sequence[_Match]) -> Iterator[Sequence[Hit]]:
    below = [_completed(part, hits) for part in correlation.parts for hits in _found(part, matches)]
    for hits in _groups(correlation, [*matches, *below]):
        if correlation.type is CorrelationType.TEMPORAL_ORDERED:
            for alternative in correlation.alternatives:
                yield from _ordered(correlation, alternative, hits)
        elif _grows(correlation):
            yield from _growing(correlation, hits)
        else:
            yield from _tumbling(correlation, hits)


def _completed(part: Correlation, hits: Sequence[Hit]) -> _Match:
    """What a correlation found, as one match of it; its fields are those it groups by."""
    first, last = hits[0], hits[-1]

    def value_of(name: str) -> str | None:
        return first.value_of(part.aliases.get(name, {}).get(first.ids[0], name))

    return _Match(part.id, last.time, tuple(_events(hits)), value_of)


def _grows(correlation: Correlation) -> bool:
    if correlation.alternatives:
        return not any(alternative.unwanted for alternative in correlation.alternatives)
    return correlation.operation in _GROWING


def _groups(correlation: Correlation, matches: Iterable[_Match]) -> Iterator[list[Hit]]:
    """The hits by group, each sorted by time; an event is one hit, whatever rules it matched."""
    positions: dict[str, int] = {}
    for position, rule_id in enumerate(correlation.rules):
        positions.setdefault(rule_id, position)
    groups: dict[tuple[str, ...], dict[object, Hit]] = defaultdict(dict)
    for match in matches:
        if match.id not in positions:
            continue
        key = _key(correlation, correlation.group_by, match)
        value = _key(correlation, correlation.fields, match)
        number = _number(value or ()) if correlation.type in NUMERIC else None
        if key is None or value is None or (correlation.type in NUMERIC and number is None):
            continue
        identity = id(match.events[0]) if len(match.events) == 1 else id(match)
        known = groups[key].get(identity)
        before = () if known is None else known.ids
        ids = tuple(sorted({*before, match.id}, key=positions.__getitem__))
        groups[key][identity] = Hit(match.time, match.events, ids, match.value_of, value, number)
    for group in groups.values():
        yield sorted(group.values(), key=lambda hit: (hit.time, positions[hit.ids[0]]))


def _key(correlation: Correlation, names: Iterable[str], match: _Match) -> tuple[str, ...] | None:
    """The match's values of some fields in lower case, through aliases; None if one is missing."""
    found: list[str] = []
    for name in names:
        value = match.value_of(correlation.aliases.get(name, {}).get(match.id, name))
        if value is None:
            return None
        found.append(value.strip().lower())
    return tuple(found)


def _number(value: tuple[str, ...]) -> float | None:
    number = number_of(value[0]) if value else None
    return number if number is not None and math.isfinite(number) else None


def _growing(correlation: Correlation, hits: Sequence[Hit]) -> Iterator[list[Hit]]:
    span = timedelta(seconds=correlation.timespan)
    window = Window(correlation)
    group: list[Hit] = []
    for hit in hits:
        window.drop_before(_minus(hit.time, span))
        window.add(hit)
        if not window.satisfied():
            if group:
                yield group
                group = []
                window = Window(correlation)
                window.add(hit)
        elif group:
            group.append(hit)
        else:
            group = list(window.hits)
    if group:
        yield group


def _tumbling(correlation: Correlation, hits: Sequence[Hit]) -> Iterator[list[Hit]]:
    span = timedelta(seconds=correlation.timespan)
    window = Window(correlation)
    for hit in hits:
        if window.hits and hit.time - window.hits[0].time > span:
            if window.satisfied():
                yield list(window.hits)
            window = Window(correlation)
        window.add(hit)
    if window.hits and window.satisfied():
        yield list(window.hits)


def _ordered(
    correlation: Correlation, alternative: Alternative, hits: Sequence[Hit]
) -> Iterator[tuple[Hit, ...]]:
    """Chains through the wanted rules; of those that reach a step, the latest begun is kept.

    A match of an unwanted rule breaks all chains.
    """
    span = timedelta(seconds=correlation.timespan)
    last = len(alternative.wanted) - 1
    chains: list[tuple[Hit, ...]] = [()] * (last + 1)
    for hit in hits:
        if alternative.unwanted.intersection(hit.ids):
            chains = [()] * (last + 1)
            continue
        for position in range(last, -1, -1):
            before = chains[position - 1] if position else ()
            if alternative.wanted[position] not in hit.ids or (
                position and (not before or hit.time - before[0].time > span)
            ):
                continue
            chains[position] = (*before, hit)
            if position == last:
                yield chains[last]
                chains = [()] * (last + 1)
                break


def _minus(time: datetime, span: timedelta) -> datetime:
    try:
        return time - span
    except OverflowError:
        return datetime.min.replace(tzinfo=time.tzinfo)
