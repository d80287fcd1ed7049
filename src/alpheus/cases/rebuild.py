"""Derived tables made anew from observations and from what people did and decided.

The new tables are made beside the current ones, in steps; then they take their place at once. A
rebuild that is killed leaves the current ones as they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import msgspec
from sqlalchemy import Connection, select, text

from alpheus.cases.acts import Act
from alpheus.cases.bulk import add_rows
from alpheus.cases.database import Database
from alpheus.cases.derived_store import (
    PatchStates,
    Standing,
    Tally,
    parts_between,
    places_by,
    read_acts,
    refresh,
    server_of,
    set_standing,
    standing,
)
from alpheus.cases.groups import DECISIONS, Groups, each_member, read_groups
from alpheus.cases.identity import Cluster
from alpheus.cases.observations import iso
from alpheus.cases.owners import Owner, Owners, owner_by_lists
from alpheus.cases.schema import DERIVED_FORM, Derived, acts, derived, indices
from alpheus.cases.server_rows import COLUMNS, identity, server_row, words_of

_CHUNK = 4_000
_MEMBERS = 100_000


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of it.

    `conflicts` are decisions that contradict others; `again`: one came while this went on, and
    needs another rebuild.
    """

    observations: int
    servers: int
    pools: int
    conflicts: tuple[str, ...]
    again: bool


