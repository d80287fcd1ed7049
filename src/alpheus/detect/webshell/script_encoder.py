"""Microsoft's Script Encoder (`#@~^…^#~@`): undone, since it hides nothing from anybody.

Each character stands for one of three, chosen by a fixed sequence of 64 places. Characters that may
not stand in a page are escaped with `@`. What is encoded is neither better nor worse for it.
"""

from __future__ import annotations

import re

ENCODED = re.compile(r"#@~\^[A-Za-z0-9+/]{6}==(.*?)(?:[A-Za-z0-9+/]{6}==\^#~@|\Z)", re.DOTALL)
"""One encoded part: its length, the text, its checksum. Without an end it goes on to the last."""

_SEQUENCE = "0120121221210212021200122102122100212120200120210212001220012021"
_ESCAPES = {"@&": "\n", "@#": "\r", "@*": ">", "@!": "<", "@$": "@"}
_ESCAPED = re.compile(r"@[&#*!$]")
_FIRST = 32
_PLAIN = (
    "2E2D32 477530 7A5221 566029 42715B 6A5E38 2F4933 265C3D 496258 417D3A 342935 323665 5B2039"
    " 767C5C 727A56 437F73 386B66 39634E 703345 452B6B 686862 715159 4F6678 09765E 62317D 44644A"
    " 23546D 754371 4A4C41 7E3A60 4A4C41 5E7E53 404C40 774542 4A2C27 612A48 5D7472 222775 4B3731"
    " 6F4437 4E794D 3B5952 4C2F22 506F54 67266A 2A7247 7D6A64 74392D 547B20 2B3F7F 2D382E 2C774C"
    " 30675D 6E537E 6B476C 66346F 357879 255D74 213043 642326 4D5A76 525B25 636C24 3F482B 7B5528"
    " 787023 296941 282E34 734C09 59212A 332444 7F4E3F 6D5077 55093B 535655 7C7369 3A3561 5F6163"
    " 654B50 465867 583B51 315749 69224F 6C6D46 5A4D68 48257C 272836 5C4670 3D4A6E 24327A 79412F"
    " 373D5F 605F4B 514F5A 20422C 366557"
)
"""What the characters from 0x20 to 0x7F stand for at each kind of place."""

_TAB = "576E7B"
_WORDS = re.compile(
    r"\b(?:if|then|end|function|sub|dim|set|response|request|var|for|next|else|server)\b",
    re.IGNORECASE,
)
_UNCHANGED = frozenset("<>@")


def _table() -> tuple[dict[str, str], ...]:
    rows = {chr(_FIRST + at): row for at, row in enumerate(_PLAIN.split())}
    rows["\t"] = _TAB
    return tuple(
        {
            char: chr(int(row[2 * kind : 2 * kind + 2], 16))
            for char, row in rows.items()
            if char not in _UNCHANGED
        }
        for kind in range(3)
    )


_TABLES = _table()
_KINDS = tuple(_TABLES[int(kind)] for kind in _SEQUENCE)


def decoded(text: str) -> tuple[str, int]:
    """The text with every encoded part decoded, and how many there were."""
    return ENCODED.subn(lambda match: _likelier(match[1]), text)


def _likelier(encoded: str) -> str:
    """Decoded with characters of one byte or of two: nothing tells which, so the words decide."""
    narrow = _decode(encoded, wide=False)
    if encoded.isascii():
        return narrow
    wide = _decode(encoded, wide=True)
    return max((narrow, wide), key=lambda text: len(_WORDS.findall(text)))


def _decode(encoded: str, *, wide: bool) -> str:
    plain = _ESCAPED.sub(lambda match: _ESCAPES[match[0]], encoded)
    found = []
    place = -1
    characters = iter(plain)
    for char in characters:
        if char < "\x80":
            place += 1
            found.append(_KINDS[place % len(_KINDS)].get(char, char))
            continue
        found.append(char)
        if wide:
            found.append(next(characters, ""))
    return "".join(found)
