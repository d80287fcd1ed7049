"""Counts that are kept ready: by what servers are, and by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from alpheus.cases.schema import DIMENSIONS, Derived
from alpheus.cases.server_rows import TOTAL
from alpheus.errors import UsageError

MOST = 200
"""Values of a dimension that are told, those with most servers."""


@dataclass(frozen=True, slots=True)
class Line:
    """Servers of one value. `observations` is the raw number that lists have.

    `patch`, `compromise` and `work` count servers by their state.
    """

    value: str
    servers: int
    observations: int
    patch: Mapping[str, int] = field(default_factory=dict)
    compromise: Mapping[str, int] = field(default_factory=dict)
    work: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Day:
    """How many servers came into a state on a day (UTC; '' is unknown)."""

    day: str
    axis: str
    state: str
    servers: int


class _Sums:
    def __init__(self) -> None:
        self.servers = self.observations = 0
        self.states = (Counter[str](), Counter[str](), Counter[str]())

    def line(self, value: str) -> Line:
        """What was summed up, states without a server left out."""
        patch, compromise, work = (
            {state: count for state, count in one.most_common() if count} for one in self.states
        )
        return Line(value, self.servers, self.observations, patch, compromise, work)


def lines(connection: Connection, tables: Derived, by: str, most: int = MOST) -> list[Line]:
    """Lines of the values with most servers, these first. Raises UsageError."""
    if by and by not in DIMENSIONS:
        raise UsageError(f"'{by}' is none of {', '.join(DIMENSIONS)}")
    c = tables.counts.c
    query = select(c.value, c.patch, c.compromise, c.work, c.servers, c.observations)
    query = query.where(c.dimension == by)
    if by:
        greatest = select(c.value).where(c.dimension == f"{by}{TOTAL}")
        greatest = greatest.order_by(c.servers.desc(), c.value).limit(most)
        query = query.where(c.value.in_(connection.execute(greatest).scalars().all()))
    sums: dict[str, _Sums] = {}
    for value, *states, servers, seen in connection.execute(query):
        found = sums.get(value)
        if found is None:
            found = sums[value] = _Sums()
        found.servers += servers
        found.observations += seen
        for counter, state in zip(found.states, states, strict=True):
            counter[state] += servers
    made = [one.line(value) for value, one in sums.items()]
    return sorted(made, key=lambda line: (-line.servers, line.value))


def days(connection: Connection, tables: Derived, first: str = "", last: str = "") -> list[Day]:
    """Changes by day, in order, from `first` to `last`, which are days such as 2021-03-03."""
    c = tables.days.c
    query = select(c.day, c.axis, c.after, c.servers).where(c.day >= first)
    if last:
        query = query.where(c.day <= last)
    return [Day(*row) for row in connection.execute(query.order_by(c.day, c.axis, c.after))]
