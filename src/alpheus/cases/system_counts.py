"""Systems: a service counts once with all its members, and so does a server that is of none.

Of each value of a dimension, systems are counted that have a server there; those of which one has
something to do; and so on. A service whose members have several values counts for each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import add, sub
from typing import NamedTuple

from sqlalchemy import Connection, select

from alpheus.cases.day_rows import is_left
from alpheus.cases.schema import DIMENSIONS, Derived
from alpheus.cases.states import OPEN_COMPROMISE, OPEN_PATCH, VICTIMS

_PATCH = frozenset(state.value for state in OPEN_PATCH)
_COMPROMISE = frozenset(state.value for state in OPEN_COMPROMISE)
_VICTIMS = frozenset(state.value for state in VICTIMS)
_AT_ONCE = 500

Key = tuple[str, str]


class Numbers(NamedTuple):
    """Systems of one value. `left` have something to do: an open flaw, an open intrusion or both.

    `victims` were broken into, whatever became of it.
    """

    systems: int = 0
    left: int = 0
    open_flaw: int = 0
    open_intrusion: int = 0
    victims: int = 0


NOTHING = Numbers()


class Systems:
    """Counts servers, one after the other, as the systems that they are of."""

    def __init__(self) -> None:
        self._alone: dict[Key, list[int]] = {}
        self._members: dict[int, dict[Key, list[int]]] = {}

    def add(self, row: Mapping[str, object]) -> None:
        """Take a server in; what is no server by itself gives nothing."""
        if row["service"]:
            return
        system, numbers, alone = int(str(row["system"])), _numbers(row), self._alone
        if system:
            held = self._members.setdefault(system, {})
            _join(held, ((key, list(numbers)) for key in _places(row)), largest=True)
            return
        systems, left, flaw, intrusion, victims = numbers
        for key in _places(row):
            mine = alone.get(key)
            if mine is None:
                alone[key] = [*numbers]
                continue
            mine[0] += systems
            mine[1] += left
            mine[2] += flaw
            mine[3] += intrusion
            mine[4] += victims

    def merge(self, other: Systems) -> None:
        """Take in what another counted of other servers."""
        _join(self._alone, other._alone.items(), largest=False)
        for system, found in other._members.items():
            _join(self._members.setdefault(system, {}), found.items(), largest=True)

    def counted(self) -> dict[Key, Numbers]:
        """Numbers by dimension and value, all of them under ''."""
        whole = {key: list(numbers) for key, numbers in self._alone.items()}
        for found in self._members.values():
            _join(whole, ((key, list(numbers)) for key, numbers in found.items()), largest=False)
        return {key: Numbers(*numbers) for key, numbers in whole.items()}


def difference(before: Systems, after: Systems) -> Iterator[tuple[Key, Numbers]]:
    """What has to be added to the numbers when servers have changed."""
    old, new = before.counted(), after.counted()
    for key in old.keys() | new.keys():
        yield key, Numbers(*map(sub, new.get(key, NOTHING), old.get(key, NOTHING)))


def numbers_of(
    connection: Connection, tables: Derived, by: str, values: Iterable[str] | None = None
) -> dict[str, Numbers]:
    """The numbers of all values of a dimension, or of some. They are kept ready."""
    c = tables.systems.c
    query = select(c.value, c.systems, c.left, c.open_flaw, c.open_intrusion, c.victims)
    query = query.where(c.dimension == by)
    if values is not None:
        query = query.where(c.value.in_(list(values)))
    return {value: Numbers(*numbers) for value, *numbers in connection.execute(query)}


def beside(
    connection: Connection, tables: Derived, systems: Iterable[object], known: Iterable[object]
) -> list[dict[str, object]]:
    """The rows of servers of services, but for those that are known."""
    s = tables.servers
    asked = sorted({int(str(one)) for one in systems} - {0})
    without = {int(str(one)) for one in known}
    names = ("id", "system", "service", "patch", "compromise", "work", *DIMENSIONS)
    found: list[dict[str, object]] = []
    for begin in range(0, len(asked), _AT_ONCE):
        part = asked[begin : begin + _AT_ONCE]
        query = select(*(s.c[name] for name in names)).where(s.c.system.in_(part), s.c.system != 0)
        found += (row._asdict() for row in connection.execute(query) if row.id not in without)
    return found


def _join(
    held: dict[Key, list[int]], more: Iterable[tuple[Key, list[int]]], *, largest: bool
) -> None:
    for key, numbers in more:
        mine = held.get(key)
        if mine is None:
            held[key] = numbers
        else:
            mine[:] = map(max if largest else add, mine, numbers)


def _numbers(row: Mapping[str, object]) -> Numbers:
    patch, compromise, work = str(row["patch"]), str(row["compromise"]), str(row["work"])
    left = is_left(patch, compromise, work)
    return Numbers(
        1, int(left), int(left and patch in _PATCH), int(left and compromise in _COMPROMISE),
        int(compromise in _VICTIMS),
    )  # fmt: skip


def _places(row: Mapping[str, object]) -> list[Key]:
    return [("", ""), *[(name, str(row[name])) for name in DIMENSIONS]]
