"""One Windows event with one set of names, whatever wrote it: EVTX, XML, or a JSON dialect.

Names are those of the event log: `Channel`, `Provider_Name`, `EventID`, `Level`, `Computer`,
`EventRecordID`, `UserID`, then the names of EventData and UserData. Values without a name stand in
`Data`, in order. A name of EventData that collides with one of the record's own stands under
`EventData.<name>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from alpheus.model import Citation, Event, TimeBasis
from alpheus.parsers.event_source import event_source
from alpheus.parsers.iis_etw import is_web_request, web_request_fields

FieldValue = str | tuple[str, ...]
TEXT_LIMIT = 4000
_DEPTH_LIMIT = 16
_UNNAMED = re.compile(r"(?:Data|ComplexData)(?:_\d+)?$")
_CMDLET_SENTENCE = re.compile(r"\b([A-Z][a-z]+-[A-Z]\w+), \S+ (.*\S)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class WindowsEvent:
    """What a record says of itself, and its data. `record_id` is None where it is not a number."""

    provider: str
    channel: str
    event_id: str
    level: str
    computer: str
    record_id: str
    user_id: str
    time: datetime | None
    time_basis: TimeBasis
    data: Mapping[str, FieldValue] = field(default_factory=dict)


def scalar(value: object) -> str:
    """A JSON or XML value as text: '' for nothing, lower case truth values, no nested content."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        for key in ("#text", "Value", "$"):
            if key in value and not isinstance(value[key], dict | list):
                return scalar(value[key])
    return ""


def flatten(section: object) -> dict[str, FieldValue]:
    """EventData or UserData as flat names; empty named values are left out, unnamed ones kept.

    Takes every way in which tools write the section: `Data` as a string, a list, an object with
    `#text`, a list of objects with `@Name`; nested elements of UserData by their last name.
    """
    found: dict[str, FieldValue] = {}
    unnamed: list[str] = []
    for name, value in _leaves(section, 0):
        if name is None:
            unnamed.append(value)
        elif value:
            known = found.get(name)
            if known is None:
                found[name] = value
            else:
                found[name] = (*((known,) if isinstance(known, str) else known), value)
    if unnamed:
        found["Data"] = tuple(unnamed)
    return found


def _leaves(section: object, depth: int) -> Iterator[tuple[str | None, str]]:
    if depth > _DEPTH_LIMIT:
        return
    if isinstance(section, dict):
        for name, value in section.items():
            if name == "#text" or _UNNAMED.match(name):
                yield from _unnamed(value)
            elif isinstance(value, str):
                if name[0:1] != "@" and name != "xmlns":
                    yield name, value
            elif name != "#attributes" and not name.endswith("_attributes"):
                yield from _named(name, value, depth)
    elif section is not None:
        yield from _unnamed(section)


def _named(name: str, value: object, depth: int) -> Iterator[tuple[str | None, str]]:
    if isinstance(value, dict) and not ("#text" in value or "Value" in value):
        yield from _leaves(value, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _named(name, item, depth + 1)
    elif isinstance(value, dict) and isinstance(value.get("#text"), list):
        for item in value["#text"]:
            yield name, scalar(item)
    else:
        yield name, scalar(value)


def _unnamed(value: object) -> Iterator[tuple[str | None, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _unnamed(item)
    elif isinstance(value, dict):
        attributes = value.get("#attributes", value)
        name = None
        if isinstance(attributes, dict):
            name = scalar(attributes.get("Name", attributes.get("@Name"))) or None
        text = value.get("#text", value.get("$"))
        if isinstance(text, list):
            for item in text:
                yield name, scalar(item)
        else:
            yield name, scalar(text)
    else:
        yield None, scalar(value)


def as_event(record: WindowsEvent, citation: Citation) -> Event:
    """The record as an `Event` with the names of its source; IIS requests get W3C names.

    A citation without text gets the record in one line.
    """
    if is_web_request(record.provider, record.channel, record.event_id):
        time, fields = web_request_fields(record.data)
        host = record.computer or scalar(record.data.get("s-computername")) or None
        return Event("iis", time, TimeBasis.UTC, host, fields, _with_text(citation, fields))
    source = event_source(record.provider, record.channel, record.event_id)
    fields = _fields(record)
    if source == "msexchange-management":
        fields.update(_cmdlet(fields))
    _name_processes(source, fields)
    host = record.computer or None
    citation = _with_text(citation, fields)
    return Event(source, record.time, record.time_basis, host, fields, citation)


def _with_text(citation: Citation, fields: Mapping[str, FieldValue]) -> Citation:
    return citation if citation.text else replace(citation, text=one_line(fields))


def _fields(record: WindowsEvent) -> dict[str, FieldValue]:
    own = {
        "Channel": record.channel,
        "Provider_Name": record.provider,
        "EventID": record.event_id,
        "Level": record.level,
        "Computer": record.computer,
        "EventRecordID": record.record_id,
        "UserID": record.user_id,
    }
    fields: dict[str, FieldValue] = {name: value for name, value in own.items() if value}
    for name, value in record.data.items():
        if value:
            fields[f"EventData.{name}" if name in own else name] = value
    return fields


def _cmdlet(fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """Cmdlet and parameters: the first two values, or the sentence if only that was kept."""
    data = fields.get("Data")
    if isinstance(data, tuple):
        named = dict(zip(("Cmdlet", "Parameters"), data, strict=False))
        return {name: value for name, value in named.items() if value}
    sentence = _CMDLET_SENTENCE.search(scalar(fields.get("Message")))
    if sentence is None:
        return {}
    return {"Cmdlet": sentence[1], "Parameters": sentence[2].removesuffix(".")}


def _name_processes(source: str, fields: dict[str, FieldValue]) -> None:
    """Give event 4688 the names of Sysmon beside its own, so that one rule reads both."""
    if source == "windows-security" and fields.get("EventID") == "4688":
        for own, sysmon in (("NewProcessName", "Image"), ("ParentProcessName", "ParentImage")):
            if own in fields:
                fields.setdefault(sysmon, fields[own])


def one_line(fields: Mapping[str, FieldValue]) -> str:
    """A compact rendering of a record for a citation, at most 4,000 characters on one line."""
    parts = [f"EventID={scalar(fields.get('EventID'))}"]
    if "Provider_Name" in fields:
        parts.append(f"Provider={scalar(fields['Provider_Name'])}")
    for name, value in fields.items():
        if name not in ("EventID", "Provider_Name"):
            text = value if isinstance(value, str) else " | ".join(value)
            parts.append(f"{name}={text[:TEXT_LIMIT]}")
    return " ".join(" ".join(parts).split())[:TEXT_LIMIT]
