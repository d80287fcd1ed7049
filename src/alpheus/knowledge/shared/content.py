"""What a file of indicators is made of: its characters, its form, and its JSON piece by piece.

A feed comes from outside: one odd entry costs itself, and no nesting or number ends the program.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

STIX, MISP, TABLE, LIST = "STIX 2.1", "MISP", "table or list", "JSON list"
ABSENT = msgspec.Raw(b"")

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_JSON = re.compile(rb"\s*(?:\{|\[\s*(?:[\[{\"\]]|\Z))")
_HALF = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)
_NUMBER = re.compile(r"\d+")
_TOO_DEEP = "it is nested too deeply"
_Item = TypeVar("_Item")


class _Top(msgspec.Struct):
    """What tells a bundle, or a page of a TAXII server, from what MISP writes."""

    type: msgspec.Raw = ABSENT
    objects: msgspec.Raw = ABSENT
    Event: msgspec.Raw = ABSENT
    response: msgspec.Raw = ABSENT


def in_utf8(content: bytes) -> bytes:
    """The content without a mark of its encoding; what is in UTF-16 or UTF-32 becomes UTF-8."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace").encode()
    return content.removeprefix(codecs.BOM_UTF8)


def form_of(content: bytes) -> str:
    """Which form content is of that went through `in_utf8`.

    Raises ValueError for what begins as JSON and is none.
    """
    if _JSON.match(content) is None:
        return TABLE
    if content.lstrip().startswith(b"["):
        return LIST if content.lstrip(b"[ \t\r\n").startswith(b'"') else MISP
    top = decoded(content, _TOP)
    if top.Event != ABSENT or top.response != ABSENT:
        return MISP
    return MISP if top.objects == ABSENT and top.type != _BUNDLE else STIX


def whole(content: bytes) -> bytes:
    """JSON that can be read: halves of characters that stand alone are replaced."""
    return _HALF.sub(lambda found: rb"\ufffd" if found[1] else found[0], content)


def decoded(content: bytes | msgspec.Raw, decode: Callable[[bytes], _Item]) -> _Item:
    """JSON as what is expected of it. Raises ValueError, also where it is nested too deeply."""
    try:
        return decode(content)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


def tolerant(content: bytes | msgspec.Raw, decode: Callable[[bytes], _Item]) -> _Item | str:
    """The same, or why it cannot be; without places, so that the same trouble has one name."""
    try:
        return decoded(content, decode)
    except ValueError as error:
        return f"of another form than expected: {_NUMBER.sub('…', str(error))}"


def pieces(content: bytes | msgspec.Raw) -> Iterator[msgspec.Raw]:
    """The entries of a list, none for null. Raises ValueError for what is neither."""
    yield from decoded(content, _LIST) or ()


def begins(content: bytes | msgspec.Raw) -> bytes:
    """The first byte, which tells what kind of JSON it is."""
    return bytes(memoryview(content)[:1])


_TOP = msgspec.json.Decoder(_Top).decode
_LIST = msgspec.json.Decoder(list[msgspec.Raw] | None).decode
_BUNDLE = msgspec.Raw(b'"bundle"')
