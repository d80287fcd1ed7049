"""How long servers stay open after they were told, and without: with those that still are.

A server that is still open when it was last seen has not been fixed in *at least* so many days: it
is censored, not left out. Kaplan and Meier (JASA 53, 1958) estimate the share that is still open
after each day as the product of (1 - fixed / at risk) over the days before. Intervals are
Greenwood's, on the scale of log(-log); the interval of the median is where they cross one half
(Brookmeyer and Crowley, Biometrics 38, 1982).

Who is told late has been open for long already, so counting from the first sighting would make
every notice look useless, and counting who was ever told would make it look like a cure (immortal
time). Therefore the clock of the told starts with the notice; the untold are counted from the first
sighting up to the day on which they are told; and the rates count days at risk while told and
while not. Days are whole; a fix counts on the day on which it was *seen*.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import msgspec

from alpheus.campaign.estimates import Range, Z, rate


class Step(msgspec.Struct, frozen=True):
    """After so many days: how many were at risk and were fixed, and which share is still open."""

    day: int
    at_risk: int
    fixed: int
    open: Range


class Curve(msgspec.Struct, frozen=True):
    """The curve of a group. `median` is in days, None where less than half was fixed.

    An end of `median` that is not known is None as well. `per_100_days` are fixes of 100 servers a
    day.
    """

    servers: int
    fixed: int
    days_at_risk: int
    median: int | None
    median_low: int | None
    median_high: int | None
    per_100_days: Range | None
    steps: tuple[Step, ...]


class Lifetimes:
    """Counts durations by the day, so that memory does not grow with servers."""

    def __init__(self) -> None:
        self._fixed = Counter[int]()
        self._censored = Counter[int]()

    def add(self, days: int, *, fixed: bool) -> None:
        """A server that was fixed after so many days, or was open for at least so many."""
        (self._fixed if fixed else self._censored)[max(days, 0)] += 1

    def curve(self) -> Curve:
        """What follows."""
        fixed, censored = self._fixed.total(), self._censored.total()
        steps = tuple(self._steps())
        time = sum(
            day * count for one in (self._fixed, self._censored) for day, count in one.items()
        )
        found = rate(fixed, time)
        per_100 = Range(*(100 * one for one in (found.value, found.low, found.high))) if found \
            else None  # fmt: skip
        return Curve(
            fixed + censored, fixed, time, _first(steps, "value"), _first(steps, "low"),
            _first(steps, "high"), per_100, steps,
        )  # fmt: skip

    def _steps(self) -> Iterator[Step]:
        at_risk = self._fixed.total() + self._censored.total()
        still, spread = 1.0, 0.0
        for day in sorted(self._fixed.keys() | self._censored.keys()):
            fixed = self._fixed[day]
            if fixed:
                still *= 1 - fixed / at_risk
                if at_risk > fixed:
                    spread += fixed / (at_risk * (at_risk - fixed))
                yield Step(day, at_risk, fixed, _interval(still, spread))
            at_risk -= fixed + self._censored[day]


def _interval(still: float, spread: float) -> Range:
    if not 0 < still < 1:
        return Range(max(still, 0.0), max(still, 0.0), max(still, 0.0))
    width = Z * math.sqrt(spread) / abs(math.log(still))
    return Range(still, still ** math.exp(width), still ** math.exp(-width))


def _first(steps: tuple[Step, ...], end: str) -> int | None:
    return next((step.day for step in steps if getattr(step.open, end) <= 0.5), None)
