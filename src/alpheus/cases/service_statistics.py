"""Counts that are kept ready: by what servers are, and by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from alpheus.cases.schema import DAY_DIMENSIONS, DIMENSIONS, Derived
from alpheus.cases.server_rows import TOTAL
from alpheus.cases.system_counts import NOTHING, Numbers, numbers_of
from alpheus.errors import UsageError

MOST = 200
"""Values of a dimension that are told, those with most servers."""


@dataclass(frozen=True, slots=True)
class Line:
    """Servers of one value. `observations` is the raw number of all that was seen.

    `entries` is what adding up lists gives, `victim_entries` what lists of victims give: each entry
    of address, port and page once for each list, the days of a daily list together. `patch`,
    `compromise` and `work` count servers by their state. `systems` are what people count: a service
    with its members is one.
    """

    value: str
    servers: int
    observations: int
    patch: Mapping[str, int] = field(default_factory=dict)
    compromise: Mapping[str, int] = field(default_factory=dict)
    work: Mapping[str, int] = field(default_factory=dict)
    entries: int = 0
    victim_entries: int = 0
    systems: Numbers = NOTHING


@dataclass(frozen=True, slots=True)
class Day:
    """How many servers went from one state to another on a day (UTC; '' is unknown).

    `axis` is one of `day_rows`.
    """

    day: str
    axis: str
    state: str
    servers: int
    before: str = ""


class _Sums:
    def __init__(self) -> None:
        self.servers = self.observations = self.entries = self.victim_entries = 0
        self.states = (Counter[str](), Counter[str](), Counter[str]())

    def line(self, value: str, systems: Numbers) -> Line:
        """What was summed up, states without a server left out."""
        patch, compromise, work = (
            {state: count for state, count in one.most_common() if count} for one in self.states
        )
        return Line(value, self.servers, self.observations, patch, compromise, work,
                    self.entries, self.victim_entries, systems)  # fmt: skip


def lines(connection: Connection, tables: Derived, by: str, most: int = MOST) -> list[Line]:
    """Lines of the values with most servers, these first. Raises UsageError."""
    if by and by not in DIMENSIONS:
        raise UsageError(f"'{by}' is none of {', '.join(DIMENSIONS)}")
    c = tables.counts.c
    query = select(c.value, c.patch, c.compromise, c.work, c.servers, c.observations, c.entries,
                   c.victim_entries)  # fmt: skip
    query = query.where(c.dimension == by)
    chosen = None
    if by:
        greatest = select(c.value).where(c.dimension == f"{by}{TOTAL}")
        greatest = greatest.order_by(c.servers.desc(), c.value).limit(most)
        chosen = connection.execute(greatest).scalars().all()
        query = query.where(c.value.in_(chosen))
    sums: dict[str, _Sums] = {}
    for value, *states, servers, seen, entries, victim_entries in connection.execute(query):
        found = sums.get(value)
        if found is None:
            found = sums[value] = _Sums()
        found.servers += servers
        found.observations += seen
        found.entries += entries
        found.victim_entries += victim_entries
        for counter, state in zip(found.states, states, strict=True):
            counter[state] += servers
    systems = numbers_of(connection, tables, by, chosen)
    made = [one.line(value, systems.get(value, NOTHING)) for value, one in sums.items()]
    return sorted(made, key=lambda line: (-line.servers, line.value))


def days(
    connection: Connection,
    tables: Derived,
    first: str = "",
    last: str = "",
    *,
    by: str = "",
    value: str = "",
) -> list[Day]:
    """Changes by day, in order, from `first` to `last`, which are days such as 2021-03-03.

    Those of all servers, or of one value of a sector, region or network. Raises UsageError.
    """
    if by and by not in DAY_DIMENSIONS:
        raise UsageError(f"'{by}' is none of {', '.join(DAY_DIMENSIONS)}")
    c = tables.days.c
    query = select(c.day, c.axis, c.after, c.servers, c.before)
    query = query.where(c.dimension == by, c.value == value, c.day >= first)
    if last:
        query = query.where(c.day <= last)
    found = connection.execute(query.order_by(c.day, c.axis, c.after, c.before))
    return [Day(*row) for row in found]
