"""Which method of a .NET assembly calls what, without decompiling it.

A call is an operation code and a token of four bytes. Tokens are searched for in all code at once,
and a hit counts where it lies within the body of a method. Five bytes that look like a call within
other data are possible, and rare.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from alpheus.parsers.dotnet import Assembly
from alpheus.parsers.dotnet_tables import MEMBER_REFERENCE, METHOD, find_image

_STRING = 0x70
_CALLS = (0x27, 0x28, 0x6F, 0x73)
_POINTERS = (0x06, 0x07)
_LOAD_STRING = 0x72
_MOST_HITS = 400_000
_MOST_SEARCHED = 64 << 20


@dataclass(frozen=True, slots=True)
class Uses:
    """What methods use, by the method's row from 0.

    `members` are rows of member references, `methods` rows of the assembly's own methods, and
    `strings` indexes of its strings; all count from 0. `complete` says that nothing was left out.
    """

    members: dict[int, frozenset[int]]
    methods: dict[int, frozenset[int]]
    strings: dict[int, frozenset[int]]
    complete: bool = True


def find_uses(
    content: bytes, assembly: Assembly, members: Collection[int], strings: Collection[int]
) -> Uses:
    """Find who uses these member references and strings, and all calls of own methods."""
    bodies = _Bodies(content, assembly)
    called = _grouped(bodies.calls(MEMBER_REFERENCE, frozenset(members)))
    own = _grouped(bodies.calls(METHOD, None))
    index_of = {assembly.string_places[index]: index for index in strings}
    loaded = bodies.strings(frozenset(place - 1 for place in index_of))
    given = _grouped((method, index_of[row + 1]) for method, row in loaded)
    return Uses(called, own, given, bodies.complete)


def _grouped(pairs: Iterator[tuple[int, int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for method, used in pairs:
        found.setdefault(method, set()).add(used)
    return {method: frozenset(used) for method, used in found.items()}


class _Bodies:
    """The code of all methods, by where it starts in the file."""

    def __init__(self, content: bytes, assembly: Assembly) -> None:
        self._content = content
        self.complete = True
        image = find_image(content)
        starts: dict[int, int] = {}
        if image is not None:
            for method, address in enumerate(assembly.addresses):
                place = image.place(address) if address else None
                if place is not None:
                    starts.setdefault(place, method)
        self._starts = sorted(starts)
        self._methods = [starts[place] for place in self._starts]

    def calls(self, table: int, wanted: frozenset[int] | None) -> Iterator[tuple[int, int]]:
        """Method and row of each call to a wanted row of a table; None wants all."""
        return self._hits(table, (*_CALLS, *_POINTERS), wanted)

    def strings(self, wanted: frozenset[int]) -> Iterator[tuple[int, int]]:
        """Method and place, less one, of each string of these that it loads."""
        return self._hits(_STRING, (_LOAD_STRING,), wanted)

    def _hits(
        self, table: int, codes: tuple[int, ...], wanted: frozenset[int] | None
    ) -> Iterator[tuple[int, int]]:
        if not self._starts or (wanted is not None and not wanted):
            return
        import numpy as np  # noqa: PLC0415 - only assemblies in question need it

        first = self._starts[0]
        # Code lies together; nothing of interest lies far behind the last method's start.
        last = min(self._starts[-1] + (1 << 20), first + _MOST_SEARCHED)
        data = np.frombuffer(self._content, np.uint8)[first:last]
        if len(data) < 5:
            return
        places = np.flatnonzero(data[4:] == table)
        places = places[np.isin(data[places], codes)]
        rows = (
            data[places + 1].astype(np.int64)
            | data[places + 2].astype(np.int64) << 8
            | data[places + 3].astype(np.int64) << 16
        ) - 1
        if wanted is not None:
            kept = np.isin(rows, list(wanted))
            places, rows = places[kept], rows[kept]
        if len(places) > _MOST_HITS or last == first + _MOST_SEARCHED:
            self.complete = False
        seen: set[tuple[int, int]] = set()
        pairs = zip(places[:_MOST_HITS].tolist(), rows[:_MOST_HITS].tolist(), strict=True)
        for place, row in pairs:
            index = bisect_right(self._starts, place + first) - 1
            pair = (self._methods[index], row)
            if pair not in seen and place + first < self._end(index):
                seen.add(pair)
                yield pair

    def _end(self, index: int) -> int:
        """Where a body ends, by its header."""
        start = self._starts[index]
        first = self._content[start] if start < len(self._content) else 0
        if first & 3 == 2:
            return start + 1 + (first >> 2)
        if first & 3 == 3:
            size = int.from_bytes(self._content[start + 4 : start + 8], "little")
            return start + 12 + size
        return start
