"""What an event says of itself, read from its JSON without making objects of its data.

Only the shape that native readers of EVTX write is taken; any other is told as unknown, and such an
event is to be read in full.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from alpheus.model import TimeBasis
from alpheus.parsers.event_selection import Kind

_UTC = TimeBasis.UTC.value


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
    """The parts of a `System` section that say what an event is, and of when and where."""

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
_BROKEN = (msgspec.DecodeError, RecursionError, UnicodeEncodeError)


def read_heads(texts: Sequence[str]) -> list[Head | None]:
    """The heads of events; None where a text is no JSON, or its head has another shape."""
    try:
        return [_decode(text).event.system for text in texts]
    except _BROKEN:
        return [_read_head(text) for text in texts]


def _read_head(text: str) -> Head | None:
    try:
        return _decode(text).event.system
    except _BROKEN:
        return None


def kinds_of(heads: Sequence[Head | None]) -> list[Kind | None]:
    """What events are, as it is written."""
    return [
        None
        if head is None
        else (head.provider.attributes.name, head.channel, _number(head), head.computer, _UTC)
        for head in heads
    ]


def _number(head: Head) -> int | str:
    number = head.event_id
    return number.text if isinstance(number, _EventId) else number


def times_of(heads: Sequence[Head | None]) -> list[str | None]:
    """When events were, as it is written."""
    return [None if head is None else head.created.attributes.time for head in heads]
