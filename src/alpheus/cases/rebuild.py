"""Derived tables made anew from observations and from what people did and decided.

The new tables are made beside the current ones, in steps; then they take their place at once. A
rebuild that is killed leaves the current ones as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice

import msgspec
from sqlalchemy import Connection, select, text

from alpheus.cases.acts import Act
from alpheus.cases.bases import add_bases, seen_of
from alpheus.cases.bulk import add_rows
from alpheus.cases.chunks import CHUNK, Chunk, Maker
from alpheus.cases.database import Database
from alpheus.cases.derived_store import (
    Standing,
    Tally,
    read_acts,
    refresh,
    server_of,
    set_standing,
    standing,
)
from alpheus.cases.groups import DECISIONS, Groups, each_member, read_groups
from alpheus.cases.identity import Cluster
from alpheus.cases.identity.resolve import uncollected
from alpheus.cases.kin import breached_by, kin_of_compromised, kin_of_some, neighbours_of
from alpheus.cases.observations import iso
from alpheus.cases.organisation_rows import OrganisationTally
from alpheus.cases.owner_evidence import evidence_of
from alpheus.cases.owners import Owners, directory_named, owners_by_file
from alpheus.cases.pools import doubtful_of, members_of, systems_of
from alpheus.cases.schema import DERIVED_FORM, Derived, acts, derived, indices
from alpheus.cases.server_rows import Identity, identity
from alpheus.cases.system_counts import NOTHING, Systems
from alpheus.cases.workers import in_turn, workers

_MEMBERS = 20_000


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of it.

    `servers` are all that are listed, `counted` those of them that count as one, and `systems`
    these with each service once (see `system_counts`).
    `conflicts` are decisions that contradict others; `again`: one came while this went on, and
    needs another rebuild.
    """

    observations: int
    servers: int
    pools: int
    conflicts: tuple[str, ...]
    again: bool
    counted: int = 0
    systems: int = 0


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
        work.add_servers(say)
        say("sorting")
        again = work.finish()
        if before.generation:
            with database.write() as connection:
                derived(before.generation).metadata.drop_all(connection)
    conflicts = tuple(f"decision {c.overruled} does not hold against {c.holds}: {c.reason}"
                      for c in groups.conflicts)  # fmt: skip
    counted, systems = work.counted()
    return Rebuilt(work.members, len(groups.clusters), len(groups.pools), conflicts, again,
                   counted, systems)  # fmt: skip


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
        self.members = 0
        self._tally = Tally()
        self._organisations = OrganisationTally()
        self._systems = Systems()
        self._members = each_member(groups.clusters)
        self._kin = kin_of_compromised(database, groups.clusters, owners)
        self._maker = Maker(tables, groups, found, owners, self._acts(), kin=self._kin)

    def add_servers(self, say: Callable[[str], None]) -> None:
        """Work out states, some thousand servers at a time, on all processors.

        While that is done elsewhere, observations are told of which server they are.
        """
        database, whole = self._database, len(self._groups.clusters)
        begins = range(0, whole, CHUNK)
        count = min(workers(), len(begins)) or 1
        makers = [partial(self._maker.chunks, database, begins[n::count]) for n in range(count)]
        database.let_go()
        done = 0
        with uncollected():
            for chunk in in_turn(makers, "working out servers", beside=count > 1):
                self._add(chunk)
                if chunk.count:
                    done += chunk.count
                    say(f"{done:,} of {whole:,} servers")
                self._add_members()
        while self._add_members():
            pass

    def _add_members(self) -> bool:
        """Say of some observations of which server they are; whether there were any."""
        rows = list(islice(self._members, _MEMBERS))
        if rows:
            self.members += len(rows)
            with self._database.write() as connection:
                add_rows(connection, self._tables.members, rows)
        return bool(rows)

    def _add(self, chunk: Chunk) -> None:
        with self._database.write() as connection:
            for table, rows in chunk.rows(self._tables):
                add_rows(connection, table, rows)
        if chunk.tallies is not None:
            self._tally.merge(chunk.tallies.servers)
            self._organisations.merge(chunk.tallies.organisations)
            self._systems.merge(chunk.tallies.systems)

    def counted(self) -> tuple[int, int]:
        """How many servers count as one, and how many systems these are."""
        servers = sum(numbers[0] for key, numbers in self._tally.counted() if key[:2] == ("", ""))
        return servers, self._systems.counted().get(("", ""), NOTHING).systems

    def finish(self) -> bool:
        """Counts, indices, and the exchange; whether a decision came meanwhile."""
        tables, tally = self._tables, self._tally
        with self._database.write() as connection:
            add_rows(connection, tables.counts, (
                (*key, *numbers) for key, numbers in tally.counted()
            ))  # fmt: skip
            add_rows(connection, tables.systems, (
                (*key, *numbers) for key, numbers in self._systems.counted().items()
            ))  # fmt: skip
            add_rows(connection, tables.days, ((*key, n) for key, n in tally.days.items()))
            add_rows(connection, tables.organisations, self._organisations.rows())
            add_rows(connection, tables.organisation_words, self._organisations.words())
            add_rows(connection, tables.pools, self._pools())
            self._add_bases(connection)
        for index in indices(tables):
            with self._database.write() as connection:
                if not self._database.is_sqlite:
                    connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
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
        systems = systems_of(groups.base_pools)
        breached = breached_by(self._kin.values())
        breached.subtract(breached_by(self._kin[one.id] for one in groups.made if one.compromised))
        kin = kin_of_some(connection, groups.bases, self._owners)
        breached.update(breached_by(kin.values()))
        seen = seen_of(connection, [number for one in groups.bases for number in one.sightings])
        said = evidence_of(
            connection, {one.id: [seen[number] for number in one.sightings] for one in groups.bases}
        )
        home = {number: one.id for one in groups.clusters for number in one.sightings}

        def known(one: Cluster) -> Identity:
            owner = self._owners(one, said[one.id])
            near = neighbours_of(breached, one, owner.organisation)
            return identity(
                one, owner, members=members.get(one.id, 1), neighbours=near,
                service=one.id in doubtful, system=systems.get(one.id, 0),
            )  # fmt: skip

        add_bases(connection, self._tables, groups.bases, home, known)
