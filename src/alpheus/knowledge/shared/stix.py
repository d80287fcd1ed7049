"""STIX 2.1 bundles (docs.oasis-open.org/cti/stix/v2.1): objects of the type `indicator`.

A pattern is taken apart where it is a choice of single comparisons (`OR`). One that asks for
several at once is no indicator by any part of it, and is left out with that reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from alpheus.knowledge.shared.model import Shared, Tlp
from alpheus.knowledge.shared.times import moment
from alpheus.knowledge.shared.values import NO_VALUE, host_of, typed
from alpheus.model import Confidence

_COMPARISON = re.compile(
    r"\s*(?P<path>[a-z0-9-]+:[A-Za-z0-9_.\-']+)\s*=\s*'(?P<value>(?:[^'\\]|\\.)*)'\s*"
)
_PATHS = {
    "ipv4-addr:value": "ip", "ipv6-addr:value": "ip", "domain-name:value": "domain",
    "url:value": "url", "file:hashes.'SHA-256'": "sha256", "file:hashes.SHA256": "sha256",
    "file:hashes.'SHA-1'": "sha1", "file:hashes.SHA1": "sha1", "file:hashes.MD5": "md5",
    "file:hashes.'MD5'": "md5", "network-traffic:dst_ref.value": "ip",
    "network-traffic:src_ref.value": "ip",
}  # fmt: skip
_TOGETHER = "a pattern that asks for more than one thing at once"
_LANGUAGE = "a pattern in another language than STIX"
_REVOKED = "taken back by who shared it"
_BENIGN = "said to be harmless"
_TLP_1 = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": Tlp.CLEAR,
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": Tlp.GREEN,
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": Tlp.AMBER,
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Tlp.RED,
}
"""The ids of STIX 2.1, part 7.2.1.4."""

_TLP_2 = {
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": Tlp.CLEAR,
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": Tlp.GREEN,
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": Tlp.AMBER,
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": Tlp.AMBER_STRICT,
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": Tlp.RED,
}
"""The ids of the extension for TLP 2.0 of the OASIS committee."""


class _Object(msgspec.Struct):
    type: str = ""
    id: str = ""
    name: str = ""
    pattern: str = ""
    pattern_type: str = "stix"
    confidence: int | None = None
    valid_until: str | None = None
    revoked: bool = False
    indicator_types: list[str] = []
    created_by_ref: str = ""
    object_marking_refs: list[str] = []
    definition_type: str = ""
    definition: dict[str, str] = {}


class _Bundle(msgspec.Struct):
    type: str
    objects: list[_Object] = []


_decode = msgspec.json.Decoder(_Bundle, strict=False).decode


def read_stix(content: bytes, source: str) -> Iterator[Shared | str]:
    """What a bundle shares, or the reasons why an indicator of it is not used.

    Raises ValueError where it is no bundle.
    """
    bundle = _decode(content)
    if bundle.type != "bundle":
        raise ValueError(f"an object of the type {bundle.type!r}; a bundle is expected")
    names = {one.id: one.name for one in bundle.objects if one.type == "identity"}
    marks = _marks(bundle.objects)
    for one in bundle.objects:
        if one.type == "indicator":
            yield from _indicator(one, names.get(one.created_by_ref, "") or source, marks)


def _marks(objects: list[_Object]) -> Mapping[str, Tlp]:
    """What each marking means, also those that a bundle defines itself."""
    found = _TLP_1 | _TLP_2
    for one in objects:
        if one.type == "marking-definition":
            told = Tlp.of(one.definition.get("tlp", "") or one.name)
            if told is not None:
                found[one.id] = told
    return found


def _indicator(one: _Object, source: str, marks: Mapping[str, Tlp]) -> Iterator[Shared | str]:
    if one.revoked:
        yield _REVOKED
        return
    if one.indicator_types and set(one.indicator_types) <= {"benign"}:
        yield _BENIGN
        return
    if one.pattern_type != "stix":
        yield _LANGUAGE
        return
    until = moment(one.valid_until)
    tlp = max((marks[ref] for ref in one.object_marking_refs if ref in marks),
              key=lambda each: each.rank, default=None)  # fmt: skip
    for found in _values(one.pattern):
        if isinstance(found, str):
            yield found
        else:
            yield Shared(*found, one.name, source, _confidence(one.confidence), tlp, until)


def _values(pattern: str) -> Iterator[tuple[str, str] | str]:
    """The values that a pattern lets choose from."""
    rest = pattern.strip()
    compared: list[tuple[str, str]] = []
    while rest:
        rest = rest.lstrip("[( ")
        match = _COMPARISON.match(rest)
        if match is None:
            yield _TOGETHER if compared or "=" in rest else NO_VALUE
            return
        compared.append((match["path"], re.sub(r"\\(.)", r"\1", match["value"])))
        rest = rest[match.end() :].lstrip("]) ")
        if not rest:
            break
        if not rest.startswith("OR"):
            yield _TOGETHER
            return
        rest = rest[2:]
    for path, value in compared:
        kind = _PATHS.get(path)
        if kind is None:
            yield NO_VALUE
        else:
            yield host_of(value) if kind == "url" else typed(kind, value)


def _confidence(number: int | None) -> Confidence:
    """By the scale None/Low/Med/High of STIX 2.1, appendix A."""
    if number is None or 30 <= number < 70:
        return Confidence.MEDIUM
    return Confidence.HIGH if number >= 70 else Confidence.LOW
