"""Ranges that pass their addresses on: a server that was there last week is elsewhere today.

They are told from what was seen, before an address alone decides anything: one organisation's
server answered at an address and port, and after it another's, at many addresses of one range.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from alpheus.cases.identity.evidence import DAY, other_domains, strangers
from alpheus.cases.identity.forest import Forest, Span
from alpheus.cases.identity.holders import wider
from alpheus.cases.identity.keys import UNKNOWN_TIME, range_of

_CHANGED = 3
_SHARE = 5
"""A range passes its addresses on where three of them and a fifth of them were seen to."""


class Passing:
    """Tells the ranges that pass their addresses on, by nodes that say whose they are."""

    def __init__(self, forest: Forest, nodes: Iterable[int]) -> None:
        self._forest = forest
        sockets: dict[str, list[int]] = {}
        for node in nodes:
            facts = forest.facts[node]
            socket = forest.sockets[node]
            told = forest.ads[node] or forest.domains[node]
            if socket and told and not facts.apart and forest.first[node] != UNKNOWN_TIME:
                sockets.setdefault(socket, []).append(node)
        counts: dict[str, list[int]] = {}
        for socket, held in sockets.items():
            count = counts.setdefault(range_of(socket.partition(" ")[0]), [0, 0])
            count[0] += 1
            count[1] += self._changed(held)
        self._ranges = frozenset(
            name for name, (seen, changed) in counts.items()
            if changed >= _CHANGED and changed * _SHARE >= seen
        )  # fmt: skip

    def on(self, address: str) -> bool:
        """Whether many addresses of a range pass from server to server."""
        return bool(self._ranges) and range_of(address) in self._ranges

    def adrift(self, nodes: Iterable[int]) -> set[int]:
        """Nodes of reports that sum up several days, in ranges that pass their addresses on.

        They say when a page of an intruder was there; the address is that of any day of it.
        """
        forest = self._forest
        return {
            node for node in nodes
            if forest.facts[node].pages and forest.last[node] - forest.first[node] > DAY
            and self.on(forest.facts[node].address)
        }  # fmt: skip

    def _changed(self, nodes: list[int]) -> bool:
        """Whether a server was followed by one of another organisation at one address and port.

        What two show by turns is a service of both.
        """
        forest, spans = self._forest, dict[str, Span]()
        for node in nodes:
            for name in self._said(node):
                spans[name] = wider(spans.get(name), (forest.first[node], forest.last[node]))
        nodes.sort(key=lambda node: (forest.first[node], node))
        return any(
            self._are_strangers(one, other)
            and max(spans[name][1] for name in self._said(one))
            < min(spans[name][0] for name in self._said(other))
            for one, other in pairwise(nodes)
        )

    def _said(self, node: int) -> frozenset[str]:
        return self._forest.ads[node] | self._forest.domains[node]

    def _are_strangers(self, one: int, other: int) -> bool:
        forest = self._forest
        return other_domains(forest.ads[one], forest.ads[other]) or strangers(
            forest.domains[one], forest.domains[other]
        )
