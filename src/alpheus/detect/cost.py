"""What rules cost: how many records they are tried on, what finds those, and how long a try takes.

All is measured on ordinary records. Times are relative to one measured in the same run, so that
they compare over machines.
"""

from __future__ import annotations

import heapq
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import count

from alpheus.detect.kit import REQUEST_SOURCES, TEXT_SOURCES, Kit
from alpheus.detect.sigma import NeedlePlan, Rule, RuleSet, needle_patterns
from alpheus.detect.sigma.benign_record import VALUES, benign_event, record
from alpheus.detect.sigma.benign_traffic import lines
from alpheus.detect.sigma.conditions import FieldTest, Node
from alpheus.detect.sigma.fields import EventView, field_name
from alpheus.detect.sigma.logsources import Dialect
from alpheus.detect.sigma.values import Contains
from alpheus.parsers.base import LineKind
from alpheus.scan.needles import EVERYBODY, Needle, Needles

_LINES = 4_000
_ROUNDS = 15
_PLAIN_ROUNDS = 3
_PLAIN = 2.0
"""From this ratio on, a few rounds tell enough."""

ALIKE = 1.05
"""Rules that slow the search by less than this all together are not told apart."""

_SINGLY = 8
"""So many of the rules whose needles ordinary lines hold most often are measured on their own."""

_BUDGET = 3_000
"""How many needles are compiled for each source to tell dear rules from others."""

_RuleNeedles = tuple[Needle, ...]
_Group = list[_RuleNeedles]

_EVERY_LINE: _RuleNeedles = (Needle("."),)
"""What is searched for on behalf of rules for which nothing can be searched."""

_REPEATED = re.compile(r"(?<!\\)(?:\\\\)*(?:[*+]|\{(?!0,3\}))")
"""What makes a search more than one for a text, of which each sign may be spelt in some ways."""

_TRIALS = 20
_REPEATS = 3

REFERENCE = Contains(("alpheus reference text",))
"""The test whose time is 1."""


class Search(StrEnum):
    """By what records are chosen on which a rule is tried."""

    NEEDLES = "needles"
    EVENT_ID = "event-id"
    CHANNEL = "channel"
    EVERY_RECORD = "every-record"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a rule costs on one source.

    `search` is None where nothing is searched for first. `share` is the part of ordinary records
    (0 to 1) on which the rule is tried. `slowdown` is the time of the search through ordinary lines
    with the needles of the rule over that without them: 1.1 is 10 % slower. It is that of
    `together` rules at once, of which one alone slows the search less. Share and slowdown are
    None where ordinary records are not known. `trial` is how long one trial takes, in units of
    the reference test.
    """

    source: str
    search: Search | None
    share: float | None
    slowdown: float | None
    together: int
    trial: float


def measure(rules: Sequence[Rule], kit: Kit) -> list[tuple[Cost, ...]]:
    """What each rule costs on every source it reads, when it is added to a kit that lacks it.

    A trial takes about a millisecond to measure. The slowdown is measured for logs of requests
    only. A few rules whose needles ordinary lines hold are measured one by one; the others
    together, and then the slowest group is halved, again and again, until each is a single rule or
    below `ALIKE`, or until enough was compiled. Rules that search for plain texts which no
    ordinary line holds stay together: one of them is hardly felt. Rules with the same needles
    count as one. A thousand rules of logs of requests take about a quarter of a minute.
    """
    sources = {source for rule in rules for source in rule.sources} & TEXT_SOURCES
    found = {
        source: _found_in_text([rule for rule in rules if source in rule.sources], source, kit)
        for source in sorted(sources)
    }
    return [
        tuple(
            _cost(
                rule,
                source,
                found[source][rule.id] if source in found else _found_in_events(rule, source),
            )
            for source in sorted(rule.sources)
        )
        for rule in rules
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    search: Search
    share: float | None
    slowdown: float | None = None
    together: int = 1


def _cost(rule: Rule, source: str, found: _Found) -> Cost:
    trial = round(_trial(rule, source), 2)
    return Cost(source, found.search, found.share, found.slowdown, found.together, trial)


def _found_in_events(rule: Rule, source: str) -> _Found:
    chosen = [one for one in rule.logsource.selections if one.source == source]
    if all(one.event_ids for one in chosen) or rule.event_ids is not None:
        return _Found(Search.EVENT_ID, None)
    if all(one.channels for one in chosen):
        return _Found(Search.CHANNEL, None)
    return _Found(Search.EVERY_RECORD, 1.0)


def _found_in_text(rules: Sequence[Rule], source: str, kit: Kit) -> dict[str, _Found]:
    kind = LineKind.REQUESTS if source in REQUEST_SOURCES else LineKind.ROWS
    plans = {rule.id: needle_patterns(RuleSet((rule,)), source, kind) for rule in rules}
    how = {
        rule: Search.EVERY_RECORD if plan.always else Search.NEEDLES for rule, plan in plans.items()
    }
    if source not in REQUEST_SOURCES:
        return {rule: _Found(how[rule], 1.0 if plans[rule].always else None) for rule in plans}
    block = b"\n".join(lines(_LINES, source)) + b"\n"
    wanted = {rule: _needles(plan) for rule, plan in plans.items()}
    marked = _marked(wanted, block)
    groups = _Groups(kit.wanted(source, kind), block)
    slowdowns = groups.measure(wanted, {rule: len(one.looked_at) for rule, one in marked.items()})
    return {
        rule: _Found(how[rule], len(marked[rule].tried) / _LINES, *slowdowns[rule])
        for rule in plans
    }


@dataclass(slots=True)
class _Lines:
    """Numbers of ordinary lines: where a needle of a rule matches, and where it also confirms."""

    looked_at: set[int] = field(default_factory=set)
    tried: set[int] = field(default_factory=set)


def _marked(wanted: Mapping[str, _RuleNeedles], block: bytes) -> dict[str, _Lines]:
    """The lines of a block that the needles of each rule find, by the rule's id."""
    found = {rule: _Lines() for rule in wanted}
    owners: dict[Needle, list[_Lines]] = {}
    for rule, own in wanted.items():
        if own == _EVERY_LINE:
            found[rule] = _Lines(set(range(_LINES)), set(range(_LINES)))
            continue
        for needle in own:
            owners.setdefault(needle, []).append(found[rule])
    needles = list(owners)
    search = Needles(Needle(one.pattern, 1 << number) for number, one in enumerate(needles))
    for number, (begin, end, marks) in enumerate(search.search(block)):
        for needle in needles if marks == EVERYBODY else map(needles.__getitem__, _bits(marks)):
            confirmed = needle.confirms(block[begin:end])
            for lines_of_rule in owners[needle]:
                lines_of_rule.looked_at.add(number)
                if confirmed:
                    lines_of_rule.tried.add(number)
    return found


