"""The hours of the week at which an owner wants to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_AHEAD = 9
"""Days in which every window of a week has begun once, whatever the zone does in them."""


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of some days of the week, by the clock of a zone.

    `days` count from Monday, which is 0. `end` is not included; a window whose `end` is not after
    its `start` ends on the next day, and belongs to the day on which it begins.
    """

    zone: tzinfo
    days: frozenset[int]
    start: time
    end: time

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """Begin and end in UTC of the window that begins on `day`."""
        if day.weekday() not in self.days:
            return None
        last = day if self.end > self.start else day + timedelta(days=1)
        begin = _instant(datetime.combine(day, self.start, self.zone))
        end = _instant(datetime.combine(last, self.end, self.zone))
        return (begin, end) if begin < end else None


def _instant(local: datetime) -> datetime:
    """The first instant at which the clock shows `local` or, where it is put forward, passes it."""
    instant = local.astimezone(UTC)
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    early, late = local.replace(fold=1).astimezone(UTC), instant
    offset = early.astimezone(local.tzinfo).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        same = middle.astimezone(local.tzinfo).utcoffset() == offset
        early, late = (middle, late) if same else (early, middle)
    return late.replace(microsecond=0)


def current(windows: Sequence[Window], now: datetime) -> tuple[datetime, datetime] | None:
    """The window, as begin and end in UTC, that is open at `now` or opens next; None if none does.

    Of several the one that begins first, and of these the one that ends last.
    """
    found = []
    for window in windows:
        today = now.astimezone(window.zone).date()
        for ahead in range(-2, _AHEAD):
            span = window.on(today + timedelta(days=ahead))
            if span and now < span[1]:
                found.append((max(span[0], now), -span[1].timestamp(), span))
    return min(found)[2] if found else None
