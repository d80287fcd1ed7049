"""Names that look the same and are not: what differs is written out as code points.

Alike are names whose characters are composed or decomposed (NFC, NFD), wide or ligatures (NFKC), or
letters of other scripts that are drawn as Latin ones.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

_DRAWN_ALIKE = str.maketrans(
    "АВЕКМНОРСТХаеорсухіјѕԁһΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",  # noqa: RUF001 - Cyrillic and Greek
    "ABEKMHOPCTXaeopcyxijsdhABEZHIKMNOPTYXo",
)
_ASCII = 0x80


def told_apart(names: Iterable[str]) -> Mapping[str, str]:
    """Names that look like another one of these, as they are to be shown.

    Characters that are not ASCII are written as `{U+00E9}`. Names like no other are not in it.
    """
    looks: dict[str, set[str]] = {}
    for name in names:
        looks.setdefault(_look(name), set()).add(name)
    return {
        name: "".join(map(_written_out, name))
        for same in looks.values() if len(same) > 1
        for name in same
    }  # fmt: skip


def _look(name: str) -> str:
    if name.isascii():
        return name
    return unicodedata.normalize("NFKC", name).translate(_DRAWN_ALIKE)


def _written_out(character: str) -> str:
    return character if ord(character) < _ASCII else f"{{U+{ord(character):04X}}}"
