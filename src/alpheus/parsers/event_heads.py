"""What an event says of itself, read from its JSON without making objects of its data.

Only the shape that native readers of EVTX write is taken, and `Event.System` dumps like it; any
other shape is told as unknown, and such an event is to be read in full.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

_TIME_LENGTH = len("2021-03-03T06:59:20.123456Z")
_HOURS_KEPT = 4096


class _ProviderAttributes(msgspec.Struct, gc=False):
    name: str = msgspec.field(name="Name")


class _Provider(msgspec.Struct, gc=False):
    attributes: _ProviderAttributes = msgspec.field(name="#attributes")


class _TimeAttributes(msgspec.Struct, gc=False):
    time: str = msgspec.field(name="SystemTime")


class _TimeCreated(msgspec.Struct, gc=False):
    attributes: _TimeAttributes = msgspec.field(name="#attributes")


class _EventId(msgspec.Struct, gc=False):
    text: int | str = msgspec.field(name="#text")


class Head(msgspec.Struct, gc=False):
    """The parts of a `System` section that decide what an event is; see the functions below."""

    provider: _Provider = msgspec.field(name="Provider")
    event_id: int | str | _EventId = msgspec.field(name="EventID")
    created: _TimeCreated = msgspec.field(name="TimeCreated")
    channel: str | None = msgspec.field(name="Channel", default=None)
    computer: str | None = msgspec.field(name="Computer", default=None)


class _Event(msgspec.Struct, gc=False):
    system: Head = msgspec.field(name="System")


class _Root(msgspec.Struct, gc=False):
    event: _Event = msgspec.field(name="Event")


_decode = msgspec.json.Decoder(_Root).decode


def read_head(text: str) -> Head | None:
    """The head of an event; None if the text is no JSON, or its head has another shape."""
    try:
        return _decode(text).event.system
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None


def event_id_of(head: Head) -> str:
    """The event id as text."""
    number = head.event_id
    return str(number.text if isinstance(number, _EventId) else number)


class HourClock:
    """Reads times as native readers write them, and the hour since 1970 that they are in."""

    def __init__(self) -> None:
        self._hours: dict[str, int] = {}

    def read(self, text: str) -> tuple[datetime, int] | None:
        """Time in UTC and hour; None if the time is written in any other way."""
        if len(text) != _TIME_LENGTH or text[26] != "Z" or text[10] != "T" or text[7] != "-":
            return None
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            return None
        hour = self._hours.get(text[:13])
        if hour is None:
            hour = int(time.timestamp()) // 3600
            if time.tzinfo is not UTC or text[4] != "-" or text[13] != ":" or hour <= 0:
                return None
            if len(self._hours) >= _HOURS_KEPT:
                self._hours.clear()
            self._hours[text[:13]] = hour
        return time, hour
