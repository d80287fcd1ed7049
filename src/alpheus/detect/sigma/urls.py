"""Undoing the percent-encoding of a request, as often as a server might."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

ROUNDS = 3
"""How often an encoding of an encoding is undone."""

_UNICODE_ESCAPE = re.compile(r"%u([0-9a-fA-F]{4})")
_OVERLONG = re.compile(
    rb"[\xc0\xc1][\x80-\xbf]|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}"
)


def decoded(text: str, *, query: bool = False) -> tuple[str, ...]:
    """Every further form of `text` that decoding gives, at most `ROUNDS` of them.

    Handles `%40`, overlong UTF-8 (`%c0%ae`) and `%u0041`; undecodable bytes become U+FFFD.
    In a query `+` also stands for a blank. Returns nothing if decoding changes nothing.
    """
    forms: list[str] = []
    current = text.replace("+", " ") if query else text
    if current != text:
        forms.append(current)
    for _ in range(ROUNDS):
        if "%" not in current:
            break
        following = _once(current)
        if following == current:
            break
        forms.append(following)
        current = following
    return tuple(forms)


def _once(text: str) -> str:
    text = _UNICODE_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    raw = unquote_to_bytes(text.encode("utf-8", "replace"))
    return _OVERLONG.sub(_shortest, raw).decode("utf-8", "replace")


def _shortest(found: re.Match[bytes]) -> bytes:
    """The same code point in its only legal spelling."""
    first, *rest = found[0]
    point = first & (0xFF >> (len(rest) + 2))
    for byte in rest:
        point = point << 6 | byte & 0x3F
    return chr(point).encode("utf-8", "replace")
