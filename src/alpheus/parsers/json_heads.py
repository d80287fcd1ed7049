"""What an event says of itself in each dialect of JSON, read without making objects of its data.

Each structure takes only what `json_dialects` would read in the same way: where a name that decides
between dialects has another value, or a value another type, nothing is told, and such an event is
to be read in full.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType, field

from alpheus.model import TimeBasis
from alpheus.parsers.event_selection import Kind, Time
from alpheus.parsers.event_time import from_epoch, from_local, from_text, to_utc

_BROKEN = (msgspec.DecodeError, RecursionError, UnicodeEncodeError)
_UTC = TimeBasis.UTC.value
_Absent = None | UnsetType
"""Of a name: it is not there, or null."""


Head = tuple[Kind | None, Time]
"""What an event is, and when it was; made of every event, so it has no names."""

_UNKNOWN: Head = None, None


class _Number(msgspec.Struct, gc=False):
    text: int | str | UnsetType = field(name="#text", default=UNSET)
    value: int | str | UnsetType = field(name="Value", default=UNSET)


class _NameAttributes(msgspec.Struct, gc=False):
    own: str = field(name="Name")


class _Provider(msgspec.Struct, gc=False):
    attributes: _NameAttributes | UnsetType = field(name="#attributes", default=UNSET)
    own: str | UnsetType = field(name="Name", default=UNSET)


class _TimeAttributes(msgspec.Struct, gc=False):
    own: int | float | str = field(name="SystemTime")


class _TimeCreated(msgspec.Struct, gc=False):
    attributes: _TimeAttributes | UnsetType = field(name="#attributes", default=UNSET)
    own: int | float | str | UnsetType = field(name="SystemTime", default=UNSET)


class _System(msgspec.Struct, gc=False):
    event_id: int | str | _Number = field(name="EventID")
    provider: _Provider | None = field(name="Provider", default=None)
    provider_beside: _Provider | None = field(name="Provider_attributes", default=None)
    created: _TimeCreated | None = field(name="TimeCreated", default=None)
    created_beside: _TimeCreated | None = field(name="TimeCreated_attributes", default=None)
    channel: str | None = field(name="Channel", default=None)
    computer: str | None = field(name="Computer", default=None)


class _Event(msgspec.Struct, gc=False):
    system: _System = field(name="System")


class _Dump(msgspec.Struct, gc=False):
    event: _Event = field(name="Event")


class _Sections(msgspec.Struct, gc=False):
    system: _System = field(name="System")
    event: _Absent = field(name="Event", default=None)


class _Winlog(msgspec.Struct, gc=False):
    event_id: int | str
    provider_name: str | None = None
    channel: str | None = None
    computer_name: str | None = None


class _Winlogbeat(msgspec.Struct, gc=False):
    winlog: _Winlog
    time: str | None = field(name="@timestamp", default=None)
    event: _Absent = field(name="Event", default=None)
    system: _Absent = field(name="System", default=None)


class _Winlogbeat6(msgspec.Struct, gc=False):
    log_name: str | None
    event_id: int | str
    source_name: str | None = None
    computer_name: str | None = None
    time: str | None = field(name="@timestamp", default=None)
    event: _Absent = field(name="Event", default=None)
    system: _Absent = field(name="System", default=None)
    winlog: _Absent = None


class _Flat(msgspec.Struct, gc=False):
    event_id: int | str | _Number = field(name="EventID")
    source_name: str | None = field(name="SourceName", default=None)
    provider_name: str | None = field(name="Provider_Name", default=None)
    provider: str | None = field(name="Provider", default=None)
    channel: str | None = field(name="Channel", default=None)
    log: str | None = field(name="LogName", default=None)
    file: str | None = field(name="FileName", default=None)
    host: str | None = field(name="Hostname", default=None)
    computer: str | None = field(name="Computer", default=None)
    time: int | float | str | UnsetType | None = field(name="EventTime", default=UNSET)
    created: int | float | str | None = field(name="TimeCreated", default=None)
    utc_time: str | UnsetType = field(name="UtcTime", default=UNSET)
    arrival: str | None = field(name="@timestamp", default=None)
    event: _Absent = field(name="Event", default=None)
    system: _Absent = field(name="System", default=None)
    winlog: _Absent = None
    log_name: _Absent = UNSET


class _Dialect(NamedTuple):
    decode: Callable[[bytes], Any]
    read: Callable[[Any, str], Head]


class HeadReader:
    """Reads the heads of the events of one file; `timezone` is the zone of times without one."""

    def __init__(self, timezone: tzinfo | None) -> None:
        self._timezone = timezone
        readers: tuple[tuple[type[msgspec.Struct], Callable[[Any, str], Head]], ...] = (
            (_Dump, _of_dump),
            (_Sections, _of_sections),
            (_Winlogbeat, _of_winlogbeat),
            (_Winlogbeat6, _of_winlogbeat_6),
            (_Flat, self._of_flat),
        )
        self._dialects = [_plain(*reader) for reader in readers]
        self._dialects += [_wrapped(*reader) for reader in readers]
        self._usual = self._dialects[0]

    def read(self, contents: Sequence[bytes], texts: Sequence[str | None]) -> list[Head]:
        """The heads of events; `texts` are the contents decoded, None where that was not strict."""
        found: list[Head] = []
        decode, read = self._usual
        for content, text in zip(contents, texts, strict=True):
            if text is None:
                found.append(_UNKNOWN)
                continue
            try:
                head = decode(content)
            except _BROKEN:
                found.append(self._in_any(content, text))
                decode, read = self._usual
            else:
                found.append(read(head, text))
        return found

    def _in_any(self, content: bytes, text: str) -> Head:
        for dialect in self._dialects:
            try:
                head = dialect.decode(content)
            except _BROKEN:
                continue
            self._usual = dialect
            return dialect.read(head, text)
        return _UNKNOWN

    def _of_flat(self, head: _Flat, text: str) -> Head:
        number = _number(head.event_id)
        if not number or head.log_name is not UNSET:
            return _UNKNOWN
        moment = self._flat_time(head, text)
        if moment is None:
            return _UNKNOWN
        time, basis = moment
        provider = head.source_name or head.provider_name or head.provider or ""
        channel = head.channel or head.log or head.file
        return (provider, channel, number, head.host or head.computer, basis.value), time

    def _flat_time(self, head: _Flat, text: str) -> tuple[datetime | None, TimeBasis] | None:
        """Time and basis; None where Sysmon's clock may stand in a place that was not read."""
        value = head.created if isinstance(head.time, UnsetType) else head.time
        if isinstance(value, int | float):
            return from_epoch(value), TimeBasis.UTC
        time = from_text(value or "")
        if time is None or time.tzinfo is None:
            clocks = text.count('"UtcTime"')
            known = isinstance(head.utc_time, str)
            if clocks != int(known) or "\\u" in text:
                return None
            utc = from_text(head.utc_time) if isinstance(head.utc_time, str) else None
            if utc is not None:
                return to_utc(utc), TimeBasis.UTC
        if time is not None:
            return from_local(time, self._timezone)
        arrival = from_text(head.arrival or "")
        return (to_utc(arrival) if arrival else None), TimeBasis.UNKNOWN


