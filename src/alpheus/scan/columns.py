"""Rows that are alike: same bytes in the columns that decide label, host and build."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from alpheus.parsers.base import KeyColumns
from alpheus.parsers.separated import split_commas
from alpheus.scan.words import equal_text, windows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Integers = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_QUOTE = 0x22
_MOST_GROUPS = 32
_LONGEST = 4096
"""How many bytes of a line are looked at, if those that are usually enough are not."""

_SAMPLE = 12
_FEW_ODD = 8
_ODD_AMONG = 16

_WINDOW_BYTES = 4 << 20
"""How many bytes are looked at together, to bound memory where lines are short."""


class ColumnSpans:
    """Where the key columns of each line stand.

    `plain` tells for which lines that is certain: enough columns, the right width, and no double
    quote before the end of the last of them. All other lines must be parsed.
    """

    def __init__(self, block: Bytes, starts: Integers, ends: Integers, key: KeyColumns) -> None:
        import numpy as np  # noqa: PLC0415 - heavy

        self._block = block
        self._runs = _runs(key.columns)
        self._key = key
        self._first, self._last = starts, ends
        self.plain: Mask = np.zeros(starts.size, dtype=bool)
        self._begins = [starts.copy() for _ in self._runs]
        self._ends = [starts.copy() for _ in self._runs]
        lengths = ends - starts
        left = np.arange(starts.size)
        for width in (self._usual_width(starts, lengths), _LONGEST):
            step = max(1, _WINDOW_BYTES // width)
            settled = [
                self._settle(part, starts[part], lengths[part], width)
                for part in (left[at : at + step] for at in range(0, left.size, step))
            ]
            left = left[~np.concatenate(settled)] if settled else left

    def _usual_width(self, starts: Integers, lengths: Integers) -> int:
        """How many bytes of a line are enough for most of a sample of lines."""
        step = max(1, starts.size // _SAMPLE)
        needed = [64]
        for start, length in zip(starts[::step].tolist(), lengths[::step].tolist(), strict=True):
            place = min(length, _LONGEST)
            if self._key.width is None:
                text = self._block[start : start + place].tobytes()
                columns = text.split(self._key.delimiter)[: self._key.columns[-1] + 1]
                place = sum(map(len, columns)) + len(columns)
            needed.append(place)
        return (sorted(needed)[len(needed) * 15 // 16] | 31) + 1

    def _settle(self, lines: Integers, starts: Integers, lengths: Integers, width: int) -> Mask:
        """Read lines by their first bytes; for which of them that was enough."""
        import numpy as np  # noqa: PLC0415 - heavy

        text = windows(self._block, starts, width)
        delimiters = np.flatnonzero(text == self._key.delimiter[0])
        seen = np.minimum(lengths, width)
        base = np.arange(starts.size) * width
        first = np.searchsorted(delimiters, base)
        count = np.searchsorted(delimiters, base + seen) - first
        last = self._key.columns[-1]
        whole = lengths <= width
        settled = whole if self._key.width is not None else whole | (count > last)
        enough = settled & (count >= last)
        if self._key.width is not None:
            enough &= count == self._key.width - 1
        good = np.flatnonzero(enough)
        delimiters, first, count = np.append(delimiters, 0), first[good], count[good]
        base, place = base[good], starts[good]
        for (low, high), begins, ends in zip(self._runs, self._begins, self._ends, strict=True):
            if low:
                begins[lines[good]] = delimiters[first + low - 1] + 1 - base + place
            after = delimiters[np.minimum(first + high, delimiters.size - 1)] - base + place
            ends[lines[good]] = np.where(count > high, after, place + lengths[good])
        self.plain[lines[good]] = ~_quoted(text[good], self._ends[-1][lines[good]] - place)
        return settled

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
        """The key columns of a line with quoted values; None if they cannot be told here."""
        if self._key.width is not None or self._key.delimiter != b",":
            return None
        text = (
            self._block[self._first[line] : self._last[line]].tobytes().decode("utf-8", "replace")
        )
        values = split_commas(text, self._key.columns[-1] + 1)
        if len(values) <= self._key.columns[-1]:
            return None
        return tuple(",".join(values[low : high + 1]).encode() for low, high in self._runs)

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


def _runs(columns: tuple[int, ...]) -> list[tuple[int, int]]:
    """Columns in stretches of neighbours: first and last of each."""
    runs: list[tuple[int, int]] = []
    for column in columns:
        if runs and runs[-1][1] == column - 1:
            runs[-1] = (runs[-1][0], column)
        else:
            runs.append((column, column))
    return runs


def _quoted(text: Bytes, lengths: Integers) -> Mask:
    """In which rows of `text` a double quote stands within the first `lengths` bytes."""
    import numpy as np  # noqa: PLC0415 - heavy

    quotes = text == _QUOTE
    if not quotes.any():
        return np.zeros(lengths.size, dtype=bool)
    first = quotes.argmax(axis=1)
    found: Mask = quotes.any(axis=1) & (first < lengths)
    return found


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
