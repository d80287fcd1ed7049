"""Rows that are alike: same bytes in the columns that decide label, host and build."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from alpheus.parsers.base import KeyColumns
from alpheus.parsers.separated import split_commas
from alpheus.scan.words import Marks, equal_text, places_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Integers = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_QUOTE = 0x22
_MOST_GROUPS = 32
_FEW_ODD = 8
_ODD_AMONG = 16


class ColumnSpans:
    """Where the key columns of each line stand.

    `plain` tells for which lines that is certain: enough columns, the right width, and no double
    quote before the end of the last of them. All other lines must be parsed.
    """

    def __init__(self, block: Bytes, starts: Integers, ends: Integers, key: KeyColumns) -> None:
        import numpy as np  # noqa: PLC0415 - heavy

        self._block = block
        self._runs = key.runs
        self._key = key
        self._first, self._last = starts, ends
        marks = Marks(block, key.delimiter[0])
        before = marks.before(starts)
        count = marks.before(ends) - before
        last = key.columns[-1]
        self.plain: Mask = count >= last if key.width is None else count == key.width - 1
        good = np.flatnonzero(self.plain)
        self._begins = [starts.copy() for _ in self._runs]
        self._ends = [starts.copy() for _ in self._runs]
        self._find(marks, good, before[good], count[good])
        self._quotes()

    def _find(self, marks: Marks, good: Integers, before: Integers, count: Integers) -> None:
        """Set begin and end of every run of columns; `before` and `count` are of delimiters."""
        import numpy as np  # noqa: PLC0415 - heavy

        wanted = [n for low, high in self._runs for n in (max(low - 1, 0), high)]
        found = marks.place(np.concatenate([before + number for number in wanted]))
        places = found.reshape(len(wanted), good.size)
        for number, (low, high) in enumerate(self._runs):
            if low:
                self._begins[number][good] = places[2 * number] + 1
            inside = count > high
            self._ends[number][good] = np.where(inside, places[2 * number + 1], self._last[good])

    def _quotes(self) -> None:
        """Take out the lines with a double quote before the end of their last key column."""
        import numpy as np  # noqa: PLC0415 - heavy

        quotes = places_of(self._block, _QUOTE)
        if quotes.size:
            lines = np.searchsorted(self._first, quotes, side="right") - 1
            self.plain[lines[quotes < self._ends[-1][lines]]] = False

    def value(self, line: int) -> tuple[bytes, ...]:
        """The bytes of the key columns of one line; neighbours stand together."""
        return tuple(
            self._block[begin[line] : end[line]].tobytes()
            for begin, end in zip(self._begins, self._ends, strict=True)
        )

    def common(self, at: int, end: int) -> tuple[bytes, ...] | None:
        """The bytes of the key columns, if they are the same in all lines from `at` up to `end`.

        The few lines of which that is not certain are parsed. None also if they are not few.
        """
        import numpy as np  # noqa: PLC0415 - heavy

        plain = self.plain[at:end]
        certain, odd = np.flatnonzero(plain) + at, np.flatnonzero(~plain) + at
        if not certain.size or odd.size > max(_FEW_ODD, plain.size // _ODD_AMONG):
            return None
        value = self.value(int(certain[0]))
        if not bool(self.same(value, certain).all()):
            return None
        return value if all(self._parsed(line) == value for line in odd.tolist()) else None

    def _parsed(self, line: int) -> tuple[bytes, ...] | None:
        if self._key.width is not None:
            return None
        return key_of(self._block[self._first[line] : self._last[line]].tobytes(), self._key)

    def same(self, value: tuple[bytes, ...], lines: Integers) -> Mask:
        """Which of `lines` have exactly these bytes in their key columns."""
        import numpy as np  # noqa: PLC0415 - heavy

        equal = np.ones(lines.size, dtype=bool)
        for text, begins, ends in zip(value, self._begins, self._ends, strict=True):
            begin = begins[lines]
            equal &= ends[lines] - begin == len(text)
            left = np.flatnonzero(equal)
            if not text or not left.size:
                continue
            equal[left] = equal_text(self._block, begin[left], text)
        return equal


def key_of(line: bytes, key: KeyColumns) -> tuple[bytes, ...] | None:
    """The bytes of the key columns of a line, without the quotes around them.

    None if the line has not enough columns, or not the right number of them, or if a quoted value
    looks like several.
    """
    most = key.columns[-1] + 1 if key.columns else 0
    if key.delimiter == b",":
        values = split_commas(line.decode("utf-8", "surrogateescape"), most)
        columns = [value.encode("utf-8", "surrogateescape") for value in values]
    else:
        columns = line.split(key.delimiter)
        if key.width is not None and len(columns) != key.width:
            return None
    if len(columns) < most:
        return None
    if any(key.delimiter in columns[column] or b'"' in columns[column] for column in key.columns):
        return None
    return tuple(key.delimiter.join(columns[low : high + 1]) for low, high in key.runs)


def groups_of(
    spans: ColumnSpans, lines: Integers
) -> Iterator[tuple[tuple[bytes, ...] | None, Integers]]:
    """`lines` in groups of equal key; None with the lines that have to be parsed one by one."""
    import numpy as np  # noqa: PLC0415 - heavy

    certain = spans.plain[lines]
    odd, left = lines[~certain], lines[certain]
    for _ in range(_MOST_GROUPS):
        if not left.size:
            break
        value = spans.value(int(left[0]))
        same = spans.same(value, left)
        yield value, left[same]
        left = left[~same]
    if odd.size or left.size:
        yield None, np.sort(np.concatenate([odd, left]))
