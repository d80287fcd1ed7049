"""Rows that are alike: same bytes in the columns that decide label, host and build."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from alpheus.parsers.base import KeyColumns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Integers = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_QUOTE = 0x22
_MOST_GROUPS = 32


class ColumnSpans:
    """Where the key columns of each line stand.

    `plain` tells for which lines that is certain: enough columns, the right width, and no double
    quote before the end of the last of them. All other lines must be parsed.
    """

    def __init__(self, block: Bytes, starts: Integers, ends: Integers, key: KeyColumns) -> None:
        import numpy as np  # noqa: PLC0415 - heavy

        self._block = block
        delimiters = np.flatnonzero(block == key.delimiter[0])
        first = np.searchsorted(delimiters, starts)
        count = np.searchsorted(delimiters, ends) - first
        padded = np.append(delimiters, 0)
        top = padded.size - 1
        self.plain: Mask = count >= key.columns[-1]
        if key.width is not None:
            self.plain &= count == key.width - 1
        self._begins: list[Integers] = []
        self._ends: list[Integers] = []
        for column in key.columns:
            before = padded[np.minimum(first + column - 1, top)] + 1
            self._begins.append(starts if column == 0 else before)
            after = padded[np.minimum(first + column, top)]
            self._ends.append(np.where(count > column, after, ends))
        quotes = np.append(np.flatnonzero(block == _QUOTE), block.size)
        self.plain &= quotes[np.searchsorted(quotes, starts)] >= self._ends[-1]

    def value(self, line: int) -> tuple[bytes, ...]:
        """The bytes of the key columns of one line."""
        return tuple(
            self._block[begin[line] : end[line]].tobytes()
            for begin, end in zip(self._begins, self._ends, strict=True)
        )

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
            found = self._block[begin[left][:, None] + np.arange(len(text))]
            equal[left] = (found == np.frombuffer(text, dtype=np.uint8)).all(axis=1)
        return equal


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
