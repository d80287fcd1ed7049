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


class _Head(msgspec.Struct, gc=False):
    """The parts of a `System` section that say what an event is, and of when and where."""

    provider: _Provider = msgspec.field(name="Provider")
    event_id: int | str | _EventId = msgspec.field(name="EventID")
    created: _TimeCreated = msgspec.field(name="TimeCreated")
    channel: str | None = msgspec.field(name="Channel", default=None)
    computer: str | None = msgspec.field(name="Computer", default=None)


class _Event(msgspec.Struct, gc=False):
    system: _Head = msgspec.field(name="System")


class _Root(msgspec.Struct, gc=False):
    event: _Event = msgspec.field(name="Event")


_decode = msgspec.json.Decoder(_Root).decode
_BROKEN = (msgspec.DecodeError, RecursionError, UnicodeEncodeError)


def read_heads(texts: Sequence[str]) -> tuple[list[Kind | None], list[str | None]]:
    """What events are and when they were, as it is written.

    None where a text is no JSON, or its head has another shape.
    """
    kinds: list[Kind | None] = []
    times: list[str | None] = []
    add_kind, add_time = kinds.append, times.append
    for text in texts:
        try:
            head = _decode(text).event.system
        except _BROKEN:
            add_kind(None)
            add_time(None)
            continue
        number = head.event_id
        if isinstance(number, _EventId):
            number = number.text
        add_kind((head.provider.attributes.name, head.channel, number, head.computer, _UTC))
        add_time(head.created.attributes.time)
    return kinds, times
