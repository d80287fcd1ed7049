"""Sightings that say the same, joined step by step to servers; what each server holds so far."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence

from alpheus.cases.identity.evidence import Key, other_domains, strangers
from alpheus.cases.identity.keys import (
    UNKNOWN_TIME,
    Facts,
    place_of,
    socket_of,
    with_second_fronts,
)

Span = tuple[int, int]
Builds = Callable[[int], dict[str, Span]]
"""The builds that a node was seen with, each from when to when."""


class Links:
    """Why nodes were joined: one entry per join, in few bytes."""

    def __init__(self) -> None:
        self.one = array("l")
        self.other = array("l")
        self.key = array("b")
        self.weight = array("h")
        self.value: list[str] = []

    def add(self, one: int, other: int, key: Key, weight: int, value: str) -> None:
        """Note one join of two nodes."""
        self.one.append(one)
        self.other.append(other)
        self.key.append(key)
        self.weight.append(weight)
        self.value.append(value)


class Forest:
    """Nodes and the servers that they belong to. A server is called by one of its nodes, its root.

    A node has facts and the time in which it was seen; nodes are numbered by what they say, so that
    their order is that of their content, whenever they came. Of every root it is known what its
    nodes name: computers, domains, organisations, places with times.
    """

    def __init__(
        self,
        facts: Sequence[Facts],
        first: Sequence[int],
        last: Sequence[int],
        builds: Builds | None = None,
        broken: Sequence[bool] = (),
    ) -> None:
        self.facts = facts = with_second_fronts(facts)
        self.builds: Builds = builds or (lambda _: {})
        self.broken = list(broken) or [False] * len(facts)
        """Of every node and root, whether somebody says that it was broken into."""
        self.first = first
        self.last = last
        self.links = Links()
        self._parent = list(range(len(facts)))
        sets = _Sets()
        self.computers = [sets.of(f.machine) for f in facts]
        self.ads = [sets.of((f.ad,) if f.ad else ()) for f in facts]
        self.domains = [sets.of(f.domains) for f in facts]
        self.products = [sets.of((f.product,) if f.product else ()) for f in facts]
        self.adrift: set[int] = set()
        """Nodes of which it is not known on which day they were at their address; see `Passing`."""
        self._places: dict[int, dict[str, Span]] = {}
        known: dict[str, str] = {}
        self.sockets = [known.setdefault(socket, socket) for socket in map(socket_of, facts)]
        """Address and port of every node; '' where one is unknown."""

    def root(self, node: int) -> int:
        """The root of a node's server."""
        parent = self._parent
        above = parent[node]
        while above != node:  # asked for more than anything else
            parent[node] = node = parent[above]
            above = parent[node]
        return node

    def roots(self, nodes: Iterable[int]) -> list[int]:
        """The servers of some nodes, once each, in their order."""
        return list(dict.fromkeys(map(self.root, nodes)))

    def join(self, one: int, other: int, key: Key, weight: int, value: str) -> int:
        """Make two nodes one server, for a reason; gives the root."""
        mine, yours = self.root(one), self.root(other)
        if mine == yours:
            return mine
        self.links.add(one, other, key, weight, value)
        if yours < mine:
            mine, yours = yours, mine
        self._parent[yours] = mine
        self.computers[mine] = _both(self.computers[mine], self.computers[yours])
        self.ads[mine] = _both(self.ads[mine], self.ads[yours])
        self.domains[mine] = _both(self.domains[mine], self.domains[yours])
        self.products[mine] = _both(self.products[mine], self.products[yours])
        self.broken[mine] |= self.broken[yours]
        held = self.places(mine)
        for place, span in self.places(yours).items():
            held[place] = _span(held.get(place), span)
        self._places[mine] = held
        self._places.pop(yours, None)
        return mine

    def places(self, root: int) -> dict[str, Span]:
        """Where a server was seen, each place with its first and last time."""
        held = self._places.get(root)
        if held is not None:
            return held
        place = place_of(self.facts[root])
        return {place: self.presence(root)} if place else {}

    def presence(self, node: int) -> Span:
        """From when to when what a node says was surely at its address."""
        if node in self.adrift:
            return (UNKNOWN_TIME, UNKNOWN_TIME)
        return (self.first[node], self.last[node])

    def contradiction(self, one: int, other: int, *, organisations: bool) -> str:
        """Why two servers cannot be one, in words; '' where nothing is against it."""
        if self.facts[one].members or self.facts[other].members:
            if self.computers[one] or self.computers[other]:
                return "one was seen as several computers"
        elif strangers(self.computers[one], self.computers[other]):
            names = (", ".join(sorted(self.computers[r])[:3]) for r in (one, other))
            return "their computers have other names: {} and {}".format(*names)
        mine, yours = self.ads[one], self.ads[other]
        if mine and yours and mine.isdisjoint(yours) and other_domains(mine, yours):
            names = (", ".join(sorted(self.ads[r])[:3]) for r in (one, other))
            return "their computers are in other domains: {} and {}".format(*names)
        if organisations and strangers(self.domains[one], self.domains[other]):
            names = (", ".join(sorted(self.domains[r])[:3]) for r in (one, other))
            return "they name other organisations: {} and {}".format(*names)
        return ""

    def at_once(self, one: int, other: int) -> bool:
        """Whether both were seen at the same time at different places of the same family.

        A second web port of an address is another place at any time: it is set up to stay.
        """
        mine, yours = self.places(one), self.places(other)
        if not mine.keys().isdisjoint(yours):
            return False
        return any(
            _overlap(span, held) or place.partition(" ")[0] == other_place.partition(" ")[0]
            for place, span in mine.items()
            for other_place, held in yours.items()
            if (":" in place) == (":" in other_place)
        )


class _Sets:
    """Each set once, whoever has it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], frozenset[str]] = {}

    def of(self, values: tuple[str, ...]) -> frozenset[str]:
        """The set of some values."""
        known = self._known.get(values)
        return self._known.setdefault(values, frozenset(values)) if known is None else known


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    return one if other <= one else one | other


def _span(one: Span | None, other: Span) -> Span:
    if one is None:
        return other
    firsts = [t for t in (one[0], other[0]) if t != UNKNOWN_TIME]
    return (min(firsts, default=UNKNOWN_TIME), max(one[1], other[1]))


def _overlap(one: Span, other: Span) -> bool:
    """Whether two times overlap; a moment within the other counts, a time unknown does not."""
    if UNKNOWN_TIME in (*one, *other):
        return False
    begin, end = max(one[0], other[0]), min(one[1], other[1])
    return begin < end or (begin == end and (_inside(begin, one) or _inside(begin, other)))


def _inside(moment: int, span: Span) -> bool:
    return span[0] < moment < span[1]
