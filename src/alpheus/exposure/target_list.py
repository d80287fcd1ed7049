"""Whom the operator wants to have asked, as ranges and names, and what of it the scope allows.

A network stays a range of numbers, so that a /8 needs no memory. Network and broadcast addresses
are asked like others: how a network is divided inside cannot be seen from outside.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from alpheus.exposure.addresses import Range, write_address, write_range
from alpheus.exposure.scope import Decision, Scope

LISTED = 1_000
"""As many parts that are not asked are listed by themselves."""


class Target(NamedTuple):
    """One host to ask. `text` is what the operator calls it; `port` None: the ports of the scope.

    `host` is an address in its usual form or, where `is_name`, a host name.
    """

    text: str
    host: str
    is_name: bool
    port: int | None
    scheme: str


class Place(NamedTuple):
    """Where on a host it is asked."""

    port: int | None
    scheme: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """What is no target: where it stands (`line` from 1, 0 on the command line) and why."""

    source: str
    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outside:
    """Targets that are not asked for one reason: how many, and their ends or name as `target`."""

    target: str
    port: int
    count: int
    why: str


class RangeSet:
    """Ranges of addresses in any order, compact; iterating gives them in order and joined."""

    __slots__ = ("_v4", "_v6")

    def __init__(self) -> None:
        self._v4 = array("Q")
        self._v6: list[tuple[int, int]] = []

    def add(self, span: Range) -> None:
        """Put a range in; it may overlap others."""
        if span.version == 4:
            self._v4.append(span.first << 32 | span.last)
        else:
            self._v6.append((span.first, span.last))

    def __iter__(self) -> Iterator[Range]:
        yield from _joined(4, ((pair >> 32, pair & 0xFFFF_FFFF) for pair in sorted(self._v4)))
        yield from _joined(6, iter(sorted(self._v6)))


def _joined(version: int, pairs: Iterator[tuple[int, int]]) -> Iterator[Range]:
    """Pairs in order as ranges, those that touch or overlap joined."""
    begin, end = next(pairs, (0, -1))
    for first, last in pairs:
        if first <= end + 1:
            end = max(end, last)
        else:
            yield Range(version, begin, end)
            begin, end = first, last
    if end >= begin:
        yield Range(version, begin, end)


class _Block:
    """Ranges of one place and version; `ends` counts targets up to each range's last one."""

    __slots__ = ("ends", "firsts", "place", "version")

    def __init__(self, place: Place, version: int) -> None:
        self.place = place
        self.version = version
        self.firsts: array[int] | list[int] = array("I") if version == 4 else []
        self.ends = array("Q")


class TargetList(Sequence[Target]):
    """Targets in a fixed order: ranges by port, version and number, then names; none twice.

    `names` is (name, place) to the operator's word for it. `called` has, for (address, place), the
    names by which a list calls an address; they make it no target, and allow nothing. `bad` holds
    the first bad lines, `bad_count` counts all, `repeated` the targets that were given again.
    """

    def __init__(
        self,
        ranges: Mapping[Place, RangeSet],
        names: Mapping[tuple[str, Place], str],
        *,
        called: Mapping[tuple[str, Place], tuple[str, ...]] | None = None,
        bad: Sequence[BadLine] = (),
        bad_count: int = 0,
        given: int | None = None,
    ) -> None:
        self._blocks: list[_Block] = []
        self._addresses = 0
        for place in sorted(ranges, key=_place_key):
            for span in ranges[place]:
                self._append(place, span)
        self._last_index = [block.ends[-1] for block in self._blocks]
        self.names = sorted(names.items(), key=lambda one: (one[0][0], _place_key(one[0][1])))
        self.called = called or {}
        self.bad = tuple(bad)
        self.bad_count = bad_count
        self.repeated = 0 if given is None else given - len(self)

    def _append(self, place: Place, span: Range) -> None:
        block = self._blocks[-1] if self._blocks else None
        if block is None or block.place != place or block.version != span.version:
            block = _Block(place, span.version)
            self._blocks.append(block)
        self._addresses += span.size
        block.firsts.append(span.first)
        block.ends.append(self._addresses)

    def __len__(self) -> int:
        return self._addresses + len(self.names)

    def __getitem__(self, index: int) -> Target:  # type: ignore[override] # no slices
        if not 0 <= index < len(self):
            raise IndexError(f"{index} is not one of {len(self)} targets")
        if index >= self._addresses:
            (name, place), text = self.names[index - self._addresses]
            return Target(text, name, True, place.port, place.scheme)  # noqa: FBT003 - hot
        block = self._blocks[bisect_right(self._last_index, index)]
        which = bisect_right(block.ends, index)
        before = self._before(block, which)
        address = write_address(block.version, block.firsts[which] + index - before)
        port, scheme = block.place
        return Target(address, address, False, port, scheme)  # noqa: FBT003 - hot

    def has_address(self, version: int, number: int, port: int) -> bool:
        """Whether an address is one of the targets at a port, by itself or in a range."""
        for block in self._blocks:
            if block.place.port == port and block.version == version:
                which = bisect_right(block.firsts, number) - 1
                if which < 0:
                    continue
                size = block.ends[which] - self._before(block, which)
                if number < block.firsts[which] + size:
                    return True
        return False

    def _before(self, block: _Block, which: int) -> int:
        """How many targets stand before a range."""
        if which:
            return block.ends[which - 1]
        number = self._blocks.index(block)
        return self._last_index[number - 1] if number else 0

    def __iter__(self) -> Iterator[Target]:
        return map(self.__getitem__, range(len(self)))

    def spans(self) -> Iterator[tuple[Place, Range]]:
        """Every range with its place, in order."""
        before = 0
        for block in self._blocks:
            for first, end in zip(block.firsts, block.ends, strict=True):
                yield block.place, Range(block.version, first, first + end - before - 1)
                before = end

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the targets without the operator's words for them."""
        content = hashlib.sha256()
        for (port, scheme), span in self.spans():
            content.update(f"{scheme}:{port} {write_range(span)}\n".encode())
        for (name, (port, scheme)), _ in self.names:
            content.update(f"{scheme}:{port} {name}\n".encode())
        for (host, place), names in sorted(self.called.items(), key=_called_key):
            content.update(f"{place.scheme}:{place.port} {host} {' '.join(names)}\n".encode())
        return content.hexdigest()


