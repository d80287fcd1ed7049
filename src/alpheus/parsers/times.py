"""Times as text logs write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from alpheus.model import TimeBasis

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?", re.ASCII)


def iso_time(text: str, separator: str | None = None) -> datetime | None:
    """The time at the start of `text` as UTC; a zone mark after it is not read.

    `separator`, if given, is the character that must stand between date and time.
    """
    match = _ISO.match(text)
    if match is None or (separator is not None and text[10] != separator):
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    micro = int((match[7] or "0").ljust(6, "0"))
    try:
        return datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)
    except ValueError:
        return None


def find_iso_time(text: str) -> datetime | None:
    """The first ISO time anywhere in `text` that is one, as UTC."""
    for match in _ISO.finditer(text):
        time = iso_time(match[0])
        if time is not None:
            return time
    return None


def local_time(naive: datetime, zone: tzinfo | None) -> tuple[datetime, TimeBasis]:
    """A local time as UTC if its zone was given; else its digits, marked as unknown.

    Raises nothing: a time that a zone shifts out of the calendar is left as it stands.
    """
    if zone is None:
        return naive.replace(tzinfo=UTC), TimeBasis.UNKNOWN
    try:
        return naive.replace(tzinfo=zone).astimezone(UTC), TimeBasis.CONVERTED
    except OverflowError:
        return naive.replace(tzinfo=UTC), TimeBasis.UNKNOWN
