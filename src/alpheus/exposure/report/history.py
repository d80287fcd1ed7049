"""What is known of every host from run to run, and what changed with each.

Per host this takes about 150 bytes, however many runs there are.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from alpheus.exposure.output.lines import Facts
from alpheus.exposure.output.names import CHIEF
from alpheus.exposure.output.tally import is_server
from alpheus.exposure.report.hosts import COMPROMISED, Hosts, Numbers
from alpheus.exposure.report.identity import MOST, NONE
from alpheus.exposure.report.transitions import Kind, Memory, Transition, fate, transition

_QUIET = frozenset({Kind.SAME, Kind.OTHER})


class Place(NamedTuple):
    """Where a line is: the run's number and the offset in its file."""

    run: int
    offset: int


class Change(NamedTuple):
    """One host that changed. A place is None where there is no line."""

    kind: Kind
    before: Place | None
    after: Place | None
    before_facts: int
    after_facts: int
    regressed: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    moved: bool = False


@dataclass(slots=True)
class Changes:
    """What changed with one run. Counts per CVE are of hosts; `fates` of those vulnerable before.

    `listed` is left empty unless it is asked for.
    """

    kinds: Counter[Kind] = field(default_factory=Counter)
    regressed: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    fixed: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    moved: int = 0
    newly_compromised: int = 0
    listed: list[Change] = field(default_factory=list)


