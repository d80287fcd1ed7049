"""STIX 2.0 and 2.1 bundles: addresses, names and traffic that objects name, patterns too.

Read twice, so that references may point anywhere: first markings, places and who refers to them,
then the objects. What an indicator or an infrastructure names is a sign of an attack and perhaps
the attacker's own: it is flagged so. Source: STIX 2.1 (OASIS) with its markings of TLP 1.0, and the
extension of OASIS for TLP 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import Record, records
from alpheus.exposure.imports.model import Listing, Loss
from alpheus.exposure.imports.opening import Source

REFERENCES = 500_000
"""Most objects that are remembered to resolve references."""

_TLP = {
    "613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:CLEAR",
    "34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
    "f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
    "5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
    "94868c89-83c2-464b-929b-a1a8aa3c8487": "TLP:CLEAR",
    "bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "TLP:GREEN",
    "55d920b0-5e8b-4f79-9ee9-91f868d9b421": "TLP:AMBER",
    "939a9414-2ddd-4d32-a0cd-375ea402b003": "TLP:AMBER+STRICT",
    "e828b379-4e03-4974-9ac4-e53a884c97c1": "TLP:RED",
}
"""The markings that the standard fixes, by their UUIDs; first TLP 1.0, then TLP 2.0."""

_ADDRESSES = ("ipv4-addr", "ipv6-addr")
_PLACES = (*_ADDRESSES, "domain-name", "url")
_PATTERN = re.compile(
    r"(?:ipv[46]-addr|domain-name|url):value\s*(?:=|LIKE|ISSUBSET)\s*'((?:[^'\\]|\\.)*)'"
    r"|(?:ipv[46]-addr|domain-name|url):value\s*IN\s*\(([^()]{1,100000})\)"
)
_PATTERN_PORT = re.compile(r"network-traffic:dst_port\s*=\s*(\d{1,5})")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")
_MOST_OF_ONE = 10_000
_MOST_FLAWS = 100
_LONGEST_ID = 200
_LONGEST_PATTERN = 1 << 20


@dataclass(slots=True)
class _Seen:
    """When and how often something was seen, and by what."""

    first: str = ""
    last: str = ""
    about: str = ""
    tlp: str = ""
    indicator: bool = False

    def join(self, first: str, last: str, about: str) -> None:
        """Take in another sighting."""
        self.first = min(filter(None, (self.first, first)), default="")
        self.last = max(filter(None, (self.last, last)), default="")
        self.about = self.about or about


@dataclass(slots=True)
class _References:
    """What the first reading remembers."""

    labels: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    seen: dict[str, _Seen] = field(default_factory=dict)
    cves: dict[str, tuple[str, ...]] = field(default_factory=dict)
    open_to: dict[str, list[str]] = field(default_factory=dict)
    dropped: int = 0

    def room(self) -> bool:
        """Whether another object can be remembered."""
        if len(self.values) + len(self.seen) + len(self.open_to) < REFERENCES:
            return True
        self.dropped += 1
        return False


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per place that an object names."""
    known = _References()
    for item in _all(source):
        if not isinstance(item, Loss):
            _remember(item[1], known)
    for item in _all(source):
        if isinstance(item, Loss):
            yield item
        else:
            yield from _listings(item[0], item[1], known)
    if known.dropped:
        yield Loss(0, f"{known.dropped:,} objects beyond {REFERENCES:,} were not referred to")


def _all(source: Source) -> Iterator[tuple[int, Record] | Loss]:
    return records(source, within=frozenset({b"objects"}))


def _remember(item: Record, known: _References) -> None:
    kind, identity = fields.text_at(item, "type"), fields.text_at(item, "id")
    if len(identity) > _LONGEST_ID:
        return
    if kind == "marking-definition":
        label = _label_of_definition(item)
        if label and known.room():
            known.labels[identity] = label
    elif kind in _PLACES and known.room():
        known.values[identity] = fields.text_at(item, "value")[: fields.ATTRIBUTE_LENGTH]
    elif kind == "observed-data":
        _see(fields.texts_of(item.get("object_refs")), item, known, "first_observed",
             "last_observed")  # fmt: skip
    elif kind == "sighting":
        _see(fields.texts_of(item.get("sighting_of_ref")), item, known, "first_seen", "last_seen")
        _see(fields.texts_of(item.get("observed_data_refs")), item, known, "first_seen",
             "last_seen")  # fmt: skip
    elif kind == "vulnerability" and known.room():
        known.cves[identity] = fields.cves((fields.text_at(item, "name"),))
    elif kind == "relationship":
        _relate(item, known)


def _see(refs: list[str], item: Record, known: _References, first: str, last: str) -> None:
    for ref in refs[:_MOST_OF_ONE]:
        if len(ref) <= _LONGEST_ID and (ref in known.seen or known.room()):
            known.seen.setdefault(ref, _Seen()).join(
                fields.utc(fields.text_at(item, first)), fields.utc(fields.text_at(item, last)),
                fields.text_at(item, "id"),
            )  # fmt: skip


