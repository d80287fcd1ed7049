"""Series for tests, from the number of servers that are left each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from alpheus.campaign.series import Point, Series

FIRST = date(2021, 3, 1)


def day(number: int) -> str:
    """The day after so many."""
    return (FIRST + timedelta(days=number)).isoformat()


def series(left: Sequence[int], *, silent: int = 0) -> Series:
    """A series of these numbers; `silent` of the last day."""
    most = max(left, default=0)
    points = [
        Point(day(number), most, one, most - one, silent if number == len(left) - 1 else 0,
              {}, {}, {}, {})
        for number, one in enumerate(left)
    ]  # fmt: skip
    return Series("", "", tuple(points))


def interpolated(known: dict[int, int]) -> list[int]:
    """Numbers of every day, geometrically between those that are known."""
    days = sorted(known)
    found = []
    for begin, end in pairwise(days):
        ratio = (known[end] / known[begin]) ** (1 / (end - begin))
        found += [round(known[begin] * ratio**step) for step in range(end - begin)]
    return [*found, known[days[-1]]]
