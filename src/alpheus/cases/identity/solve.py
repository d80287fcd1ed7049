"""All steps from nodes to servers, in their order: this is the one place where it is written down.

1. Keys that too many share are found. 2. Nodes that name their computer are joined. 3. Addresses at
which several answer in turn are services. 4. Nodes with a certificate or host names are given to
those computers, 5. what stays is joined among itself, 6. then what has nothing but an address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from alpheus.cases.identity.attach import Attachment, Places
from alpheus.cases.identity.decoys import find_copies
from alpheus.cases.identity.drifting import Drifting
from alpheus.cases.identity.forest import Builds, Forest
from alpheus.cases.identity.keys import Facts, range_of
from alpheus.cases.identity.machines import Machines
from alpheus.cases.identity.nameless import Nameless
from alpheus.cases.identity.names import is_common_domain, is_common_server, is_slip
from alpheus.cases.identity.passing import Passing
from alpheus.cases.identity.services import Service, Services
from alpheus.cases.identity.shared import Shared, find_shared


@dataclass
class Solution:
    """What was worked out.

    `unnamed` are nodes that were seen of a service without its member, `copies` servers that are
    taken for decoys, with the reason.
    """

    forest: Forest
    places: Places
    shared: Shared
    services: list[Service]
    unnamed: list[int]
    copies: dict[int, str]

    @cached_property
    def computers(self) -> dict[str, list[int]]:
        """Servers by the names of their computers."""
        found: dict[str, list[int]] = {}
        for node, names in enumerate(self.forest.computers):
            if self.forest.root(node) == node:
                for name in names:
                    found.setdefault(name, []).append(node)
        return found


def solve(
    facts: Sequence[Facts],
    first: Sequence[int],
    last: Sequence[int],
    builds: Builds | None = None,
    broken: Sequence[bool] = (),
) -> Solution:
    """The servers among nodes; they must be in an order that their content alone decides.

    `builds` tells those that a node was seen with, `broken` whether any source says of it that
    somebody broke in.
    """
    forest = Forest(facts, first, last, builds, broken)
    told = [node for node, fact in enumerate(facts) if not fact.is_bare]
    _believe_certificates(forest, told)
    shared = find_shared(forest, told)
    _forget_providers(forest, told, shared)
    _mend_slips(forest, told)
    passing = Passing(forest, told)
    forest.adrift = passing.adrift(told)
    named = [node for node in told if forest.computers[node]]
    machines = Machines(forest, shared, passing)
    machines.join(named)
    services = Services(forest, named, shared)
    pooled = services.find(node for node in told if facts[node].members)
    places = Places(forest, shared, pooled, passing)
    for node in named:
        places.settle(node)
    unnamed, together = _give(forest, places, machines, services, named)
    found = services.services(unnamed, together)
    return Solution(forest, places, shared, found, unnamed, find_copies(forest, told))


def _give(
    forest: Forest, places: Places, machines: Machines, services: Services, named: Sequence[int]
) -> tuple[list[int], list[tuple[int, int, str]]]:
    """Give the nameless to servers, or join them; gives those of a service."""
    attachment, nameless = Attachment(forest, places), Nameless(forest, places)
    open_nodes = [node for node in range(len(forest.facts)) if not forest.computers[node]]
    bare: list[int] = []
    told: list[int] = []
    unnamed: list[int] = []
    for node in open_nodes:
        facts = forest.facts[node]
        if facts.members or forest.sockets[node] in places.pooled:
            unnamed.append(node)
        elif facts.is_bare or (facts.is_placed and places.changes_hands(facts.address)):
            bare.append(node)
        else:
            told.append(node)
    nameless.join_present([node for node in open_nodes if not forest.facts[node].is_bare])
    attachment.know_builds([*named, *told])
    left = attachment.attach(told)
    found = set(told).difference(left)
    machines.join([*named, *sorted(found)])
    left = attachment.attach(left)
    nameless.join(left)
    nameless.join_present([node for node in unnamed if not forest.facts[node].is_bare])
    nameless.join_only_servers(left, [*named, *told])
    for node in left:
        places.settle(node)
    attachment.know_builds([*named, *told])
    nameless.join_placed(_give_placed(places, attachment, nameless, bare))
    Drifting(forest, places.changes_hands).join()
    services.join_unnamed(unnamed)
    return unnamed, nameless.together


def _give_placed(
    places: Places, attachment: Attachment, nameless: Nameless, bare: Sequence[int]
) -> list[int]:
    """Give what has nothing but a place to servers; gives what stays.

    Where addresses pass on, first what was seen while a server was there, then as a whole what was
    seen one after the other.
    """
    facts = attachment.facts
    moving = [node for node in bare if places.changes_hands(facts[node].address)]
    staying = [node for node in bare if not places.changes_hands(facts[node].address)]
    moving = attachment.attach(moving, longest=0)
    nameless.join_stints(moving)
    return attachment.attach([*staying, *moving])


def _believe_certificates(forest: Forest, nodes: Sequence[int]) -> None:
    """Take the computer that a certificate was made for, unless another was seen with it."""
    said: dict[str, set[str]] = {}
    for node in nodes:
        facts = forest.facts[node]
        if facts.certificate and facts.machine:
            said.setdefault(facts.certificate, set()).update(facts.machine)
    for node in nodes:
        facts = forest.facts[node]
        if facts.given and facts.given in said.get(facts.certificate, {facts.given}):
            forest.computers[node] = frozenset((facts.given,))


def _mend_slips(forest: Forest, nodes: Sequence[int]) -> None:
    """Take a name that was seen once at a place as that of the computer known there.

    Only where it is that name with one slip of the pen, and nobody near is called so.
    """
    by_socket: dict[str, dict[str, list[int]]] = {}
    for node in nodes:
        socket = forest.sockets[node]
        for name in forest.computers[node] if socket else ():
            by_socket.setdefault(socket, {}).setdefault(name, []).append(node)
    several = [names for names in by_socket.values() if len(names) > 1]
    once = [(name, here[0]) for names in several for name, here in names.items()
            if len(here) == 1 and forest.first[here[0]] == forest.last[here[0]]]  # fmt: skip
    alone = _without_namesakes(forest, nodes, once)
    for names in several:
        known = [name for name, here in names.items() if (name, here[0]) not in alone]
        for name in names.keys() - known:
            meant = [other for other in known if is_slip(name, other)]
            if len(meant) == 1:
                forest.computers[names[name][0]] = frozenset(meant)


def _without_namesakes(
    forest: Forest, nodes: Sequence[int], bearers: Sequence[tuple[str, int]]
) -> set[tuple[str, int]]:
    """Those of some bearers of names near whom nobody else is called so.

    Many are called what all are: to compare each with each would take a day.
    """
    signs = {(name, node): _signs(forest, name, node) for name, node in bearers}
    held = {(name, sign): 0 for (name, _), own in signs.items() for sign in own}
    wanted = frozenset(name for name, _ in bearers)
    for node in nodes:
        for name in forest.computers[node] & wanted:
            for sign in _signs(forest, name, node):
                if (name, sign) in held:
                    held[name, sign] += 1
    return {one for one, own in signs.items() if all(held[one[0], sign] == 1 for sign in own)}


def _signs(forest: Forest, name: str, node: int) -> set[str]:
    """What two nodes of a name have in common that may be of one organisation."""
    address = forest.facts[node].address
    place = address if is_common_server(name) else range_of(address)
    ads = {f"ad {ad}" for ad in forest.ads[node] if not is_common_domain(ad)}
    return {f"at {place}", *ads, *(f"of {domain}" for domain in forest.domains[node])}


def _forget_providers(forest: Forest, nodes: Sequence[int], shared: Shared) -> None:
    """Domains of providers say nothing of the organisation."""
    if shared.domains:
        for node in nodes:
            if not shared.domains.isdisjoint(forest.domains[node]):
                forest.domains[node] = forest.domains[node] - shared.domains