def _relate(item: Record, known: _References) -> None:
    """`has` a vulnerability; `consists-of` a place."""
    source, target = fields.text_at(item, "source_ref"), fields.text_at(item, "target_ref")
    kind = fields.text_at(item, "relationship_type")
    if max(len(source), len(target)) > _LONGEST_ID:
        return
    if kind == "has" and target.startswith("vulnerability--") and known.room():
        flaws = known.open_to.setdefault(source, [])
        if len(flaws) < _MOST_FLAWS:
            flaws.append(target)
    elif kind == "consists-of" and source.startswith("infrastructure--") and known.room():
        seen = known.seen.setdefault(target, _Seen())
        seen.about, seen.indicator = source, True


def _label_of_definition(item: Record) -> str:
    text = fields.text_at(item, "definition", "tlp")
    extensions = item.get("extensions")
    for extension in extensions.values() if isinstance(extensions, dict) else ():
        text = text or fields.text_at(extension, "tlp_2_0")
    return fields.tlp_label(text)


def _labels(item: Record, known: _References) -> str:
    """The strictest label of an object."""
    refs = fields.texts_of(item.get("object_marking_refs"))
    fixed = (_TLP.get(ref.removeprefix("marking-definition--"), "") for ref in refs)
    return fields.strictest((*fixed, *(known.labels.get(ref, "") for ref in refs)))


def _listings(row: int, item: Record, known: _References) -> Iterator[Listing | Loss]:
    kind = fields.text_at(item, "type")
    if kind in _PLACES:
        yield _listing(row, item, known, fields.text_at(item, "value"), 0)
    elif kind == "network-traffic":
        target = known.values.get(fields.text_at(item, "dst_ref"), "")
        if target:
            yield _listing(row, item, known, target, fields.port(item.get("dst_port")) or 0)
    elif kind == "indicator":
        yield from _indicated(row, item, known)
    elif kind == "infrastructure":
        name = fields.text_at(item, "name")
        if fields.address(name) or "." in fields.host_name(name):
            yield _listing(row, item, known, name, 0, indicator=True)
    elif kind == "observed-data":
        yield from _embedded(row, item, known)


def _indicated(row: int, item: Record, known: _References) -> Iterator[Listing | Loss]:
    pattern = fields.text_at(item, "pattern")[:_LONGEST_PATTERN]
    kind = fields.text_at(item, "pattern_type") or "stix"
    if kind != "stix":
        return
    port = _PATTERN_PORT.search(pattern)
    found: dict[str, None] = {}
    for match in _PATTERN.finditer(pattern):
        values = [match[1]] if match[1] is not None else _QUOTED.findall(match[2])
        found |= dict.fromkeys(re.sub(r"\\(.)", r"\1", value) for value in values)
    for value in list(found)[:_MOST_OF_ONE]:
        number = fields.port(port[1]) if port else 0
        yield _listing(row, item, known, value, number or 0, indicator=True)


def _embedded(row: int, item: Record, known: _References) -> Iterator[Listing | Loss]:
    """The objects within observed data, as STIX 2.0 has them."""
    objects = item.get("objects")
    for inner in objects.values() if isinstance(objects, dict) else ():
        if fields.text_at(inner, "type") in _PLACES:
            yield _listing(row, item, known, fields.text_at(inner, "value"), 0)


def _listing(
    row: int, item: Record, known: _References, value: str, port: int, *, indicator: bool = False
) -> Listing | Loss:
    url_scheme, url_host, url_port, _ = fields.url_parts(value)
    address = fields.address(value) or fields.address(url_host)
    address = address or fields.address(re.sub(r"/(?:32|128)$", "", value))
    name = "" if address else fields.host_name(url_host or value)
    kind = fields.text_at(item, "type")
    if not (address or name):
        return Loss(row, f"{kind} names neither one address nor a name")
    identity = fields.text_at(item, "id")
    seen = known.seen.get(identity, _Seen())
    about = {
        "type": kind, "id": identity, "name": fields.text_at(item, "name"),
        "description": fields.text_at(item, "description"),
        "labels": " ".join(fields.texts_of(item.get("labels"))), "seen_in": seen.about,
    }  # fmt: skip
    first, last = _times(item, seen)
    return Listing(
        row, value, address, port or url_port, (name,) if name else (),
        scheme=url_scheme or "https",
        vulnerable=tuple(cve for ref in known.open_to.get(identity, ())
                         for cve in known.cves.get(ref, ())),
        compromised=fields.compromise_word(fields.texts_of(item.get("labels"))),
        indicator=indicator or seen.indicator,
        time=last or first, first_seen=first, last_seen=last, tlp=_labels(item, known),
        attributes={k: v[: fields.ATTRIBUTE_LENGTH] for k, v in about.items() if v},
    )  # fmt: skip


def _times(item: Record, seen: _Seen) -> tuple[str, str]:
    """When an object was first and last seen, by itself or by what refers to it."""
    firsts = ("first_observed", "first_seen", "valid_from", "created")
    first = seen.first or next(
        (t for name in firsts if (t := fields.utc(fields.text_at(item, name)))), ""
    )
    lasts = ("last_observed", "last_seen", "modified")
    last = seen.last or next(
        (t for name in lasts if (t := fields.utc(fields.text_at(item, name)))), ""
    )
    return first, max(first, last)
