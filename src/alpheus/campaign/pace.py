"""How fast the number of servers that are left falls, and whether it has stopped falling.

The rate is the median slope (Theil and Sen) of the logarithm of the number by day: a day of a
missing list, or one on which much was found at once, does not move it.

**The rule of the plateau.** Over the last `window` days (14: two weekly looks) the decline is
compared with the fastest of any earlier window. It has stopped where all of these hold:

1. the number has fallen, by at least a fifth of its highest;
2. it now falls by less than 1 % of a day (a half-life of more than ten weeks), and at less than a
   quarter of its fastest rate;
3. at least 20 are left: fewer are told one by one;
4. at least half of those that are left were seen in the last 14 days; otherwise nobody has looked,
   and a flat line means nothing.

It has stopped since the first day from which on the number never was more than 5 % above its
median of the last window.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

import msgspec

from alpheus.campaign.estimates import Range, slope
from alpheus.campaign.series import Series

WINDOW = 14
LEAST = 20
_FALLEN = 0.8
_SLOW = 0.01
_QUARTER = 0.25
_SEEN = 0.5
_BAND = 1.05
_LN2 = math.log(2)


class Trend(StrEnum):
    """Where the number of those left is going."""

    NONE = "none"
    """Nothing was ever left, or nothing is known of any day."""
    EARLY = "too-early"
    """There are not two windows of days yet."""
    FALLING = "falling"
    RISING = "rising"
    STOPPED = "stopped"
    """A plateau."""
    UNSEEN = "not-looked-at"
    """It does not fall, but nobody has looked lately."""
    FEW = "few"
    """So few are left that they are told one by one."""
    FLAT = "flat"
    """It does not fall, and never has."""


class Projection(msgspec.Struct, frozen=True):
    """On which day half of those left may be done if it goes on so; or why nobody can say.

    `latest` is '' where the interval has no end.
    """

    earliest: str = ""
    middle: str = ""
    latest: str = ""
    why_not: str = ""


class Pace(msgspec.Struct, frozen=True):
    """The decline over the last days.

    `per_day` is the share by which the number falls each day, `fastest` that of the fastest
    earlier window (`fastest_day` ends it). `half_life` is in days; None where it does not fall.
    `seen` is the share of those left that were seen in the last 14 days.
    """

    trend: Trend
    window: int
    left: int
    peak: int
    peak_day: str
    since: str = ""
    per_day: Range | None = None
    fastest: float = 0.0
    fastest_day: str = ""
    half_life: Range | None = None
    seen: float = 1.0
    projection: Projection = Projection()


def pace_of(series: Series, *, window: int = WINDOW) -> Pace:
    """How fast it falls, as of the end of the series."""
    numbers, points = series.left, series.points
    peak = max(numbers, default=0)
    if not peak:
        return Pace(Trend.NONE, window, 0, 0, "")
    left, peak_day = numbers[-1], points[numbers.index(peak)].day
    begin = next(place for place, number in enumerate(numbers) if number)
    run = numbers[begin:]
    seen = 1 - points[-1].silent / left if left else 1.0
    if len(run) < window + 1:
        why = f"{len(run)} days are too few: {window + 1} are needed"
        return Pace(Trend.EARLY, window, left, peak, peak_day, seen=seen,
                    projection=Projection(why_not=why))  # fmt: skip
    now = _falls(run[-window - 1 :])
    fastest, place = _fastest(run, window)
    trend = _trend(run, window, now, fastest, seen)
    return Pace(
        trend, window, left, peak, peak_day,
        points[begin + _since(run, window)].day if trend is Trend.STOPPED else "", now, fastest,
        points[begin + place].day if place else "", _half_life(now), seen,
        _project(trend, now, run, window, series.end),
    )  # fmt: skip


def _falls(numbers: Sequence[int]) -> Range | None:
    """By which share the numbers fall each day; negative where they rise."""
    found = slope([math.log(max(number, 0.5)) for number in numbers])
    if found is None:
        return None
    return Range(*(1 - math.exp(one) for one in (found.value, found.high, found.low)))


def _fastest(run: Sequence[int], window: int) -> tuple[float, int]:
    """The fastest decline of any window but the last, and the place where it ends."""
    best, place = 0.0, 0
    for end in range(window, len(run) - 1):
        found = _falls(run[end - window : end + 1])
        if found and found.value > best:
            best, place = found.value, end
    return best, place


def _trend(
    run: Sequence[int], window: int, now: Range | None, fastest: float, seen: float
) -> Trend:
    if now is None:
        return Trend.EARLY
    if run[-1] < LEAST:
        return Trend.FEW
    if now.value >= _SLOW:
        return Trend.FALLING
    if now.value <= -_SLOW and now.high < 0:
        return Trend.RISING
    return _flat(run, seen, slowed=_has_slowed(run, window, now, fastest))


def _flat(run: Sequence[int], seen: float, *, slowed: bool) -> Trend:
    """What it is when the number hardly moves."""
    if seen < _SEEN:
        return Trend.UNSEEN
    if run[-1] > _FALLEN * max(run):
        return Trend.FLAT
    return Trend.STOPPED if slowed else Trend.FALLING


def _has_slowed(run: Sequence[int], window: int, now: Range, fastest: float) -> bool:
    """Against the fastest window; where a drop was too short for one, against the drop itself."""
    before = run[:-window] or run
    average = 1 - (run[-window - 1] / max(before)) ** (1 / len(before)) if max(before) else 0.0
    return now.value < _QUARTER * max(fastest, average)


def _since(run: Sequence[int], window: int) -> int:
    edge = _BAND * median(run[-window:])
    place = len(run)
    while place and run[place - 1] <= edge:
        place -= 1
    return min(place, len(run) - 1)


def _half_life(now: Range | None) -> Range | None:
    """In days; the end that has no bound is infinite."""
    if now is None or now.value <= 0:
        return None
    return Range(*(_days(one) for one in (now.value, now.high, now.low)))


def _days(falls: float) -> float:
    if falls >= 1:
        return 0.0
    return _LN2 / -math.log1p(-falls) if falls > 0 else math.inf


_NOT_FALLING = {
    Trend.NONE: "nothing is left",
    Trend.EARLY: "too few days are known",
    Trend.RISING: "the number is rising",
    Trend.STOPPED: "the number has stopped falling",
    Trend.UNSEEN: "most of those left have not been seen for two weeks",
    Trend.FEW: "so few are left that each has its own pace",
    Trend.FLAT: "the number has not fallen yet",
}


def _project(
    trend: Trend, now: Range | None, run: Sequence[int], window: int, end: str
) -> Projection:
    """Only where it falls, surely, and did so in the window before at much the same rate."""
    if trend is not Trend.FALLING or now is None:
        return Projection(why_not=_NOT_FALLING[trend])
    if now.low <= 0:
        return Projection(why_not="the decline of the last days may be chance")
    before = _falls(run[-2 * window - 1 : -window]) if len(run) > 2 * window else None
    if before is None:
        return Projection(why_not=f"fewer than {2 * window} days are known")
    if not 0.5 <= now.value / max(before.value, 1e-9) <= 2:
        return Projection(why_not="the pace has changed too much within the last weeks")
    days = _half_life(now)
    if days is None:  # pragma: no cover - a falling number has one
        return Projection(why_not="it is not falling")
    return Projection(*(_day_after(end, one) for one in (days.low, days.value, days.high)))


def _day_after(day: str, days: float) -> str:
    try:
        return (date.fromisoformat(day) + timedelta(days=math.ceil(days))).isoformat()
    except OverflowError:
        return ""
