"""MISP: an event, the answer of a server, or a file of a feed (misp-project.org/datamodels).

An attribute counts where it is meant for detection (`to_ids`), is not deleted, and is of a kind
that evidence shows. The gravest TLP of attribute and event counts; a tag of the TLP that is not
understood is the gravest. A list of bare values in JSON is read here, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from alpheus.knowledge.shared.content import ABSENT, begins, decoded, pieces, tolerant
from alpheus.knowledge.shared.model import UNMARKED, Entry, Marking, NotUsed, Shared, Tlp
from alpheus.knowledge.shared.times import UNREADABLE, moment
from alpheus.knowledge.shared.values import NO_VALUE, host_of, kind_of, typed
from alpheus.model import Confidence

_NOT_FOR_DETECTION = "not meant for detection (to_ids)"
_DELETED = "deleted by who shared it"
_NO_PART = "a value that lacks a part of its type"
_STRANGE = "an entry that is neither event, attribute nor value"
_KINDS: dict[str, tuple[str, ...]] = {
    "ip-src": ("ip",), "ip-dst": ("ip",), "ip-src|port": ("ip",), "ip-dst|port": ("ip",),
    "domain": ("domain",), "hostname": ("domain",), "hostname|port": ("domain",),
    "domain|ip": ("domain", "ip"), "url": ("url",), "md5": ("md5",), "sha1": ("sha1",),
    "sha256": ("sha256",), "filename|md5": ("", "md5"), "filename|sha1": ("", "sha1"),
    "filename|sha256": ("", "sha256"), "malware-sample": ("", "md5"),
}  # fmt: skip
"""What stands in the parts of a value; '' is passed over."""

_ENDS = frozenset({"valid-until", "expires", "expiration"})


class _Tag(msgspec.Struct, frozen=True):
    name: str = ""


class _TagOfServer(msgspec.Struct):
    Tag: _Tag = _Tag()


class _Attribute(msgspec.Struct):
    type: str = ""
    value: str = ""
    to_ids: bool = False
    deleted: bool = False
    comment: str | None = None
    Tag: list[_Tag] | None = None
    AttributeTag: list[_TagOfServer] | None = None


class _Object(msgspec.Struct):
    deleted: bool = False
    Attribute: msgspec.Raw = ABSENT


class _Organisation(msgspec.Struct):
    name: str = ""


class _Event(msgspec.Struct):
    info: msgspec.Raw = ABSENT
    Orgc: msgspec.Raw = ABSENT
    Tag: msgspec.Raw = ABSENT
    EventTag: msgspec.Raw = ABSENT
    Attribute: msgspec.Raw = ABSENT
    Object: msgspec.Raw = ABSENT


class _File(msgspec.Struct):
    Event: msgspec.Raw = ABSENT
    response: msgspec.Raw = ABSENT
    Attribute: msgspec.Raw = ABSENT
    type: msgspec.Raw = ABSENT
    value: msgspec.Raw = ABSENT


_FILE = msgspec.json.Decoder(_File).decode
_EVENT = msgspec.json.Decoder(_Event | None).decode
_OBJECT = msgspec.json.Decoder(_Object, strict=False).decode
_ATTRIBUTE = msgspec.json.Decoder(_Attribute, strict=False).decode
_ORGANISATION = msgspec.json.Decoder(_Organisation | None).decode
_TAGS = msgspec.json.Decoder(list[_Tag] | None).decode
_TAGS_OF_SERVER = msgspec.json.Decoder(list[_TagOfServer] | None).decode
_TEXT = msgspec.json.Decoder(str | None).decode


def read_misp(content: bytes, source: str) -> Iterator[Entry]:
    """What a file of MISP shares, or the reasons why an attribute of it is not used.

    Raises ValueError where it is none.
    """
    first = content.lstrip()[:1]
    if first == b"{":
        found = decoded(content, _FILE)
        if all(getattr(found, name) == ABSENT for name in ("Event", "response", "Attribute")):
            raise ValueError("neither an event nor attributes of one")
    reading = _Reading(source)
    waiting: list[bytes | msgspec.Raw] = [content.strip()]
    while waiting:
        one = waiting.pop()
        if begins(one) == b"[":
            waiting += reversed(list(pieces(one)))
        else:
            yield from reading.entry(one, waiting)


class _About(msgspec.Struct):
    """What an event says of all that is in it."""

    meaning: str = ""
    source: str = ""
    mark: Marking = UNMARKED
    until: datetime | None = None
    trouble: str = ""


class _Reading:
    """Where in a file the reading is: attributes are numbered as they come."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._number = 0

    def entry(
        self, content: bytes | msgspec.Raw, waiting: list[bytes | msgspec.Raw]
    ) -> Iterator[Entry]:
        """What one entry shares; what it wraps waits to be read."""
        if begins(content) == b'"':
            yield from self._value(content)
            return
        file = tolerant(content, _FILE)
        if isinstance(file, str) or begins(content) != b"{":
            yield self._not_used(_STRANGE)
            return
        if file.Event != ABSENT and file.value == ABSENT:
            yield from self._event(file.Event)
        if file.Attribute != ABSENT:
            yield from self._attributes(file.Attribute, _About("", self._source))
        if file.value != ABSENT:
            yield from self._attribute(content, _About("", self._source))
        if file.response != ABSENT:
            waiting.append(file.response)
        elif file.Event == file.Attribute == file.value == ABSENT:
            yield self._not_used(_STRANGE)

    def _not_used(self, reason: str) -> NotUsed:
        self._number += 1
        return NotUsed(reason, f"entry {self._number}")

    def _value(self, content: bytes | msgspec.Raw) -> Iterator[Entry]:
        found = kind_of(_text(content))
        if isinstance(found, str):
            yield self._not_used(found)
        else:
            self._number += 1
            yield Shared(*found, "", self._source)

    def _event(self, content: msgspec.Raw) -> Iterator[Entry]:
        event = tolerant(content, _EVENT)
        if event is None or isinstance(event, str):
            yield self._not_used(f"an event {event}" if event else _STRANGE)
            return
        about = self._about(event)
        yield from self._attributes(event.Attribute, about)
        for one in self._list(event.Object):
            if isinstance(one, NotUsed):
                yield one
                continue
            item = tolerant(one, _OBJECT)
            if isinstance(item, str):
                yield self._not_used(f"an object {item}")
            elif item.deleted:
                yield from (self._not_used(_DELETED) for _ in self._list(item.Attribute))
            else:
                yield from self._attributes(item.Attribute, about)

    def _about(self, event: _Event) -> _About:
        made = None if event.Orgc == ABSENT else tolerant(event.Orgc, _ORGANISATION)
        organisation = made.name if isinstance(made, _Organisation) else ""
        tags = _names(
            [] if event.Tag == ABSENT else tolerant(event.Tag, _TAGS),
            [] if event.EventTag == ABSENT else tolerant(event.EventTag, _TAGS_OF_SERVER),
        )
        about = _About(_text(event.info), organisation or self._source)
        if tags is None:
            about.mark = Marking.strictest([None])
            return about
        about.mark = _marking(tags)
        try:
            about.until = _until(tags)
        except ValueError:
            about.trouble = UNREADABLE
        return about

    def _list(self, content: msgspec.Raw) -> Iterator[msgspec.Raw | NotUsed]:
        """The entries of a list; one loss where it is none."""
        if content == ABSENT:
            return
        try:
            yield from pieces(content)
        except ValueError:
            yield self._not_used(_STRANGE)

    def _attributes(self, content: msgspec.Raw, about: _About) -> Iterator[Entry]:
        for one in self._list(content):
            if isinstance(one, NotUsed):
                yield one
            else:
                yield from self._attribute(one, about)

    def _attribute(self, content: bytes | msgspec.Raw, about: _About) -> Sequence[Entry]:
        self._number += 1
        one = tolerant(content, _ATTRIBUTE)
        found = (one,) if isinstance(one, str) else _entries(one, about)
        return [
            NotUsed(each, f"entry {self._number}") if isinstance(each, str) else each
            for each in found
        ]


