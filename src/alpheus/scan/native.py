"""The columnar pass in C, where the package was built with a compiler; see `rows.c`.

Everything here has a counterpart in `clock` and `columns` that says the same and takes longer.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alpheus.parsers.base import KeyColumns
from alpheus.scan.clock import MILLISECONDS_PER_DAY, DayOfRows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Integers = NDArray[np.int64]

_PATH = Path(__file__).with_name("rows.so")
_NEWLINE = 0x0A
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


MOST_COLUMNS, MOST_NUMBERS = 24, 4


class Group(ctypes.Structure):
    """Lines that repeat one another; times in milliseconds since midnight.

    `line` is the first of them, `longest` the one with the longest text in the column of that role.
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
        ("length", ctypes.c_int64),
        ("numbers", Numbers * MOST_NUMBERS),
        ("hash", ctypes.c_uint64),
        ("begin", ctypes.c_int64 * MOST_COLUMNS),
        ("end", ctypes.c_int64 * MOST_COLUMNS),
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
    found.alpheus_count.argtypes = (address, size)
    found.alpheus_count.restype = size
    found.alpheus_lines.argtypes = (address, size, address, address, size)
    found.alpheus_lines.restype = size
    found.alpheus_run.argtypes = (
        address, address, address, size, size, ctypes.c_char_p, ctypes.POINTER(_Key), size,
        ctypes.POINTER(_Day),
    )  # fmt: skip
    found.alpheus_run.restype = size
    found.alpheus_repeats.argtypes = (
        address, address, address, address, size, ctypes.POINTER(_Likeness), address, address,
        address, size,
    )  # fmt: skip
    found.alpheus_repeats.restype = size
    return found


def count_of(block: Bytes) -> int:
    """How many line feeds there are."""
    import numpy as np  # noqa: PLC0415 - heavy

    native = library()
    if native is None:
        return int(np.count_nonzero(block == _NEWLINE))
    return int(native.alpheus_count(block.ctypes.data, block.size))


def bounds(block: Bytes, lines: int) -> tuple[Integers, Integers] | None:
    """What `clock.line_bounds` gives; None without the library.

    `lines` is how many there are, 0 if that is not known.
    """
    import numpy as np  # noqa: PLC0415 - heavy

    native = library()
    if native is None:
        return None
    data = block.ctypes.data
    room = lines or native.alpheus_count(data, block.size) + 1
    starts, ends = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    count = native.alpheus_lines(data, block.size, starts.ctypes.data, ends.ctypes.data, room)
    return starts[:count], ends[:count]


class Rows:
    """Counts the rows of a block that have the same bytes in their key columns."""

    def __init__(self, block: Bytes, starts: Integers, ends: Integers) -> None:
        self._kept = (block, starts, ends)
        self._places = (block.ctypes.data, starts.ctypes.data, ends.ctypes.data)
        self._count = starts.size

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
            *self._places, at, self._count, date, key.pointer, int(trusted), ctypes.byref(found)
        )
        hours = {day * 24 + hour: rows for hour, rows in enumerate(found.hours) if rows}
        base = day * MILLISECONDS_PER_DAY
        return at + count, DayOfRows(hours, count, base + found.first, base + found.last)


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

    def groups(
        self, block: Bytes, bounds: tuple[Integers, Integers], lines: Sequence[int]
    ) -> tuple[Sequence[Group], list[int]]:
        """The groups of these lines, and the place of each line's group; -1 for lines of none.

        All of them must begin with a valid date and time.
        """
        import numpy as np  # noqa: PLC0415 - heavy

        starts, ends = bounds
        numbers = np.array(lines, dtype=np.int64)
        groups = (Group * len(lines))()
        found = np.empty(len(lines), dtype=np.int64)
        slots = 1 << max(4, (2 * len(lines)).bit_length())
        table = np.full(slots, -1, dtype=np.int64)
        count = library().alpheus_repeats(
            block.ctypes.data, starts.ctypes.data, ends.ctypes.data, numbers.ctypes.data,
            len(lines), self._pointer, groups, found.ctypes.data, table.ctypes.data, slots,
        )  # fmt: skip
        return groups[:count], found.tolist()