def _bits(marks: int) -> Iterator[int]:
    while marks:
        lowest = marks & -marks
        yield lowest.bit_length() - 1
        marks ^= lowest


def _needles(plan: NeedlePlan) -> _RuleNeedles:
    """What is searched for on behalf of one rule."""
    if plan.always:
        return _EVERY_LINE
    return tuple(Needle(pattern, 1, clauses) for pattern, clauses in plan.searches)


class _Groups:
    """Measures what needles cost beside those of a prefilter, of as few groups as will do."""

    def __init__(self, prefilter: Sequence[Needle], block: bytes) -> None:
        self._prefilter = prefilter
        self._alone = Needles(prefilter)
        self._block = block
        self._left = _BUDGET

    def measure(
        self, rules: Mapping[str, _RuleNeedles], looked_at: Mapping[str, int]
    ) -> dict[str, tuple[float, int]]:
        """The slowdown by rule, and of how many it is: the dearest are told from the others."""
        alike: dict[_RuleNeedles, list[str]] = {}
        for rule in sorted(rules, key=lambda rule: (-looked_at[rule], rule)):
            alike.setdefault(rules[rule], []).append(rule)
        seen = [one for one, who in alike.items() if looked_at[who[0]]]
        unseen = [one for one, who in alike.items() if not looked_at[who[0]]]
        simple = [one for one in unseen if _is_simple(one)]
        first = [[one] for one in seen[:_SINGLY]]
        first += [seen[_SINGLY:], [one for one in unseen if not _is_simple(one)]]
        found = {}
        for ratio, group in (*self._told_apart(first), *self._whole(simple)):
            for rule in (rule for needles in group for rule in alike[needles]):
                found[rule] = (round(ratio, 2), len(group))
        return found

    def _whole(self, group: _Group) -> list[tuple[float, _Group]]:
        return [(self._slowdown(group), group)] if group else []

    def _told_apart(self, groups: Sequence[_Group]) -> Iterator[tuple[float, _Group]]:
        number = count()
        waiting: list[tuple[float, int, _Group]] = []

        def add(group: _Group) -> None:
            for ratio, _ in self._whole(group):
                heapq.heappush(waiting, (-ratio, next(number), group))

        for group in groups:
            add(group)
        while waiting:
            negative, _, group = heapq.heappop(waiting)
            price = sum(map(len, group)) + 2 * len(self._prefilter)
            if -negative <= ALIKE or len(group) == 1 or price > self._left:
                yield -negative, group
                continue
            self._left -= price
            middle = len(group) // 2
            add(group[:middle])
            add(group[middle:])

    def _slowdown(self, group: _Group) -> float:
        more = (needle for needles in group for needle in needles)
        return slowdown(Needles([*self._prefilter, *more]), self._alone, self._block)


def _is_simple(needles: _RuleNeedles) -> bool:
    """Whether only plain texts are searched for."""
    return not any(_REPEATED.search(needle.pattern) for needle in needles)


def slowdown(one: Needles, other: Needles, block: bytes) -> float:
    """How much longer the search for `one` takes.

    The best of some rounds in turn, in time of this thread, so that other work cancels out.
    """
    best = [float("inf"), float("inf")]
    for done in range(_ROUNDS):
        if done >= _PLAIN_ROUNDS and best[0] > _PLAIN * best[1]:
            break
        for place, needles in enumerate((one, other)):
            start = time.thread_time()
            needles.search(block)
            best[place] = min(best[place], time.thread_time() - start)
    return best[0] / max(best[1], 1e-9)


def _trial(rule: Rule, source: str) -> float:
    view = EventView(benign_event(rule, source))
    return _seconds(rule.condition, view) / _reference_seconds()


@cache
def _reference_seconds() -> float:
    name = field_name(Dialect.NATIVE, "commandline")
    fields = {"commandline": VALUES["commandline"]}
    return max(_seconds(FieldTest(name, REFERENCE), EventView(record("sysmon", fields))), 1e-9)


def _seconds(node: Node, view: EventView) -> float:
    """The best of some series; what the view resolves once for all rules is not counted."""
    node.holds(view)
    best = float("inf")
    for _ in range(_REPEATS):
        start = time.perf_counter()
        for _ in range(_TRIALS):
            node.holds(view)
        best = min(best, time.perf_counter() - start)
    return best / _TRIALS
