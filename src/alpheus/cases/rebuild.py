"""Derived tables made anew from observations and from what people did and decided.

The new tables are made beside the current ones, in steps; then they take their place at once. A
rebuild that is killed leaves the current ones as they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import msgspec
from sqlalchemy import Connection, select, text

from alpheus.cases.acts import Act
from alpheus.cases.bases import add_bases, seen_of
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
from alpheus.cases.organisation_rows import OrganisationTally
from alpheus.cases.owner_evidence import evidence_of
from alpheus.cases.owners import Owners, directory_named, owners_by_file
from alpheus.cases.pools import doubtful_of, members_of
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
    owners: Owners | None = None,
    directory: str | None = None,
    watched: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> Rebuilt:
    """Work out every server as of `now`.

    `watched` is the CVE that patch states are of, `directory` the file by which owners are found
    ('-' for none); both are kept for later. `owners` takes the place of a directory. Raises
    DatabaseError, and EvidenceError for a directory that is gone or broken; then the current tables
    stay.
    """
    say = tell or (lambda _: None)
    with database.work():
        with database.read() as connection:
            named = directory_named(directory, standing(connection).directory)
        find = owners or owners_by_file(named)
        say("reading observations")
        groups = read_groups(database)
        with database.write() as connection:
            before = standing(connection)
            generation = "b" if before.generation == "a" else "a"
            tables = derived(generation)
            tables.metadata.drop_all(connection)
            tables.metadata.create_all(connection)
        found = Standing(generation, DERIVED_FORM, iso(now), watched or before.watched,
                         named, groups.last, groups.last_act)  # fmt: skip
        work = _Work(database, tables, groups, found, find)
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
        self._organisations = OrganisationTally()
        self._members = members_of(groups.pools)
        self._doubtful = doubtful_of(groups.pools)
        self._breached = _breached(groups.clusters)

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
            add_rows(connection, tables.organisations, self._organisations.rows())
            add_rows(connection, tables.organisation_words, self._organisations.words())
            add_rows(connection, tables.pools, self._pools())
            self._add_bases(connection)
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
        said = evidence_of(connection, parts)
        servers, words, places, changes, ownerships = [], [], [], [], []
        for cluster in clusters:
            owner = self._owners(cluster, said[cluster.id])
            known = identity(
                cluster, owner, members=self._members.get(cluster.id, 1),
                neighbours=_neighbours(self._breached, cluster),
                service=cluster.id in self._doubtful,
            )  # fmt: skip
            row, changed = server_row(
                known, parts[cluster.id], done.get(cluster.id, ()), watched=found.watched,
                now=found.as_of,
            )
            self._tally.add(row, changed)
            self._organisations.add(cluster.id, owner, row)
            ownerships.append((cluster.id, owner.weight, owner.ownership.decode()))
            servers.append([row[name] for name in COLUMNS])
            words += [(word, cluster.id) for word in words_of(known)]
            places += [(place, cluster.id) for place in places_by(known)]
            changes += [(cluster.id, *change) for change in changed]
        for table, rows in ((tables.servers, servers), (tables.words, words),
                            (tables.addresses, places), (tables.changes, changes),
                            (tables.ownerships, ownerships)):  # fmt: skip
            add_rows(connection, table, rows)

    def _pools(self) -> Iterator[tuple[int, str, str]]:
        """Rows of services, with what was worked out where that is another."""
        write = msgspec.json.encode
        bases = self._groups.base_pools or self._groups.pools
        for number, (pool, base) in enumerate(zip(self._groups.pools, bases, strict=True), start=1):
            yield number, write(pool).decode(), "" if pool == base else write(base).decode()

    def _add_bases(self, connection: Connection) -> None:
        """Keep what was worked out where somebody decided otherwise."""
        groups = self._groups
        if not groups.bases:
            return
        members, doubtful = members_of(groups.base_pools), doubtful_of(groups.base_pools)
        breached = self._breached.copy()
        breached.subtract(_breached(groups.made))
        breached.update(_breached(groups.bases))
        seen = seen_of(connection, [number for one in groups.bases for number in one.sightings])
        said = evidence_of(
            connection, {one.id: [seen[number] for number in one.sightings] for one in groups.bases}
        )
        home = {number: one.id for one in groups.clusters for number in one.sightings}
        add_bases(connection, self._tables, groups.bases, home, lambda one: identity(
            one, self._owners(one, said[one.id]), members=members.get(one.id, 1),
            neighbours=_neighbours(breached, one), service=one.id in doubtful,
        ))  # fmt: skip


def _breached(clusters: Iterable[Cluster]) -> Counter[str]:
    """Compromised servers by organisation."""
    return Counter(
        name for one in clusters if one.compromised for name in one.keys.get("organisation", ())
    )


def _neighbours(breached: Mapping[str, int], cluster: Cluster) -> int:
    """Compromised servers of the same organisation, but for itself."""
    near = [breached.get(name, 0) for name in cluster.keys.get("organisation", ())]
    return max(max(near, default=0) - bool(cluster.compromised), 0)
