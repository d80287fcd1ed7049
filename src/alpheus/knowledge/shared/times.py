"""Times as feeds write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

UNREADABLE = "its end cannot be read as a time"
_EPOCH = re.compile(r"\d{9,13}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}")
_NEVER = frozenset({"", "-", "never", "none", "null", "n/a", "na", "unlimited"})
_LAST_YEARS = 9_000


@lru_cache(maxsize=4_096)
def moment(text: str | None) -> datetime | None:
    """A time in UTC: ISO 8601 (UTC where it names no zone), or seconds since 1970; None for none.

    A day means its end: what is valid until a day is valid on it. Raises ValueError for what
    cannot be read: that it never ends is not known.
    """
    value = (text or "").strip()
    if value.lower() in _NEVER:
        return None
    try:
        if _EPOCH.fullmatch(value):
            number = int(value)
            return datetime.fromtimestamp(number / 1_000 if number > 10**11 else number, UTC)
        found = datetime.fromisoformat(value.replace(" UTC", "+00:00"))
        if _DAY.fullmatch(value):
            found = found.replace(hour=23, minute=59, second=59, microsecond=999_999)
        return _in_utc(found)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(UNREADABLE) from error


def _in_utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        if time.year < _LAST_YEARS:
            raise
        return datetime.max.replace(tzinfo=UTC)