def _entries(one: _Attribute, about: _About) -> Sequence[Shared | str]:
    kinds = _KINDS.get(one.type, ())
    reason = _refused(one) or about.trouble or ("" if kinds else NO_VALUE)
    until, mark = about.until, about.mark
    if one.Tag or one.AttributeTag:
        tags = _names(one.Tag, one.AttributeTag) or []
        try:
            until = _until(tags) or until
        except ValueError:
            reason = reason or UNREADABLE
        mark = Marking.of_all((_marking(tags), mark))
    if reason:
        return (reason,)
    parts = _parts(one, kinds)
    if parts is None:
        return (_NO_PART,)
    meaning, source = one.comment or about.meaning, about.source
    found = [_value(kind, part) for kind, part in parts if kind]
    return [
        each if isinstance(each, str)
        else Shared(*each, meaning, source, Confidence.MEDIUM, mark.tlp, until, mark.remark)
        for each in found
    ]  # fmt: skip


def _parts(one: _Attribute, kinds: tuple[str, ...]) -> Sequence[tuple[str, str]] | None:
    """The parts of a value with what stands in each; None where it lacks one."""
    if len(kinds) == 1:
        return ((kinds[0], one.value.partition("|")[0] if "|" in one.type else one.value),)
    parts = one.value.rsplit("|", 1)
    return [*zip(kinds, parts, strict=True)] if len(parts) == len(kinds) else None


def _value(kind: str, value: str) -> tuple[str, str] | str:
    return host_of(value) if kind == "url" else typed(kind, value)


def _refused(one: _Attribute) -> str:
    if one.deleted:
        return _DELETED
    return "" if one.to_ids else _NOT_FOR_DETECTION


def _text(content: bytes | msgspec.Raw) -> str:
    """A text; '' for what is none."""
    try:
        return decoded(content, _TEXT) or ""
    except ValueError:
        return ""


def _names(
    tags: list[_Tag] | str | None, of_server: list[_TagOfServer] | str | None
) -> list[str] | None:
    """What tags say, in both of their forms; None where one of these cannot be read."""
    if isinstance(tags, str) or isinstance(of_server, str):
        return None
    return [tag.name for tag in (*(tags or ()), *(one.Tag for one in of_server or ()))]


def _marking(tags: list[str]) -> Marking:
    told = [tag for tag in tags if tag.strip().lower().startswith("tlp")]
    return Marking.strictest(map(Tlp.of, told)) if told else UNMARKED


def _until(tags: list[str]) -> datetime | None:
    """From a tag such as `valid-until:2026-01-31`. Raises ValueError for one that is no time."""
    for tag in tags:
        name, _, value = tag.partition(":")
        if name.strip().lower() in _ENDS:
            return moment(value.strip().strip('"'))
    return None
