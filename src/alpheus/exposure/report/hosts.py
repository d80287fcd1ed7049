"""The hosts of one run in little memory: one number for all that is counted, and where the line is.

A run of the probe has one result per address and port. A list may have many: then the latest
counts, of equal ones the worst, and a compromise that any of them reports stays.
"""

from __future__ import annotations

from array import array
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Generic, TypeVar

from alpheus.exposure.journal import place_key
from alpheus.exposure.model import Status
from alpheus.exposure.output.lines import Facts, Line, LineError, LineReader
from alpheus.exposure.output.tally import STATES, is_server
from alpheus.exposure.report.identity import MOST, NONE, identities
from alpheus.exposure.report.owners import Owner, owner_of
from alpheus.exposure.report.runs import Run
from alpheus.exposure.report.transitions import NAMELESS

COMPROMISED = "compromised-reported"
LISTED_LOSSES = 50

_KEPT_FLAGS = frozenset({COMPROMISED, "indicator", "conflict"})
_RANK = {state: rank for rank, state in enumerate(STATES)}

T = TypeVar("T")


class Numbers(Generic[T]):
    """Equal things once, each under a number."""

    def __init__(self) -> None:
        self._things: list[T] = []
        self._numbers: dict[T, int] = {}

    def number(self, thing: T) -> int:
        """The number of a thing; a new one if it was not met."""
        found = self._numbers.get(thing)
        if found is None:
            found = self._numbers[thing] = len(self._things)
            self._things.append(thing)
        return found

    def __getitem__(self, number: int) -> T:
        return self._things[number]

    def __len__(self) -> int:
        return len(self._things)


@dataclass(slots=True)
class Hosts:
    """One run. All arrays are in the order of `index`, which has a key per address and port.

    `times` are seconds since 1970, 0 where unknown. `servers` has the front ends that answered, of
    pools and of hosts that are watched. `losses` are line numbers' reasons, the first of `lost`.
    """

    index: dict[int, int] = field(default_factory=dict)
    facts: array[int] = field(default_factory=lambda: array("I"))
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    times: array[int] = field(default_factory=lambda: array("q"))
    owners: array[int] = field(default_factory=lambda: array("I"))
    identities: array[int] = field(default_factory=lambda: array("Q"))
    servers: dict[int, tuple[str, ...]] = field(default_factory=dict)
    results: int = 0
    requests: int = 0
    lost: int = 0
    losses: list[str] = field(default_factory=list)
    first: int = 0
    last: int = 0

    def __len__(self) -> int:
        return len(self.facts)


class HostReader:
    """Reads runs; facts and owners are numbered over all of them."""

    def __init__(self, lines: LineReader | None = None) -> None:
        self.lines = lines or LineReader()
        self.facts: Numbers[Facts] = Numbers()
        self.owners: Numbers[Owner] = Numbers()
        self._merged: dict[tuple[int, int, int], tuple[int, bool]] = {}
        self._watched: Container[int] = ()

    def read(self, run: Run, watched: Container[int] = ()) -> Hosts:
        """All hosts of a run. The servers of those with a key in `watched` are kept as well.

        Raises EvidenceError.
        """
        hosts = Hosts()
        self._watched = watched
        for number, (offset, raw) in enumerate(run.lines(), 1):
            try:
                line = self.lines.read(raw)
                facts = self.facts.number(self.lines.facts(line))
                key = host_key(line)
            except (LineError, ValueError) as error:
                hosts.lost += 1
                if len(hosts.losses) < LISTED_LOSSES:
                    hosts.losses.append(f"line {number}: {error}")
                continue
            self._add(hosts, line, (key, facts, offset))
        return hosts

    def _add(self, hosts: Hosts, line: Line, place: tuple[int, int, int]) -> None:
        key, facts, offset = place
        time = _seconds(line.time)
        hosts.results += 1
        hosts.requests += line.requests
        if time:
            hosts.first = min(hosts.first or time, time)
            hosts.last = max(hosts.last, time)
        found = hosts.index.get(key)
        if found is None:
            hosts.index[key] = len(hosts.facts)
            hosts.facts.append(facts)
            hosts.offsets.append(offset)
            hosts.times.append(time)
            hosts.owners.append(self.owners.number(owner_of(line.attributes)))
            known = identities(line) if is_server(self.facts[facts]) else []
            hosts.identities.extend((*known, *(NONE,) * (MOST - len(known))))
            self._keep_servers(hosts, line, key)
            return
        order = (time > hosts.times[found]) - (time < hosts.times[found])
        hosts.facts[found], newer = self._merge(hosts.facts[found], facts, order)
        if newer:
            hosts.offsets[found] = offset
            self._keep_servers(hosts, line, key)
        hosts.times[found] = max(time, hosts.times[found])
        if not any(self.owners[hosts.owners[found]]):
            hosts.owners[found] = self.owners.number(owner_of(line.attributes))
        if not any(hosts.identities[found * MOST : found * MOST + MOST]):
            known = identities(line) if is_server(self.facts[facts]) else []
            hosts.identities[found * MOST : found * MOST + len(known)] = array("Q", known)

    def _keep_servers(self, hosts: Hosts, line: Line, key: int) -> None:
        if line.pool is not None or key in self._watched:
            hosts.servers[hosts.index[key]] = front_ends(line)
        else:
            hosts.servers.pop(hosts.index[key], None)

    def _merge(self, old: int, new: int, order: int) -> tuple[int, bool]:
        """The facts of two observations of one host, and whether the new one is shown."""
        if old == new:
            return old, order > 0
        found = self._merged.get((old, new, order))
        if found is None:
            facts, newer = merged(self.facts[old], self.facts[new], order)
            found = self._merged[old, new, order] = self.facts.number(facts), newer
        return found


