"""Sightings that name their computer: which of them are one computer.

A name alone is never enough where others call theirs the same; with the domain, a certificate, a
host name, the organisation or the address it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress

from alpheus.cases.identity.builds import may_be_one
from alpheus.cases.identity.evidence import DAY, WEIGHTS, Key
from alpheus.cases.identity.forest import Forest
from alpheus.cases.identity.keys import UNKNOWN_TIME, Facts
from alpheus.cases.identity.names import (
    is_common_domain,
    is_common_server,
    own_letters,
    registered,
    stem,
)
from alpheus.cases.identity.passing import Passing
from alpheus.cases.identity.shared import Shared

_LONG_GAP = 60 * DAY
_PASSED_ON = 3 * DAY
_MOST_ALONG = 200
_FEW = 4
_SOME = 6
"""So many servers of a name may be few servers seen at several places."""

_RARE = 6
"""Letters of its own from which on a name is hardly another's."""

_Values = Callable[[str, Facts], Iterable[str]]


class Machines:
    """Joins the nodes that name one computer, surest keys first."""

    def __init__(self, forest: Forest, shared: Shared, passing: Passing) -> None:
        self._forest = forest
        self._open: list[int] = []
        self._names: list[frozenset[str]] = []
        """The names of the computers of these nodes, as they are before each step."""
        self._shared = shared
        self._passing = passing
        self._key = Key.SAME_FACTS
        self._bearers: Counter[str] = Counter()
        """Servers by the name of their computer, before names alone decide anything."""

    def join(self, nodes: Sequence[int]) -> None:
        """Join what belongs together."""
        self._open = list(nodes)
        self._bearers.clear()
        for key, values in (
            (Key.COMPUTER_AND_DOMAIN, self._domain),
            (Key.COMPUTER_AND_CERTIFICATE, self._certificate),
            (Key.COMPUTER_AND_HOST, self._hosts),
            (Key.COMPUTER_AND_ORGANISATION, self._organisations),
            (Key.COMPUTER_AND_ADDRESS, self._address),
            (Key.COMPUTER_AND_RANGE, self._range),
        ):
            self._key = key
            self._keep_several()
            join = self._join_along if key is Key.COMPUTER_AND_ADDRESS else self._join_group
            for value, group in self._groups(values):
                join(value, group)
        for root in self._forest.roots(nodes):
            self._bearers.update(self._forest.computers[root])
        for key, values in (
            (Key.COMPUTER_AND_NAMESAKE, self._namesakes),
            (Key.COMPUTER_AND_NETWORK, self._network),
            (Key.COMPUTER, self._common_domain),
            (Key.COMPUTER, self._alone),
        ):
            self._key = key
            self._keep_several()
            for value, group in self._groups(values):
                self._join_only_ones(value, group)

    def _keep_several(self) -> None:
        """Go on with the nodes that have a name in common with another server.

        Joins never give a name to more servers than had it: who is out once stays out.
        """
        computers, root_of = self._forest.computers, self._forest.root
        roots = list(map(root_of, self._open))
        first: dict[str, int] = {}
        several: set[str] = set()
        for root in set(roots):
            for name in computers[root]:
                if first.setdefault(name, root) != root:
                    several.add(name)
        kept = [not several.isdisjoint(computers[root]) for root in roots]
        self._open = list(compress(self._open, kept))
        self._names = [computers[root] for root in compress(roots, kept)]

    def _groups(self, values: _Values) -> Iterator[tuple[str, list[int]]]:
        groups: dict[str, int | list[int]] = {}
        facts, root_of = self._forest.facts, self._forest.root
        for node, names in zip(self._open, self._names, strict=True):
            fact = facts[node]
            for name in names:
                for value in values(name, fact):
                    shown = f"{name} {value}" if value else name
                    held = groups.setdefault(shown, node)
                    if isinstance(held, list):
                        held.append(node)
                    elif held != node:  # most values are of one node: a list for each costs much
                        groups[shown] = [held, node]
        several = {value: nodes for value, nodes in groups.items() if isinstance(nodes, list)}
        del groups
        for value in sorted(several):
            nodes = several[value]
            if len(set(map(root_of, nodes))) > 1:
                yield value, nodes

    @staticmethod
    def _domain(name: str, facts: Facts) -> Iterator[str]:
        del name
        if facts.ad and not is_common_domain(facts.ad):
            yield facts.ad

    def _common_domain(self, name: str, facts: Facts) -> Iterator[str]:
        """A domain that many have, with a name that few have."""
        if facts.ad and not is_common_server(name) and self._bearers[name] <= _SOME:
            yield facts.ad

    def _certificate(self, name: str, facts: Facts) -> Iterator[str]:
        if facts.certificate and not (
            facts.certificate in self._shared.certificates and is_common_server(name)
        ):
            yield facts.certificate

    def _hosts(self, name: str, facts: Facts) -> Iterator[str]:
        del name
        for host in dict.fromkeys((*facts.hosts, *facts.presented)):
            if host not in self._shared.hosts:
                yield host

    def _organisations(self, name: str, facts: Facts) -> Iterator[str]:
        del name
        yield from (name for name in facts.domains if name not in self._shared.domains)
        own = registered(facts.ad)
        if own and own not in facts.domains and own not in self._shared.domains:
            yield own

    @staticmethod
    def _address(name: str, facts: Facts) -> Iterator[str]:
        del name
        if facts.address:
            yield facts.address

    @staticmethod
    def _range(name: str, facts: Facts) -> Iterator[str]:
        """Addresses side by side: a member of a service has its own beside that of all."""
        if ":" not in facts.address and facts.address and not is_common_server(name):
            yield facts.address.rpartition(".")[0]

    def _network(self, name: str, facts: Facts) -> Iterator[str]:
        if facts.network and not is_common_server(name) and self._bearers[name] <= _SOME:
            yield f"AS{facts.network}"

    def _namesakes(self, name: str, facts: Facts) -> Iterator[str]:
        del name
        domains = {facts.ad, *facts.domains} - self._shared.domains - {""}
        yield from sorted({stem(domain) for domain in domains} - {""})

    @staticmethod
    def _alone(name: str, facts: Facts) -> Iterator[str]:
        del facts
        if own_letters(name) >= _RARE:
            yield ""

    def _join_group(self, value: str, nodes: list[int]) -> None:
        """Join all where nothing is against any; else each with the first that it fits."""
        forest = self._forest
        nodes = sorted(nodes, key=lambda node: (forest.first[node], node))
        kept: list[int] = []
        for node in nodes:
            if any(forest.root(node) == forest.root(one) for one in kept):
                continue
            for one in reversed(kept):
                if self._fits(value, forest.root(one), forest.root(node)):
                    forest.join(one, node, self._key, WEIGHTS[self._key], value)
                    break
            else:
                kept.append(node)

    def _fits(self, value: str, one: int, other: int) -> bool:
        forest = self._forest
        firm = self._key in {Key.COMPUTER_AND_CERTIFICATE, Key.COMPUTER_AND_HOST}
        if forest.contradiction(one, other, organisations=not firm):
            return False
        name, _, rest = value.partition(" ")
        if self._key is Key.COMPUTER_AND_CERTIFICATE:
            soft = rest in self._shared.certificates or forest.facts[one].form == "wildcard"
        else:
            soft = self._key is Key.COMPUTER_AND_ORGANISATION and (
                rest in self._shared.crowded
                or not (self._firm(one, rest) and self._firm(other, rest))
            )
        return not (soft and is_common_server(name) and forest.at_once(one, other))

    def _firm(self, root: int, domain: str) -> bool:
        """Whether more than a certificate for all names of a domain says that it belongs there."""
        facts = self._forest.facts[root]
        return facts.form != "wildcard" or domain in map(registered, facts.hosts)

    def _join_along(self, value: str, nodes: list[int]) -> None:
        """Join those of a name at one address; of names in common use what is nearest in time."""
        name, _, address = value.partition(" ")
        if not is_common_server(name) or len(nodes) > _MOST_ALONG:
            self._join_group(value, nodes)
            return
        passing = self._passing.on(address)
        longest = _PASSED_ON if passing else _LONG_GAP
        gaps = sorted(
            (self._gap(one, other), one, other)
            for n, one in enumerate(nodes)
            for other in nodes[:n]
        )
        forest = self._forest
        for gap, one, other in gaps:
            fits = not passing or may_be_one(forest.builds(one), forest.builds(other))
            if gap <= longest and fits and self._fits(value, forest.root(one), forest.root(other)):
                forest.join(one, other, self._key, WEIGHTS[self._key], value)

    def _gap(self, one: int, other: int) -> int:
        """Seconds between two nodes; 0 where a time is not known."""
        forest = self._forest
        first, last = (max(t[one], t[other]) if n else min(t[one], t[other])
                       for n, t in ((1, forest.first), (0, forest.last)))  # fmt: skip
        return 0 if UNKNOWN_TIME in {first, last} else max(0, first - last)

    def _join_only_ones(self, value: str, nodes: list[int]) -> None:
        """Join the few servers that have a name of their own, unless anything is against it."""
        forest = self._forest
        roots = forest.roots(nodes)
        if len(roots) > _FEW:
            return
        pairs = [(one, other) for n, one in enumerate(roots) for other in roots[:n]]
        if any(self._are_two(*pair) for pair in pairs):
            return
        for other in roots[1:]:
            forest.join(roots[0], other, self._key, WEIGHTS[self._key], value)

    def _are_two(self, one: int, other: int) -> bool:
        forest = self._forest
        if forest.contradiction(one, other, organisations=True) or forest.at_once(one, other):
            return True
        ours, theirs = forest.products[one], forest.products[other]
        return bool(ours and theirs) and ours.isdisjoint(theirs)
