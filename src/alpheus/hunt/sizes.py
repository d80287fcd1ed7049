"""How large values are, and what is given of those that are too large: their beginning.

What stands in a timeline was written by an attacker, and a question can make of it what it likes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

LONGEST = 32_000
"""Characters of a value that is given: what a cell of a spreadsheet holds, and a little less."""
SIGN = "…"
"""Stands where a value was cut."""

_EACH = 64
"""Bytes that any value takes beside its text."""


def weight(value: object, most: int) -> int:
    """About how many bytes a value takes; more than `most` is not told apart."""
    found, waiting = 0, [iter((value,))]
    while waiting and found <= most:
        one = next(waiting[-1], waiting)
        if one is waiting:
            waiting.pop()
            continue
        found += _EACH
        if isinstance(one, str | bytes | bytearray):
            found += len(one)
        elif isinstance(one, dict):
            waiting.append(_items(one))
        elif isinstance(one, list | tuple):
            waiting.append(iter(one))
    return found


def _items(value: dict[Any, Any]) -> Iterator[object]:
    for key, one in value.items():
        yield key
        yield one


def weight_of(row: Sequence[object], most: int) -> int:
    """The same of a row."""
    found = _EACH
    for value in row:
        if isinstance(value, str):
            found += _EACH + len(value)
        elif value is None or isinstance(value, int | float | datetime):
            found += _EACH
        else:
            found += weight(value, max(most - found, 0))
    return found


def shortened(value: object, most: int = LONGEST) -> tuple[object, bool]:
    """A value of no more than `most` characters, and whether it was longer."""
    if isinstance(value, str):
        return (value, False) if len(value) <= most else (f"{value[:most]}{SIGN}", True)
    if isinstance(value, bytes | bytearray):
        return (value, False) if len(value) <= most else (f"{bytes(value[:most])!r}{SIGN}", True)
    if isinstance(value, dict | list | tuple) and weight(value, most * _EACH) > most:
        text = _beginning(value, most)
        return (value, False) if len(text) <= most else (f"{text[:most]}{SIGN}", True)
    return value, False


def _beginning(value: object, most: int) -> str:
    """The beginning of a value as JSON; a little more than asked for, if there is more."""
    found, length = [], 0
    for piece in _pieces(value, most):
        found.append(piece)
        length += len(piece)
        if length > most:
            break
    return "".join(found)


def _pieces(value: object, most: int) -> Iterator[str]:
    if isinstance(value, dict):
        yield "{"
        for number, (key, one) in enumerate(value.items()):
            if number:
                yield ", "
            yield from _pieces(str(key), most)
            yield ": "
            yield from _pieces(one, most)
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for number, one in enumerate(value):
            if number:
                yield ", "
            yield from _pieces(one, most)
        yield "]"
    else:
        text = plain(value)
        yield json.dumps(text[: most + 1] if isinstance(text, str) else text, ensure_ascii=False)


def plain(value: object) -> object:
    """What JSON can say."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z" if value.tzinfo is None else value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return str(value)
