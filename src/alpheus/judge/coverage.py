"""What was seen, from when to when; and whether that decides a campaign's window.

A gap is 24 hours inside the window without one row. Sources whose time basis is unknown never
decide. A source that begins less than 24 hours after the window does covers its beginning.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from alpheus.detect.model import Hours
from alpheus.judge.record import ServerRecord
from alpheus.knowledge.model import DecidingGroup, Pack
from alpheus.model import Coverage, Gap, TimeBasis

_GAP_HOURS = 24
GAP = timedelta(hours=_GAP_HOURS)
_MOST_SILENT = 1_000
"""Gaps of a source that are kept, the latest."""
_MOST_OF_PART = 100

_FIRST_HOUR = -17_259_888
_LAST_HOUR = 70_389_527
"""The first and last whole hours of the years 1 to 9999, since 1970."""

FRONT_END = "front-end"
STEADY = ("iis-", "httpproxy", "web-access")
"""Sources that write every hour, if only for health probes: their silence is a gap."""

SOURCE_NAMES: Mapping[str, str] = {
    "httpproxy": "HttpProxy logs",
    "iis-site-1": "IIS logs of site 1",
    "iis-site-2": "IIS logs of site 2",
    "ecp-server": "ECP Server logs",
    "msexchange-management": "the MSExchange Management event log",
    "iis-site-*": "IIS logs",
    "web-access": "access logs",
}
"""How a source is named in a sentence; others are named by their label."""


@dataclass(frozen=True, slots=True)
class Window:
    """The span in which a campaign could have been seen on one server."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class WindowCoverage:
    """Whether the deciding sources cover a window; `lacks` says in sentences what is missing."""

    window: Window
    touched: bool
    lacks: tuple[str, ...]
    missing: tuple[str, ...]
    early_covered: bool | None

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.lacks


def source_name(label: str) -> str:
    """A source in a sentence."""
    return SOURCE_NAMES.get(label, label)


def among(label: str, labels: Iterable[str]) -> bool:
    """Whether a source is one of these; `iis-site-*` is every web site."""
    return any(
        label.startswith(one[:-1]) if one.endswith("*") else label == one for one in labels
    )  # fmt: skip


def coverage_of_window(record: ServerRecord, pack: Pack, window: Window) -> WindowCoverage:
    """Check every deciding group of a pack against its window on this server."""
    lacks: list[str] = []
    missing: list[str] = []
    for group in pack.deciding:
        found = _lacks(record, group, window)
        lacks.extend(found)
        if found:
            missing.extend(group.any_of)
    return WindowCoverage(
        window=window,
        touched=_touches(record, window),
        lacks=tuple(lacks),
        missing=tuple(missing),
        early_covered=_early(record, pack),
    )


def coverage_table(
    record: ServerRecord, deciding: frozenset[str], window: Window | None
) -> tuple[Coverage, ...]:
    """One row per source, deciding ones first."""
    rows = [
        _row(label, hours, window, deciding=among(label, deciding))
        for label, hours in record.hours.items()
    ]
    return tuple(sorted(rows, key=lambda row: (not row.deciding, row.source)))


