"""Compromised servers by organisation, for the priority of the servers beside them.

It has to be known of all before the row of any can be made, and asks for their owners: so it is
worked out by several processes, and the owners are kept for the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from alpheus.cases.bases import seen_of
from alpheus.cases.database import Database
from alpheus.cases.identity import Cluster, Servers
from alpheus.cases.owner_evidence import evidence_of
from alpheus.cases.owners import Owner, Owners
from alpheus.cases.server_rows import kin_of
from alpheus.cases.workers import in_turn, workers

_AT_ONCE = 1_000
_FEW = 2


class Kin(NamedTuple):
    """The owner of a compromised server, and by what it is told to be of one organisation."""

    owner: Owner
    names: Sequence[str]


def kin_of_compromised(
    database: Database, clusters: Sequence[Cluster], owners: Owners
) -> dict[int, Kin]:
    """Of all that a source says somebody broke into, by server. Raises DatabaseError."""
    places = _compromised(clusters)
    begins = range(0, len(places), _AT_ONCE)
    count = min(workers(), len(begins) // _FEW) or 1
    makers = [
        partial(_portions, database, clusters, places, owners, begins[number::count])
        for number in range(count)
    ]
    database.let_go()
    found: dict[int, Kin] = {}
    for portion in in_turn(makers, "finding organisations", beside=count > 1):
        found.update(portion)
    return found


def _compromised(clusters: Sequence[Cluster]) -> Sequence[int]:
    if isinstance(clusters, Servers):  # which need not all be described for that
        return clusters.compromised()
    return [place for place, one in enumerate(clusters) if one.compromised]


def _portions(
    database: Database,
    clusters: Sequence[Cluster],
    places: Sequence[int],
    owners: Owners,
    begins: Iterable[int],
) -> Iterator[dict[int, Kin]]:
    with database.again() as own:
        for begin in begins:
            some = [clusters[place] for place in places[begin : begin + _AT_ONCE]]
            with own.read() as connection:
                found = kin_of_some(connection, some, owners)
            yield found


def kin_of_some(
    connection: Connection, clusters: Iterable[Cluster], owners: Owners
) -> dict[int, Kin]:
    """Of those of some servers that are compromised."""
    some = [one for one in clusters if one.compromised]
    seen = seen_of(connection, [number for one in some for number in one.sightings])
    said = evidence_of(
        connection, {one.id: [seen[number] for number in one.sightings] for one in some}
    )
    found: dict[int, Kin] = {}
    for one in some:
        owner = owners(one, said[one.id])
        found[one.id] = Kin(owner, kin_of(one.keys, owner.organisation))
    return found


def breached_by(kin: Iterable[Kin]) -> Counter[str]:
    """Compromised servers by organisation."""
    return Counter(name for one in kin for name in one.names)


def neighbours_of(breached: Mapping[str, int], cluster: Cluster, organisation: str) -> int:
    """Compromised servers of the same organisation, but for itself."""
    near = [breached.get(name, 0) for name in kin_of(cluster.keys, organisation)]
    return max(max(near, default=0) - bool(cluster.compromised), 0)
