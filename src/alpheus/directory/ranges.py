"""Ranges of addresses in a table, and the smallest one that holds an address.

Ranges may lie inside each other or overlap. A table is kept as segments: from each start on, up to
the next, one range is the smallest.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from alpheus.exposure.addresses import BITS, Range

NOWHERE = 0xFFFF_FFFF
"""A segment that no range covers."""

_NEAR = 32
_LOW = 0xFFFF_FFFF_FFFF_FFFF


class _Numbers:
    """Addresses of one version, those of IPv6 as two halves."""

    def __init__(self, version: int, high: Sequence[int], low: Sequence[int]) -> None:
        self._wide = version == 6
        self._high = high
        self._low = low

    def __len__(self) -> int:
        return len(self._high)

    def __getitem__(self, at: int) -> int:
        return self._high[at] << 64 | self._low[at] if self._wide else self._high[at]


class RangeTable:
    """Takes ranges of one IP version, each with the number of what it leads to."""

    def __init__(self, version: int) -> None:
        self.version = version
        self._columns = {name: array("Q") for name in ("firsts", "lasts")}
        if version == 6:
            self._columns |= {name: array("Q") for name in ("firsts_low", "lasts_low")}
        self.refs = array("I")

    def __len__(self) -> int:
        return len(self.refs)

    def add(self, span: Range, ref: int) -> None:
        """One range."""
        self.refs.append(ref)
        if self.version == 4:
            self._columns["firsts"].append(span.first)
            self._columns["lasts"].append(span.last)
            return
        for name, number in (("firsts", span.first), ("lasts", span.last)):
            self._columns[name].append(number >> 64)
            self._columns[f"{name}_low"].append(number & _LOW)

    def columns(self) -> Iterator[tuple[str, array[int]]]:
        """What is to be kept under which name, for `RangeLookup`; `refs` apart."""
        starts, lows, covering = array("Q"), array("Q"), array("I")
        for start, number in self._segments():
            starts.append(start if self.version == 4 else start >> 64)
            lows.append(start & _LOW)
            covering.append(number)
        yield from self._columns.items()
        yield "starts", starts
        if self.version == 6:
            yield "starts_low", lows
        yield "covering", covering

    def _segments(self) -> Iterator[tuple[int, int]]:
        """Starts of segments in order, and the smallest range that covers each, or NOWHERE."""
        firsts = _Numbers(
            self.version, self._columns["firsts"], self._columns.get("firsts_low", ())
        )
        lasts = _Numbers(self.version, self._columns["lasts"], self._columns.get("lasts_low", ()))
        order = sorted(range(len(self)), key=firsts.__getitem__)
        points = {firsts[n] for n in order} | {lasts[n] + 1 for n in order}
        # Behind the last address of all there is no segment.
        points.discard(1 << BITS[self.version])
        active: list[tuple[int, int, int]] = []
        at, before = 0, NOWHERE
        for point in sorted(points):
            while at < len(order) and firsts[order[at]] == point:
                number = order[at]
                heapq.heappush(active, (lasts[number] - point, number, lasts[number]))
                at += 1
            while active and active[0][2] < point:
                heapq.heappop(active)
            covering = active[0][1] if active else NOWHERE
            if covering != before:
                yield point, covering
                before = covering


class RangeLookup:
    """Finds in the columns of a table."""

    def __init__(self, version: int, columns: Mapping[str, Sequence[int]]) -> None:
        self._version = version
        self._starts = columns["starts"]
        self._numbers = {
            name: _Numbers(version, columns[name], columns.get(f"{name}_low", ()))
            for name in ("starts", "firsts", "lasts")
        }
        self._covering = columns["covering"]
        self._refs = columns["refs"]

    def find(self, number: int) -> tuple[Range, int] | None:
        """The smallest range that holds an address, and what it leads to."""
        if self._version == 4:
            at = bisect_right(self._starts, number)
        else:
            at = bisect_right(self._numbers["starts"], number)
        if not at:
            return None
        covering = self._covering[at - 1]
        return None if covering == NOWHERE else self._range(covering)

    def around(self, span: Range) -> tuple[Range, int] | None:
        """A larger range that holds all of one, the smallest that is the smallest somewhere near.

        None where `_NEAR` segments on either side know of none.
        """
        at = bisect_right(self._numbers["starts"], span.first) - 1
        found: tuple[Range, int] | None = None
        for places in (range(at, max(-1, at - _NEAR), -1),
                       range(at + 1, min(len(self._starts), at + _NEAR))):  # fmt: skip
            for place in places:
                number = self._covering[place]
                if number == NOWHERE:
                    continue
                near, ref = self._range(number)
                if near.first <= span.first and near.last >= span.last and near.size > span.size:
                    if found is None or near.size < found[0].size:
                        found = near, ref
                    break
        return found

    def __iter__(self) -> Iterator[tuple[Range, int]]:
        """Every range in the order in which they came."""
        return (self._range(number) for number in range(len(self._refs)))

    def _range(self, number: int) -> tuple[Range, int]:
        first, last = self._numbers["firsts"][number], self._numbers["lasts"][number]
        return Range(self._version, first, last), self._refs[number]
