"""A list of addresses and names in which a look-up costs a microsecond, however long it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from alpheus.exposure.addresses import Range

Label = TypeVar("Label")


class Piece(NamedTuple, Generic[Label]):
    """A part of a range, both ends included, and the label that it has in a list, if any."""

    first: int
    last: int
    label: Label | None


class Segments(Generic[Label]):
    """Disjoint ranges of one IP version, each with its label.

    Where given ranges overlap, the one that begins last decides: of nested ones the inner.
    """

    __slots__ = ("_first", "_label", "_last")

    def __init__(self, ranges: Iterable[tuple[int, int, Label]]) -> None:
        self._first: list[int] = []
        self._last: list[int] = []
        self._label: list[Label] = []
        open_ranges: list[tuple[int, Label]] = []
        position = 0
        for first, last, label in sorted(ranges, key=lambda one: (one[0], -one[1])):
            position = self._close(open_ranges, position, first)
            position = max(position, first)
            open_ranges.append((last, label))
        self._close(open_ranges, position, None)

    def _close(
        self, open_ranges: list[tuple[int, Label]], position: int, before: int | None
    ) -> int:
        """Write what the open ranges cover from `position` to `before`; where it stands then."""
        while open_ranges and (before is None or position < before):
            last, label = open_ranges[-1]
            if last < position:
                open_ranges.pop()
                continue
            end = last if before is None else min(last, before - 1)
            self._append(position, end, label)
            position = end + 1
        return position

    def _append(self, first: int, last: int, label: Label) -> None:
        if self._last and self._last[-1] == first - 1 and self._label[-1] == label:
            self._last[-1] = last
            return
        self._first.append(first)
        self._last.append(last)
        self._label.append(label)

    def __len__(self) -> int:
        return len(self._first)

    def get(self, number: int) -> Label | None:
        """The label of the range that an address lies in."""
        index = bisect_right(self._first, number) - 1
        return self._label[index] if index >= 0 and number <= self._last[index] else None

    def pieces(self, first: int, last: int) -> Iterator[Piece[Label]]:
        """A range cut where the label changes, from its first address to its last."""
        index = max(bisect_right(self._first, first) - 1, 0)
        while first <= last and index < len(self._first):
            start, end = self._first[index], self._last[index]
            if start > last:
                break
            if start > first:
                yield Piece(first, start - 1, None)
                first = start
            if end >= first:
                yield Piece(first, min(end, last), self._label[index])
                first = end + 1
            index += 1
        if first <= last:
            yield Piece(first, last, None)

    def total(self) -> int:
        """How many addresses are covered."""
        return sum(self._last) - sum(self._first) + len(self._first)


class Listing(Generic[Label]):
    """Addresses of both IP versions and names, each with a label. A name covers what is below."""

    __slots__ = ("_names", "_version")

    def __init__(
        self, ranges: Sequence[tuple[Range, Label]], names: Iterable[tuple[str, Label]]
    ) -> None:
        self._version = {
            version: Segments(
                (span.first, span.last, label) for span, label in ranges if span.version == version
            )
            for version in (4, 6)
        }
        self._names = dict(names)

    def __bool__(self) -> bool:
        return bool(self._names) or any(map(len, self._version.values()))

    def segments(self, version: int) -> Segments[Label]:
        """The ranges of one IP version."""
        return self._version[version]

    def address(self, version: int, number: int) -> Label | None:
        """The label of the range that an address lies in."""
        return self._version[version].get(number)

    def names(self) -> Iterable[tuple[str, Label]]:
        """Every name with its label."""
        return self._names.items()

    def name(self, name: str) -> Label | None:
        """The label of a name or of the nearest one above it. `name` as `host_name` writes it."""
        names = self._names
        while name and names:
            if name in names:
                return names[name]
            name = name.partition(".")[2]
        return None
