"""Times as feeds write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_EPOCH = re.compile(r"\d{9,13}")


@lru_cache(maxsize=4_096)
def moment(text: str | None) -> datetime | None:
    """A time in UTC: ISO 8601 (UTC where it names no zone), or seconds since 1970; None for none.

    A day means its end: what is valid until a day is valid on it.
    """
    value = (text or "").strip()
    if not value:
        return None
    try:
        if _EPOCH.fullmatch(value):
            number = int(value)
            return datetime.fromtimestamp(number / 1_000 if number > 10**11 else number, UTC)
        found = datetime.fromisoformat(value.replace(" UTC", "+00:00"))
    except (ValueError, OverflowError, OSError):
        return None
    if len(value) == len("2021-03-02"):
        found = found.replace(hour=23, minute=59, second=59, microsecond=999_999)
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None
