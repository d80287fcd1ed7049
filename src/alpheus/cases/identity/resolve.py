"""Sightings in, servers out: the same for any order, and for lists that come one after the other.

What is kept of a sighting is little: facts once for all that say the same, and a few numbers each.
Servers are worked out anew from all of it when they are asked for, so that a later list can change
what an earlier one meant, and nothing depends on what was known when.
"""

from __future__ import annotations

import gc
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from alpheus.cases.identity import describe
from alpheus.cases.identity.evidence import DAY, WEIGHTS, Key
from alpheus.cases.identity.forest import Builds, Span
from alpheus.cases.identity.holders import wider
from alpheus.cases.identity.keys import UNKNOWN_TIME, Facts
from alpheus.cases.identity.model import Cluster, Demotion, Explanation, Link, Pool, Sighting
from alpheus.cases.identity.portions import COMPROMISED, Portion, portion_of
from alpheus.cases.identity.solve import Solution, solve

_Numbers = npt.NDArray[np.int64]
_AT_ONCE = 100_000
_GAP = 3 * DAY
_LATE = np.iinfo(np.int64).max
_SHARED = (str, tuple)


class Resolver:
    """Turns sightings into servers.

    `add` may be called any number of times; a sighting whose number is known already is left out.
    """

    def __init__(self, sightings: Iterable[Sighting] = ()) -> None:
        self._facts: dict[Facts, int] = {}
        self._parts: dict[Any, Any] = {}
        self._sources: dict[str, int] = {}
        self._known: set[int] = set()
        self._ids = array("q")
        self._fact_of = array("q")
        self._first = array("q")
        self._last = array("q")
        self._source_of = array("q")
        self._said = bytearray()
        self._builds: dict[str, int] = {"": 0}
        self._build_of = array("i")
        self._answer: _Answer | None = None
        self.add(sightings)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, sightings: Iterable[Sighting]) -> int:
        """Take sightings; gives how many were new."""
        return self.take(portion_of(sightings))

    def take(self, portion: Portion) -> int:
        """Take sightings that are reduced already; gives how many were new."""
        portion = portion.without(self._known)
        if not portion.ids:
            return 0
        facts = [self._place_of(fact) for fact in portion.facts]
        sources, builds = self._sources, self._builds
        source_at = [sources.setdefault(name, len(sources)) for name in portion.sources]
        build_at = [builds.setdefault(name, len(builds)) for name in portion.builds]
        self._known.update(portion.ids)
        self._ids.extend(portion.ids)
        self._first.extend(portion.first)
        self._last.extend(portion.last)
        self._fact_of.extend([facts[place] for place in portion.fact_of])
        self._source_of.extend([source_at[place] for place in portion.source_of])
        self._build_of.extend([build_at[place] for place in portion.build_of])
        self._said.extend(portion.said)
        self._answer = None
        return len(portion.ids)

    def _place_of(self, fact: tuple[Any, ...]) -> int:
        """The place of facts among those known; parts that others have, too, are kept once."""
        place = self._facts.get(Facts(*fact))
        if place is not None:
            return place
        share = self._parts.setdefault
        parts = (share(part, part) if part.__class__ in _SHARED else part for part in fact)
        return self._facts.setdefault(Facts(*parts), len(self._facts))

    def clusters(self) -> list[Cluster]:
        """Every server, by the lowest number of its sightings."""
        answer = self._answered()
        if answer.clusters is None:
            with uncollected():
                answer.clusters = list(Servers(self, answer))
        return answer.clusters

    def servers(self) -> Servers:
        """The same as `clusters`; none is described before it is asked for, and none is kept."""
        return Servers(self, self._answered())

    def pools(self) -> list[Pool]:
        """Every service with several members."""
        answer = self._answered()
        found = [
            Pool(
                tuple(sorted({socket.partition(" ")[0] for socket in service.sockets})),
                self._numbers(answer, service.members), tuple(sorted(service.names)),
                self._numbers(answer, service.unnamed), service.why,
            )
            for service in answer.solution.services
        ]  # fmt: skip
        return sorted(found, key=lambda pool: (pool.members, pool.unnamed, pool.names))

    def demoted(self) -> tuple[Demotion, ...]:
        """Keys that decide nothing because too many share them."""
        return tuple(self._answered().solution.shared.demotions)

    def links(self, sightings: Iterable[int] | None = None) -> Iterator[Link]:
        """Why sightings are of one server: a tree of links between all sightings of each server.

        `sightings` restricts it to the servers of those numbers.
        """
        answer = self._answered()
        forest = answer.solution.forest
        roots = None if sightings is None else self._roots(answer, sightings)
        for node in range(len(answer.starts)) if roots is None else answer.nodes(roots):
            rows = answer.rows_of(node)
            said = describe.said_by(forest.facts[node])
            for row in rows[1:]:
                yield self._link(rows[0], row, Key.SAME_FACTS, WEIGHTS[Key.SAME_FACTS], said)
        joins = forest.links
        for place in range(len(joins.one)) if roots is None else answer.joins(roots):
            one, other = (answer.rows_of(n)[0] for n in (joins.one[place], joins.other[place]))
            yield self._link(
                one, other, Key(joins.key[place]), joins.weight[place], joins.value[place]
            )

    def explain(self, sighting: int) -> Explanation:
        """Why the server of a sighting is one, and why those that share a key are others.

        Raises KeyError for a number that was never added.
        """
        answer = self._answered()
        if sighting not in self._known:
            raise KeyError(sighting)
        roots = self._roots(answer, (sighting,))
        nodes = answer.nodes(roots)
        near = describe.near(answer.solution, nodes, lambda root: self._number(answer, root))
        return Explanation(
            self._number(answer, roots[0]), tuple(self.links((sighting,))), tuple(near),
            tuple(describe.demoted(answer.solution, nodes)),
        )  # fmt: skip

    def _answered(self) -> _Answer:
        if self._answer is None:
            with uncollected():
                self._answer = self._solve()
        return self._answer

    def _solve(self) -> _Answer:
        """One node for all sightings that say the same; for those that say little, by time, too."""
        facts = sorted(self._facts)
        rank = np.empty(len(facts), np.int64)
        for place, fact in enumerate(facts):
            rank[self._facts[fact]] = place
        bare = np.fromiter((fact.is_bare for fact in facts), bool, len(facts))
        weak = np.fromiter((fact.is_weak for fact in facts), bool, len(facts))
        lost = np.fromiter((fact.is_weak and not fact.address for fact in facts), bool, len(facts))
        fact_of = rank[_numbers(self._fact_of)]
        first, last, ids = map(_numbers, (self._first, self._last, self._ids))
        rows = np.lexsort((ids, last, first, fact_of))
        kinds, begins, ends = fact_of[rows], first[rows], last[rows]
        new = np.ones(len(rows), bool)
        moved = (begins[1:] != begins[:-1]) | (ends[1:] != ends[:-1])
        builds = _numbers(self._build_of)[rows]
        long_after = (begins[1:] - ends[:-1] > _GAP) & (ends[:-1] != UNKNOWN_TIME)
        long_after |= builds[1:] != builds[:-1]
        new[1:] = kinds[1:] != kinds[:-1]
        new[1:] |= (bare[kinds[1:]] & moved) | (weak[kinds[1:]] & long_after)
        new |= lost[kinds]
        starts = np.flatnonzero(new)
        if not len(starts):
            return _Answer(solve((), (), ()), rows, starts, ids)
        known = np.where(begins == UNKNOWN_TIME, _LATE, begins)
        earliest = np.minimum.reduceat(known, starts)
        earliest[earliest == _LATE] = UNKNOWN_TIME
        latest = np.maximum.reduceat(ends, starts)
        node_facts = [facts[place] for place in kinds[starts].tolist()]
        seen_builds = self._seen_builds(rows, starts)
        said = np.frombuffer(self._said, np.uint8)[rows] & COMPROMISED
        broken = np.maximum.reduceat(said, starts).astype(bool).tolist()
        solution = solve(node_facts, earliest.tolist(), latest.tolist(), seen_builds, broken)
        return _Answer(solution, rows, starts, ids)

    def _seen_builds(self, rows: _Numbers, starts: _Numbers) -> Builds:
        """Tells the builds that a node was seen with, each from when to when."""
        ends = [*starts[1:].tolist(), len(rows)]
        names = list(self._builds)

        def of(node: int) -> dict[str, Span]:
            found: dict[str, Span] = {}
            for row in rows[starts[node] : ends[node]].tolist():
                build, first, last = self._build_of[row], self._first[row], self._last[row]
                if build and first != UNKNOWN_TIME:
                    name = names[build]
                    found[name] = wider(found.get(name), (first, last))
            return found

        return of

    @property
    def reported(self) -> bytes:
        """What else a sighting says, by its place: `COMPROMISED`, `IMPLAUSIBLE`."""
        return bytes(self._said)

    def described(self, answer: _Answer, rows: list[int]) -> Cluster:
        """The server that the sightings at some places are."""
        sources = list(self._sources)
        seen = [
            describe.Seen(self._ids[row], self._first[row], self._last[row],
                          sources[self._source_of[row]], self._said[row],
                          bool(self._build_of[row]), answer.node_of[row])
            for row in rows
        ]  # fmt: skip
        return describe.cluster(answer.solution, answer.unnamed, seen)

    def _link(self, one: int, other: int, key: Key, weight: int, value: str) -> Link:
        return describe.link(self._ids[one], self._ids[other], key, weight, value)

    def _roots(self, answer: _Answer, sightings: Iterable[int]) -> list[int]:
        """The servers of some sightings; numbers that are not known are left out."""
        root = answer.solution.forest.root
        rows = [answer.row_of(number) for number in sightings if number in self._known]
        return sorted({root(answer.node_of[row]) for row in rows})

    def _number(self, answer: _Answer, node: int) -> int:
        return answer.number_of[answer.solution.forest.root(node)]

    def _numbers(self, answer: _Answer, nodes: Iterable[int]) -> tuple[int, ...]:
        return tuple(sorted({self._number(answer, node) for node in nodes}))


