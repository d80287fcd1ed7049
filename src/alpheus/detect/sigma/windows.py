"""Matches within a span of time, and what a correlation measures of them."""

from __future__ import annotations

import math
import operator
from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from alpheus.model import Event

if TYPE_CHECKING:
    from alpheus.detect.sigma.correlations import Correlation

OPERATORS: dict[str, Callable[[float | Fraction, float], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "eq": operator.eq,
    "neq": operator.ne,
}


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """What counts as one event: when, of which rules (in the order of the correlation).

    `value` is what is told apart when different values are counted, `number` what is calculated
    with. `value_of` gives the value of a field, None if it is absent.
    """

    time: datetime
    events: tuple[Event, ...]
    ids: tuple[str, ...]
    value_of: Callable[[str], str | None]
    value: tuple[str, ...] = ()
    number: float | None = None


class Window:
    """Hits within a span. Adding and dropping one takes little time, however many there are."""

    def __init__(self, correlation: Correlation) -> None:
        self.hits: deque[Hit] = deque()
        self._correlation = correlation
        self._kind = correlation.type.value
        self._things: Counter[object] = Counter()
        self._sorted: list[float] = []
        self._total = Fraction()

    def add(self, hit: Hit) -> None:
        """Take in a hit that is not earlier than those before."""
        self.hits.append(hit)
        self._things.update(self._of(hit))
        if hit.number is not None:
            insort(self._sorted, hit.number)
            self._total += Fraction(hit.number)

    def drop_before(self, time: datetime) -> None:
        """Forget the hits before a time."""
        while self.hits and self.hits[0].time < time:
            hit = self.hits.popleft()
            for thing in self._of(hit):
                self._things[thing] -= 1
                if not self._things[thing]:
                    del self._things[thing]
            if hit.number is not None:
                del self._sorted[bisect_left(self._sorted, hit.number)]
                self._total -= Fraction(hit.number)

    def satisfied(self) -> bool:
        """Whether the hits fulfil the condition of the correlation."""
        if self._correlation.alternatives:
            return any(
                all(rule in self._things for rule in alternative.wanted)
                and not any(rule in self._things for rule in alternative.unwanted)
                for alternative in self._correlation.alternatives
            )
        compare = OPERATORS[self._correlation.operation]
        return compare(self._measure(), self._correlation.count)

    def _measure(self) -> float | Fraction:
        if self._kind == "event_count":
            return len(self.hits)
        if self._kind in {"value_count", "temporal"}:
            return len(self._things)
        if self._kind in {"value_sum", "value_avg"}:
            return self._total / (len(self._sorted) if self._kind == "value_avg" else 1)
        if self._kind == "value_median":
            return self._median()
        return self._sorted[self._rank() - 1]

    def _median(self) -> Fraction:
        middle = len(self._sorted) // 2
        lower = self._sorted[middle if len(self._sorted) % 2 else middle - 1]
        return (Fraction(lower) + Fraction(self._sorted[middle])) / 2

    def _rank(self) -> int:
        """The nearest rank, from 1, of the percentile asked for."""
        share = min(max(self._correlation.percentile, 0), 100)
        return max(1, math.ceil(share * len(self._sorted) / 100))

    def _of(self, hit: Hit) -> Iterable[object]:
        return hit.ids if self._kind == "temporal" else (hit.value,)
