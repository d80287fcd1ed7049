"""Servers on lines whose address changes, of which a sighting tells a name that many have, alone.

Such a name at such an address is of no server by itself: it is of one that was elsewhere in the
range before or after. Which one, can be told where one alone may be meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from alpheus.cases.identity.builds import both, may_be_one
from alpheus.cases.identity.evidence import WEIGHTS, Key
from alpheus.cases.identity.forest import Forest, Span
from alpheus.cases.identity.keys import range_of
from alpheus.cases.identity.names import is_common_server


@dataclass(slots=True)
class _Server:
    """What was seen of a server, and in which ranges that pass their addresses on."""

    ranges: set[str] = field(default_factory=set)
    nodes: list[int] = field(default_factory=list)
    builds: dict[str, Span] = field(default_factory=dict)


class Drifting:
    """Joins what tells nothing but a common name with the only server that it may be of."""

    def __init__(self, forest: Forest, passes: Callable[[str], bool]) -> None:
        self._forest = forest
        self._servers: dict[int, _Server] = {}
        for node, facts in enumerate(forest.facts):
            if passes(facts.address):
                root = forest.root(node)
                self._servers.setdefault(root, _Server()).ranges.add(range_of(facts.address))
        for node in range(len(forest.facts)) if self._servers else ():
            server = self._servers.get(forest.root(node))
            if server is not None:
                server.nodes.append(node)
                server.builds = both(server.builds, forest.builds(node))

    def join(self) -> None:
        """Join each with the one server of its name and range that fits, if there is one alone."""
        forest = self._forest
        bearers: dict[str, list[int]] = {}
        adrift: list[int] = []
        for root, server in self._servers.items():
            if is_adrift(forest, server.nodes, forest.computers[root]):
                adrift.append(root)
                continue
            for value in self._values(root):
                bearers.setdefault(value, []).append(root)
        key = Key.COMPUTER_IN_RANGE
        for root, fitting in [(root, self._fitting(root, bearers)) for root in adrift]:
            for other, value in fitting.items() if len(fitting) == 1 else ():
                if self._may_be_one(root, other):
                    forest.join(other, root, key, WEIGHTS[key], value)

    def _values(self, root: int) -> list[str]:
        """The names of a server's computer with the ranges that it was seen in."""
        return sorted(
            f"{name} {area}"
            for name in self._forest.computers[root]
            for area in self._servers[root].ranges
        )

    def _fitting(self, root: int, bearers: Mapping[str, Sequence[int]]) -> dict[int, str]:
        """The servers of a name and range that may be the one that was seen, with both."""
        return {
            other: value
            for value in self._values(root)
            for other in bearers.get(value, ())
            if self._may_be_one(root, other)
        }

    def _may_be_one(self, one: int, other: int) -> bool:
        forest, servers = self._forest, self._servers
        roots = forest.root(one), forest.root(other)
        return (
            not forest.contradiction(*roots, organisations=False)
            and not forest.at_once(*roots)
            and may_be_one(servers[one].builds, servers[other].builds)
        )


def is_adrift(forest: Forest, nodes: Iterable[int], computers: Iterable[str]) -> bool:
    """Whether nothing is told of a server but a name that many have, and where it was."""
    return bool(computers) and all(map(is_common_server, computers)) and all(
        forest.facts[node].is_weak and not forest.facts[node].given for node in nodes
    )  # fmt: skip