class Servers(Sequence[Cluster]):
    """Every server, by the lowest number of its sightings; described when it is asked for.

    So that many processes can do it, and what is described is not held longer than it is used.
    """

    def __init__(self, resolver: Resolver, answer: _Answer) -> None:
        self._resolver = resolver
        self._answer = answer
        self._roots = sorted(answer.number_of, key=answer.number_of.__getitem__)

    def __len__(self) -> int:
        return len(self._roots)

    @overload
    def __getitem__(self, place: int) -> Cluster: ...

    @overload
    def __getitem__(self, place: slice) -> list[Cluster]: ...

    def __getitem__(self, place: int | slice) -> Cluster | list[Cluster]:
        if isinstance(place, slice):
            return [self._described(root) for root in self._roots[place]]
        return self._described(self._roots[place])

    def members(self) -> Iterator[tuple[int, int]]:
        """Every sighting with its server, both by their numbers, in the order of sightings."""
        numbers, servers = self._answer.members()
        for begin in range(0, len(numbers), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            yield from zip(numbers[part].tolist(), servers[part].tolist(), strict=True)

    def compromised(self) -> list[int]:
        """The places of servers of which a source says that somebody broke in."""
        reported = np.frombuffer(self._resolver.reported, np.uint8) & COMPROMISED
        node_of, root = self._answer.node_of, self._answer.solution.forest.root
        roots = {root(node_of[row]) for row in np.flatnonzero(reported).tolist()}
        return [place for place, one in enumerate(self._roots) if one in roots]

    def _described(self, root: int) -> Cluster:
        return self._resolver.described(self._answer, self._answer.rows((root,)))


class _Answer:
    """What was worked out, and which sighting is where in it."""

    def __init__(self, solution: Solution, rows: _Numbers, starts: _Numbers, ids: _Numbers) -> None:
        self.solution = solution
        self.starts: list[int] = starts.tolist()
        self._rows: list[int] = rows.tolist()
        self._ends = [*self.starts[1:], len(self._rows)]
        self.node_of = [0] * len(self._rows)
        self.number_of: dict[int, int] = {}
        self.clusters: list[Cluster] | None = None
        self._ids = ids
        root = solution.forest.root
        numbers = ids.tolist()
        self._nodes: dict[int, list[int]] = {}
        for node in range(len(self.starts)):
            own = self.rows_of(node)
            for row in own:
                self.node_of[row] = node
            lowest = min(numbers[row] for row in own)
            top = root(node)
            self.number_of[top] = min(lowest, self.number_of.get(top, lowest))
            self._nodes.setdefault(top, []).append(node)
        self.unnamed = {root(node) for node in solution.unnamed}

    def rows_of(self, node: int) -> list[int]:
        """The sightings of a node, by their place."""
        return self._rows[self.starts[node] : self._ends[node]]

    def rows(self, roots: Iterable[int]) -> list[int]:
        """The sightings of some servers, by their place."""
        return [row for node in self.nodes(roots) for row in self.rows_of(node)]

    def nodes(self, roots: Iterable[int]) -> list[int]:
        """The nodes of some servers."""
        return [node for root in roots for node in self._nodes[root]]

    def members(self) -> tuple[_Numbers, _Numbers]:
        """The numbers of all sightings in order, and beside them those of their servers."""
        root, number_of = self.solution.forest.root, self.number_of
        lowest = [number_of[root(node)] for node in range(len(self.starts))]
        lengths = np.array(self._ends, np.int64) - np.array(self.starts, np.int64)
        rows = np.array(self._rows, np.int64)
        servers = np.empty(len(rows), np.int64)
        servers[rows] = np.repeat(np.array(lowest, np.int64), lengths)
        return self._ids[self._by_number], servers[self._by_number]

    def row_of(self, number: int) -> int:
        """The place of a sighting that is known."""
        order = self._by_number
        return int(order[np.searchsorted(self._ids[order], number)])

    def joins(self, roots: Iterable[int]) -> list[int]:
        """The places of the joins that made some servers."""
        tops, order = self._joins_by_root
        found: list[int] = []
        for root in roots:
            begin, end = np.searchsorted(tops, root), np.searchsorted(tops, root, "right")
            found += order[begin:end].tolist()
        return sorted(found)

    @cached_property
    def _by_number(self) -> _Numbers:
        return np.argsort(self._ids, kind="stable")

    @cached_property
    def _joins_by_root(self) -> tuple[_Numbers, _Numbers]:
        forest = self.solution.forest
        tops = np.fromiter(map(forest.root, forest.links.one), np.int64, len(forest.links.one))
        order = np.argsort(tops, kind="stable")
        return tops[order], order


@contextmanager
def uncollected() -> Iterator[None]:
    """Millions of small objects without cycles are made: looking for cycles would cost half."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _numbers(values: array[int]) -> _Numbers:
    return np.array(values, np.int64)
