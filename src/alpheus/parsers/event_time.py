"""Times of Windows records: FILETIME, ISO 8601, and local time without a zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from alpheus.model import TimeBasis
from alpheus.parsers.times import local_time

_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_ZONE_AFTER_BLANK = re.compile(r"\s+(?:UTC|GMT|Z)$", re.IGNORECASE)


def from_filetime(value: int) -> datetime | None:
    """A Windows FILETIME (100 ns since 1601, UTC); None for zero or beyond year 9999."""
    if value <= 0:
        return None
    try:
        return _FILETIME_EPOCH + timedelta(microseconds=value // 10)
    except OverflowError:
        return None


def from_epoch(seconds: float) -> datetime | None:
    """Seconds since 1970 in UTC; None if they are no time."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def from_text(text: str) -> datetime | None:
    """ISO 8601 with `T` or a blank, any number of digits of a second; naive if no zone is named."""
    try:
        return datetime.fromisoformat(_ZONE_AFTER_BLANK.sub("Z", text.strip()))
    except ValueError:
        return None


def to_utc(time: datetime) -> datetime | None:
    """An aware time in UTC, a naive one taken as UTC; None outside the years 1 to 9999."""
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def from_local(time: datetime, timezone: tzinfo | None) -> tuple[datetime | None, TimeBasis]:
    """A time that is local unless it names its zone; without `timezone` its basis is unknown."""
    if time.tzinfo is not None:
        return to_utc(time), TimeBasis.UTC
    return local_time(time, timezone)
