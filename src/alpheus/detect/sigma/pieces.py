"""Stretches of a rule's text that a raw line of a log holds as they are, and patterns of them.

A piece keeps only characters that stand in the raw line as they stand in the field: quotes are
doubled, commas get lost, JSON escapes. In requests, blanks may be `+`, and a reserved character
may be percent-encoded; a line in which even letters, digits or dots are encoded (`ENCODED_LINE`)
has something to hide, and is always to be parsed.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

WEB_SOURCES = frozenset({"iis", "httpproxy"})
"""Logs of requests, whose fields are also seen decoded."""

GAP = r"[^\n]*"
"""Anything between two pieces of a line."""

BLANKS = frozenset(" +")
"""What requests write for one another: a blank is `+`, `%20` or itself."""

_ALIKE = frozenset(string.ascii_letters + string.digits + "_.")
_WEB_ALIKE = _ALIKE | frozenset("/@:=;&$~!()#*[]{}|<>\\^-%") | BLANKS
_QUOTES = {"iis": frozenset("'\""), "httpproxy": frozenset("'")}
"""Quotes that a log of requests writes as they are; others get doubled."""

_BLANK = r"(?:[+ ]|%(?:25){0,3}2[0b])"
_AGAIN = "25" * 3
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "_.-~")


def stands_alike(character: str, source: str) -> bool:
    """Whether a character of a field stands in the raw line as it is, or percent-encoded."""
    if source not in WEB_SOURCES:
        return character in _ALIKE
    return character in _WEB_ALIKE or character in _QUOTES[source]


def safe_pieces(text: str, source: str, *, torn: bool = False) -> list[str]:
    """The stretches of a text that stand in the raw line as they are.

    In a line that is `torn`, which is no row of its log, blanks of every kind are alike, and quotes
    may be doubled.
    """
    apart = BLANKS | {"'", '"'} if torn else frozenset[str]()
    pieces: list[str] = []
    piece = ""
    for character in (*text, ""):
        if character and stands_alike(character, source) and character not in apart:
            piece += character
        elif piece:
            pieces.append(piece)
            piece = ""
    return pieces


def pattern_of(piece: str, source: str) -> str:
    """A regular expression for a piece, however its characters are encoded."""
    return "".join(character_pattern(character, source) for character in piece)


def spellings(piece: str, source: str) -> list[str]:
    """Patterns that together find what `pattern_of` finds: the piece as it is, and the others.

    A matcher is faster with a plain text than with one that may be encoded anywhere.
    """
    plain = [_as_it_is(character, source) for character in piece]
    found = ["".join(plain)]
    for at, character in enumerate(piece):
        pattern = character_pattern(character, source)
        if pattern != plain[at]:
            encoded = pattern.removeprefix(f"(?:{plain[at]}|").removesuffix(")")
            found.append("".join(plain[:at]) + encoded + pattern_of(piece[at + 1 :], source))
    return found


def _as_it_is(character: str, source: str) -> str:
    if character in BLANKS or character == "%":
        return character_pattern(character, source)
    return re.escape(character)


def character_pattern(character: str, source: str) -> str:
    """The character, or in requests its percent-encoding however often that was encoded again."""
    if source not in WEB_SOURCES or character in _UNRESERVED:
        return re.escape(character)
    if character in BLANKS:
        return _BLANK
    if character == "%":
        return r"%(?:25){0,3}"
    return rf"(?:{re.escape(character)}|%(?:25){{0,3}}{ord(character):02x})"


def may_overlap(one: str, other: str, source: str) -> bool:
    """Whether two pieces, in lower case, may stand on a line in part at the same place."""
    web = source in WEB_SOURCES
    if not (BLANKS | {"%"}).isdisjoint(one + other):
        return True
    return any(
        rest.startswith(right) or right.startswith(rest)
        for left, right in ((one, other), (other, one))
        for rest in _rests(left, encoded=web)
    )


def _rests(piece: str, *, encoded: bool) -> Iterator[str]:
    """What stands from any place inside a piece on, also from inside an encoded character."""
    for at, character in enumerate(piece):
        yield piece[at:]
        if encoded and character not in _UNRESERVED:
            code = f"{_AGAIN}{ord(character):02x}"
            yield from (code[begin:] + piece[at + 1 :] for begin in range(len(code)))