class History:
    """All hosts met so far."""

    def __init__(self, facts: Numbers[Facts], chief: str = CHIEF) -> None:
        self._facts = facts
        self._chief = chief
        self._memories: Numbers[Memory] = Numbers()
        self._nothing = self._memories.number(Memory())
        self._known: dict[tuple[int, int, int, tuple[str, ...]], tuple[Transition, int]] = {}
        self._held: set[int] = set()
        self._index: dict[int, int] = {}
        self._last_facts = array("I")
        self._memory = array("I")
        self._runs = array("I")
        self._offsets = array("Q")
        self._identities = array("Q")
        self._number = -1

    @property
    def watched(self) -> frozenset[int]:
        """Keys of hosts of which the next run's servers are to be kept: a fix is held back."""
        if not self._held:
            return frozenset()
        return frozenset(key for key, record in self._index.items() if record in self._held)

    def add(self, hosts: Hosts, *, listed: bool = False) -> Changes:
        """Take in the next run, and tell what changed with it; nothing did with the first."""
        self._number += 1
        changes = Changes()
        moved = self._moved(hosts) if self._number else {}
        self._rename(hosts, moved)
        changes.moved = len(moved)
        for key, number in hosts.index.items():
            record = self._index.get(key)
            if record is None:
                record = self._new(key)
            change = self._compare(hosts, number, record)
            is_moved = number in moved
            if self._number:
                self._count(changes, change._replace(moved=is_moved), record, listed=listed)
            self._keep(hosts, number, record)
        if self._number:
            for change, record in self._missing(hosts):
                self._count(changes, change, record, listed=listed)
        return changes

    def _new(self, key: int) -> int:
        record = self._index[key] = len(self._last_facts)
        self._last_facts.append(_NEVER)
        self._memory.append(self._nothing)
        self._runs.append(0)
        self._offsets.append(0)
        self._identities.extend((NONE,) * MOST)
        return record

    def _compare(self, hosts: Hosts, number: int, record: int) -> Change:
        before, after = self._last_facts[record], hosts.facts[number]
        servers = hosts.servers.get(number, ())
        found = self._transition(before, self._memory[record], after, servers)
        place = None if before == _NEVER else Place(self._runs[record], self._offsets[record])
        self._memory[record] = found[1]
        (self._held.add if found[0].memory.held else self._held.discard)(record)
        kind, regressed, opened, fixed, _ = found[0]
        here = Place(self._number, hosts.offsets[number])
        return Change(kind, place, here, before, after, regressed, opened, fixed)

    def _transition(
        self, before: int, memory: int, after: int, servers: tuple[str, ...]
    ) -> tuple[Transition, int]:
        found = self._known.get((before, memory, after, servers))
        if found is None:
            made = transition(
                None if before == _NEVER else self._facts[before],
                self._memories[memory], self._facts[after], servers,
            )  # fmt: skip
            found = made, self._memories.number(made.memory)
            self._known[before, memory, after, servers] = found
        return found

    def _keep(self, hosts: Hosts, number: int, record: int) -> None:
        self._last_facts[record] = hosts.facts[number]
        self._runs[record] = self._number
        self._offsets[record] = hosts.offsets[number]
        own = hosts.identities[number * MOST : number * MOST + MOST]
        if own[0] != NONE:
            self._identities[record * MOST : record * MOST + MOST] = own

    def _missing(self, hosts: Hosts) -> Iterator[tuple[Change, int]]:
        """Servers of the run before that are not in this one, with their records."""
        for key, record in self._index.items():
            if self._runs[record] == self._number - 1 and key not in hosts.index:
                before = self._last_facts[record]
                if is_server(self._facts[before]):
                    place = Place(self._runs[record], self._offsets[record])
                    yield Change(Kind.ABSENT, place, None, before, _NEVER), record

    def _count(self, changes: Changes, change: Change, record: int, *, listed: bool) -> None:
        changes.kinds[change.kind] += 1
        for counter, cves in (
            (changes.regressed, change.regressed), (changes.found, change.found),
            (changes.fixed, change.fixed),
        ):  # fmt: skip
            for cve in cves:
                counter[cve] += 1
        after = None if change.after is None else self._facts[change.after_facts]
        before = None if change.before is None else self._facts[change.before_facts]
        if before and change.before and change.before.run == self._number - 1:
            self._count_fate(changes, before, after, record)
        if after and COMPROMISED in after.flags:
            changes.newly_compromised += before is None or COMPROMISED not in before.flags
        if listed and change.kind not in _QUIET:
            changes.listed.append(change)

    def _count_fate(
        self, changes: Changes, before: Facts, after: Facts | None, record: int
    ) -> None:
        if is_server(before) and before.state(self._chief) == "vulnerable":
            held = dict(self._memories[self._memory[record]].held)
            changes.fates[fate(self._chief, after, held=self._chief in held)] += 1

    def _rename(self, hosts: Hosts, moved: dict[int, int]) -> None:
        """Put the records of hosts that moved under their new address."""
        if not moved:
            return
        records = set(moved.values())
        old = {record: key for key, record in self._index.items() if record in records}
        keys = {number: key for key, number in hosts.index.items() if number in moved}
        for number, record in moved.items():
            del self._index[old[record]]
            self._index[keys[number]] = record

    def _moved(self, hosts: Hosts) -> dict[int, int]:
        """New hosts that are servers of before under another address, with their records.

        Each must carry something that one server of this run, and one of all before, is known by.
        """
        wanted = self._unmet(hosts)
        if not wanted:
            return {}
        carriers = _unique(wanted, hosts.identities)
        still = {
            self._index[key] for key, number in hosts.index.items()
            if key in self._index and is_server(self._facts[hosts.facts[number]])
        }  # fmt: skip
        found: dict[int, int] = {}
        taken: set[int] = set()
        for identity, record in _unique(carriers.keys(), self._identities).items():
            number = carriers[identity]
            if record in still or record in taken or number in found:
                continue
            if is_server(self._facts[self._last_facts[record]]):
                found[number] = record
                taken.add(record)
        return found

    def _unmet(self, hosts: Hosts) -> set[int]:
        """Identities of servers whose address was not met before."""
        wanted: set[int] = set()
        for key, number in hosts.index.items():
            if key not in self._index and is_server(self._facts[hosts.facts[number]]):
                wanted.update(hosts.identities[number * MOST : number * MOST + MOST])
        wanted.discard(NONE)
        return wanted


_NEVER = (1 << 32) - 1
"""Stands for the facts of a host that was never met."""


def _unique(wanted: object, identities: array[int]) -> dict[int, int]:
    """Of the wanted identities those that one host alone carries, with its number."""
    sought = wanted if isinstance(wanted, set) else set(wanted)  # type: ignore[call-overload]
    found: dict[int, int] = {}
    several: set[int] = set()
    for place, identity in enumerate(identities):
        if identity in sought:
            host = place // MOST
            if found.setdefault(identity, host) != host:
                several.add(identity)
    return {identity: host for identity, host in found.items() if identity not in several}
