"""The columnar pass in C, where the package was built with a compiler; see `rows.c`.

Everything here has a counterpart in `clock` and `columns` that says the same and takes longer.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alpheus.parsers.base import KeyColumns
from alpheus.scan.clock import MILLISECONDS_PER_DAY, DayOfRows, line_bounds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Integers = NDArray[np.int64]

_PATH = Path(__file__).with_name("rows.so")
_USUAL_LINES = 1 << 14
BARE_CR = re.compile(rb"\r(?=[^\r\n])")
DATE_LENGTH = 11


class _Key(ctypes.Structure):
    _fields_ = (
        ("delimiter", ctypes.c_uint8),
        ("width", ctypes.c_int64),
        ("runs", ctypes.c_int64),
        ("low", ctypes.POINTER(ctypes.c_int64)),
        ("high", ctypes.POINTER(ctypes.c_int64)),
        ("text", ctypes.c_char_p),
        ("length", ctypes.POINTER(ctypes.c_int64)),
    )


class _Found(ctypes.Structure):
    _fields_ = (*((name, ctypes.c_int64) for name in ("blank", "nul", "bare")),)


class _Day(ctypes.Structure):
    _fields_ = (
        ("first", ctypes.c_int64),
        ("last", ctypes.c_int64),
        ("hours", ctypes.c_int64 * 24),
    )


class _Likeness(ctypes.Structure):
    _fields_ = (
        ("delimiter", ctypes.c_uint8),
        ("width", ctypes.c_int64),
        ("count", ctypes.c_int64),
        ("column", ctypes.POINTER(ctypes.c_int64)),
        ("role", ctypes.POINTER(ctypes.c_int64)),
    )


MOST_COLUMNS, MOST_NUMBERS, MOST_FEW, FEW_KEPT = 24, 4, 2, 16


class Group(ctypes.Structure):
    """Lines that repeat one another; times in milliseconds since midnight.

    `line` is the first of them, `longest` how many characters the longest text has in the column of
    that role.
    """

    class Numbers(ctypes.Structure):
        """Those of one column: how many, their sum, the least and the most."""

        count: int
        total: int
        least: int
        most: int
        _fields_ = tuple((name, ctypes.c_int64) for name in ("count", "total", "least", "most"))

    line: int
    count: int
    first: int
    last: int
    longest: int
    numbers: Sequence[Numbers]
    _fields_ = (
        *((name, ctypes.c_int64) for name in ("line", "count", "first", "last", "longest")),
        ("numbers", Numbers * MOST_NUMBERS),
        *((name, ctypes.c_int64) for name in ("family", "kinds")),
    )


@cache
def library() -> Any:  # noqa: ANN401 - functions of a shared library have no types
    """The library, or None where there is none."""
    if not _PATH.exists():
        return None
    try:
        found = ctypes.CDLL(str(_PATH))
    except OSError:
        return None
    address, size = ctypes.c_void_p, ctypes.c_size_t
    found.alpheus_bounds.argtypes = (address, size, address, address, size, address)
    found.alpheus_bounds.restype = size
    found.alpheus_run.argtypes = (
        address, address, address, size, size, ctypes.c_char_p, ctypes.POINTER(_Key), size,
        ctypes.POINTER(_Day),
    )  # fmt: skip
    found.alpheus_run.restype = size
    found.alpheus_repeats.argtypes = (
        address, address, address, address, size, ctypes.POINTER(_Likeness), address, address,
        address, address, size,
    )  # fmt: skip
    found.alpheus_repeats.restype = size
    found.alpheus_repeats_room.restype = size
    return found


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the lines of a block begin and end, LF or CR LF not included.

    `blank` counts the empty ones; `nul` tells whether there is any NUL byte, `bare` whether any CR
    stands before something else than CR or LF. `places` are where the block and both arrays lie in
    memory, for functions of the library.
    """

    starts: Integers
    ends: Integers
    blank: int
    nul: bool
    bare: bool
    places: tuple[int, int, int] = (0, 0, 0)


