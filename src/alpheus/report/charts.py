"""What both pictures share: a span of time mapped to percent of a width, and its axis.

Positions across are in percent, sizes down in pixels: a picture fills any width, and its letters
keep their size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_TICKS = 6
_STEPS = tuple(
    timedelta(seconds=seconds)
    for seconds in (
        1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 10800, 21600, 43200,
        86400, 2 * 86400, 4 * 86400, 7 * 86400, 14 * 86400, 28 * 86400, 56 * 86400, 91 * 86400,
        182 * 86400, 365 * 86400, 730 * 86400, 3650 * 86400, 36500 * 86400, 365000 * 86400,
    )
)  # fmt: skip
_DAY = timedelta(days=1)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


def anchor(at: float) -> str:
    """How a word at a place (0 to 100) across a picture is set, so that it stays inside."""
    return "start" if at < 6 else "end" if at > 94 else "middle"


def round_above(peak: float) -> float:
    """The next number above whose quarters are round: the top of a scale."""
    scale = 4
    while True:
        for one in (1, 2, 3, 5, 6, 8):
            if one * scale >= peak:
                return one * scale
        scale *= 10


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time that a picture shows; `start` lies before `end`."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start

    def percent(self, time: datetime) -> float:
        """Return where a time stands, 0 at the start and 100 at the end, cut at both."""
        return round(100 * min(max((time - self.start) / self.length, 0.0), 1.0), 3)

    def holds(self, time: datetime) -> bool:
        """Whether a time lies inside."""
        return self.start <= time <= self.end

    def ticks(self, date_form: str = "%Y-%m-%d") -> Iterator[tuple[float, str]]:
        """Yield about six positions with their labels, dates or times of the day."""
        step = next((one for one in _STEPS if self.length / one <= _TICKS), _STEPS[-1])
        form = date_form if step >= _DAY else "%H:%M:%S" if step.seconds % 60 else "%H:%M"
        beginning = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        # Days count from the first one shown; shorter steps from the last midnight.
        number = -(-(self.start - beginning) // step)
        while True:
            time = later(beginning, step * number)
            if time > self.end or time == _LATEST:
                return
            yield self.percent(time), time.strftime(form)
            number += 1


def later(time: datetime, by: timedelta) -> datetime:
    """Return `time + by`, kept inside what a date can be."""
    try:
        return time + by
    except OverflowError:
        return _LATEST if by > timedelta() else _EARLIEST


def widened(start: datetime, end: datetime, least: timedelta, margin: float) -> Span:
    """Return a span of at least `least`, with a margin, as a share of its length, on both sides."""
    missing = max(least - (end - start), timedelta())
    pad = (end - start + missing) * margin + missing / 2
    return Span(later(start, -pad), later(end, pad))
