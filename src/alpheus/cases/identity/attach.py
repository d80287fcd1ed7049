"""Sightings that do not name their computer: to which server they belong, if that can be told.

Rounds decide for all by what was known before, so that the order does not matter. What two servers
claim alike stays open: a guess would be wrong as often as right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from alpheus.cases.identity.builds import both, is_known
from alpheus.cases.identity.evidence import (
    AT_ONCE,
    BROKEN_INTO,
    ELSEWHERE,
    ENOUGH,
    GONE,
    KIN,
    MARGIN,
    OTHER_PRODUCT,
    OTHER_PRODUCT_HERE,
    OTHER_WEB_PORT,
    PASSED_TO_OTHER,
    PORT_UNKNOWN,
    STRANGERS,
    WEIGHTS,
    Key,
    by_gap,
    other_port,
    strangers,
)
from alpheus.cases.identity.forest import Forest, Span
from alpheus.cases.identity.holders import Holders
from alpheus.cases.identity.keys import UNKNOWN_TIME, Facts, place_of
from alpheus.cases.identity.passing import Passing
from alpheus.cases.identity.shared import Shared, certificate_key
from alpheus.cases.workers import in_turn, workers

_ROUNDS = 5
MANY = 20_000
"""Groups from which on it is worth while to start processes for them."""

_AT_ONCE = 2_000
_BRIDGE = 40
"""What a sighting must have in common with each of two servers to show that they are one."""

_SHARED = frozenset({Key.CERTIFICATE, Key.WILDCARD, Key.PRESENTED, Key.HOST, Key.PAGE})
"""Keys that several servers of an organisation may share."""

_PLACED = frozenset({Key.SOCKET, Key.ADDRESS})


_HIDDEN = 4
"""What shows no build so often hides it."""


@dataclass(slots=True)
class Claim:
    """What speaks for a node being of one server: the best of it, and all together."""

    root: int
    node: int
    weight: int
    key: Key
    value: str
    kinds: set[str]

    def add(self, weight: int, key: Key, value: str) -> None:
        """Another key in common: the best counts in full, each further kind a little."""
        if weight >= ENOUGH:
            self.kinds.add(_KINDS[key])
        if weight > self.weight:
            self.weight, self.key, self.value = weight, key, value

    @property
    def total(self) -> int:
        """All together."""
        return self.weight + KIN * (len(self.kinds | {_KINDS[self.key]}) - 1)


@dataclass(slots=True)
class _Known:
    """The builds of a server, each from when to when, and of how many nodes."""

    builds: dict[str, Span]
    nodes: int = 0


_KINDS = {
    Key.OWN_CERTIFICATE: "certificate", Key.CERTIFICATE: "certificate", Key.WILDCARD: "certificate",
    Key.PRESENTED: "certificate", Key.HOST: "host", Key.SOCKET: "place", Key.ADDRESS: "place",
    Key.PAGE: "page",
}  # fmt: skip


class Places:
    """All keys of servers that are told so far, with the time in which each was held."""

    def __init__(self, forest: Forest, shared: Shared, pooled: set[str], passing: Passing) -> None:
        self._forest = forest
        self._shared = shared
        self.changes_hands = passing.on
        self.pooled = pooled
        """Addresses with port at which members of a service answer in turn."""
        self.divided = divided_addresses(forest.facts)
        """Addresses at which several servers answer, each on a port of its own."""
        self._of_services = {
            value
            for facts, socket in zip(forest.facts, forest.sockets, strict=True)
            if socket in pooled
            for value in (facts.certificate, *facts.hosts, *facts.presented)
        }
        self.certificates = Holders(forest)
        self.hosts = Holders(forest)
        self.presented = Holders(forest)
        self.pages = Holders(forest)
        self.sockets = Holders(forest)
        self.addresses = Holders(forest)
        self.reports = Holders(forest)
        """By address and port, reports of pages that sum up days of which one is meant."""

    def settle(self, node: int) -> None:
        """A node whose server is told: from now on others find it by its keys."""
        facts = self._forest.facts[node]
        for certificate in self.certificates_of(facts):
            self.certificates.hold(certificate, node)
            for host in self.presented_of(facts):
                self.presented.hold(host, node)
        for host in self.hosts_of(facts):
            self.hosts.hold(host, node)
        for page in facts.pages:
            self.pages.hold(page, node)
        if node in self._forest.adrift:
            self.reports.hold(self._forest.sockets[node], node)
        if facts.apart or node in self._forest.adrift:
            return
        socket = self._forest.sockets[node]
        if socket:
            self.sockets.hold(socket, node)
        if facts.address:
            self.addresses.hold(facts.address, node)

    def witness(self, claim: Claim, root: int) -> int:
        """The node of a server on which a claim rests."""
        holders = {
            Key.SOCKET: (self.sockets, self.reports), Key.ADDRESS: (self.addresses,),
            Key.HOST: (self.hosts,), Key.PAGE: (self.pages,),
            Key.PRESENTED: (self.presented, self.hosts),
        }.get(claim.key, (self.certificates,))  # fmt: skip
        for holder in holders:
            node = holder.witness(claim.value, root)
            if node is not None:
                return node
        return root

    def certificates_of(self, facts: Facts) -> list[str]:
        """The certificate of a node, if it is one server's."""
        shown = facts.certificate
        ours = shown and shown not in self._shared.certificates and shown not in self._of_services
        return [shown] if ours else []

    def hosts_of(self, facts: Facts) -> list[str]:
        """Names that lead to a node and are one server's."""
        return [
            host
            for host in facts.hosts
            if host not in self._shared.hosts and host not in self._of_services
        ]

    def pages_of(self, facts: Facts) -> tuple[str, ...]:
        """Pages found at a node that servers of its range may take with them."""
        return facts.pages if facts.pages and self.changes_hands(facts.address) else ()

    def presented_of(self, facts: Facts) -> list[str]:
        """Names that a node's certificate is for, if both are one server's."""
        if not self.certificates_of(facts):
            return []
        return [
            host
            for host in facts.presented
            if host not in self._shared.hosts and host not in self._of_services
        ]


