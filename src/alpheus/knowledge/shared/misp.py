"""MISP: an event, the answer of a server, or a file of a feed (misp-project.org/datamodels).

An attribute counts where it is meant for detection (`to_ids`), is not deleted, and is of a kind
that evidence shows. The gravest TLP of attribute and event counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from alpheus.knowledge.shared.model import Shared, Tlp
from alpheus.knowledge.shared.times import moment
from alpheus.knowledge.shared.values import NO_VALUE, host_of, typed
from alpheus.model import Confidence

_NOT_FOR_DETECTION = "not meant for detection (to_ids)"
_DELETED = "deleted by who shared it"
_KINDS: dict[str, tuple[str, ...]] = {
    "ip-src": ("ip",), "ip-dst": ("ip",), "ip-src|port": ("ip",), "ip-dst|port": ("ip",),
    "domain": ("domain",), "hostname": ("domain",), "hostname|port": ("domain",),
    "domain|ip": ("domain", "ip"), "url": ("url",), "uri": (), "user-agent": ("user-agent",),
    "http-user-agent": ("user-agent",), "md5": ("md5",), "sha1": ("sha1",), "sha256": ("sha256",),
    "filename|md5": ("", "md5"), "filename|sha1": ("", "sha1"), "filename|sha256": ("", "sha256"),
    "malware-sample": ("", "md5"),
}  # fmt: skip
"""What stands in the parts of a value; '' is passed over."""


class _Tag(msgspec.Struct):
    name: str = ""


class _Attribute(msgspec.Struct):
    type: str = ""
    value: str = ""
    to_ids: bool = False
    deleted: bool = False
    comment: str = ""
    last_seen: str | None = None
    Tag: list[_Tag] = []


class _Object(msgspec.Struct):
    name: str = ""
    deleted: bool = False
    Attribute: list[_Attribute] = []


class _Organisation(msgspec.Struct, frozen=True):
    name: str = ""


class _Event(msgspec.Struct):
    info: str = ""
    Orgc: _Organisation = _Organisation()
    Tag: list[_Tag] = []
    Attribute: list[_Attribute] = []
    Object: list[_Object] = []


class _File(msgspec.Struct):
    Event: _Event | None = None
    response: list[_File] | _File | None = None
    Attribute: list[_Attribute] = []


_decode = msgspec.json.Decoder(_File, strict=False).decode


def read_misp(content: bytes, source: str) -> Iterator[Shared | str]:
    """What a file of MISP shares, or the reasons why an attribute of it is not used.

    Raises ValueError where it is none.
    """
    for one in _flat(_decode(content)):
        if one.Event is not None:
            yield from _event(one.Event, source)
        for attribute in one.Attribute:
            yield from _attribute(attribute, _Event(), source)


def _flat(one: _File) -> Iterator[_File]:
    yield one
    inner = one.response
    for each in inner if isinstance(inner, list) else [inner] if inner is not None else []:
        yield from _flat(each)


def _event(event: _Event, source: str) -> Iterator[Shared | str]:
    for attribute in event.Attribute:
        yield from _attribute(attribute, event, source)
    for item in event.Object:
        for attribute in item.Attribute:
            if item.deleted:
                yield _DELETED
            else:
                yield from _attribute(attribute, event, source)


def _attribute(one: _Attribute, event: _Event, source: str) -> Iterator[Shared | str]:
    if one.deleted or not one.to_ids:
        yield _DELETED if one.deleted else _NOT_FOR_DETECTION
        return
    kinds = _KINDS.get(one.type, ())
    if not kinds:
        yield NO_VALUE
        return
    parts = one.value.split("|") if len(kinds) > 1 else [one.value.partition("|")[0]]
    meaning = one.comment or event.info
    for kind, value in zip(kinds, parts, strict=False):
        if not kind:
            continue
        found = host_of(value) if kind == "url" else typed(kind, value)
        if isinstance(found, str):
            yield found
        else:
            tags = [tag.name for tag in (*one.Tag, *event.Tag)]
            yield Shared(*found, meaning, event.Orgc.name or source, Confidence.MEDIUM,
                         _tlp(tags), _until(tags))  # fmt: skip


def _tlp(tags: list[str]) -> Tlp | None:
    named = [Tlp.of(tag) for tag in tags if tag.lower().startswith("tlp:")]
    return max((one for one in named if one is not None), key=lambda one: one.rank, default=None)


def _until(tags: list[str]) -> datetime | None:
    """From a tag such as `valid-until:2026-01-31`."""
    for tag in tags:
        name, _, value = tag.partition(":")
        if name.strip().lower() in {"valid-until", "expires", "expiration"}:
            return moment(value.strip().strip('"'))
    return None
