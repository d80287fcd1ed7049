"""Half characters, which JSON may hold and UTF-8 may not, as characters of private use and back.

Half a character U+D800 … U+DFFF becomes U+10F000 … U+10F7FF; a character that is itself one of
these becomes two, the halves that it is written with in UTF-16. So nothing is lost or mixed up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_FIRST, _SHIFT = 0xD800, 0x10F000 - 0xD800
_HALF = re.compile("[\ud800-\udfff]")
_HALF_OR_STAND_IN = re.compile("[\ud800-\udfff\U0010f000-\U0010f7ff]")
_STAND_IN = re.compile("[\U0010f000-\U0010f7ff]")


def has_any(texts: Iterable[str]) -> bool:
    """Whether one of them holds half a character."""
    return any(not text.isascii() and _HALF.search(text) is not None for text in texts)


def escaped(fields: Mapping[str, str]) -> dict[str, str]:
    """Names and values without half characters."""
    return {escape(name): escape(value) for name, value in fields.items()}


def escape(text: str) -> str:
    """A text that can be written as UTF-8."""
    return _HALF_OR_STAND_IN.sub(_stand_in, text)


def restore(text: str) -> str:
    """The text that was escaped."""
    halves = _STAND_IN.sub(lambda match: chr(ord(match[0]) - _SHIFT), text)
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _stand_in(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-le", "surrogatepass")
    pairs = (int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2))
    return "".join(chr(unit + _SHIFT) for unit in pairs)