def _plain(shape: type[msgspec.Struct], read: Callable[[Any, str], Head]) -> _Dialect:
    """The dialect as it is; what holds a record in `_source` is another."""
    plain = msgspec.defstruct(
        f"Plain{shape.__name__}",
        [("source", _Absent, field(name="_source", default=None))],
        bases=(shape,),
        kw_only=True,
        gc=False,
    )
    return _Dialect(msgspec.json.Decoder(plain).decode, read)


def _wrapped(shape: type[msgspec.Struct], read: Callable[[Any, str], Head]) -> _Dialect:
    """The dialect as searches of a cluster give it."""
    wrapped = msgspec.defstruct(
        f"Wrapped{shape.__name__}", [("source", shape, field(name="_source"))], gc=False
    )
    return _Dialect(
        msgspec.json.Decoder(wrapped).decode, lambda head, text: read(head.source, text)
    )


def _of_dump(head: _Dump, text: str) -> Head:  # noqa: ARG001 - one form of all readers
    return _of_system(head.event.system)


def _of_sections(head: _Sections, text: str) -> Head:  # noqa: ARG001 - one form of all readers
    return _of_system(head.system)


def _of_system(system: _System) -> Head:
    number = _number(system.event_id)
    provider = system.provider or system.provider_beside
    created = system.created or system.created_beside
    name = "" if provider is None else _own(provider)
    time = None if created is None else _own(created)
    if number is None or name is UNSET or time is UNSET:
        return _UNKNOWN
    return (name, system.channel, number, system.computer, _UTC), time


def _own(holder: _Provider | _TimeCreated) -> Any:  # noqa: ANN401 - of the type of the attribute
    """The attribute of an element, of whichever writer; UNSET if there is none."""
    inner = holder.attributes
    return holder.own if isinstance(inner, UnsetType) else inner.own


def _number(number: int | str | _Number) -> int | str | None:
    """The event id; None if nothing is told."""
    if not isinstance(number, _Number):
        return number
    found = number.value if isinstance(number.text, UnsetType) else number.text
    return None if isinstance(found, UnsetType) else found


def _of_winlogbeat(head: _Winlogbeat, text: str) -> Head:  # noqa: ARG001 - one form of all readers
    event = head.winlog
    if event.event_id == "":
        return _UNKNOWN
    kind = event.provider_name or "", event.channel, event.event_id, event.computer_name, _UTC
    return kind, head.time


def _of_winlogbeat_6(head: _Winlogbeat6, text: str) -> Head:  # noqa: ARG001 - one form of all readers
    kind = head.source_name or "", head.log_name, head.event_id, head.computer_name, _UTC
    return kind, head.time
