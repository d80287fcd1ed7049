"""Services with members: several servers that answer at one address and port, in turn.

What was seen there without the name of a member is of the service; giving it to one of them would
be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from alpheus.cases.identity.evidence import DAY, WEIGHTS, Key, other_domains, strangers
from alpheus.cases.identity.forest import Forest, Span
from alpheus.cases.identity.holders import Holders, overlapping
from alpheus.cases.identity.keys import place_of
from alpheus.cases.identity.names import is_common_domain, is_common_server
from alpheus.cases.identity.shared import Shared

_SOON = 14 * DAY
"""Members of one organisation that answer so soon after each other do so in turn."""

_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"\d+$")
_MOST_MEMBERS = 24


@dataclass(slots=True)
class Service:
    """A service in nodes: where, the members' roots, names, nodes without a member, and why."""

    sockets: set[str]
    members: set[int]
    names: set[str]
    unnamed: set[int]
    why: str


class Services:
    """Finds services among the servers that are told."""

    def __init__(self, forest: Forest, named: Iterable[int], shared: Shared) -> None:
        self._forest = forest
        self._shared = shared
        self._sockets = Holders(forest)
        self.pooled: set[str] = set()
        self._nodes = list(named)
        self._by_domain: dict[tuple[str, str], list[int]] = {}
        for node in self._nodes:
            socket = forest.sockets[node]
            if socket:
                self._sockets.hold(socket, node)

    def find(self, several: Iterable[int]) -> set[str]:
        """Addresses with port at which members answer in turn.

        `several` are nodes that were seen as several computers.
        """
        forest, holders = self._forest, self._sockets
        self.pooled = {forest.sockets[node] for node in several} - {""}
        for socket in holders.values():
            spans = holders.spans(socket)
            if len(spans) > 1 and self._members(spans):
                self.pooled.add(socket)
        return self.pooled

    def _members(self, spans: dict[int, Span]) -> set[int]:
        """The servers at one address and port that answer in turn."""
        roots = sorted(spans)[:_MOST_MEMBERS]
        found: set[int] = set()
        for number, one in enumerate(roots):
            for other in roots[:number]:
                if self._in_turn(one, other, spans):
                    found |= {one, other}
        return found

    def _in_turn(self, one: int, other: int, spans: dict[int, Span]) -> bool:
        forest = self._forest
        if not (forest.computers[one] and forest.computers[other]):
            return False
        in_turn = overlapping(spans[one], spans[other])
        if not self._kin(one, other, in_turn=in_turn):
            return False
        if in_turn:
            return True
        products = {forest.facts[root].product for root in (one, other)} - {""}
        early, late = sorted((spans[one], spans[other]))
        return len(products) < 2 and late[0] - early[1] <= _SOON

    def _kin(self, one: int, other: int, *, in_turn: bool) -> bool:
        """Whether two computers are of one organisation.

        Names that anybody gives say so only if they are numbered and seen `in_turn`; domains that
        anybody has, if they are seen `in_turn`.
        """
        forest = self._forest
        if self._are_strangers(one, other):
            return False
        ads = forest.ads[one] & forest.ads[other]
        if not in_turn:
            ads = frozenset(ad for ad in ads if not is_common_domain(ad))
        if forest.domains[one] & forest.domains[other] or ads:
            return True
        stems = [
            {
                _DIGITS.sub("#", name)
                for name in forest.computers[root]
                if not is_common_server(name) or (in_turn and _DIGITS.search(name))
            }
            for root in (one, other)
        ]
        return bool(stems[0] & stems[1])

    def _are_strangers(self, one: int, other: int) -> bool:
        """Whether two computers are in unlike domains, or name other organisations."""
        forest = self._forest
        return other_domains(forest.ads[one], forest.ads[other]) or strangers(
            forest.domains[one], forest.domains[other]
        )

    def join_unnamed(self, nodes: Sequence[int]) -> None:
        """Make one of all that was seen of a service at one address without its member."""
        forest = self._forest
        by_address: dict[str, int] = {}
        for node in nodes:
            address = forest.facts[node].address
            one = by_address.setdefault(address, node)
            if one != node and not forest.contradiction(
                forest.root(one), forest.root(node), organisations=False
            ):
                forest.join(one, node, Key.SERVICE, WEIGHTS[Key.SERVICE], address)

    def services(
        self, unnamed: Iterable[int], together: Iterable[tuple[int, int, str]] = ()
    ) -> list[Service]:
        """Every service; those with a member or an unnamed part in common are one.

        `together` are servers to which the same name leads.
        """
        forest = self._forest
        for root in {forest.root(node) for node in self._nodes}:
            for domain in forest.ads[root] | forest.domains[root]:
                for name in forest.computers[root]:
                    self._by_domain.setdefault((name, domain), []).append(root)
        found: list[Service] = []
        for socket in sorted(self.pooled):
            spans = self._sockets.spans(socket)
            members = self._members(spans)
            names = {name for root in members for name in forest.computers[root]}
            found.append(Service({socket}, members, names, set(), ""))
        by_socket = {socket: one for one in found for socket in one.sockets}
        for node in unnamed:
            facts = forest.facts[node]
            service = by_socket.get(forest.sockets[node])
            if service is None and facts.members:
                service = Service(set(), set(), set(), set(), "")
                found.append(service)
            if service is not None:
                service.names |= set(facts.members)
                service.members |= self._named(node)
                service.unnamed.add(forest.root(node))
        for service in found:
            self._add_met(service)
        found += self._led()
        for one, other, _ in together:
            members = {forest.root(one), forest.root(other)}
            found.append(Service(set(), members, set(), set(), ""))
        services = [one for one in _merged(found) if len(one.names) > 1 or len(one.members) > 1]
        self._complete(services)
        return services

    def _add_met(self, service: Service) -> None:
        """Add computers that were met where the service answers and are called as a member is.

        Or numbered as all its members are: one that was met there once says no more than its name.
        """
        forest = self._forest
        here = {root for socket in sorted(service.sockets) for root in self._sockets.spans(socket)}
        stems = {_NUMBER.sub("", name) for name in service.names if _NUMBER.search(name)}
        for root in sorted(here - service.members):
            names = forest.computers[root]
            numbered = {_NUMBER.sub("", name) for name in names if _NUMBER.search(name)}
            alike = bool(numbered) and stems == numbered
            if not (alike or names & service.names):
                continue
            if not any(self._are_strangers(root, member) for member in service.members):
                service.members.add(root)
                service.names |= names

    def _complete(self, services: Sequence[Service]) -> None:
        """Add members that were never met where the others answer.

        They show the certificate of the service, are numbered like its members and in their domain,
        and no name of their own leads to them.
        """
        forest = self._forest
        taken = {root for service in services for root in (*service.members, *service.unnamed)}
        showing: dict[str, set[int]] = {}
        certificates: dict[int, set[str]] = {}
        led: dict[int, set[str]] = {}
        for node in self._nodes:
            facts, root = forest.facts[node], forest.root(node)
            led.setdefault(root, set()).update(set(facts.led) - self._shared.hosts)
            if facts.certificate and facts.certificate not in self._shared.certificates:
                showing.setdefault(facts.certificate, set()).add(root)
                certificates.setdefault(root, set()).add(facts.certificate)
        for service in services:
            shown = {one for root in service.members for one in certificates.get(root, ())}
            names = {name for root in service.members for name in led.get(root, ())}
            for root in sorted({root for one in shown for root in showing[one]} - taken):
                own = led[root]
                if own and not own & names:
                    continue
                if any(self._alike(root, member) for member in service.members):
                    service.members.add(root)
                    service.names |= forest.computers[root]
                    taken.add(root)

    def _alike(self, one: int, other: int) -> bool:
        """Whether two computers are numbered alike, in one domain."""
        forest = self._forest
        stems = [{_NUMBER.sub("", name) for name in forest.computers[root] if _NUMBER.search(name)}
                 for root in (one, other)]  # fmt: skip
        return bool(stems[0] & stems[1]) and bool(
            forest.ads[one] & forest.ads[other] or forest.domains[one] & forest.domains[other]
        )

    def _led(self) -> Iterator[Service]:
        """Computers of one organisation to which one name leads at the same time.

        A certificate may be for names that lead elsewhere, so what shows one is left out; and a
        name of an address leads to each server behind it, whatever its port.
        """
        forest, hosts = self._forest, Holders(self._forest)
        every = [forest.facts[node] for node in self._nodes]
        divided = {facts.address for facts in every if " " in place_of(facts)}
        for node, facts in zip(self._nodes, every, strict=True):
            if not facts.certificate and facts.address not in divided:
                for host in facts.hosts:
                    if host not in self._shared.hosts:
                        hosts.hold(host, node)
        for host in hosts.values():
            spans = hosts.spans(host)
            members = self._members(spans) if 1 < len(spans) <= _MOST_MEMBERS else set()
            if members:
                names = {name for root in members for name in forest.computers[root]}
                yield Service(set(), members, names, set(), "")

    def _named(self, node: int) -> set[int]:
        """The servers of one organisation that a node was seen as."""
        forest = self._forest
        ads, domains = forest.ads[node], forest.domains[node]
        return {
            root
            for name in forest.facts[node].members
            for domain in ads | domains
            for root in self._by_domain.get((name, domain), ())
            if not (ads.isdisjoint(forest.ads[root]) and domains.isdisjoint(forest.domains[root]))
        }


def _why(socket: str, names: Collection[str]) -> str:
    if not names:
        return "one name, or one certificate, is at several addresses at the same time"
    place = socket.replace(" ", " port ")
    return f"{', '.join(sorted(names))} answer in turn at {place or 'one address'}"


def _merged(found: list[Service]) -> list[Service]:
    """Services with members or unnamed parts in common, as one each."""
    owner: dict[int, Service] = {}
    merged: dict[int, Service] = {}
    for service in found:
        for root in sorted(service.members | service.unnamed):
            other = owner.get(root)
            if other is not None and other is not service:
                merged.pop(id(other), None)
                service.sockets |= other.sockets
                service.members |= other.members
                service.names |= other.names
                service.unnamed |= other.unnamed
                owner.update(dict.fromkeys(other.members | other.unnamed, service))
            owner[root] = service
        merged[id(service)] = service
    for service in merged.values():
        service.why = _why(" ".join(sorted(service.sockets)[:1]), service.names)
    return list(merged.values())
