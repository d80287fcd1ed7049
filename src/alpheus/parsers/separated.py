"""Lines of separated values, and the `key=value;` lists inside them."""

from __future__ import annotations

import re

MOST_VALUES = 4096
"""No format has as many columns; the rest of a longer line stays together in the last value, so
that a line of separators takes no more memory than any other."""

_PREFIX = re.compile(r"(?:S|I32|I64|F|Dbl|B|Dt|Ts|G):", re.ASCII)


def names(text: str) -> tuple[str, ...]:
    """Names written one after another with blanks between them."""
    return tuple(text.split())


def split_commas(line: str, most: int = MOST_VALUES) -> list[str]:
    """The values of a CSV line. Linear in time whatever the quotes; nothing is dropped.

    After `most` values, the rest of the line is one more.

    A quote that is never closed is an ordinary character, so one odd value cannot swallow the
    columns after it. Text between a closing quote and the next comma is kept.
    """
    if '"' not in line:
        return line.split(",", most)
    values: list[str] = []
    start = 0
    while len(values) < most:
        if line.startswith('"', start):
            quoted = _quoted(line, start)
            if quoted is None:
                return values + line[start:].split(",", most - len(values))
            value, end = quoted
        else:
            value, end = "", start
        comma = line.find(",", end)
        if comma < 0:
            values.append(value + line[end:])
            return values
        values.append(value + line[end:comma])
        start = comma + 1
    return [*values, line[start:]]


def _quoted(line: str, start: int) -> tuple[str, int] | None:
    """The quoted text that begins at `start`, and where it ends; None if it never ends."""
    parts: list[str] = []
    at = start + 1
    while True:
        quote = line.find('"', at)
        if quote < 0:
            return None
        if line.startswith('"', quote + 1):
            parts.append(line[at : quote + 1])
            at = quote + 2
        else:
            parts.append(line[at:quote])
            return "".join(parts), quote + 1


def split_pairs(text: str) -> list[tuple[str, str]]:
    """The pairs of `S:CMD=…;I32:N=1;'S:URL=a;''b'''`, in order, type prefixes removed.

    A pair in single quotes may hold `;` and doubled quotes. A piece without `=` is dropped.
    """
    pairs: list[tuple[str, str]] = []
    at = 0
    for _ in range(MOST_VALUES):
        if at >= len(text):
            break
        piece, at = _piece(text, at)
        key, sign, value = piece.partition("=")
        prefix = _PREFIX.match(key)
        key = key[prefix.end() :] if prefix else key
        if sign and key:
            pairs.append((key, value))
    return pairs


def _piece(text: str, at: int) -> tuple[str, int]:
    """The piece that begins at `at`, unquoted, and where the next one begins."""
    if text.startswith("'", at):
        end = _closing(text, at + 1)
        if end >= 0:
            semicolon = text.find(";", end)
            piece = text[at + 1 : end].replace("''", "'")
            return piece, len(text) if semicolon < 0 else semicolon + 1
        # Cut off in the middle: the rest is this one value.
        return text[at + 1 :].replace("''", "'"), len(text)
    semicolon = text.find(";", at)
    return (text[at:], len(text)) if semicolon < 0 else (text[at:semicolon], semicolon + 1)


def _closing(text: str, at: int) -> int:
    """Where the single quote stands that is not doubled, from `at` on; -1 if nowhere."""
    while True:
        quote = text.find("'", at)
        if quote < 0 or not text.startswith("'", quote + 1):
            return quote
        at = quote + 2
