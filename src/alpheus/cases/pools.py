"""Services of several servers, by the servers that their observations are of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import msgspec
from sqlalchemy import Connection, select, update

from alpheus.cases.identity import Pool
from alpheus.cases.schema import Derived


def moved(pool: Pool, home: Mapping[int, int]) -> Pool:
    """A service by the servers that its observations are of now; what `home` lacks stays."""
    return replace(pool, members=_moved(pool.members, home), unnamed=_moved(pool.unnamed, home))


def members_of(pools: Iterable[Pool]) -> dict[int, int]:
    """How many servers stand in the service that a server is of."""
    return {one: len(pool.members) for pool in pools for one in pool.members}


def systems_of(pools: Iterable[Pool]) -> dict[int, int]:
    """The lowest member of the service that a server is of; services that share one are one."""
    lead: dict[int, int] = {}

    def top(number: int) -> int:
        while (above := lead.setdefault(number, number)) != number:
            lead[number] = lead[above]
            number = above
        return number

    for pool in pools:
        for one in pool.members if len(pool.members) > 1 else ():
            low, high = sorted((top(pool.members[0]), top(one)))
            lead[high] = low
    return {number: top(number) for number in lead}


def doubtful_of(pools: Iterable[Pool]) -> set[int]:
    """What was seen of a service without telling the member, where one is counted already."""
    return {
        number for pool in pools for place, number in enumerate(pool.unnamed)
        if pool.members or place
    }  # fmt: skip


class Services:
    """The services of the database, to be changed together with servers."""

    def __init__(self, connection: Connection, tables: Derived) -> None:
        self._connection = connection
        self._table = tables.pools
        read = msgspec.json.Decoder(Pool).decode
        self._base: dict[int, Pool] = {}
        self._now: dict[int, Pool] = {}
        columns = self._table.c
        for number, content, base in connection.execute(select(self._table).order_by(columns.id)):
            self._now[number] = read(content)
            self._base[number] = read(base) if base else self._now[number]

    def move(self, home: Mapping[int, int]) -> set[int]:
        """Say that observations are of other servers now; gives the servers that this concerns.

        `home` has the server of every observation that a service names.
        """
        touched: set[int] = set()
        systems = self.systems()
        for number, base in self._base.items():
            before, after = self._now[number], moved(base, home)
            if after != before:
                touched.update(before.members, before.unnamed, after.members, after.unnamed)
                self._now[number] = after
                text = msgspec.json.encode(after).decode()
                kept = "" if after == base else msgspec.json.encode(base).decode()
                mine = self._table.c.id == number
                self._connection.execute(
                    update(self._table).where(mine).values(content=text, base=kept)
                )
        now = self.systems()
        return touched | {one for one in {*systems, *now} if systems.get(one) != now.get(one)}

    def named(self) -> set[int]:
        """The observations by which services name their servers."""
        return {one for pool in self._base.values() for one in (*pool.members, *pool.unnamed)}

    def members(self) -> dict[int, int]:
        """See `members_of`."""
        return members_of(self._now.values())

    def systems(self) -> dict[int, int]:
        """See `systems_of`."""
        return systems_of(self._now.values())

    def doubtful(self) -> set[int]:
        """See `doubtful_of`."""
        return doubtful_of(self._now.values())


def _moved(numbers: Iterable[int], home: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(sorted({home.get(number, number) for number in numbers}))