class Attachment:
    """Gives nodes to the servers that are told, round by round."""

    def __init__(self, forest: Forest, places: Places) -> None:
        self._forest = forest
        self._places = places
        self.facts = forest.facts
        self._known_builds: dict[int, _Known] = {}
        self._longest: int | None = None

    def know_builds(self, nodes: Iterable[int]) -> None:
        """Learn from nodes that are told which builds servers of ranges that pass on have.

        They are asked for when nodes are attached.
        """
        root_of, facts, passes = self._forest.root, self._forest.facts, self._places.changes_hands
        nodes = list(nodes)
        wanted = {root_of(node) for node in nodes if passes(facts[node].address)}
        self._known_builds = {root: _Known({}) for root in wanted}
        for node in nodes:
            known = self._known_builds.get(root_of(node))
            if known is not None:
                known.nodes += 1
                known.builds = both(known.builds, self._forest.builds(node))

    def attach(
        self, nodes: Sequence[int], rounds: int = _ROUNDS, *, longest: int | None = None
    ) -> list[int]:
        """Attach what can be; gives the nodes that stay by themselves.

        Nodes that are joined already stay together. `longest` are the seconds after which a place
        is not looked at.
        """
        self._longest = longest
        groups: dict[int, list[int]] = {}
        for node in nodes:
            groups.setdefault(self._forest.root(node), []).append(node)
        for _ in range(rounds):
            attached = [
                root for root, claims in self._decided(groups) if self._carry_out(root, claims)
            ]
            for root in attached:
                for node in groups.pop(root):
                    self._places.settle(node)
            if not attached:
                break
        return [node for group in groups.values() for node in group]

    def _decided(self, groups: Mapping[int, Sequence[int]]) -> list[tuple[int, list[Claim]]]:
        """The claims that hold, by group; of many groups each process decides some.

        Nothing changes meanwhile, so it makes no difference who decides what.
        """
        roots = list(groups)
        if len(roots) < MANY:
            return list(self._decided_of(groups, roots))
        begins = range(0, len(roots), _AT_ONCE)
        count = min(workers(), len(begins))

        def portions(own: Iterable[int]) -> Iterator[tuple[int, list[tuple[int, list[Claim]]]]]:
            for begin in own:
                some = roots[begin : begin + _AT_ONCE]
                yield begin, list(self._decided_of(groups, some))

        makers = [partial(portions, begins[number::count]) for number in range(count)]
        found = dict(in_turn(makers, "telling servers apart", beside=count > 1))
        return [one for begin in begins for one in found[begin]]

    def _decided_of(
        self, groups: Mapping[int, Sequence[int]], roots: Iterable[int]
    ) -> Iterator[tuple[int, list[Claim]]]:
        for root in roots:
            claims = self._decide(groups[root])
            if claims:
                yield root, claims

    def claims(self, node: int) -> list[Claim]:
        """What every server has in common with a node, the most first."""
        forest = self._forest
        found: dict[int, Claim] = {}
        for root, weight, key, value in self._common(node):
            claim = found.get(root)
            if claim is None and weight > 0:
                found[root] = claim = Claim(root, node, 0, key, value, set())
            if claim is not None:
                claim.add(weight, key, value)
        for claim in found.values():
            claim.weight += self._about(node, claim)
        possible = [
            claim for claim in found.values()
            if not forest.contradiction(forest.root(node), claim.root, organisations=False)
        ]  # fmt: skip
        return sorted(possible, key=lambda claim: (-claim.total, claim.root))

    def _common(self, node: int) -> Iterator[tuple[int, int, Key, str]]:
        forest, places, facts = self._forest, self._places, self._forest.facts[node]
        when = (forest.first[node], forest.last[node])
        for certificate in places.certificates_of(facts):
            key = certificate_key(facts)
            for root, _ in places.certificates.candidates(certificate, when):
                yield root, WEIGHTS[key], key, certificate
        for host in places.hosts_of(facts):
            for root, _ in places.hosts.candidates(host, when):
                yield root, WEIGHTS[Key.HOST], Key.HOST, host
            for root, _ in places.presented.candidates(host, when):
                yield root, WEIGHTS[Key.PRESENTED], Key.PRESENTED, host
        for key, values, holders in (
            (Key.PRESENTED, places.presented_of(facts), places.hosts),
            (Key.PAGE, places.pages_of(facts), places.pages),
        ):
            for value in values:
                for root, _ in holders.candidates(value, when):
                    yield root, WEIGHTS[key], key, value
        yield from self._by_place(node, when)

    def _by_place(self, node: int, when: Span) -> Iterator[tuple[int, int, Key, str]]:
        """By where it was; a report of an address on an unknown day has a name, or nothing else."""
        adrift, placed = node in self._forest.adrift, self._forest.facts[node].is_placed
        if not adrift or placed:
            yield from self._by_address(node, when)
        if adrift and placed:
            yield from self._since(node, when)

    def _since(self, node: int, when: Span) -> Iterator[tuple[int, int, Key, str]]:
        """The servers that had an address at some time that a report of a page sums up.

        Where addresses pass on, the one that it has may be that of any day of it. Only those that
        were broken into, as somebody else says, are likely; most of all one of which a report says
        so of the same address and days.
        """
        forest, socket = self._forest, self._forest.sockets[node]
        for root, span in self._places.sockets.spans(socket).items():
            if forest.broken[root] and when[0] < span[0] <= when[1]:
                yield root, by_gap(0), Key.SOCKET, socket
        for root, span in self._places.reports.spans(socket).items():
            if span[0] <= when[1] and when[0] <= span[1]:
                yield root, by_gap(0), Key.SOCKET, socket

    def _by_address(self, node: int, when: Span) -> Iterator[tuple[int, int, Key, str]]:
        """By the same port where any server is known to answer there, else by the address.

        Where nothing else is known it counts when it was first seen there: the end of a report that
        sums up is often that of the report.
        """
        places, facts = self._places, self._forest.facts[node]
        if facts.apart:
            return
        if facts.is_placed and when[0] != UNKNOWN_TIME:
            when = (when[0], when[0])
        socket = self._forest.sockets[node]
        if socket and socket in places.sockets:
            passed = places.changes_hands(facts.address)
            for root, gap in places.sockets.candidates(socket, when):
                if self._longest is None or gap <= self._longest:
                    yield root, by_gap(gap, passed_on=passed), Key.SOCKET, socket
        elif facts.address:
            for root, gap in places.addresses.candidates(facts.address, when):
                less = self._other_port(facts, root)
                worth = by_gap(gap, passed_on=places.changes_hands(facts.address))
                yield root, worth + less, Key.ADDRESS, facts.address

    def _other_port(self, facts: Facts, root: int) -> int:
        """What it costs that a server was seen at the same address on other ports."""
        forest = self._forest
        nodes = self._places.addresses.nodes(facts.address)
        theirs = [forest.facts[node] for node in nodes if forest.root(node) == root]
        divided = facts.address in self._places.divided
        costs = (other_port(facts, f, divided=divided) for f in theirs if f.port)
        return max(costs, default=OTHER_WEB_PORT if divided else PORT_UNKNOWN)

    def _about(self, node: int, claim: Claim) -> int:
        """What further speaks for a claim, or against it."""
        forest, facts = self._forest, self._forest.facts[node]
        more = 0
        ours = forest.domains[node]
        placed = claim.key in _PLACED
        passing = placed and self._places.changes_hands(facts.address)
        if ours and placed:
            theirs = forest.domains[claim.root]
            if strangers(ours, theirs):
                more += PASSED_TO_OTHER if passing else STRANGERS
            elif theirs:
                more += KIN
        root = forest.root(node)
        if placed:
            more += GONE if self._is_gone(node, claim.root) else 0
        elif claim.key in _SHARED and forest.at_once(root, claim.root):
            more += AT_ONCE
            claim.kinds.clear()
        elif _lives_elsewhere(facts.address, forest.places(claim.root)):
            more += ELSEWHERE
        if passing:
            more += BROKEN_INTO if forest.broken[node] and forest.broken[claim.root] else 0
            return more + (0 if self._fits(node, claim.root) else PASSED_TO_OTHER)
        others = forest.products[claim.root]
        if facts.product and others and facts.product not in others:
            more += OTHER_PRODUCT_HERE if claim.key is Key.SOCKET else OTHER_PRODUCT
        return more

    def _fits(self, node: int, root: int) -> bool:
        """Whether the builds of a node are a server's: known ones, and shown or hidden.

        Asked where an address passes from server to server.
        """
        shown = self._forest.builds(node)
        if not shown:
            return True
        known = self._known_builds.get(root)
        if known is None or not self._places.changes_hands(self.facts[node].address):
            return True
        if not known.builds:
            return known.nodes < _HIDDEN
        return is_known(shown, known.builds)

    def _is_gone(self, node: int, root: int) -> bool:
        """Whether a server was elsewhere at the time of a sighting, or between that and now.

        What has several addresses at once is not gone from any of them.
        """
        forest = self._forest
        here, first, last = place_of(forest.facts[node]), forest.first[node], forest.last[node]
        places = forest.places(root)
        mine = places.get(here)
        if mine is None or UNKNOWN_TIME in {first, *mine}:
            return False
        if first <= mine[1] and mine[0] <= last:
            return False
        begin, end = (last, mine[0]) if last < mine[0] else (mine[1], first)
        return any(
            place != here
            and (":" in place) == (":" in here)
            and UNKNOWN_TIME not in span
            and span[0] < end
            and begin < span[1]
            and not (span[0] <= mine[1] and mine[0] <= span[1])
            for place, span in places.items()
        )

    def _decide(self, group: Sequence[int]) -> list[Claim]:
        """The claims that hold: one, or several of servers that nothing tells apart."""
        sockets, pooled = self._forest.sockets, self._places.pooled
        if any(sockets[node] in pooled for node in group):
            return []
        best_of: dict[int, Claim] = {}
        for node in group:
            for claim in self.claims(node):
                if claim.key in _PLACED and not all(self._fits(n, claim.root) for n in group):
                    continue
                held = best_of.get(claim.root)
                if held is None or held.total < claim.total:
                    best_of[claim.root] = claim
        claims = sorted(best_of.values(), key=lambda claim: (-claim.total, claim.root))
        if not claims or claims[0].total < ENOUGH:
            return []
        return self._undisputed(claims)

    def _undisputed(self, claims: Sequence[Claim]) -> list[Claim]:
        best = claims[0]
        holding = [best]
        for claim in claims[1:]:
            if self._are_two(best, claim):
                if claim.total > best.total - MARGIN:
                    return []
            elif claim.total >= _BRIDGE and best.total >= _BRIDGE:
                holding.append(claim)
        return holding

    def _are_two(self, best: Claim, claim: Claim) -> bool:
        """Whether the servers of two claims are two, as far as a place can tell.

        What answers at two places at once is not made one by a third thing at one of them.
        """
        forest = self._forest
        placed = not _PLACED.isdisjoint((best.key, claim.key))
        if placed and forest.at_once(best.root, claim.root):
            return True
        return bool(forest.contradiction(best.root, claim.root, organisations=True))

    def _carry_out(self, root: int, claims: Sequence[Claim]) -> bool:
        forest = self._forest
        for number, claim in enumerate(claims):
            mine, theirs = forest.root(root), forest.root(claim.root)
            if forest.contradiction(mine, theirs, organisations=number > 0):
                return number > 0
            witness = self._places.witness(claim, theirs)
            shown = claim.value.replace(" ", " port ")
            top = forest.join(witness, claim.node, claim.key, claim.total, shown)
            known = self._known_builds.pop(theirs, None)
            if known is not None:
                self._known_builds[top] = known
        return True


def divided_addresses(every: Iterable[Facts]) -> frozenset[str]:
    """Addresses at which servers answer at the usual port and at others, or at several others."""
    places: dict[str, set[str]] = {}
    for facts in every:
        place = place_of(facts)
        if place:
            places.setdefault(facts.address, set()).add(place)
    return frozenset(address for address, found in places.items() if len(found) > 1)


def _lives_elsewhere(address: str, places: dict[str, Span]) -> bool:
    """Whether a server has places of the family of an address, and none is there."""
    if not address:
        return False
    theirs = {place.partition(" ")[0] for place in places if (":" in place) == (":" in address)}
    return bool(theirs) and address not in theirs