def gaps_of(hours: Iterable[int], start: datetime, end: datetime) -> tuple[Gap, ...]:
    """Spans of 24 hours or more between `start` and `end` without one row; `hours` are epoch hours.

    An hour with a row counts as seen from its beginning to its end.
    """
    ordered = sorted(hours)
    low = bisect_left(ordered, int(start.timestamp() // 3600))
    inside = ordered[low : bisect_left(ordered, end.timestamp() / 3600)]
    if not inside:
        return (Gap(start, end),) if end - start >= GAP else ()
    gaps = []
    if hour_start(inside[0]) - start >= GAP:
        gaps.append(Gap(start, hour_start(inside[0])))
    gaps += (
        Gap(hour_start(before + 1), hour_start(after))
        for before, after in pairwise(inside)
        if after - before > _GAP_HOURS
    )
    seen_until = max(start, hour_start(inside[-1] + 1))
    if end - seen_until >= GAP:
        gaps.append(Gap(seen_until, end))
    return tuple(gaps)


def hour_start(hour: int) -> datetime:
    """The beginning of an hour since 1970; hours outside the calendar are its first or last."""
    return datetime.fromtimestamp(min(max(hour, _FIRST_HOUR), _LAST_HOUR) * 3600, UTC)


def _usable(hours: Hours | None) -> bool:
    return hours is not None and hours.rows > 0 and hours.basis != TimeBasis.UNKNOWN


def _row(label: str, hours: Hours, window: Window | None, *, deciding: bool) -> Coverage:
    gaps: tuple[Gap, ...] = ()
    silent: tuple[Gap, ...] = ()
    parts: dict[str, tuple[Gap, ...]] = {}
    covers = False
    first, last = hours.first, hours.last
    if _usable(hours) and first is not None and last is not None:
        steady = label.startswith(STEADY)
        if window is not None and steady:
            covers = not gaps_of(hours.hours, window.start, window.end)
        elif window is not None:
            covers = first - window.start < GAP and window.end - last < GAP
        start = max(first, window.start) if window else first
        end = min(last, window.end) if window else last
        gaps = gaps_of(hours.hours, start, end) if steady and start < end else ()
        silent = gaps_of(hours.hours, first, last)[-_MOST_SILENT:] if steady else ()
        parts = {name: gaps_of(seen, first, last)[-_MOST_OF_PART:]
                 for name, seen in sorted(hours.parts.items())}  # fmt: skip
    return Coverage(
        source=label,
        files=hours.files,
        rows=hours.rows,
        skipped=hours.skipped,
        first=first,
        last=last,
        time_basis=TimeBasis(hours.basis),
        gaps=gaps,
        deciding=deciding,
        covers_window=covers,
        days=_days(hours.hours),
        silent=silent,
        parts=parts,
    )


def _days(hours: Mapping[int, int]) -> dict[str, int]:
    days: dict[str, int] = {}
    for hour, count in sorted(hours.items()):
        day = hour_start(hour).date().isoformat()
        days[day] = days.get(day, 0) + count
    return days


def _combined(record: ServerRecord, labels: Sequence[str]) -> set[int]:
    combined: set[int] = set()
    for label, hours in record.hours.items():
        if among(label, labels) and _usable(hours):
            combined.update(hours.hours)
    return combined


def _lacks(record: ServerRecord, group: DecidingGroup, window: Window) -> list[str]:
    named = " or ".join(source_name(label) for label in group.any_of)
    hours = _combined(record, group.any_of)
    if not hours:
        return [f"{named}: none in the evidence"]
    first = hour_start(min(hours))
    last = hour_start(max(hours) + 1)
    lacks = []
    if first - window.start >= GAP:
        lacks.append(f"{named}: begin only on {first:%Y-%m-%d %H:%M}")
    if window.end - last >= GAP:
        lacks.append(f"{named}: end already on {last:%Y-%m-%d %H:%M}")
    if group.name == FRONT_END and not lacks:
        lacks.extend(
            f"{named}: no row from {gap.start:%Y-%m-%d %H:%M} to {gap.end:%Y-%m-%d %H:%M}"
            for gap in gaps_of(hours, window.start, window.end)
        )
    return lacks


def _touches(record: ServerRecord, window: Window) -> bool:
    start, end = int(window.start.timestamp()) // 3600, int(window.end.timestamp()) // 3600
    return any(
        _usable(hours) and any(start <= hour <= end for hour in hours.hours)
        for hours in record.hours.values()
    )


def _early(record: ServerRecord, pack: Pack) -> bool | None:
    """Whether the front end covers the early phase before the window; None if there is none."""
    if pack.window is None or pack.window.early_from is None:
        return None
    for group in pack.deciding:
        if group.name == FRONT_END:
            hours = _combined(record, group.any_of)
            return bool(hours) and not gaps_of(hours, pack.window.early_from, pack.window.start)
    return None
