"""Keys that many share: they decide nothing, and it is said why.

A certificate of a hoster, a name that a provider gives to all, a domain below which strangers live:
what holds them is not one server. Nobody can know all of them beforehand, so they are told from
what was seen: by how many addresses at the same time, how many computers, how many domains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from alpheus.cases.identity.evidence import DAY, Key, other_domains
from alpheus.cases.identity.forest import Forest
from alpheus.cases.identity.keys import UNKNOWN_TIME, Facts
from alpheus.cases.identity.model import Demotion
from alpheus.cases.identity.names import is_common_domain, is_common_server, registered

CROWD = 6
"""So many addresses at the same time may be one server's, or those of a service."""

_COMPUTERS = 6
_FAMILY = 24
"""So many may be one organisation's, where all of them that say whose they are say so."""

_FOREIGN_HOSTS = 3
_CROWDED_DOMAIN = 8
_PROVIDER_DOMAINS = 3
_PROVIDER_ADDRESSES = 60
_WIDER = DAY // 2
_SERVICE = 12
"""So many addresses may be those of one service whose computers are not named."""

_STRANGE = 8

_NUMBER = re.compile(r"\d+$")


@dataclass(slots=True)
class Shared:
    """What is shared: values by kind, and domains that are crowded without being shared."""

    certificates: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    crowded: set[str] = field(default_factory=set)
    demotions: list[Demotion] = field(default_factory=list)


def find_shared(forest: Forest, nodes: Iterable[int]) -> Shared:
    """The keys among the nodes that are shared by too many."""
    nodes = list(nodes)
    found = Shared()
    _domains(forest, nodes, found)
    for value, holders in _groups(forest, nodes, lambda f: (f.certificate,)):
        reason = _crowd(forest, holders) or _foreign(forest, holders)
        if reason:
            found.certificates.add(value)
            _providers(forest, holders, found)
            found.demotions.append(Demotion("certificate", value, reason))
    for value, holders in _groups(forest, nodes, lambda f: {*f.hosts, *f.presented}):
        reason = _crowd(forest, holders)
        if reason:
            found.hosts.add(value)
            found.demotions.append(Demotion("host", value, reason))
    found.demotions.sort(key=lambda one: (one.key, one.value))
    return found


def _groups(
    forest: Forest, nodes: Sequence[int], values: Callable[[Facts], Iterable[str]]
) -> Iterator[tuple[str, list[int]]]:
    """Values that more than one node has."""
    groups: dict[str, int | list[int]] = {}
    for node in nodes:
        for value in values(forest.facts[node]):
            if value:
                held = groups.setdefault(value, node)
                if isinstance(held, list):
                    held.append(node)
                elif held != node:
                    groups[value] = [held, node]
    return ((value, held) for value, held in groups.items() if isinstance(held, list))


def _domains(forest: Forest, nodes: Sequence[int], found: Shared) -> None:
    for value, holders in _groups(forest, nodes, lambda f: f.domains):
        if len(holders) <= _PROVIDER_DOMAINS:
            continue
        ads = _unlike_domains(forest, holders)
        at_once = addresses_at_once(forest, holders)
        if len(ads) >= _PROVIDER_DOMAINS or at_once > _PROVIDER_ADDRESSES:
            found.domains.add(value)
            found.demotions.append(Demotion("organisation", value, (
                f"computers of {len(ads)} domains are below it" if len(ads) >= _PROVIDER_DOMAINS
                else f"{at_once} addresses at the same time are below it"
            )))  # fmt: skip
        elif at_once > _CROWDED_DOMAIN:
            found.crowded.add(value)


def _providers(forest: Forest, holders: Sequence[int], found: Shared) -> None:
    """The domains of a certificate that many share are their provider's."""
    for name in sorted({name for node in holders for name in forest.facts[node].certified}):
        if name not in found.domains:
            found.domains.add(name)
            found.demotions.append(
                Demotion("organisation", name, "a certificate that many share is for it")
            )


def _crowd(forest: Forest, holders: Sequence[int]) -> str:
    """How it shows that holders are not one server or one service; '' if nothing does."""
    ads = _unlike_domains(forest, holders)
    if len(ads) > 1:
        return f"computers of several domains have it: {', '.join(ads[:3])}"
    computers = {name for node in holders for name in forest.facts[node].machine[:1]}
    family = _is_family(ads, computers)
    if len(computers) >= (_FAMILY if family else _COMPUTERS):
        return f"{len(computers)} computers have it"
    at_once = addresses_at_once(forest, holders)
    most = _FAMILY if family else CROWD
    if not computers and _is_own(forest, holders):
        most = _SERVICE
    return f"{at_once} addresses show it at the same time" if at_once > most else ""


def _is_family(ads: Sequence[str], computers: Iterable[str]) -> bool:
    """Whether computers show that they are one organisation's: by their domain, or their names."""
    if len(ads) == 1 and not is_common_domain(ads[0]):
        return True
    stems = {_NUMBER.sub("", name) for name in computers}
    return len(stems) == 1 and not is_common_server(*stems)


def _is_own(forest: Forest, holders: Sequence[int]) -> bool:
    """Whether names lead to holders of a certificate, and they are of its one domain.

    But for a few: lists are wrong about names now and then.
    """
    facts = [forest.facts[node] for node in holders]
    own = {name for f in facts for name in f.certified}
    strange = sum(any(registered(name) not in own for name in f.hosts) for f in facts)
    led = any(registered(name) in own for f in facts for name in f.hosts)
    return len(own) == 1 and led and strange * _STRANGE <= len(facts)


def _foreign(forest: Forest, holders: Sequence[int]) -> str:
    """Whether a certificate stands before hosts of several organisations that it does not name."""
    facts = [forest.facts[node] for node in holders]
    own = {name for f in facts for name in f.certified}
    led = {registered(name) for f in facts for name in f.hosts} - own - {""}
    if own and len(led) >= _FOREIGN_HOSTS:
        return f"hosts of {len(led)} organisations that it does not name show it"
    return ""


def _unlike_domains(forest: Forest, holders: Sequence[int]) -> list[str]:
    """Domains of computers, each unlike all before it."""
    found: list[str] = []
    for name in sorted({forest.facts[node].ad for node in holders} - {""}):
        if all(other_domains((name,), (known,)) for known in found):
            found.append(name)
        if len(found) > _COMPUTERS:
            break
    return found


def addresses_at_once(forest: Forest, holders: Sequence[int]) -> int:
    """The most addresses of one family that were seen within a day."""
    spans: dict[str, list[int]] = {}
    for node in holders:
        address, first, last = forest.facts[node].address, forest.first[node], forest.last[node]
        if address and first != UNKNOWN_TIME:
            span = spans.setdefault(address, [first, last])
            span[0], span[1] = min(span[0], first), max(span[1], last)
    four, six = ([s for a, s in spans.items() if (":" in a) is long] for long in (False, True))
    return max(most_at_once(four), most_at_once(six))


def most_at_once(spans: Iterable[Sequence[int]]) -> int:
    """The most of some times that lie within a day of each other."""
    steps = [step for first, last in spans
             for step in ((first - _WIDER, 1), (last + _WIDER, -1))]  # fmt: skip
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def certificate_key(facts: Facts) -> Key:
    """What a certificate is worth: one's own, one of a host, one for every name of a domain."""
    forms = {"self": Key.OWN_CERTIFICATE, "wildcard": Key.WILDCARD}
    return forms.get(facts.form, Key.CERTIFICATE)
