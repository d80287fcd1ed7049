"""How many servers stood where at the end of each day (UTC), from what changed on which day.

A server that is not seen any more keeps its state: it is told as silent, never as fixed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

import msgspec

from alpheus.cases.day_rows import DONE, LEFT, START
from alpheus.cases.service_statistics import Day

SILENT_DAYS = 14
"""A server that was not seen for longer is told as silent: two weekly looks have missed it."""

MOST_DAYS = 3_660
"""Days of a series; what was before is in its first."""

_ENTERED = ("patch", "compromise", "work")
_DAY = timedelta(days=1)


class Point(msgspec.Struct, frozen=True):
    """The end of a day. `patch`, `compromise` and `work` count servers by their state.

    `left` are servers with something to do: flaw or intrusion open, case not ended; `done` are
    those that had and have no more. `silent` are those of `left` that have not been seen for
    `SILENT_DAYS` days, up to now. `entered` are servers that came into a state on that day.
    """

    day: str
    known: int
    left: int
    done: int
    silent: int
    patch: dict[str, int]
    compromise: dict[str, int]
    work: dict[str, int]
    entered: dict[str, int]


class Series(msgspec.Struct, frozen=True):
    """Days without a gap, of all servers or of one value of a sector, region or network.

    `end` is the last day of which anything is known.
    """

    by: str
    value: str
    points: tuple[Point, ...]

    @property
    def end(self) -> str:
        """The last day, '' where there is none."""
        return self.points[-1].day if self.points else ""

    @property
    def left(self) -> list[int]:
        """Servers with something to do, day by day."""
        return [point.left for point in self.points]


def series_of(days: Iterable[Day], *, by: str = "", value: str = "", last: str = "") -> Series:
    """The series of changes by day, up to the last of them or `last`, whichever is later."""
    by_day: dict[str, list[Day]] = {}
    for one in days:
        by_day.setdefault(one.day if _is_day(one.day) else "", []).append(one)
    dated = sorted(day for day in by_day if day)
    if not dated:
        return Series(by, value, ())
    stock = _Stock()
    end = max(dated[-1], last) if _is_day(last) else dated[-1]
    first = max(date.fromisoformat(dated[0]), date.fromisoformat(end) - _DAY * (MOST_DAYS - 1))
    for day in ("", *(day for day in dated if day < first.isoformat())):
        stock.add(by_day.get(day, ()))
    points = []
    for day in _days(first, date.fromisoformat(end)):
        entered = stock.add(by_day.get(day, ()))
        points.append(stock.point(day, entered))
    return Series(by, value, tuple(points))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def _days(first: date, last: date) -> Iterator[str]:
    for number in range((last - first).days + 1):
        yield (first + number * _DAY).isoformat()


class _Stock:
    """What is in each state; servers begin in the states of `START` when they become known."""

    def __init__(self) -> None:
        self._stock: Mapping[str, Counter[str]] = {
            axis: Counter() for axis in (*START, "known", LEFT)
        }
        self._silent: dict[str, int] = {}

    def add(self, days: Iterable[Day]) -> dict[str, int]:
        """Take in a day; gives how many came into which state."""
        entered = Counter[str]()
        for one in days:
            if one.axis == "silent":
                self._silent[one.day] = self._silent.get(one.day, 0) + one.servers
                continue
            stock = self._stock.get(one.axis)
            if stock is None:
                continue
            stock[one.state] += one.servers
            stock[one.before] -= one.servers
            if one.axis == "known":
                for axis, state in START.items():
                    self._stock[axis][state] += one.servers
            elif one.axis in _ENTERED:
                entered[one.state] += one.servers
        return dict(sorted(entered.items()))

    def point(self, day: str, entered: dict[str, int]) -> Point:
        """The end of a day."""
        edge = (date.fromisoformat(day) - _DAY * SILENT_DAYS).isoformat()
        counted = {
            axis: {state: n for state, n in sorted(self._stock[axis].items()) if state and n > 0}
            for axis in START
        }
        silent = sum(count for last, count in self._silent.items() if last <= edge)
        left = self._stock[LEFT]
        return Point(
            day, self._stock["known"]["known"], left[LEFT], left[DONE],
            min(silent, left[LEFT]), counted["patch"], counted["compromise"], counted["work"],
            entered,
        )  # fmt: skip
