"""Servers by network, and by provider, sector and country where a list knows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from alpheus.exposure.addresses import write_address
from alpheus.exposure.output.lines import Facts
from alpheus.exposure.output.tally import is_server
from alpheus.exposure.report.hosts import Hosts, Numbers
from alpheus.exposure.report.model import PlaceCount, States
from alpheus.exposure.report.owners import Owner

SHOWN = 30

_NARROW = 24
_WIDE = 16
_ENOUGH = 0.5
"""Share of servers that the networks shown must hold, else wider ones are shown."""

_PORT_BITS = 17
_SITE = 48

K = TypeVar("K", int, str)


def states_of(counter: Mapping[str, int]) -> States:
    """Counts per state, by the words of `PatchState`."""
    get = counter.get
    return States(
        get("vulnerable", 0), get("undetermined", 0), get("mitigated", 0), get("fixed", 0),
        get("not-affected", 0),
    )  # fmt: skip


def by_network(hosts: Hosts, facts: Numbers[Facts], chief: str) -> tuple[list[PlaceCount], int]:
    """The networks with most vulnerable servers, and how many have a server.

    /24 where those shown hold at least half of all, else /16; /48 for IPv6.
    """
    words = _words(facts, chief)
    counts: Counter[tuple[int, str]] = Counter()
    for key, number in hosts.index.items():
        word = words[hosts.facts[number]]
        if word is not None and key >= 0:
            counts[_network(key), word] += 1
    narrow = _Places(counts)
    if narrow.share(SHOWN) >= _ENOUGH:
        return narrow.rows(_text), len(narrow)
    wider: Counter[tuple[int, str]] = Counter()
    for (network, word), count in counts.items():
        wider[_widened(network), word] += count
    wide = _Places(wider)
    return wide.rows(_text), len(wide)


def by_owner(
    hosts: Hosts, facts: Numbers[Facts], chief: str, owners: Numbers[Owner]
) -> list[list[PlaceCount]]:
    """The same by each text of an owner; empty where no list says any."""
    words = _words(facts, chief)
    pairs: Counter[tuple[int, str]] = Counter()
    for owner, fact in zip(hosts.owners, hosts.facts, strict=True):
        word = words[fact]
        if word is not None:
            pairs[owner, word] += 1
    found = []
    for place in range(3):
        counts: Counter[tuple[str, str]] = Counter()
        for (number, word), count in pairs.items():
            counts[owners[number][place] or "not known", word] += count
        named = any(name != "not known" for name, _ in counts)
        found.append(_Places(counts).rows(str) if named else [])
    return found


class _Places(Generic[K]):
    """Counts of places, however these are named."""

    def __init__(self, counts: Counter[tuple[K, str]]) -> None:
        self._states: dict[K, Counter[str]] = {}
        for (place, word), count in counts.items():
            self._states.setdefault(place, Counter())[word] += count

    def __len__(self) -> int:
        return len(self._states)

    def share(self, most: int) -> float:
        """Which part of all servers the first places hold."""
        totals = sorted((counter.total() for counter in self._states.values()), reverse=True)
        return sum(totals[:most]) / max(sum(totals), 1)

    def rows(self, text: Callable[[K], str]) -> list[PlaceCount]:
        """The first places: most vulnerable servers first."""
        ranked = sorted(
            self._states.items(),
            key=lambda pair: (-pair[1]["vulnerable"], -pair[1].total(), _order(pair[0])),
        )
        return [
            PlaceCount(text(place), counter.total(), states_of(counter))
            for place, counter in ranked[:SHOWN]
        ]


def _order(place: int | str) -> tuple[int, int | str]:
    """IPv4 before IPv6, then by number; names by themselves."""
    return (place & 1, place) if isinstance(place, int) else (0, place)


def _words(facts: Numbers[Facts], chief: str) -> list[str | None]:
    """The state of each facts, None for what is no server."""
    return list(_word(facts, chief))


def _word(facts: Numbers[Facts], chief: str) -> Iterator[str | None]:
    for number in range(len(facts)):
        one = facts[number]
        yield (one.state(chief) or "undetermined") if is_server(one) else None


def _network(key: int) -> int:
    """The network of a host's key, as its first address above a bit for IPv6 and the prefix."""
    if key & 1:
        return (key >> _PORT_BITS >> 80 << 80) << 8 | _SITE << 1 | 1
    return (key >> _PORT_BITS >> 8 << 8) << 8 | _NARROW << 1


def _widened(network: int) -> int:
    if network & 1:
        return network
    return (network >> 8 >> 16 << 16) << 8 | _WIDE << 1


def _text(network: int) -> str:
    version = 6 if network & 1 else 4
    return f"{write_address(version, network >> 8)}/{network >> 1 & 0x7F}"
