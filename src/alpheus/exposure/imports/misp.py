"""MISP events in JSON: attributes and objects that name addresses, host names or URLs.

An event is read whole, up to 48 MB. What is marked for detection (`to_ids`) is a sign of an attack
and perhaps the attacker's own address: it is flagged so. Source: MISP's core format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import Record, records
from alpheus.exposure.imports.model import Listing, Loss
from alpheus.exposure.imports.opening import Source

EVENT_LIMIT = 48 << 20
_MOST_TAGS = 100
_PLACES = frozenset({
    "ip-src", "ip-dst", "ip-src|port", "ip-dst|port", "domain", "hostname", "domain|ip",
    "hostname|port", "url", "uri", "link",
})  # fmt: skip
_ABOUT = ("type", "category", "comment", "uuid", "object_relation", "to_ids")


@dataclass(frozen=True, slots=True)
class _Context:
    """What an event says of all that it holds."""

    about: dict[str, str]
    tags: tuple[str, ...]
    time: str


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per attribute, or per object, that names a place."""
    row = 0
    for item in records(source, within=frozenset({b"response"}), limit=EVENT_LIMIT):
        if isinstance(item, Loss):
            yield item
            continue
        for event in _events(item[1]):
            context = _context(event)
            for group in _groups(event):
                row += 1
                yield from _listings(row, group, context)


def _events(record: Record) -> Iterator[Record]:
    response = record.get("response")
    inner = response if isinstance(response, dict) else record
    event = inner.get("Event")
    yield event if isinstance(event, dict) else inner


def _context(event: Record) -> _Context:
    about = {
        "event": fields.text_at(event, "uuid") or fields.text_at(event, "id"),
        "info": fields.text_at(event, "info")[: fields.ATTRIBUTE_LENGTH],
        "organisation": fields.text_at(event, "Orgc", "name"),
    }
    time = fields.utc(fields.text_at(event, "date") or fields.text_at(event, "timestamp"))
    return _Context({k: v for k, v in about.items() if v}, tuple(_tags(event)), time)


def _tags(value: Record) -> Iterator[str]:
    tags = value.get("Tag")
    for tag in tags[:_MOST_TAGS] if isinstance(tags, list) else ():
        if name := fields.text_at(tag, "name"):
            yield name


def _groups(event: Record) -> Iterator[list[Record]]:
    """Attributes that stand alone, and those of each object together; if one names a place."""
    for attribute in _objects(event.get("Attribute")):
        if fields.text_at(attribute, "type") in _PLACES:
            yield [attribute]
    for item in _objects(event.get("Object")):
        attributes = list(_objects(item.get("Attribute")))
        if any(fields.text_at(a, "type") in _PLACES for a in attributes):
            name = fields.text_at(item, "name")
            yield [{**a, "object_relation": f"{name}.{fields.text_at(a, 'object_relation')}"}
                   for a in attributes]  # fmt: skip


def _objects(value: object) -> Iterator[Record]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict) and item.get("deleted") is not True:
            yield item


def _listings(row: int, group: list[Record], context: _Context) -> Iterator[Listing | Loss]:
    addresses: dict[str, None] = {}
    names: dict[str, None] = {}
    port, scheme = 0, ""
    for attribute in group:
        kind, value = fields.text_at(attribute, "type"), fields.text_at(attribute, "value")
        if kind == "port" or (kind == "counter" and "port" in value):
            port = port or fields.port(value) or 0
        if kind not in _PLACES:
            continue
        found = list(_place(kind, value))
        for address, name, its_port, its_scheme in found:
            addresses |= {address: None} if address else {}
            names |= {name: None} if name else {}
            port, scheme = port or its_port, scheme or its_scheme
    if not (addresses or names):
        yield Loss(row, f"{fields.text_at(group[0], 'type')} names no place")
        return
    for address in addresses or {"": None}:
        yield _listing(row, group, context, _Place(address, tuple(names), port, scheme))


def _place(kind: str, value: str) -> Iterator[tuple[str, str, int, str]]:
    """Address, name, port and scheme of a value."""
    if kind in {"url", "uri", "link"}:
        scheme, host, port, _ = fields.url_parts(value)
        yield fields.address(host), fields.host_name(host), port, scheme
        return
    first, _, second = value.partition("|")
    port = (fields.port(second) or 0) if kind.endswith("|port") else 0
    yield fields.address(first), fields.host_name(first), port, ""
    if kind == "domain|ip":
        yield fields.address(second), "", 0, ""


class _Place(NamedTuple):
    """Where a server is."""

    address: str
    names: tuple[str, ...]
    port: int
    scheme: str


def _listing(row: int, group: list[Record], context: _Context, place: _Place) -> Listing:
    tags = (*context.tags, *(tag for attribute in group for tag in _tags(attribute)))
    first = [fields.utc(fields.text_at(a, "first_seen")) for a in group]
    last = [fields.utc(fields.text_at(a, "last_seen")) for a in group]
    made = [fields.utc(fields.text_at(a, "timestamp")) for a in group]
    last_seen = max((time for time in last if time), default="") or max(made, default="")
    last_seen = last_seen or context.time
    first_seen = min((time for time in first if time), default="") or context.time or last_seen
    about = {name: fields.text_at(group[0], name) for name in _ABOUT}
    others = {"tags": " ".join(tags), **context.about, **about}
    return Listing(
        row, place.address or place.names[0], place.address, place.port, place.names,
        scheme=place.scheme or "https",
        compromised=fields.compromise_word(tags),
        indicator=any(a.get("to_ids") is True for a in group),
        time=last_seen, first_seen=first_seen, last_seen=last_seen,
        tlp=fields.strictest(map(fields.tlp_label, tags)),
        attributes={k: v[: fields.ATTRIBUTE_LENGTH] for k, v in others.items() if v},
    )  # fmt: skip
