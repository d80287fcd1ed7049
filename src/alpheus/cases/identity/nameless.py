"""Sightings of servers whose computer nobody named: which of them are one server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address
from itertools import pairwise

from alpheus.cases.identity.attach import Places
from alpheus.cases.identity.builds import at_once, both, is_known
from alpheus.cases.identity.evidence import (
    DAY,
    ENOUGH,
    KIN,
    NEVER_SEEN,
    OTHER_PRODUCT,
    OTHER_PRODUCT_HERE,
    PASSED_TO_OTHER,
    STRANGERS,
    WEIGHTS,
    Key,
    by_gap,
    other_port,
    strangers,
)
from alpheus.cases.identity.forest import Forest, Span
from alpheus.cases.identity.holders import wider
from alpheus.cases.identity.keys import UNKNOWN_TIME, Facts, socket_of
from alpheus.cases.identity.names import is_slip, registered, stem
from alpheus.cases.identity.shared import certificate_key, most_at_once

_ADDRESSES = 3
"""So many addresses at once a single server may have, each with all that it offers."""


_CERTIFIED = frozenset({Key.CERTIFICATE, Key.WILDCARD})


class Nameless:
    """Joins nodes among themselves: by certificate, by host name, by address and time."""

    def __init__(self, forest: Forest, places: Places) -> None:
        self._forest = forest
        self._places = places
        self._led: dict[int, set[str]] = {}
        self._builds: dict[int, dict[str, Span]] = {}
        self._copied: set[str] = set()
        """Certificates that several show: to whom their names lead, they do not tell."""
        self.together: list[tuple[int, int, str]] = []
        """Two servers at which the same name leads to the same service, and the name."""

    def join(self, nodes: Sequence[int]) -> None:
        """Join those that say who they are."""
        self._gather(nodes)
        for key in (Key.OWN_CERTIFICATE, Key.CERTIFICATE):
            self._join_by(nodes, key, lambda f, key=key: self._certificate(f, key))  # type: ignore[misc]
        self._join_by(nodes, Key.HOST, self._own_hosts)
        self._join_by(nodes, Key.PAGE, self._places.pages_of)
        self.join_neighbours(nodes)
        self._gather(nodes)
        self._join_by(nodes, Key.WILDCARD, lambda f: self._certificate(f, Key.WILDCARD))
        self._join_led([node for node in nodes if self._forest.facts[node].hosts], nodes)

    def _gather(self, nodes: Sequence[int]) -> None:
        """The names that lead to every server, and the builds that it was seen with."""
        self._led = self._led_by(nodes)
        self._builds = {}
        for node in nodes:
            root = self._forest.root(node)
            self._builds[root] = both(self._builds.get(root, {}), self._forest.builds(node))

    def join_present(self, nodes: Sequence[int]) -> None:
        """Join those that show the same certificate or host name at the same address and port."""
        forest = self._forest
        for key, shown in ((Key.CERTIFICATE, _certificates), (Key.HOST, _hosts)):
            groups = self._groups(nodes, lambda f, shown=shown: shown(f))  # type: ignore[misc]
            for value, group in groups:
                for one, other in pairwise(group):
                    roots = forest.root(one), forest.root(other)
                    if not forest.contradiction(*roots, organisations=False):
                        said = value.rpartition(" ")[2]
                        forest.join(one, other, key, WEIGHTS[Key.SAME_FACTS], said)

    def join_placed(self, nodes: Sequence[int]) -> None:
        """Join those that have nothing but a place, or a page there."""
        self._join_by(nodes, Key.PAGE, self._places.pages_of)
        self.join_neighbours(nodes)

    def join_neighbours(self, nodes: Sequence[int]) -> None:
        """Join those at one place, one after the other: the same port, then any port."""
        facts = self._forest.facts
        for apart in (False, True):
            alike = [node for node in nodes if facts[node].apart is apart]
            self._along(alike, Key.SOCKET, socket_of)
            self._along(alike, Key.ADDRESS, lambda facts: facts.address)

    def join_stints(self, nodes: Sequence[int]) -> None:
        """Join those of one build at one address and port with no other server in between.

        Only where addresses pass on: there they are of one server for a while, whichever it is.
        """
        forest = self._forest
        groups: dict[str, list[int]] = {}
        for node in nodes:
            socket = forest.sockets[node]
            for build in forest.builds(node) if socket else ():
                groups.setdefault(f"{socket} {build}", []).append(node)
        for value, group in sorted(groups.items()):
            group.sort(key=self._order)
            socket = value.rpartition(" ")[0]
            for one, other in pairwise(group):
                weight = self._weight(Key.SOCKET, one, other)
                if weight >= ENOUGH and not self._held_between(socket, Key.SOCKET, one, other):
                    forest.join(one, other, Key.SOCKET, weight, socket.replace(" ", " port "))
        self._join_pages(nodes)

    def _join_pages(self, nodes: Sequence[int]) -> None:
        """Join what tells nothing but a page with what was seen at its place on the same day."""
        forest = self._forest
        seen: dict[str, list[int]] = {}
        for node in nodes:
            if forest.builds(node):
                seen.setdefault(forest.sockets[node], []).append(node)
        for node in nodes:
            here = seen.get(forest.sockets[node], ()) if not forest.builds(node) else ()
            first = forest.first[node]
            gaps = sorted((abs(forest.first[other] - first), other) for other in here)
            if gaps and gaps[0][0] <= DAY:
                other = gaps[0][1]
                socket = forest.sockets[node]
                one, late = sorted((node, other), key=self._order)
                if not self._held_between(socket, Key.SOCKET, one, late):
                    value = socket.replace(" ", " port ")
                    forest.join(other, node, Key.SOCKET, by_gap(gaps[0][0]), value)

    def _join_led(self, led: Sequence[int], nodes: Sequence[int]) -> None:
        """Join what a host name leads to with those whose certificate is for it, if that is one."""
        forest = self._forest
        shown: dict[str, dict[int, int]] = {}
        for node in nodes:
            for host in self._places.presented_of(forest.facts[node]):
                shown.setdefault(host, {}).setdefault(forest.root(node), node)
        for host, group in self._groups(led, self._places.hosts_of, fewest=1):
            others = forest.roots(shown.get(host, {}).values())
            if len(others) != 1:
                continue
            for node in forest.roots(group):
                mine, yours = forest.root(node), forest.root(others[0])
                against = forest.contradiction(mine, yours, organisations=False)
                if not against and not forest.at_once(mine, yours):
                    forest.join(others[0], node, Key.PRESENTED, WEIGHTS[Key.PRESENTED], host)

    def join_only_servers(self, nodes: Sequence[int], told: Sequence[int]) -> None:
        """Join what has no address, or one of an unknown day, with its organisation's only server.

        Only where no other of it is known.
        """
        forest = self._forest
        adrift = forest.adrift
        lost = [node for node in nodes if not forest.facts[node].address or node in adrift]
        wanted = {name for node in lost for name in self._organisations(node)}
        servers: dict[str, dict[int, int]] = {}
        for node in told:
            placed = forest.facts[node].address and node not in adrift
            if placed or forest.computers[forest.root(node)]:
                for name in self._organisations(node) & wanted:
                    servers.setdefault(name, {}).setdefault(forest.root(node), node)
        for node in lost:
            for name in sorted(self._organisations(node), reverse=True):
                roots = forest.roots(servers.get(name, {}).values())
                if len(roots) != 1 or forest.root(node) in servers[name]:
                    continue
                if not forest.contradiction(forest.root(node), roots[0], organisations=False):
                    witness = next(iter(servers[name].values()))
                    forest.join(witness, node, Key.ORGANISATION, WEIGHTS[Key.ORGANISATION], name)

    def _organisations(self, node: int) -> set[str]:
        """The domains of a node's organisation, and what it calls itself in them."""
        ad = self._forest.facts[node].ad
        domains = {*self._forest.domains[node], registered(ad)} - {""}
        return domains | ({stem(domain) for domain in (*domains, ad)} - {""})

    def _certificate(self, facts: Facts, key: Key) -> Iterable[str]:
        return self._places.certificates_of(facts) if certificate_key(facts) is key else ()

    def _join_by(
        self, nodes: Sequence[int], key: Key, values: Callable[[Facts], Iterable[str]]
    ) -> None:
        forest = self._forest
        for value, group in self._groups(nodes, values):
            kept: list[int] = []
            roots = forest.roots(group)
            names = {value, *(name for node in group for name in forest.facts[node].presented)}
            if key is Key.WILDCARD:
                led = set().union(*map(self._led_to, roots))
                names = {value, *led} if len(led) < 2 else set()
            if key is Key.CERTIFICATE and self._is_copied(value, roots):
                self._copied.add(value)
                names = set()
            crowd = self._crowd(key, names, roots)
            for root in self._by_family(key, roots):
                options = self._options(key, value, names, kept, root)
                for one in options:
                    mine = forest.root(one)
                    if self._are_several(key, crowd, one, root):
                        self.together.append((one, root, value))
                        continue
                    top = forest.join(one, root, key, WEIGHTS[key], value)
                    self._led[top] = self._led.get(mine, set()) | self._led.get(root, set())
                    self._builds[top] = both(self._builds.get(mine, {}),
                                             self._builds.get(root, {}))  # fmt: skip
                    break
                else:
                    kept.append(root)

    def _own_hosts(self, facts: Facts) -> Iterable[str]:
        """Names that lead to a node, without those of a certificate that several have."""
        hosts = self._places.hosts_of(facts)
        led = facts.led if facts.certificate in self._copied else hosts
        return [host for host in hosts if host in led]

    def _by_family(self, key: Key, roots: Sequence[int]) -> Sequence[int]:
        """Servers of a certificate, those with addresses of version 6 alone after the others."""
        return sorted(roots, key=self._is_six) if key in _CERTIFIED else roots

    def _is_copied(self, certificate: str, roots: Sequence[int]) -> bool:
        """Whether a certificate is shown by two servers that are known to be two.

        Then a further address that shows it is that of a further one as likely as not.
        """
        named = len(self._places.certificates.spans(certificate))
        known: list[set[str]] = []
        for root in roots:
            led = self._led_to(root)
            if led and all(led.isdisjoint(one) for one in known):
                known.append(led)
        return named + len(known) > 1

    def _is_six(self, root: int) -> bool:
        places = self._forest.places(root)
        return bool(places) and all(":" in place for place in places)

    def _options(
        self, key: Key, value: str, names: set[str], kept: Sequence[int], root: int
    ) -> Sequence[int]:
        """Those that a server may be one with, the likeliest first.

        What has addresses of version 6 alone was seen beside all of the others: it is of one of
        them only where names, or reports of a break-in, tell which.
        """
        forest, led = self._forest, self._led_to(root)
        found = [one for one in kept if self._may_be_one(key, names, forest.root(one), root)]
        found.sort(key=lambda one: led.isdisjoint(self._led_to(one)))
        if len(found) < 2 or key not in _CERTIFIED or not self._is_six(root):
            return found
        for likely in (
            [one for one in found if not led.isdisjoint(self._led_to(one))],
            [one for one in found if forest.broken[root] and forest.broken[forest.root(one)]],
        ):
            if len(likely) == 1:
                return likely
        self._copied.add(value)
        return []

    def _may_be_one(self, key: Key, names: set[str], one: int, other: int) -> bool:
        """Whether two that share a key are one server, or at least one service."""
        forest = self._forest
        if forest.contradiction(one, other, organisations=False):
            return False
        if self._has_other_names(key, one, other):
            return False
        if key is Key.OWN_CERTIFICATE or not forest.at_once(one, other):
            return True
        return self._is_one_name(key, names, one, other)

    def _are_several(self, key: Key, crowd: set[int], one: int, other: int) -> bool:
        """Whether two that are of one service are two servers of it."""
        if key is Key.OWN_CERTIFICATE or not self._forest.at_once(self._forest.root(one), other):
            return False
        if key is Key.WILDCARD or one in crowd:
            return True
        mine = self._builds.get(self._forest.root(one), {})
        return at_once(mine, self._builds.get(other, {}))

    def _crowd(self, key: Key, names: set[str], roots: Sequence[int]) -> set[int]:
        """Those of some servers that are one service at more addresses at once than a server has.

        One server has two or three; from four on they are several that answer alike.
        """
        if key is Key.OWN_CERTIFICATE or len(roots) <= _ADDRESSES:
            return set()
        crowd: set[int] = set()
        waiting = dict.fromkeys(roots)
        while waiting:
            found = [next(iter(waiting))]
            for one in found:
                waiting.pop(one, None)
                found += [other for other in waiting if other not in found
                          and self._may_be_one(key, names, one, other)]  # fmt: skip
            if most_at_once(self._addresses(found).values()) > _ADDRESSES:
                crowd.update(found)
        return crowd

    def _addresses(self, roots: Iterable[int]) -> dict[str, Span]:
        """Addresses of version 4 at which some servers were seen, from when to when."""
        found: dict[str, Span] = {}
        for root in roots:
            for place, span in self._forest.places(root).items():
                if ":" not in place and UNKNOWN_TIME not in span:
                    address = place.partition(" ")[0]
                    found[address] = wider(found.get(address), span)
        return found

    def _led_to(self, node: int) -> set[str]:
        """The names that lead to the server of a node, beside those of its certificate."""
        return self._led.get(self._forest.root(node), set())

    def _led_by(self, nodes: Sequence[int]) -> dict[int, set[str]]:
        """The names that lead to every server, beside those of its certificate.

        What leads to an address and port leads to all that was seen there, unless that changes
        hands; a name with a slip of the pen is the one that was meant.
        """
        forest = self._forest
        at_socket: dict[str, set[str]] = {}
        shown: dict[int, set[str]] = {}
        found: dict[int, set[str]] = {}
        for node in nodes:
            facts, root = forest.facts[node], forest.root(node)
            names = set(facts.led).intersection(self._places.hosts_of(facts))
            shown.setdefault(root, set()).update(facts.presented)
            found.setdefault(root, set()).update(names)
            if names and not self._places.changes_hands(facts.address):
                at_socket.setdefault(forest.sockets[node], set()).update(names)
        for node in nodes:
            names = at_socket.get(forest.sockets[node], set())
            if names and forest.sockets[node]:
                found[forest.root(node)] |= names
        times = Counter(name for node in nodes for name in forest.facts[node].led)
        return {root: _without_slips(names, shown[root], times) for root, names in found.items()}

    def _has_other_names(self, key: Key, one: int, other: int) -> bool:
        """Whether a certificate of several hosts stands before two that have names of their own."""
        if key not in {Key.CERTIFICATE, Key.WILDCARD}:
            return False
        mine, yours = self._led.get(one, set()), self._led.get(other, set())
        return bool(mine and yours) and mine.isdisjoint(yours)

    def _is_one_name(self, key: Key, names: set[str], one: int, other: int) -> bool:
        """Whether one name leads to several addresses, or each shows the certificate of that name.

        Whether one server answers there or several in turn, nothing tells; it is one service.
        """
        if key not in {Key.CERTIFICATE, Key.HOST, Key.WILDCARD}:
            return False
        forest = self._forest
        led = self._led.get(one, set()) | self._led.get(other, set())
        every = [*forest.places(one), *forest.places(other)]
        if any(" " in place for place in every):
            return False
        if key is Key.WILDCARD and not _are_side_by_side(self._addresses((one, other))):
            return False
        return bool(names) and led <= names

    def _groups(
        self, nodes: Sequence[int], values: Callable[[Facts], Iterable[str]], fewest: int = 2
    ) -> list[tuple[str, list[int]]]:
        """Nodes by value, values and nodes in an order that does not depend on their coming."""
        forest = self._forest
        groups: dict[str, list[int]] = {}
        for node in nodes:
            for value in values(forest.facts[node]):
                groups.setdefault(value, []).append(node)
        found = sorted((value, group) for value, group in groups.items() if len(group) >= fewest)
        for _, group in found:
            group.sort(key=self._order)
        return found

    def _order(self, node: int) -> tuple[int, int, int]:
        return self._forest.first[node], self._forest.last[node], node

    def _along(self, nodes: Sequence[int], key: Key, value_of: Callable[[Facts], str]) -> None:
        """Join each node with the one before it at the same place."""
        forest = self._forest
        for value, group in self._groups(nodes, lambda f: (value_of(f),) if value_of(f) else ()):
            for one, other in pairwise(group):
                mine, yours = forest.root(one), forest.root(other)
                if mine == yours or forest.contradiction(mine, yours, organisations=False):
                    continue
                if key is Key.ADDRESS and forest.at_once(mine, yours):
                    continue
                weight = self._weight(key, one, other)
                if weight >= ENOUGH and not self._held_between(value, key, one, other):
                    forest.join(one, other, key, weight, value.replace(" ", " port "))

    def _weight(self, key: Key, one: int, other: int) -> int:
        forest = self._forest
        before, after = self._left(one), forest.first[other]
        unknown = UNKNOWN_TIME in {before, after}
        passed = self._places.changes_hands(forest.facts[one].address)
        weight = by_gap(NEVER_SEEN if unknown else max(0, after - before), passed_on=passed)
        ours, theirs = (forest.domains[forest.root(node)] for node in (one, other))
        if passed and not is_known(forest.builds(one), forest.builds(other)):
            return weight + PASSED_TO_OTHER
        if strangers(ours, theirs):
            weight += PASSED_TO_OTHER if passed else STRANGERS
        elif ours and theirs:
            weight += KIN
        here = key is Key.SOCKET
        products = [forest.products[forest.root(node)] for node in (one, other)]
        if all(products) and products[0].isdisjoint(products[1]):
            weight += OTHER_PRODUCT_HERE if here else OTHER_PRODUCT
        if here:
            return weight
        facts = forest.facts[one], forest.facts[other]
        return weight + other_port(*facts, divided=facts[0].address in self._places.divided)

    def _left(self, node: int) -> int:
        """When a node was last known to be at its place."""
        return (self._forest.first if node in self._forest.adrift else self._forest.last)[node]

    def _held_between(self, value: str, key: Key, one: int, other: int) -> bool:
        """Whether a server that is told answered there between two sightings."""
        forest = self._forest
        holders = self._places.sockets if key is Key.SOCKET else self._places.addresses
        own = {forest.root(one), forest.root(other)}
        before, after = self._left(one), forest.first[other]
        spans = holders.spans(value)
        return any(
            root not in own and before < span[0] and span[1] < after for root, span in spans.items()
        )


def _are_side_by_side(addresses: Iterable[str]) -> bool:
    """Whether addresses of version 4 follow each other without a gap."""
    numbers = sorted(int(IPv4Address(address)) for address in addresses)
    return all(other - one <= 1 for one, other in pairwise(numbers))


def _without_slips(names: set[str], shown: set[str], times: Mapping[str, int]) -> set[str]:
    """Names without those that are another of them, or one of the certificate, misspelt.

    Of two, the one that is seen less often is misspelt.
    """
    if len(names | shown) < 2:
        return names
    known = sorted(names | shown)

    def is_meant(other: str, name: str) -> bool:
        return other in shown or (times[other], name) > (times[name], other)

    return {
        name for name in names
        if not any(name != other and is_meant(other, name) and is_slip(name, other)
                   for other in known)
    }  # fmt: skip


def _certificates(facts: Facts) -> Iterable[str]:
    socket = socket_of(facts)
    return (f"{socket} {facts.certificate}",) if socket and facts.certificate else ()


def _hosts(facts: Facts) -> Iterable[str]:
    socket = socket_of(facts)
    return [f"{socket} {host}" for host in facts.hosts] if socket else ()
