"""STIX 2.1 bundles (docs.oasis-open.org/cti/stix/v2.1): objects of the type `indicator`.

A pattern is taken apart where it is a choice of single comparisons (`OR`). One that asks for
several at once is no indicator by any part of it, and is left out with that reason. A marking that
is not understood, or is not there, counts as TLP:RED; one of a part of an object is one of it all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from alpheus.knowledge.shared.content import decoded, pieces, tolerant
from alpheus.knowledge.shared.model import UNMARKED, Entry, Marking, NotUsed, Shared, Tlp
from alpheus.knowledge.shared.times import UNREADABLE, moment
from alpheus.knowledge.shared.values import NO_VALUE, host_of, typed
from alpheus.model import Confidence

_COMPARISON = re.compile(
    r"\s*(?P<path>[a-z0-9-]+:[A-Za-z0-9_.\-']+)\s*(?:=|ISSUBSET)\s*"
    r"'(?P<value>(?:[^'\\]|\\.)*)'\s*",
    re.DOTALL,
)
_ALONE = re.compile(
    r"\[\s*(?P<path>[a-z0-9-]+:[A-Za-z0-9_.\-']+)\s*=\s*'(?P<value>[^'\\]*)'\s*\]\s*"
)
"""The usual pattern: one comparison, told by one look."""

_OPENING, _CLOSING = re.compile(r"[\[(\s]*"), re.compile(r"[\])\s]*")
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

_KNOWN = {ref: Marking(tlp) for ref, tlp in (_TLP_1 | _TLP_2).items()}
_NOT_KNOWN = Marking.strictest([None])
_KEPT = 10_000
_About = tuple[str, Confidence, Tlp | None, datetime | None, str]
"""Source, confidence, marking, end and remark, as `Shared` has them."""


class _Head(msgspec.Struct):
    type: str
    id: str = ""


class _Identity(msgspec.Struct):
    name: str = ""


class _Granular(msgspec.Struct):
    marking_ref: str = ""


class _Indicator(msgspec.Struct):
    name: str | None = None
    pattern: str = ""
    pattern_type: str = "stix"
    confidence: int | None = None
    valid_until: str | None = None
    revoked: bool = False
    indicator_types: list[str] | None = None
    created_by_ref: str | None = None
    object_marking_refs: list[str] | None = None
    granular_markings: list[_Granular] | None = None


class _Extension(msgspec.Struct):
    tlp_2_0: str = ""


class _Marking(msgspec.Struct):
    name: str = ""
    definition_type: str = ""
    definition: dict[str, str] = {}
    extensions: dict[str, _Extension] = {}


class _Bundle(msgspec.Struct):
    objects: msgspec.Raw
    type: str = "bundle"


_BUNDLE = msgspec.json.Decoder(_Bundle).decode
_HEAD = msgspec.json.Decoder(_Head).decode
_IDENTITY = msgspec.json.Decoder(_Identity).decode
_INDICATOR = msgspec.json.Decoder(_Indicator, strict=False).decode
_MARKING = msgspec.json.Decoder(_Marking).decode


def read_stix(content: bytes, source: str) -> Iterator[Entry]:
    """What a bundle, or a page of a TAXII server, shares, or why an indicator of it is not used.

    Raises ValueError where it is neither.
    """
    bundle = decoded(content, _BUNDLE)
    if bundle.type != "bundle":
        raise ValueError(f"an object of the type {bundle.type!r}; a bundle is expected")
    names: dict[str, str] = {}
    marks: dict[str, Marking] = {}
    indicators: list[tuple[int, msgspec.Raw]] = []
    for number, one in enumerate(pieces(bundle.objects), 1):
        head = tolerant(one, _HEAD)
        if isinstance(head, str):
            yield NotUsed(f"an object {head}", _place(number))
        elif head.type == "indicator":
            indicators.append((number, one))
        elif head.type == "identity":
            found = tolerant(one, _IDENTITY)
            names[head.id] = "" if isinstance(found, str) else found.name
        elif head.type == "marking-definition":
            marks[head.id] = _meant(one)
    # What an id of the standard means is not for a bundle to say.
    reading = _Reading(source, names, marks | _KNOWN)
    for number, one in indicators:
        for entry in reading.entries(one):
            yield NotUsed(entry, _place(number)) if isinstance(entry, str) else entry


def _place(number: int) -> str:
    return f"object {number}"


def _meant(content: msgspec.Raw) -> Marking:
    """What a marking means that a bundle defines itself.

    A statement, such as of a copyright, does not say to whom something may be told.
    """
    mark = tolerant(content, _MARKING)
    if isinstance(mark, str):
        return _NOT_KNOWN
    words = [*mark.definition.values(), mark.name]
    words += [one.tlp_2_0 for one in mark.extensions.values()]
    told = [Tlp.of(word) for word in words if word]
    if any(told):
        return Marking.strictest(one for one in told if one)
    silent = mark.definition_type == "statement" and not mark.name.upper().startswith("TLP")
    return UNMARKED if silent else _NOT_KNOWN


class _Reading:
    """What a bundle says beside its indicators."""

    def __init__(self, source: str, names: Mapping[str, str], marks: Mapping[str, Marking]) -> None:
        self._source = source
        self._names = names
        self._marks = marks
        self._known: dict[tuple[object, ...], _About | str] = {}

    def entries(self, content: msgspec.Raw) -> Sequence[Shared | str]:
        """The values of one indicator, or why there is none."""
        one = tolerant(content, _INDICATOR)
        if isinstance(one, str):
            return (one,)
        reason = _refused(one)
        if reason:
            return (reason,)
        about = self._about(one)
        if isinstance(about, str):
            return (about,)
        source, confidence, tlp, until, remark = about
        return [
            found if isinstance(found, str)
            else Shared(*found, one.name or "", source, confidence, tlp, until, remark)
            for found in _values(one.pattern)
        ]  # fmt: skip

    def _about(self, one: _Indicator) -> _About | str:
        """What is said of its values; many of a bundle say the same."""
        marks = one.object_marking_refs or ()
        if one.granular_markings:
            parts = (part.marking_ref for part in one.granular_markings if part.marking_ref)
            marks = [*marks, *parts]
        key = (one.created_by_ref, one.confidence, one.valid_until, *marks)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._known[key] = self._read(one, marks)
        return found

    def _read(self, one: _Indicator, marks: Iterable[str]) -> _About | str:
        """The marking is that of the whole object and of any part of it: the strictest counts."""
        try:
            until = moment(one.valid_until)
        except ValueError:
            return UNREADABLE
        mark = Marking.of_all(self._marks.get(ref, _NOT_KNOWN) for ref in marks)
        source = self._names.get(one.created_by_ref or "", "") or self._source
        return source, _confidence(one.confidence), mark.tlp, until, mark.remark


def _refused(one: _Indicator) -> str:
    if one.revoked:
        return _REVOKED
    if one.indicator_types and set(one.indicator_types) <= {"benign"}:
        return _BENIGN
    return _LANGUAGE if one.pattern_type != "stix" else ""


def _values(pattern: str) -> Sequence[tuple[str, str] | str]:
    """The values that a pattern lets choose from, or why there is none."""
    alone = _ALONE.fullmatch(pattern)
    if alone is not None:
        return (_value(alone[1], alone[2]),)
    compared: list[tuple[str, str]] = []
    at = 0
    while True:
        at = _skip(_OPENING, pattern, at)
        match = _COMPARISON.match(pattern, at)
        if match is None:
            return (_other_form(pattern, at, also=bool(compared)),)
        compared.append((match["path"], re.sub(r"\\(.)", r"\1", match["value"])))
        at = _skip(_CLOSING, pattern, match.end())
        if at == len(pattern):
            break
        if not pattern.startswith("OR", at):
            return (_TOGETHER,)
        at += len("OR")
    return [_value(path, value) for path, value in compared]


def _value(path: str, value: str) -> tuple[str, str] | str:
    kind = _PATHS.get(path)
    if kind is None:
        return NO_VALUE
    return host_of(value) if kind == "url" else typed(kind, value)


def _skip(what: re.Pattern[str], text: str, at: int) -> int:
    found = what.match(text, at)
    return found.end() if found is not None else at


def _other_form(pattern: str, at: int, *, also: bool) -> str:
    return _TOGETHER if also or "=" in pattern[at:] else NO_VALUE


def _confidence(number: int | None) -> Confidence:
    """By the scale None/Low/Med/High of STIX 2.1, appendix A."""
    if number is None or 30 <= number < 70:
        return Confidence.MEDIUM
    return Confidence.HIGH if number >= 70 else Confidence.LOW
