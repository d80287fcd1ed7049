"""Rows of derived tables for some thousand servers at a time, made in whatever process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, Table

from alpheus.cases.acts import Act
from alpheus.cases.database import Database
from alpheus.cases.derived_store import (
    PatchStates,
    Standing,
    Tally,
    parts_of_observations,
    places_by,
)
from alpheus.cases.groups import Groups
from alpheus.cases.identity import Cluster
from alpheus.cases.kin import Kin, breached_by, neighbours_of
from alpheus.cases.organisation_rows import OrganisationTally
from alpheus.cases.owner_evidence import evidence_of
from alpheus.cases.owners import Owners
from alpheus.cases.pools import doubtful_of, members_of, systems_of
from alpheus.cases.schema import Derived
from alpheus.cases.server_rows import COLUMNS, identity, server_row, words_of
from alpheus.cases.system_counts import Systems

CHUNK = 2_000
"""Servers that are made at once."""

Values = tuple[object, ...] | list[object]


class Tallies(NamedTuple):
    """What was counted of all servers that one process made."""

    servers: Tally
    organisations: OrganisationTally
    systems: Systems


@dataclass(slots=True)
class Chunk:
    """Rows by table, of `count` servers. `tallies` come with the last chunk of a process."""

    count: int
    servers: list[Values] = field(default_factory=list)
    words: list[Values] = field(default_factory=list)
    addresses: list[Values] = field(default_factory=list)
    changes: list[Values] = field(default_factory=list)
    ownerships: list[Values] = field(default_factory=list)
    tallies: Tallies | None = None

    def rows(self, tables: Derived) -> Iterator[tuple[Table, Sequence[Values]]]:
        """Tables, each with its rows."""
        for table in (tables.servers, tables.words, tables.addresses, tables.changes,
                      tables.ownerships):  # fmt: skip
            yield table, getattr(self, table.name.rpartition("_")[0])


class Maker:
    """Makes chunks. `done` is what people did, by server.

    `kin` are the compromised servers, whose owners are known.
    """

    def __init__(
        self,
        tables: Derived,
        groups: Groups,
        found: Standing,
        owners: Owners,
        done: Mapping[int, Sequence[Act]],
        *,
        kin: Mapping[int, Kin],
    ) -> None:
        self._tables = tables
        self._groups = groups
        self._found = found
        self._owners = owners
        self._done = done
        self._members = members_of(groups.pools)
        self._doubtful = doubtful_of(groups.pools)
        self._systems = systems_of(groups.pools)
        self._kin = kin
        self._breached = breached_by(kin.values())

    def chunks(self, database: Database, begins: Iterable[int]) -> Iterator[Chunk]:
        """The servers from some places on, by connections of its own; its tallies at last."""
        tallies = Tallies(Tally(), OrganisationTally(), Systems())
        states = PatchStates(self._found.watched)
        with database.again() as own:
            for begin in begins:
                clusters = self._groups.clusters[begin : begin + CHUNK]
                with own.read() as connection:
                    chunk = self._chunk(connection, clusters, states, tallies)
                yield chunk
        yield Chunk(0, tallies=tallies)

    def _chunk(
        self,
        connection: Connection,
        clusters: Sequence[Cluster],
        states: PatchStates,
        tallies: Tallies,
    ) -> Chunk:
        chunk, found = Chunk(len(clusters)), self._found
        numbers = [number for cluster in clusters for number in cluster.sightings]
        read = parts_of_observations(connection, states, numbers)
        parts = {cluster.id: [read[n] for n in cluster.sightings] for cluster in clusters}
        said = evidence_of(
            connection, {number: seen for number, seen in parts.items() if number not in self._kin}
        )
        for cluster in clusters:
            number = cluster.id
            kin = self._kin.get(number)
            owner = kin.owner if kin is not None else self._owners(cluster, said[number])
            known = identity(
                cluster, owner, members=self._members.get(number, 1),
                neighbours=neighbours_of(self._breached, cluster, owner.organisation),
                service=number in self._doubtful,
                system=self._systems.get(number, 0),
            )  # fmt: skip
            row, changed = server_row(
                known,
                parts[number],
                self._done.get(number, ()),
                watched=found.watched,
                now=found.as_of,
            )
            tallies.servers.add(row, changed)
            tallies.systems.add(row)
            tallies.organisations.add(number, owner, row)
            chunk.ownerships.append((number, owner.weight, owner.ownership.decode()))
            chunk.servers.append([row[name] for name in COLUMNS])
            chunk.words += [(word, number) for word in words_of(known)]
            chunk.addresses += [(place, number) for place in places_by(known)]
            chunk.changes += [(number, *change) for change in changed]
        return chunk
