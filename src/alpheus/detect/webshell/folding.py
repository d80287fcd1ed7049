"""Constants worked out without running anything: what is written in pieces, as one text again."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote

from alpheus.detect.webshell.values import MOST_TEXT, Constant

ENCODINGS = {"utf8": "utf-8", "ascii": "latin-1", "default": "cp1252", "unicode": "utf-16-le",
              "utf7": "utf-7", "bigendianunicode": "utf-16-be", "utf32": "utf-32-le"}  # fmt: skip


def added(left: Constant | None, right: Constant | None) -> Constant | None:
    """`left + right` or `left & right`."""
    if isinstance(left, bytes) or isinstance(right, bytes):
        return None
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left + right
    one, other = as_text(left), as_text(right)
    if one is None or other is None or len(one) + len(other) > MOST_TEXT:
        return None
    return one + other


def calculated(  # noqa: PLR0911 - one for each mark
    mark: str, left: Constant | None, right: Constant | None
) -> Constant | None:
    """Arithmetic of small numbers."""
    if not isinstance(left, int) or not isinstance(right, int) or abs(left) + abs(right) > 1 << 40:
        return None
    try:
        match mark.lower():
            case "-":
                return left - right
            case "*":
                return left * right
            case "/" | "\\":
                return left // right if left % right == 0 or mark == "\\" else None
            case "%" | "mod":
                return left % right
            case "^" | "xor":
                return left ^ right
            case "&" | "and":
                return left & right
            case "|" | "or":
                return left | right
    except ZeroDivisionError:
        return None
    return None


def as_text(value: Constant | None) -> str | None:
    """A constant as a program would print it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return str(value)
    return None