def merged(old: Facts, new: Facts, order: int) -> tuple[Facts, bool]:
    """What two observations of one host amount to, and whether the new one is what is shown.

    `order` is 1 if the new one is later, -1 if earlier, 0 if both are of the same time. One that
    says nothing of patches takes nothing away, unless the host itself was asked.
    """
    newer = _is_newer(old, new, order)
    shown, other = (new, old) if newer else (old, new)
    flags = dict.fromkeys((*shown.flags, *(flag for flag in other.flags if flag in _KEPT_FLAGS)))
    facts = shown._replace(flags=tuple(flags))
    if order == 0 and is_server(old) and is_server(new):
        facts = facts._replace(states=_worst(shown, other))
        if facts.states != shown.states:
            facts = facts._replace(cause=shown.cause or other.cause)
    return facts, newer


def _is_newer(old: Facts, new: Facts, order: int) -> bool:
    said_old, said_new = _says(old), _says(new)
    if order == 0:
        return (said_new, is_server(new)) > (said_old, is_server(old))
    later, earlier = (new, old) if order > 0 else (old, new)
    silent = later.status is Status.LISTED and not _says(later) and _says(earlier)
    return (order > 0) != silent


def _says(facts: Facts) -> bool:
    """Whether it tells anything of patches."""
    return any(state != "undetermined" for _, state in facts.states)


def _worst(one: Facts, other: Facts) -> tuple[tuple[str, str], ...]:
    states = dict(one.states)
    for cve, state in other.states:
        mine = states.get(cve, state)
        states[cve] = min(mine, state, key=lambda word: _RANK.get(word, len(_RANK)))
    return tuple(states.items())


def host_key(line: Line) -> int:
    """A number for an address and port, or for a target without an address (negative).

    Raises ValueError for an address that is none.
    """
    if line.address:
        return place_key(line.address, line.port)
    digest = blake2b(f"{line.port} {line.target}".encode("utf-8", "replace"), digest_size=8)
    return -1 - int.from_bytes(digest.digest(), "big")


def front_ends(line: Line) -> tuple[str, ...]:
    """Who answered, in lower case and in order; NAMELESS stands for servers without a name.

    Where no pool was seen, only the first name is sure to be that of the one that answered.
    """
    pool = line.pool
    if pool is None:
        return tuple(name.lower() for name in line.servers[:1])
    names = {name.lower() for name in pool.servers if name}
    if len(names) < max(2, len(pool.builds)):
        names.add(NAMELESS)
    return tuple(sorted(names))


def server_identities(hosts: Hosts, number: int) -> Sequence[int]:
    """By what a host is known, without the empty places."""
    own = hosts.identities[number * MOST : number * MOST + MOST]
    return [one for one in own if one != NONE]


@lru_cache(maxsize=1024)
def _seconds(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
