"""Rows of one log that say the same within an hour, counted together instead of one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import lru_cache

from alpheus.parsers.base import Clock, KeyColumns
from alpheus.scan import native
from alpheus.scan.clock import MILLISECONDS_PER_DAY, SEPARATOR, day_of
from alpheus.scan.lines import Lines
from alpheus.scan.tally import Numbers, from_milliseconds

_HOUR_LENGTH = 13
_TIME_LENGTH = 19
_DIGITS = 16
_NOTHING = (b"", b"-")


class _Role(IntEnum):
    """As `enum role` in `rows.c`."""

    SAME = 0
    PRESENT = 1
    LONGEST = 2
    NUMBER = 3
    FEW = 4


@dataclass(frozen=True)
class Likeness:
    """By which columns two rows of one hour are told apart.

    `same`: their text. `present` and `longest`: only whether they hold anything; of the latter the
    longest text is told. `numbers`: not at all; they are added up. `few`: their text, if it is one
    of the first `FEW_KEPT` of rows that are alike in all else, or else whether they hold anything:
    no group hides one of the first names that a reader of every row would see. Columns that are
    not named make no difference, and a log need not have all of them.
    """

    same: tuple[str, ...]
    present: tuple[str, ...]
    longest: str
    numbers: tuple[str, ...]
    few: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return id(self)


@dataclass(frozen=True, slots=True)
class Repeats:
    """Rows of one hour that say the same: how many, the first and the last of them.

    `longest` is in characters. `numbers` are by the name of their column.
    """

    count: int
    first: datetime
    last: datetime
    longest: int = 0
    numbers: dict[str, Numbers] = field(default_factory=dict)


@dataclass(slots=True)
class _Found:
    """A group while it is filled; times in milliseconds since midnight."""

    line: int
    count: int
    first: int
    last: int
    longest: int
    numbers: Sequence[Numbers]


def repeats_of(
    lines: Lines, chosen: Sequence[int], key: KeyColumns, clock: Clock, likeness: Likeness
) -> list[tuple[int, Repeats] | None]:
    """For each of some rows, the first line of its group and what the group says.

    None for a row with another number of columns than the log has, and for all rows of a log
    without names for its columns. The rows must begin with a time of the clock.
    """
    placed = _placed(key.names, likeness)
    if not placed:
        return [None] * len(chosen)
    roles = tuple((column, role) for column, role, _ in placed)
    groups: Sequence[_Found] | Sequence[native.Group]
    if native.library() is not None:
        like = _native(key.delimiter, len(key.names), roles)
        groups, places = like.groups(lines.bounds, chosen)
    else:
        groups, places = _grouped(lines, chosen, key, roles)
    names = [name for _, role, name in placed if role is _Role.NUMBER]
    found = []
    for group in groups:
        counted: Sequence[Numbers | native.Group.Numbers] = group.numbers
        day = day_of(lines.raw(group.line)[: _HOUR_LENGTH - 2], SEPARATOR[clock])
        base = day * MILLISECONDS_PER_DAY
        told = Repeats(
            group.count,
            from_milliseconds(base + group.first),
            from_milliseconds(base + group.last),
            group.longest,
            {
                name: Numbers(one.count, one.total, one.least, one.most)
                for name, one in zip(names, counted, strict=False)
            },
        )
        found.append((group.line, told))
    return [found[place] if place >= 0 else None for place in places]


@lru_cache(maxsize=64)
def _placed(names: tuple[str, ...], likeness: Likeness) -> tuple[tuple[int, _Role, str], ...]:
    """Number, role and name of each column that counts; none where a name stands twice."""
    if len(set(names)) != len(names):
        return ()
    roles = {
        **dict.fromkeys(likeness.same, _Role.SAME),
        **dict.fromkeys(likeness.present, _Role.PRESENT),
        **dict.fromkeys(likeness.numbers, _Role.NUMBER),
        **dict.fromkeys(likeness.few, _Role.FEW),
        likeness.longest: _Role.LONGEST,
    }
    found = tuple((at, roles[name], name) for at, name in enumerate(names) if name in roles)
    few = sum(role is _Role.FEW for _, role, _ in found)
    return found if len(found) <= native.MOST_COLUMNS and few <= native.MOST_FEW else ()


@lru_cache(maxsize=64)
def _native(delimiter: bytes, width: int, roles: tuple[tuple[int, _Role], ...]) -> native.Likeness:
    return native.Likeness(delimiter, width, roles)


def _length(raw: bytes, text: bytes) -> int:
    """Characters of a column. One line has one encoding, see `decode_line`."""
    if text in _NOTHING:
        return 0
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return len(text)
    return len(text.decode("utf-8"))


def _grouped(
    lines: Lines, chosen: Sequence[int], key: KeyColumns, roles: Sequence[tuple[int, _Role]]
) -> tuple[list[_Found], list[int]]:
    """What `native.Likeness.groups` gives."""
    groups: list[_Found] = []
    known: dict[tuple[object, ...], int] = {}
    few: dict[tuple[object, ...], list[dict[bytes, int]]] = {}
    places = []
    for line in chosen:
        raw = lines.raw(line)
        columns = raw.split(key.delimiter)
        time = _milliseconds(raw)
        if len(columns) != len(key.names) or time is None:
            places.append(-1)
            continue
        family = raw[:_HOUR_LENGTH], *(_said(columns[at], role) for at, role in roles)
        names = few.setdefault(family, [{} for _, role in roles if role is _Role.FEW])
        texts = [columns[at] for at, role in roles if role is _Role.FEW]
        kinds = map(_kind, names, texts)
        place = known.setdefault((family, *kinds), len(groups))
        if place == len(groups):
            numbers = [Numbers() for _, role in roles if role is _Role.NUMBER]
            groups.append(_Found(line, 0, time, time, 0, numbers))
        places.append(place)
        _add(groups[place], time, raw, columns, roles)
    return groups, places


def _said(text: bytes, role: _Role) -> object:
    if role in (_Role.NUMBER, _Role.FEW):
        return None
    return text if role is _Role.SAME else text in _NOTHING


def _kind(names: dict[bytes, int], text: bytes) -> int:
    if text in _NOTHING:
        return -1
    if len(names) < native.FEW_KEPT:
        names.setdefault(text, len(names))
    return names.get(text, native.FEW_KEPT)


def _add(
    group: _Found, time: int, raw: bytes, columns: list[bytes], roles: Sequence[tuple[int, _Role]]
) -> None:
    group.count += 1
    group.first, group.last = min(group.first, time), max(group.last, time)
    numbers = iter(group.numbers)
    for at, role in roles:
        text = columns[at]
        if role is _Role.LONGEST:
            group.longest = max(group.longest, _length(raw, text))
        elif role is _Role.NUMBER:
            counted = next(numbers)
            if text.isdigit() and len(text) < _DIGITS:
                counted.note(int(text))


def _milliseconds(raw: bytes) -> int | None:
    """Since midnight, of the time at the start of a row; at most three digits of a fraction."""
    try:
        hour, minute, second = (int(raw[at : at + 2]) for at in (11, 14, 17))
    except ValueError:
        return None
    found = ((hour * 60 + minute) * 60 + second) * 1000
    if raw[_TIME_LENGTH : _TIME_LENGTH + 1] in (b".", b","):
        for weight, digit in zip((100, 10, 1), raw[_TIME_LENGTH + 1 :], strict=False):
            if not 0x30 <= digit <= 0x39:
                break
            found += (digit - 0x30) * weight
    return found
