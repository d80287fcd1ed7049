"""The lines of one block: bounds, times, and what else is computed once for all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from alpheus.parsers.base import Clock, KeyColumns
from alpheus.parsers.exchange import plain_build
from alpheus.scan import native
from alpheus.scan.blocks import Block
from alpheus.scan.clock import NO_TIME, Days, line_times
from alpheus.scan.columns import ColumnSpans
from alpheus.scan.native import Rows
from alpheus.scan.needles import Marked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_NOT_SHARED = 4 << 20
"""Blocks above this size hold a very long line; their columns are not indexed, to save memory."""


_BEGIN_OF_TIME = frozenset(b'0123456789"')


class Lines:
    """A block seen as lines. Line numbers here count from 0 within the block."""

    def __init__(self, block: Block) -> None:
        import numpy as np  # noqa: PLC0415 - heavy

        self.block = block
        self.array = np.frombuffer(block.data, dtype=np.uint8)[block.start : block.end]
        self.bounds = block.bounds or native.Room().find(block.data, block.start, block.end)
        self.starts, self.ends = self.bounds.starts, self.bounds.ends
        self._rows: Rows | None = None
        self._days: dict[Clock, Days] = {}
        self._times: dict[Clock, Integers] = {}
        self._special: dict[Clock, Integers] = {}
        self._spans: dict[KeyColumns, ColumnSpans] = {}
        self._builds: dict[re.Pattern[bytes], tuple[Integers, list[str]]] = {}

    @cached_property
    def blank(self) -> Mask:
        """Which lines are empty."""
        return self.ends <= self.starts

    def __len__(self) -> int:
        return int(self.starts.size)

    @property
    def shareable(self) -> bool:
        """Whether rows may be judged alike by their columns."""
        return self.array.size <= _NOT_SHARED

    def raw(self, line: int) -> bytes:
        """The bytes of a line, without its line end."""
        base = self.block.start
        return bytes(self.block.data[base + int(self.starts[line]) : base + int(self.ends[line])])

    def number(self, line: int) -> int:
        """The number of a line in its file, from 1."""
        return self.block.line + line

    def offset(self, line: int) -> int:
        """Where a line begins in the stream."""
        return self.block.offset + int(self.starts[line])

    def days(self, clock: Clock) -> Days:
        """The lines by the day that they begin with."""
        if clock not in self._days:
            self._days[clock] = Days(self.array, self.starts, self.ends, clock)
        return self._days[clock]

    def rows(self) -> Rows | None:
        """Counts rows in C; None where that was not built."""
        if self._rows is None and native.library() is not None:
            self._rows = Rows(self.bounds)
        return self._rows

    def may_be_row(self, line: int) -> bool:
        """Whether a line may begin with a time: with a digit, or a double quote before one."""
        start = int(self.starts[line])
        return start < int(self.ends[line]) and int(self.array[start]) in _BEGIN_OF_TIME

    def times(self, clock: Clock) -> Integers:
        """Milliseconds of UTC for each line, `NO_TIME` for what is no row under this clock."""
        if clock not in self._times:
            self._times[clock] = line_times(self.array, self.starts, self.ends, clock)
        return self._times[clock]

    def special(self, clock: Clock) -> Integers:
        """The lines without a time that are not blank, in order."""
        import numpy as np  # noqa: PLC0415 - heavy

        if clock not in self._special:
            timeless = self.times(clock) == NO_TIME
            self._special[clock] = np.flatnonzero(timeless & ~self.blank)
        return self._special[clock]

    def spans(self, key: KeyColumns) -> ColumnSpans:
        """Where the key columns stand in each line."""
        if key not in self._spans:
            self._spans[key] = ColumnSpans(self.array, self.starts, self.ends, key)
        return self._spans[key]

    def builds(self, pattern: re.Pattern[bytes]) -> tuple[Integers, list[str]]:
        """For each line an index into the list of builds named by `pattern`, or -1."""
        import numpy as np  # noqa: PLC0415 - heavy

        if pattern not in self._builds:
            base, end = self.block.start, self.block.end
            found = [
                (match.start() - base, match[1])
                for match in pattern.finditer(self.block.data, base, end)
            ]
            names: dict[str, int] = {}
            indexes = np.full(len(self), -1, dtype=np.int64)
            for place, text in found:
                build = plain_build(text.decode("ascii", "replace"))
                if build is not None:
                    line = int(np.searchsorted(self.starts, place, side="right")) - 1
                    indexes[line] = names.setdefault(build, len(names))
            self._builds[pattern] = indexes, list(names)
        return self._builds[pattern]

    def marked(self, found: Sequence[Marked]) -> dict[int, int]:
        """The lines that `Needles.search` found in the block, and their marks."""
        import numpy as np  # noqa: PLC0415 - heavy

        if not found:
            return {}
        starts = np.array([start for start, _, _ in found], dtype=np.int64) - self.block.start
        lines = np.searchsorted(self.starts, starts).tolist()
        return dict(zip(lines, (marks for _, _, marks in found), strict=True))

    def with_nul(self) -> list[int]:
        """The lines that hold a NUL byte."""
        import numpy as np  # noqa: PLC0415 - heavy

        if not self.bounds.nul:
            return []
        places = np.flatnonzero(self.array == 0)
        lines = np.unique(np.searchsorted(self.starts, places, side="right") - 1)
        found: list[int] = lines.tolist()
        return found