def rebuild(
    database: Database,
    *,
    now: datetime,
    owners: Owners = owner_by_lists,
    watched: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> Rebuilt:
    """Work out every server as of `now`.

    `watched` is the CVE that patch states are of; it is kept for later. Raises DatabaseError; then
    the current tables stay.
    """
    say = tell or (lambda _: None)
    with database.work():
        say("reading observations")
        groups = read_groups(database)
        with database.write() as connection:
            before = standing(connection)
            generation = "b" if before.generation == "a" else "a"
            tables = derived(generation)
            tables.metadata.drop_all(connection)
            tables.metadata.create_all(connection)
        found = Standing(generation, DERIVED_FORM, iso(now), watched or before.watched,
                         groups.last, groups.last_act)  # fmt: skip
        work = _Work(database, tables, groups, found, owners)
        work.add_members()
        work.add_servers(say)
        say("sorting")
        again = work.finish()
        if before.generation:
            with database.write() as connection:
                derived(before.generation).metadata.drop_all(connection)
    conflicts = tuple(f"decision {c.overruled} does not hold against {c.holds}: {c.reason}"
                      for c in groups.conflicts)  # fmt: skip
    return Rebuilt(sum(len(one.sightings) for one in groups.clusters), len(groups.clusters),
                   len(groups.pools), conflicts, again)  # fmt: skip


class _Work:
    """One rebuild, step by step."""

    def __init__(
        self,
        database: Database,
        tables: Derived,
        groups: Groups,
        found: Standing,
        owners: Owners,
    ) -> None:
        self._database = database
        self._tables = tables
        self._groups = groups
        self._found = found
        self._owners = owners
        self._tally = Tally()
        self._members = _members(groups)
        self._doubtful = _doubtful(groups)
        self._breached = Counter(
            name for one in groups.clusters if one.compromised
            for name in one.keys.get("organisation", ())
        )  # fmt: skip

    def add_members(self) -> None:
        """Say which observation is of which server."""
        every = each_member(self._groups.clusters)
        while rows := list(islice(every, _MEMBERS)):
            with self._database.write() as connection:
                add_rows(connection, self._tables.members, rows)
        with self._database.write() as connection:
            for index in indices(self._tables):
                if index.table is self._tables.members:
                    index.create(connection)

    def add_servers(self, say: Callable[[str], None]) -> None:
        """Work out states, some thousand servers at a time."""
        done = self._acts()
        states = PatchStates(self._found.watched)
        clusters = self._groups.clusters
        for begin in range(0, len(clusters), _CHUNK):
            chunk = clusters[begin : begin + _CHUNK]
            with self._database.write() as connection:
                self._add_chunk(connection, chunk, states, done)
            say(f"{begin + len(chunk):,} of {len(clusters):,} servers")

    def finish(self) -> bool:
        """Counts, indices, and the exchange; whether a decision came meanwhile."""
        tables, tally = self._tables, self._tally
        with self._database.write() as connection:
            add_rows(connection, tables.counts, (
                (*key, *numbers) for key, numbers in tally.counted()
            ))  # fmt: skip
            add_rows(connection, tables.days, ((*key, n) for key, n in tally.days.items()))
            add_rows(connection, tables.pools, (
                (number, msgspec.json.encode(pool).decode())
                for number, pool in enumerate(self._groups.pools, start=1)
            ))  # fmt: skip
        for index in indices(tables):
            if index.table is not tables.members:
                with self._database.write() as connection:
                    index.create(connection)
        with self._database.write() as connection:
            for table in tables.tables:
                connection.execute(text(f"ANALYZE {table.name}"))
        with self._database.write() as connection:
            self._catch_up(connection)
            set_standing(connection, self._found)
        if not self._database.is_sqlite:
            self._vacuum()
        return self._found.again

    def _catch_up(self, connection: Connection) -> None:
        """Take in what was done while this went on."""
        query = select(acts.c.id, acts.c.kind, acts.c.anchor).where(acts.c.id > self._found.act)
        for number, kind, anchor in connection.execute(query).all():
            self._found.act = max(self._found.act, number)
            self._found.again |= kind in DECISIONS
            server = server_of(connection, self._tables, anchor)
            if server is not None:
                now = self._found.as_of
                refresh(connection, self._tables, server, self._found, now=now)

    def _vacuum(self) -> None:
        """So that PostgreSQL answers from indices alone."""
        with self._database.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.execute(text(f"VACUUM {self._tables.servers.name}"))

    def _acts(self) -> dict[int, list[Act]]:
        """What was done, by server."""
        with self._database.read() as connection:
            by_anchor = read_acts(connection)
        found: dict[int, list[Act]] = {}
        if by_anchor:
            for number, server in each_member(self._groups.clusters):
                if number in by_anchor:
                    found.setdefault(server, []).extend(
                        act for act in by_anchor[number] if act.id <= self._found.act
                    )
        return found

    def _add_chunk(
        self,
        connection: Connection,
        clusters: Sequence[Cluster],
        states: PatchStates,
        done: dict[int, list[Act]],
    ) -> None:
        tables, found = self._tables, self._found
        parts = parts_between(connection, tables, states, clusters[0].id, clusters[-1].id)
        servers, words, places, changes = [], [], [], []
        for cluster in clusters:
            known = identity(
                cluster, self._owner(cluster), members=self._members.get(cluster.id, 1),
                neighbours=self._neighbours(cluster), service=cluster.id in self._doubtful,
            )  # fmt: skip
            row, changed = server_row(
                known, parts[cluster.id], done.get(cluster.id, ()), now=found.as_of
            )
            self._tally.add(row, changed)
            servers.append([row[name] for name in COLUMNS])
            words += [(word, cluster.id) for word in words_of(known)]
            places += [(place, cluster.id) for place in places_by(known)]
            changes += [(cluster.id, *change) for change in changed]
        for table, rows in ((tables.servers, servers), (tables.words, words),
                            (tables.addresses, places), (tables.changes, changes)):  # fmt: skip
            add_rows(connection, table, rows)

    def _owner(self, cluster: Cluster) -> Owner:
        return self._owners(cluster, self._groups.said.of(cluster.sightings))

    def _neighbours(self, cluster: Cluster) -> int:
        """Compromised servers of the same organisation, but for itself."""
        near = [self._breached[name] for name in cluster.keys.get("organisation", ())]
        return max(max(near, default=0) - bool(cluster.compromised), 0)


def _members(groups: Groups) -> dict[int, int]:
    """How many servers stand in the service that a server is of."""
    return {one: len(pool.members) for pool in groups.pools for one in pool.members}


def _doubtful(groups: Groups) -> set[int]:
    """What was seen of a service without telling the member, where one is counted already."""
    return {
        number for pool in groups.pools for place, number in enumerate(pool.unnamed)
        if pool.members or place
    }  # fmt: skip
