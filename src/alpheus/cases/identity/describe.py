"""Servers as others see them, and in words why they are one and their neighbours are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from alpheus.cases.identity.decoys import contradicts_itself
from alpheus.cases.identity.evidence import SAID, Key, probability
from alpheus.cases.identity.keys import UNKNOWN_TIME, Facts, written
from alpheus.cases.identity.model import AddressSpan, Cluster, Demotion, Link, Near
from alpheus.cases.identity.names import is_common_server
from alpheus.cases.identity.portions import COMPROMISED, IMPLAUSIBLE
from alpheus.cases.identity.solve import Solution

_MOST_NEAR = 20
_KEYS = ("server", "ad-domain", "certificate", "host", "organisation")


class Seen(NamedTuple):
    """One sighting of a server that is described."""

    number: int
    first: int
    last: int
    source: str
    said: int
    built: bool
    node: int


def cluster(solution: Solution, unnamed: set[int], seen: Sequence[Seen]) -> Cluster:
    """The server that some sightings are of. `unnamed` are roots of parts of services."""
    forest = solution.forest
    root = forest.root(seen[0].node)
    facts = [forest.facts[node] for node in dict.fromkeys(one.node for one in seen)]
    keys = _keys(forest.computers[root], facts)
    numbers = tuple(sorted(one.number for one in seen))
    firsts = [one.first for one in seen if one.first != UNKNOWN_TIME]
    implausible = sum(bool(one.said & IMPLAUSIBLE) for one in seen)
    plausible = sum(one.built and not one.said & IMPLAUSIBLE for one in seen)
    decoy = solution.copies.get(root, "") or contradicts_itself(implausible, plausible)
    return Cluster(
        numbers[0], numbers, _name(keys, facts), keys, _addresses(solution, seen),
        written(min(firsts, default=UNKNOWN_TIME)), written(max(one.last for one in seen)),
        dict(sorted(Counter(one.source for one in seen).items())),
        dict(sorted(Counter(one.source for one in seen if one.said & COMPROMISED).items())),
        service=root in unnamed, aside="decoy" if decoy else _aside(solution, facts, keys),
        aside_why=decoy,
    )  # fmt: skip


def _aside(solution: Solution, facts: Sequence[Facts], keys: Mapping[str, tuple[str, ...]]) -> str:
    """Why it is not counted as a server; '' if it is."""
    if all(fact.apart for fact in facts):
        return "other-product"
    names = keys.get("server", ())
    if keys.keys() - {"server"} or not all(map(is_common_server, names)):
        return ""
    if not all(fact.is_placed or (fact.is_weak and not fact.given) for fact in facts):
        return ""
    passing = all(fact.address and solution.places.changes_hands(fact.address) for fact in facts)
    return "passing-address" if passing else ""


def _keys(computers: Iterable[str], facts: Sequence[Facts]) -> dict[str, tuple[str, ...]]:
    values: dict[str, set[str]] = {kind: set() for kind in _KEYS}
    values["server"].update(computers)
    for fact in facts:
        values["ad-domain"].add(fact.ad)
        values["certificate"].add(fact.certificate)
        values["host"].update(fact.hosts, fact.presented)
        values["organisation"].update(fact.domains)
    return {kind: tuple(sorted(found - {""})) for kind, found in values.items() if found - {""}}


def _name(keys: dict[str, tuple[str, ...]], facts: Sequence[Facts]) -> str:
    """By what a server is called: its computer's name, a host name, an address."""
    for kind in ("server", "host"):
        if kind in keys:
            return min(keys[kind], key=lambda name: (len(name), name))
    members = sorted({name for fact in facts for name in fact.members})
    addresses = sorted({fact.address for fact in facts} - {""})
    return " ".join(members) or next(iter(addresses), "")


def _addresses(solution: Solution, seen: Sequence[Seen]) -> tuple[AddressSpan, ...]:
    spans: dict[str, tuple[set[int], int, int]] = {}
    for one in seen:
        facts = solution.forest.facts[one.node]
        if facts.address:
            ports, first, last = spans.get(facts.address, (set(), one.first, one.last))
            ports.add(facts.port)
            known = [time for time in (first, one.first) if time != UNKNOWN_TIME]
            spans[facts.address] = ports, min(known, default=UNKNOWN_TIME), max(last, one.last)
    found = [
        AddressSpan(address, tuple(sorted(ports - {0})), written(first), written(last))
        for address, (ports, first, last) in spans.items()
    ]
    return tuple(sorted(found, key=lambda span: (span.first_seen, span.address)))


def said_by(facts: Facts) -> str:
    """Facts in a few words."""
    parts = [facts.address + (f" port {facts.port}" if facts.port else "")]
    parts += [", ".join(facts.machine or facts.members or (facts.given,))]
    parts += [f"certificate {facts.certificate[:12]}" if facts.certificate else ""]
    parts += list(facts.hosts[:2])
    return ", ".join(part for part in parts if part)


def link(one: int, other: int, key: Key, weight: int, value: str) -> Link:
    """A link with its reason in words."""
    name = key.name.lower().replace("_", "-")
    shown = value[:64] if key is not Key.DECISION else value
    reason = SAID[key].format(value=shown)
    return Link(one, other, name, value, probability(weight), reason)


def near(solution: Solution, nodes: Sequence[int], number: Callable[[int], int]) -> Iterator[Near]:
    """Other servers that share a key with the nodes of one, and why they are others."""
    forest, told = solution.forest, set[int]()
    root = forest.root(nodes[0])
    for key, value, other in _sharing(solution, nodes):
        there = forest.root(other)
        if there == root or there in told:
            continue
        told.add(there)
        if len(told) > _MOST_NEAR:
            break
        reason = forest.contradiction(root, there, organisations=True)
        if not reason and forest.at_once(root, there):
            reason = "they were seen at the same time at different addresses"
        yield Near(number(there), key, value[:64], reason or (
            "what they have in common is not enough, or others have it as well"
        ))  # fmt: skip


def _sharing(solution: Solution, nodes: Sequence[int]) -> Iterator[tuple[str, str, int]]:
    """Servers anywhere with a computer's name, certificate, host or address of some nodes."""
    forest, places = solution.forest, solution.places
    facts = [forest.facts[node] for node in nodes]
    for kind, holders, values in (
        ("certificate", places.certificates, {fact.certificate for fact in facts}),
        ("host", places.hosts, {name for fact in facts for name in places.hosts_of(fact)}),
        ("address", places.addresses, {fact.address for fact in facts}),
    ):
        for value in sorted(values - {""}):
            for root in sorted(holders.spans(value)):
                yield kind, value, root
    for name in sorted(forest.computers[forest.root(nodes[0])]):
        for root in solution.computers.get(name, ()):
            yield "server", name, root


def demoted(solution: Solution, nodes: Sequence[int]) -> Iterator[Demotion]:
    """Keys of the nodes that decide nothing because too many share them."""
    held = {value for node in nodes for value in _held(solution.forest.facts[node])}
    return (one for one in solution.shared.demotions if one.value in held)


def _held(facts: Facts) -> Iterator[str]:
    yield facts.certificate
    yield from facts.hosts
    yield from facts.presented
    yield from facts.domains