def _called_key(
    one: tuple[tuple[str, Place], tuple[str, ...]],
) -> tuple[str, tuple[int, str]]:
    return one[0][0], _place_key(one[0][1])


def _place_key(place: Place) -> tuple[int, str]:
    return place.port or 0, place.scheme


class _Rest:
    """What is not asked: the first parts by themselves, the others summed up by kind of reason."""

    def __init__(self) -> None:
        self._parts: list[Outside] = []
        self._kinds: dict[tuple[str, int], list[Outside]] = {}
        self._counts: Counter[tuple[str, int]] = Counter()

    def add(self, part: Outside) -> None:
        if len(self._parts) < LISTED:
            self._parts.append(part)
            return
        key = part.why.partition(":")[0], part.port
        ends = self._kinds.setdefault(key, [part, part])
        ends[1] = part
        self._counts[key] += part.count

    def all(self) -> list[Outside]:
        return self._parts + [
            Outside(f"{first.target} … {last.target}", port, self._counts[why, port], why)
            for (why, port), (first, last) in self._kinds.items()
        ]


def divide(targets: TargetList, scope: Scope) -> tuple[TargetList, list[Outside]]:
    """The targets that may be asked, each with its port, and those that may not, summed up.

    Names stay unless they are denied: whether one may be asked can depend on its address, so every
    address is put before `Scope.decide` again before anything is sent.
    """
    ranges: dict[Place, RangeSet] = {}
    names: dict[tuple[str, Place], str] = {}
    rest = _Rest()
    for place, span in targets.spans():
        for port in _ports(place, scope):
            inside = ranges.setdefault(Place(port, place.scheme), RangeSet())
            for part, decision in _parts(span, port, scope):
                if decision.allowed:
                    inside.add(part)
                else:
                    rest.add(Outside(write_range(part), port, part.size, decision.why))
    for (name, place), text in targets.names:
        for port in _ports(place, scope):
            decided = _wrong_port(port, scope) or scope.decide_name(name)
            if decided is None or decided.allowed:
                names.setdefault((name, Place(port, place.scheme)), text)
            else:
                rest.add(Outside(text, port, 1, decided.why))
    called = {
        (host, Place(port, place.scheme)): known
        for (host, place), known in targets.called.items()
        for port in _ports(place, scope)
    }
    return TargetList(ranges, names, called=called), rest.all()


def _parts(span: Range, port: int, scope: Scope) -> Iterator[tuple[Range, Decision]]:
    """A range cut where the scope decides differently."""
    wrong = _wrong_port(port, scope)
    if wrong is not None:
        yield span, wrong
        return
    for first, last, decision in scope.pieces(span.version, span.first, span.last):
        yield Range(span.version, first, last), decision


def _ports(place: Place, scope: Scope) -> tuple[int, ...]:
    return scope.ports if place.port is None else (place.port,)


def _wrong_port(port: int, scope: Scope) -> Decision | None:
    if scope.permits_port(port):
        return None
    return Decision(allowed=False, why=f"port {port} is not in 'ports' of the scope")