def character(value: Constant | None) -> str | None:
    """`Chr(value)`."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and value.strip().isdigit():
        value = int(value)
    if isinstance(value, int) and 0 <= value < 0x110000:
        return chr(value)
    return value if isinstance(value, str) and len(value) == 1 else None


def characters(items: Sequence[Constant | None]) -> str | None:
    """An array of characters or their numbers as a text."""
    found = [character(item) for item in items]
    return "".join(one for one in found if one is not None) if None not in found else None


def decoded_base64(value: Constant | None) -> bytes | None:
    """`Convert.FromBase64String`."""
    if not isinstance(value, str | bytes) or len(value) > 2 * MOST_TEXT:
        return None
    text = re.sub(r"\s+", "", value if isinstance(value, str) else value.decode("latin-1"))
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def encoded_text(value: Constant | None, encoding: str) -> str | None:
    """`Encoding.X.GetString(bytes)`; the name of the encoding is in lower case."""
    if isinstance(value, tuple):
        value = as_bytes(value)
    if not isinstance(value, bytes):
        return None
    return value.decode(ENCODINGS.get(encoding, "utf-8"), "replace")


def as_bytes(items: Sequence[object]) -> bytes | None:
    """An array of numbers as bytes."""
    numbers = [item for item in items if isinstance(item, int) and 0 <= item < 256]
    return bytes(numbers) if len(numbers) == len(items) else None


def _slice(text: str, arguments: Sequence[Constant | None], first: int) -> str | None:
    numbers = [int(one) if isinstance(one, int | float) else None for one in arguments]
    if not numbers or numbers[0] is None or (len(numbers) > 1 and numbers[1] is None):
        return None
    start = numbers[0] - first
    if start < 0:
        return None
    length = numbers[1] if len(numbers) > 1 else None
    return text[start:] if length is None else text[start : start + max(0, length)]


def _replaced(text: str, arguments: Sequence[Constant | None]) -> str | None:
    old, new = (as_text(one) for one in (*arguments, "", "")[:2])
    if not old or new is None or text.count(old) * len(new) > MOST_TEXT:
        return None
    return text.replace(old, new)


def _formatted(text: str, arguments: Sequence[Constant | None]) -> str | None:
    given = [as_text(one) for one in arguments]

    def put(match: re.Match[str]) -> str:
        place = int(match[1])
        return given[place] or "" if place < len(given) else ""

    if None in given or len(text) > 4096:
        return None
    return re.sub(r"\{(\d{1,3})[^{}]*\}", put, text)


Method = Callable[[str, Sequence[Constant | None]], Constant | None]

TEXT_METHODS: dict[str, Method] = {
    "tolower": lambda text, _: text.lower(),
    "tolowerinvariant": lambda text, _: text.lower(),
    "tolowercase": lambda text, _: text.lower(),
    "toupper": lambda text, _: text.upper(),
    "touppercase": lambda text, _: text.upper(),
    "trim": lambda text, _: text.strip(),
    "tostring": lambda text, _: text,
    "tochararray": lambda text, _: tuple(text) if len(text) <= 1 << 16 else None,
    "replace": _replaced,
    "substring": lambda text, given: _slice(text, given, 0),
    "substr": lambda text, given: _slice(text, given, 0),
    "remove": lambda text, given: (
        text[: given[0]] if len(given) == 1 and isinstance(given[0], int) else None
    ),
    "reverse": lambda text, _: text[::-1],
    "concat": lambda text, given: added(text, given[0]) if len(given) == 1 else None,
}
"""What methods of a text give, by their names in lower case."""


def _split(text: str, given: Sequence[Constant | None]) -> Constant | None:
    mark = given[0] if given else " "
    if isinstance(mark, tuple) and len(mark) == 1:
        mark = mark[0]  # type: ignore[assignment]
    if not isinstance(mark, str) or text.count(mark or " ") > 1 << 16:
        return None
    return tuple(text.split(mark)) if mark else tuple(text)


def _joined_array(given: Sequence[Constant | None]) -> str | None:
    parts, mark = (given[0], given[1] if len(given) > 1 else " ") if given else (None, None)
    if isinstance(parts, str) and isinstance(mark, tuple):
        parts, mark = mark, parts
    if not isinstance(parts, tuple) or not isinstance(mark, str):
        return None
    texts = [as_text(part) for part in parts]  # type: ignore[arg-type]
    return mark.join(text for text in texts if text is not None) if None not in texts else None


Function = Callable[[Sequence[Constant | None]], Constant | None]

FUNCTIONS: dict[str, Function] = {
    "chr": lambda given: character(given[0]),
    "chrw": lambda given: character(given[0]),
    "chrb": lambda given: character(given[0]),
    "asc": lambda given: ord(given[0][0]) if isinstance(given[0], str) and given[0] else None,
    "ascw": lambda given: ord(given[0][0]) if isinstance(given[0], str) and given[0] else None,
    "strreverse": lambda given: given[0][::-1] if isinstance(given[0], str) else None,
    "lcase": lambda given: given[0].lower() if isinstance(given[0], str) else None,
    "ucase": lambda given: given[0].upper() if isinstance(given[0], str) else None,
    "trim": lambda given: given[0].strip() if isinstance(given[0], str) else None,
    "cstr": lambda given: as_text(given[0]),
    "clng": lambda given: _number(given[0]),
    "cint": lambda given: _number(given[0]),
    "parseint": lambda given: _number(given[0]),
    "replace": lambda given: _replaced(given[0], given[1:]) if isinstance(given[0], str) else None,
    "mid": lambda given: _slice(given[0], given[1:], 1) if isinstance(given[0], str) else None,
    "left": lambda given: (
        _slice(given[0], (0, given[1]), 0) if isinstance(given[0], str) and len(given) > 1 else None
    ),
    "right": lambda given: (
        given[0][-given[1] :]
        if isinstance(given[0], str) and len(given) > 1 and isinstance(given[1], int) and given[1]
        else None
    ),
    "split": lambda given: _split(given[0], given[1:]) if isinstance(given[0], str) else None,
    "join": _joined_array,
    "array": lambda given: tuple(given) if None not in given else None,
    "unescape": lambda given: _unescape(given[0]),
    "decodeuri": lambda given: _unescape(given[0]),
    "decodeuricomponent": lambda given: _unescape(given[0]),
    "space": lambda given: " " * min(int(given[0]), 1024) if isinstance(given[0], int) else None,
    "hex": lambda given: f"{given[0]:X}" if isinstance(given[0], int) else None,
}
"""What functions without a receiver give, by their names in lower case."""

STATIC: dict[str, Function] = {
    "string.join": _joined_array,
    "string.format": lambda given: (
        _formatted(given[0], given[1:]) if isinstance(given[0], str) else None
    ),
    "string.fromcharcode": characters,
    "convert.tochar": lambda given: character(given[0]),
    "convert.toint32": lambda given: _number(*given[:2]),
    "convert.tobyte": lambda given: _number(*given[:2]),
    "int.parse": lambda given: _number(given[0]),
    "convert.tostring": lambda given: as_text(given[0]),
    "convert.frombase64string": lambda given: decoded_base64(given[0]),
    "strings.strreverse": lambda given: given[0][::-1] if isinstance(given[0], str) else None,
    "strings.chr": lambda given: character(given[0]),
    "strings.chrw": lambda given: character(given[0]),
    "server.urldecode": lambda given: _unescape(given[0]),
    "httputility.urldecode": lambda given: _unescape(given[0]),
}
"""What calls with a type before them give, by `type.method` in lower case."""


def _concatenated(given: Sequence[Constant | None]) -> str | None:
    if len(given) == 1 and isinstance(given[0], tuple):
        given = given[0]  # type: ignore[assignment]
    texts = [as_text(one) for one in given]
    return "".join(text for text in texts if text is not None) if None not in texts else None


def _number(value: Constant | None, base: Constant | None = None) -> int | None:
    if isinstance(value, int | float):
        return int(value) if abs(value) < 1 << 62 else None
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        if base is not None and isinstance(base, int):
            return int(value.strip(), base)
        text = value.strip()
        return int(text.lower().removeprefix("&h"), 16 if text[:2].lower() == "&h" else 10)
    except ValueError:
        return None


def _unescape(value: Constant | None) -> str | None:
    if not isinstance(value, str):
        return None
    wide = re.sub(r"%u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), value)
    return unquote(wide, "latin-1")


TEXT_METHODS["split"] = _split
STATIC["string.concat"] = _concatenated
