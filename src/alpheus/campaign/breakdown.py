"""Servers counted once, beside what adding up lists gives.

**Raw numbers.** `entries` is what adding up lists gives: every entry of address, port and page once
for each list, the days of a daily list together. `victim_entries` are those of them that lists of
victims make. `observations` are all sightings there are, every day of every list and look by
itself. **Servers** are what is left of all that when it is merged; what was seen of a service whose
members are counted is none. **Systems** are what people count: a service counts once with all its
members, and so does a server that is of none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection, func, select

from alpheus.cases.day_rows import is_left
from alpheus.cases.schema import DIMENSIONS, Derived
from alpheus.cases.server_rows import ASIDE, DECOY, TOTAL
from alpheus.cases.states import OPEN_COMPROMISE, OPEN_PATCH, VICTIMS
from alpheus.cases.system_counts import NOTHING, Systems, numbers_of
from alpheus.cases.system_counts import Numbers as SystemNumbers
from alpheus.errors import UsageError

MOST = 200
"""Values that are told, those with most servers."""

_PATCH = {state.value for state in OPEN_PATCH}
_COMPROMISE = {state.value for state in OPEN_COMPROMISE}
_VICTIMS = {state.value for state in VICTIMS}

Key = tuple[str, ...]
Numbers = tuple[int, ...]


class SystemCount(msgspec.Struct, frozen=True):
    """Systems of one value; see `system_counts.Numbers`."""

    systems: int
    left: int
    open_flaw: int
    open_intrusion: int
    victims: int


_NO_SYSTEMS = SystemCount(*NOTHING)


class Count(msgspec.Struct, frozen=True):
    """Servers of one value; '' is all, or those of which it is unknown.

    `left` have something to do (see `series.Point`): `open_flaw` and `open_intrusion` say for which
    of both, and a server may be in both. `victims` is as `VICTIMS`. `systems` has the same of
    systems.
    """

    value: str
    servers: int
    left: int
    open_flaw: int
    open_intrusion: int
    victims: int
    observations: int
    entries: int
    victim_entries: int
    patch: dict[str, int]
    compromise: dict[str, int]
    work: dict[str, int]
    systems: SystemCount = _NO_SYSTEMS


class Decoys(msgspec.Struct, frozen=True):
    """Servers that are taken for decoys, and how many of them lists of victims name.

    They are in no other number.
    """

    servers: int = 0
    victims: int = 0


class Counts(msgspec.Struct, frozen=True):
    """Servers by a dimension, those with most first; `values` is how many values there are.

    `decoys` are told where all are counted, by no dimension.
    """

    by: str
    values: int
    lines: tuple[Count, ...]
    decoys: Decoys = Decoys()


class Owners(msgspec.Struct, frozen=True):
    """How many organisations have a server, and how many one that is a victim.

    `unowned` are victims of which nobody knows whose they are.
    """

    organisations: int
    victims: int
    unowned: int


def counts(connection: Connection, tables: Derived, by: str = "", most: int = MOST) -> Counts:
    """Counts by `sector`, `region`, `network`, `product` or `build`; of all for ''.

    Kept ready. Raises UsageError for another dimension.
    """
    if by and by not in DIMENSIONS:
        raise UsageError(f"'{by}' is none of {', '.join(DIMENSIONS)}")
    c = tables.counts.c
    decoys = Decoys()
    if not by:
        apart = select(c.compromise, c.servers).where(c.dimension == ASIDE, c.value == DECOY)
        decoys = _decoys(tuple(row) for row in connection.execute(apart).all())
    query = select(c.value, c.patch, c.compromise, c.work, c.servers, c.observations, c.entries,
                   c.victim_entries).where(c.dimension == by)  # fmt: skip
    values, chosen = 1, None
    if by:
        every = c.dimension == f"{by}{TOTAL}"
        values = connection.execute(select(func.count()).where(every)).scalar_one()
        first = select(c.value).where(every).order_by(c.servers.desc(), c.value).limit(most)
        chosen = connection.execute(first).scalars().all()
        query = query.where(c.value.in_(chosen))
    rows = ((row[:4], row[4:]) for row in connection.execute(query).all())
    lines = _lines(rows, numbers_of(connection, tables, by, chosen))
    return Counts(by, values, lines, decoys)


def counted(
    rows: Iterable[tuple[Key, Numbers]],
    by: str = "",
    most: int = MOST,
    *,
    systems: Systems | None = None,
) -> Counts:
    """The same of rows of `counts` that somebody made: dimension, value and states; numbers."""
    rows = list(rows)
    apart = ((key[3], numbers[0]) for key, numbers in rows if key[:2] == (ASIDE, DECOY))
    own = ((key[1:], numbers[:_RAW]) for key, numbers in rows if key[0] == by)
    whole = systems.counted().items() if systems else ()
    lines = _lines(own, {value: numbers for (name, value), numbers in whole if name == by})
    return Counts(by, len(lines), lines[:most], Decoys() if by else _decoys(apart))


def _decoys(rows: Iterable[tuple[str, int]]) -> Decoys:
    """Of states of compromise and numbers of servers."""
    servers = victims = 0
    for state, number in rows:
        servers += number
        victims += number if state in _VICTIMS else 0
    return Decoys(servers, victims)


def owners(connection: Connection, tables: Derived) -> Owners:
    """Organisations of all servers."""
    s = tables.servers.c
    every = select(func.count()).select_from(tables.organisations)
    query = select(func.count(s.organisation.distinct()),
                   func.count().filter(s.organisation == ""))  # fmt: skip
    row = connection.execute(query.where(s.compromise.in_(_VICTIMS), s.service == 0)).one()
    victims, unowned = int(row[0]), int(row[1])
    return Owners(connection.execute(every).scalar_one(), victims - bool(unowned), unowned)


class OwnerSets:
    """Organisations of some servers, one after the other."""

    def __init__(self) -> None:
        self._every, self._victims, self._unowned = set[str](), set[str](), 0

    def add(self, organisation: str, compromise: str) -> None:
        """Take in a server."""
        victim = compromise in _VICTIMS
        if organisation:
            self._every.add(organisation)
            if victim:
                self._victims.add(organisation)
        else:
            self._unowned += victim

    def result(self) -> Owners:
        """How many there are."""
        return Owners(len(self._every), len(self._victims), self._unowned)


class _Sums:
    def __init__(self) -> None:
        self.numbers = [0] * len(_SUMMED)
        self.states: tuple[dict[str, int], ...] = ({}, {}, {})

    def add(self, states: Key, numbers: Numbers) -> None:
        """Servers of one combination of states."""
        patch, compromise, work = states
        servers, *raw = numbers
        left = servers if is_left(patch, compromise, work) else 0
        more = (servers, left, left * (patch in _PATCH), left * (compromise in _COMPROMISE),
                servers * (compromise in _VICTIMS), *raw)  # fmt: skip
        self.numbers = [had + one for had, one in zip(self.numbers, more, strict=True)]
        for counter, state in zip(self.states, states, strict=True):
            counter[state] = counter.get(state, 0) + servers

    def count(self, value: str, systems: SystemNumbers) -> Count:
        """What was summed up, states without a server left out."""
        patch, compromise, work = (
            {state: number for state, number in sorted(one.items()) if number}
            for one in self.states
        )
        numbers = dict(zip(_SUMMED, self.numbers, strict=True))
        return Count(value=value, **numbers, systems=SystemCount(*systems), patch=patch,
                     compromise=compromise, work=work)  # fmt: skip


_SUMMED = ("servers", "left", "open_flaw", "open_intrusion", "victims", "observations", "entries",
           "victim_entries")  # fmt: skip
"""In the order of `Count`."""

_RAW = 4
"""Numbers of a row of `counts` that are summed up here: servers, and what was seen of them."""


def _lines(
    rows: Iterable[tuple[Key, Numbers]], systems: Mapping[str, SystemNumbers]
) -> tuple[Count, ...]:
    sums: dict[str, _Sums] = {}
    for (value, *states), numbers in rows:
        sums.setdefault(value, _Sums()).add(tuple(states), numbers)
    lines = [one.count(value, systems.get(value, NOTHING)) for value, one in sums.items()]
    return tuple(sorted(lines, key=lambda one: (-one.servers, -one.left, one.value)))