class Room:
    """Holds the bounds of one block; what `find` gave is valid until it is called again."""

    def __init__(self) -> None:
        self._size = 0
        self._arrays: tuple[Integers, Integers]
        self._places = (0, 0)
        self._found = _Found()
        self._pointer = ctypes.byref(self._found)

    def find(self, data: bytearray, start: int, end: int) -> Bounds:
        """The lines of `data[start:end]`; places are from `start` on."""
        native = library()
        if native is None:
            return _bounds(data, start, end)
        if not self._size:
            self._grow(_USUAL_LINES)
        # The view is dropped at once: a buffer that is looked at cannot grow.
        block = ctypes.addressof(ctypes.c_uint8.from_buffer(data)) + start if data else 0
        while True:
            count = native.alpheus_bounds(
                block, end - start, *self._places, self._size, self._pointer
            )
            if count <= self._size:
                break
            self._grow(count)
        starts, ends = self._arrays
        found = self._found
        return Bounds(
            starts[:count],
            ends[:count],
            found.blank,
            found.nul != 0,
            found.bare != 0,
            (block, *self._places),
        )

    def _grow(self, size: int) -> None:
        import numpy as np  # noqa: PLC0415 - heavy

        self._size = size
        self._arrays = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
        self._places = self._arrays[0].ctypes.data, self._arrays[1].ctypes.data


def _bounds(data: bytearray, start: int, end: int) -> Bounds:
    import numpy as np  # noqa: PLC0415 - heavy

    starts, ends = line_bounds(np.frombuffer(data, dtype=np.uint8)[start:end])
    blank = int((ends <= starts).sum())
    bare = BARE_CR.search(data, start, end) is not None
    return Bounds(starts, ends, blank, data.find(0, start, end) >= 0, bare)


class Rows:
    """Counts the rows of a block that have the same bytes in their key columns."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._count = bounds.starts.size

    def run(
        self, at: int, date: bytes, day: int, key: Key, *, trusted: bool = False
    ) -> tuple[int, DayOfRows]:
        """The line after the last one counted from `at` on, and what was counted.

        Lines are counted while they begin with `date` (`2021-03-03T`), which is `day` days after
        1970, and a valid time, and have the key; of the first one the key is taken on trust if it
        is `trusted`.
        """
        found = _Day()
        count = library().alpheus_run(
            *self._bounds.places, at, self._count, date, key.pointer, int(trusted),
            ctypes.byref(found),
        )  # fmt: skip
        hours = {day * 24 + hour: rows for hour, rows in enumerate(found.hours) if rows}
        base = day * MILLISECONDS_PER_DAY
        return at + count, DayOfRows(hours, count, base + found.first, base + found.last)


@lru_cache(maxsize=256)
def key_for(key: KeyColumns, value: tuple[bytes, ...]) -> Key:
    """The same key for the same bytes: files of one log ask for it again and again."""
    return Key(key, value)


class Key:
    """The bytes that rows must have in their key columns; one text for each run of neighbours."""

    def __init__(self, key: KeyColumns, value: tuple[bytes, ...]) -> None:
        runs = key.runs
        numbers = ctypes.c_int64 * max(1, len(runs))
        self._kept = (
            numbers(*(low for low, _ in runs)),
            numbers(*(high for _, high in runs)),
            numbers(*map(len, value)),
        )
        low, high, length = self._kept
        self._key = _Key(
            key.delimiter[0], key.width or 0, len(runs), low, high, b"".join(value), length
        )
        self.pointer = ctypes.pointer(self._key)


class Likeness:
    """Which columns rows must have alike to repeat one another; see `enum role` in `rows.c`.

    `roles` are by the number of the column, from 0, in ascending order.
    """

    def __init__(self, delimiter: bytes, width: int, roles: Sequence[tuple[int, int]]) -> None:
        numbers = ctypes.c_int64 * max(1, len(roles))
        columns = numbers(*(column for column, _ in roles))
        self._like = _Likeness(
            delimiter[0], width, len(roles), columns, numbers(*(role for _, role in roles))
        )
        self._pointer = ctypes.pointer(self._like)

    def groups(self, bounds: Bounds, lines: Sequence[int]) -> tuple[Sequence[Group], list[int]]:
        """The groups of these lines, and the place of each line's group; -1 for lines of none.

        All of them must begin with a valid date and time.
        """
        import numpy as np  # noqa: PLC0415 - heavy

        numbers = np.array(lines, dtype=np.int64)
        groups = (Group * len(lines))()
        room = np.empty(len(lines) * library().alpheus_repeats_room(), dtype=np.uint8)
        found = np.empty(len(lines), dtype=np.int64)
        slots = 1 << max(4, (4 * len(lines)).bit_length())
        table = np.full(slots, -1, dtype=np.int64)
        count = library().alpheus_repeats(
            *bounds.places, numbers.ctypes.data, len(lines), self._pointer, groups,
            room.ctypes.data, found.ctypes.data, table.ctypes.data, slots,
        )  # fmt: skip
        return groups[:count], found.tolist()
