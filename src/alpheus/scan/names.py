"""Very many names and addresses searched at once: which lines hold one of them.

An automaton of a million texts is large and slow; a hash of each run of characters that may be a
name is cheap. In C where the package was built with a compiler (`lookup.c`); else here, which says
the same.
"""

from __future__ import annotations

import ctypes
import re
from array import array
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

_PATH = Path(__file__).with_name("lookup.so")
_NAME = re.compile(rb"[0-9A-Za-z._-]+")
_LETTER = re.compile(rb"[^0-9.-]")
_COLONS = re.compile(rb"[0-9A-Fa-f:]+")
_CODE = re.compile(rb"(?:25(?=[0-9A-Fa-f]{2}))*[0-9A-Fa-f]{2}")
LONGEST = 255
_ROOM = 1 << 12
_BITS_EACH = 16
_FEWEST = 1 << 10
_TAILS = 1 << 15


class _Table(ctypes.Structure):
    _fields_ = (
        ("bits", ctypes.c_void_p),
        ("bit_mask", ctypes.c_uint64),
        ("slots", ctypes.c_void_p),
        ("slot_mask", ctypes.c_uint64),
        ("tails", ctypes.c_void_p),
        ("lengths", ctypes.c_uint32),
        ("colons", ctypes.c_uint32),
    )


class Names:
    """Host names and addresses in their one spelling (lower case, ASCII), to be searched for.

    A host name stands for all names below it. `colons`: whether any is an address of IPv6.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._values = [one.encode("ascii") for one in values if 0 < len(one) <= LONGEST]
        self.colons = any(b":" in one for one in self._values)
        self._library = _library()
        self._known: frozenset[bytes] = frozenset()
        if self._library is None:
            self._known = frozenset(self._values)
        else:
            self._table = self._filled()
        self._count = len(self._values)
        self._values.clear()

    def __len__(self) -> int:
        """How many were given."""
        return self._count

    def find(self, data: bytes | bytearray, start: int, end: int) -> list[int]:
        """Where a name or address begins, in order; each run of characters once.

        A value also begins behind the code of a character, as in `%2Fevil.example`. `data` cannot
        change its size meanwhile.
        """
        start, end, _ = slice(start, end).indices(len(data))
        if self._library is None:
            return sorted(self._slowly(data, start, end))
        room = _ROOM
        held = _held(data)
        while True:
            found = (ctypes.c_int64 * room)()
            count = int(self._library.alpheus_ends_find(
                ctypes.byref(self._table), held, start, end, found, room))  # fmt: skip
            if count <= room:
                return sorted(found[:count])
            room = count

    def _filled(self) -> _Table:
        """The table: what it points to is kept by this object."""
        size = max(_FEWEST, 1 << (2 * len(self._values) - 1).bit_length())
        bits = 1 << (_BITS_EACH * max(_FEWEST, len(self._values)) - 1).bit_length()
        self._tails = (ctypes.c_uint64 * (_TAILS >> 6))()
        self._slots = (ctypes.c_uint64 * size)()
        self._bits = (ctypes.c_uint64 * (bits >> 6))()
        table = _Table(
            ctypes.addressof(self._bits), bits - 1, ctypes.addressof(self._slots), size - 1,
            ctypes.addressof(self._tails), 0, int(self.colons),
        )  # fmt: skip
        ends = array("q", accumulate(map(len, self._values)))
        if ends:
            self._add(table, b"".join(self._values), ends)
        return table

    def _add(self, table: _Table, data: bytes, ends: array[int]) -> None:
        view = (ctypes.c_int64 * len(ends)).from_buffer(ends)
        library: Any = self._library
        library.alpheus_ends_add(ctypes.byref(table), data, view, len(ends))

    def _slowly(self, data: bytes | bytearray, start: int, end: int) -> Iterator[int]:
        for mark, runs in ((b".", _NAME), (b":", _COLONS)) if self.colons else ((b".", _NAME),):
            for match in runs.finditer(data, start, end):
                found = self._in_run(match) if mark in match.group() else None
                if found is not None:
                    yield found

    def _in_run(self, match: re.Match[bytes]) -> int | None:
        """Where the shortest end of a run is a value."""
        whole = match.group().lower().rstrip(b".")
        low = max(0, len(whole) - LONGEST)
        run = whole[low:]
        below = _LETTER.search(run) is not None
        if not below and run.count(b".") != len("...") and b":" not in run:
            return None
        begins = {0}
        if not low and match.string[max(match.pos, match.start() - 1) : match.start()] == b"%":
            code = _CODE.match(match.string, match.start(), match.endpos)
            begins |= set(range(0, code.end() - match.start() + 1, 2)) if code else set()
        if below and b":" not in run:
            begins |= {at + 1 for at, byte in enumerate(run) if byte == ord(".")}
        for at in sorted(begins, reverse=True):
            if run[at:] in self._known and (b"." in run[at:] or b":" in run[at:]):
                return match.start() + low + at
        return None


@cache
def _library() -> Any:  # noqa: ANN401 - functions of C have no types
    table, number = ctypes.POINTER(_Table), ctypes.c_size_t
    numbers = ctypes.POINTER(ctypes.c_int64)
    try:
        library = ctypes.CDLL(str(_PATH))
        add, find = library.alpheus_ends_add, library.alpheus_ends_find
    except (OSError, AttributeError):  # not compiled, or of another version
        return None
    add.argtypes = (table, ctypes.c_char_p, numbers, number)
    find.argtypes = (table, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, numbers, number)
    add.restype = find.restype = number
    return library


def _held(data: bytes | bytearray) -> Any:  # noqa: ANN401 - a pointer
    """What C reads, for as long as this is kept: a bytearray refuses to change its size."""
    if isinstance(data, bytes):
        return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p)
    return (ctypes.c_char * len(data)).from_buffer(data)
