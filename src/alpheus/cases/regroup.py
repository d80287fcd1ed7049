"""What people decide about servers, carried out at once, with no more than what it concerns.

The servers that a decision is about, those that they were worked out as, and whatever other
decisions tie to these are put together anew, by the same rules as in a rebuild.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from alpheus.cases.bases import bases_of, forget, keep, kept, seen_of, set_bases, together
from alpheus.cases.derived_store import Standing, replace_server, set_standing
from alpheus.cases.groups import described, read_decisions, read_sightings
from alpheus.cases.identity import Decision, DecisionKind, Link, decide
from alpheus.cases.identity.decisions import standing_of
from alpheus.cases.neighbours import count_neighbours
from alpheus.cases.owner_evidence import evidence_of
from alpheus.cases.owners import owners_by_file
from alpheus.cases.pools import Services
from alpheus.cases.schema import Derived
from alpheus.cases.server_rows import Identity, Row, identity, identity_of, is_aside, kin_of
from alpheus.errors import RefusedError

MOST = 5_000
"""Observations that one decision is about, with all that other decisions tie to them."""

_AT_ONCE = 500

_Group = tuple[int, ...]


class _Part(NamedTuple):
    """The part of all servers that a decision concerns, by its observations."""

    server_of: Mapping[int, int]
    base_of: Mapping[int, int]
    decisions: Sequence[Decision]

    def servers(self) -> dict[int, _Group]:
        """Servers as they are."""
        return _grouped(self.server_of)

    def bases(self) -> dict[int, _Group]:
        """Servers as they were worked out."""
        return _grouped(self.base_of)


def regroup(
    connection: Connection, tables: Derived, found: Standing, named: Collection[int], *, now: str
) -> list[Row]:
    """Put the servers of observations together as all decisions say; gives the rows of them all.

    Where that takes more than what is known here, `found.again` is set and all stays as it is until
    a rebuild. Raises RefusedError where too much hangs on it.
    """
    part = _part(connection, tables, named)
    groups = _decided(part)
    if groups is None:
        found.again = True
        set_standing(connection, found)
        return rows_of(connection, tables, sorted(part.servers()))
    return _Regroup(connection, tables, found, part, groups).carry_out(now)


def numbers_of(connection: Connection, tables: Derived, server: int) -> Sequence[int]:
    """The observations of a server, in order. Raises RefusedError where they are too many."""
    m = tables.members.c
    query = select(m.observation).where(m.server == server).order_by(m.observation)
    found = connection.execute(query.limit(MOST + 1)).scalars().all()
    if len(found) > MOST:
        raise RefusedError(f"server {server} has more than {MOST:,} observations; {_TOO_MANY}")
    return found


_TOO_MANY = "so many are merged and split by whoever sees what makes them one, not by hand"


def _part(connection: Connection, tables: Derived, named: Collection[int]) -> _Part:
    """Everything that hangs together with some observations."""
    every, _ = read_decisions(connection)
    standing = standing_of(every)
    known: dict[int, tuple[int, int]] = {}
    open_ones = set(named)
    while open_ones:
        fresh = bases_of(connection, tables, open_ones)
        servers = {server for server, _ in fresh.values()}
        bases = {base for _, base in fresh.values()}
        whole = together(connection, tables, servers, bases) | fresh.keys()
        if len(whole | known.keys()) > MOST:
            raise RefusedError(f"more than {MOST:,} observations hang on this; {_TOO_MANY}")
        known |= bases_of(connection, tables, whole)
        tied = {number for one in standing if not known.keys().isdisjoint(one.sightings)
                for number in one.sightings}  # fmt: skip
        open_ones = set(bases_of(connection, tables, tied - known.keys()))
    here = [one for one in every
            if one.kind is DecisionKind.REVOKE or known.keys() >= {*one.sightings}]  # fmt: skip
    return _Part(
        {number: server for number, (server, _) in known.items()},
        {number: base for number, (_, base) in known.items()},
        here,
    )


def _decided(part: _Part) -> list[_Group] | None:
    """Groups after all decisions; None where links would have to be cut that are not known here."""
    bases = list(part.bases().values())
    links = [Link(a, b, "base", "", 1.0, "") for group in bases for a, b in pairwise(group)]
    decided = decide(bases, links, part.decisions)
    if any(link.key != "decision" for link in decided.cut_apart):
        return None
    return list(decided.groups)


class _Regroup:
    """One decision, carried out."""

    def __init__(
        self,
        connection: Connection,
        tables: Derived,
        found: Standing,
        part: _Part,
        groups: Iterable[_Group],
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._found = found
        self._part = part
        self._before = part.servers()
        self._bases = part.bases()
        before = {group: number for number, group in self._before.items()}
        self._changed = [group for group in groups if group not in before]
        self._gone = [number for number, group in self._before.items() if group not in groups]
        self._home = {number: group[0] for group in groups for number in group}

    def carry_out(self, now: str) -> list[Row]:
        """Change members, servers, services, and what is kept to go back to."""
        connection, tables = self._connection, self._tables
        old = {int(row["id"]): row for row in rows_of(connection, tables, self._gone)}
        self._keep(old)
        for group in self._changed:
            self._move(group)
        services = self._services(old.values())
        touched = services.move(self._where(services)) if services else set()
        known = [self._identity(group, old, services) for group in self._changed]
        set_bases(connection, tables, self._part.base_of, self._home)
        forget(connection, tables, [group[0] for group in self._changed if self._is_base(group)])
        for one in rows_of(
            connection, tables, sorted(touched - {one.id for one in known} - {*old})
        ):
            old[int(one["id"])] = one
            known.append(_in_service(identity_of(one), services))
        replace_server(connection, tables, self._found, [*old.values()], known, now=now)
        changed = self._breaches(old, known) | _organisations(known)
        count_neighbours(connection, tables, self._found, changed, now=now)
        return rows_of(connection, tables, sorted(set(self._home.values())))

    def _is_base(self, group: _Group) -> bool:
        return self._bases.get(self._part.base_of[group[0]]) == group

    def _keep(self, old: Mapping[int, Mapping[str, object]]) -> None:
        """What was worked out, and is a server no more."""
        for number, row in old.items():
            if self._bases.get(number) == self._before[number]:
                keep(self._connection, self._tables, row)

    def _identity(
        self, group: _Group, old: Mapping[int, Row], services: Services | None
    ) -> Identity:
        if self._is_base(group):
            base = kept(self._connection, self._tables, group[0])
            if base is not None:
                return _in_service(base, services)
        cluster = described(read_sightings(self._connection, group))
        seen = seen_of(self._connection, group)
        said = evidence_of(self._connection, {cluster.id: [seen[one] for one in group]})[cluster.id]
        owner = owners_by_file(self._found.directory)(cluster, said)
        before = [identity_of(old[self._part.server_of[number]]) for number in group]
        near = max(one.detail.neighbours for one in before)
        return _in_service(identity(cluster, owner, neighbours=near), services)

    def _move(self, group: _Group) -> None:
        m = self._tables.members
        for begin in range(0, len(group), _AT_ONCE):
            numbers = group[begin : begin + _AT_ONCE]
            self._connection.execute(
                update(m).where(m.c.observation.in_(numbers)).values(server=group[0])
            )

    def _breaches(self, old: Mapping[int, Row], known: Iterable[Identity]) -> set[str]:
        """Organisations that have more or fewer compromised servers now."""
        before, after = Counter[str](), Counter[str]()
        for count, servers in ((before, map(identity_of, old.values())), (after, known)):
            for one in servers:
                if one.detail.compromised:
                    count.update(kin_of(one.detail.keys, one.owner.organisation))
        return {name for name in before | after if before[name] != after[name]}

    def _services(self, old: Iterable[Row]) -> Services | None:
        """None where no service has anything to do with it, as is the rule."""
        rows = [identity_of(row) for row in old]
        bases = (kept(self._connection, self._tables, number) for number in self._bases)
        known = [*rows, *(one for one in bases if one is not None)]
        if any(one.detail.members > 1 or one.service for one in known):
            return Services(self._connection, self._tables)
        return None

    def _where(self, services: Services) -> dict[int, int]:
        places = bases_of(self._connection, self._tables, services.named())
        return {number: server for number, (server, _) in places.items()}


def _organisations(known: Iterable[Identity]) -> set[str]:
    """What was kept of servers that are again may count neighbours as they were."""
    return {name for one in known for name in kin_of(one.detail.keys, one.owner.organisation)}


def _in_service(known: Identity, services: Services | None) -> Identity:
    """With how many servers stand beside it."""
    if services is None:
        return known
    known.detail.members = services.members().get(known.id, 1)
    service = known.id in services.doubtful() or is_aside(known.detail)
    return known._replace(service=service, system=services.systems().get(known.id, 0))


def _grouped(by_number: Mapping[int, int]) -> dict[int, _Group]:
    found: dict[int, list[int]] = {}
    for number in sorted(by_number):
        found.setdefault(by_number[number], []).append(number)
    return {key: tuple(group) for key, group in found.items()}


def rows_of(
    connection: Connection, tables: Derived, numbers: Sequence[int]
) -> list[dict[str, Any]]:
    """The rows of servers by their numbers."""
    found: list[dict[str, Any]] = []
    for begin in range(0, len(numbers), _AT_ONCE):
        part = numbers[begin : begin + _AT_ONCE]
        query = select(tables.servers).where(tables.servers.c.id.in_(part))
        found += (row._asdict() for row in connection.execute(query.order_by(tables.servers.c.id)))
    return found
