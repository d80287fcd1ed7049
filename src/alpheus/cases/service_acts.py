"""What is done to a server: asked whether it is allowed, taken down, and shown at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select, update

from alpheus.cases.acts import Act, ActKind, refusal
from alpheus.cases.derived_store import (
    PatchStates,
    Standing,
    parts_between,
    read_acts,
    refresh,
    replace_server,
    server_of,
    set_standing,
)
from alpheus.cases.groups import Detail, described, read_sightings
from alpheus.cases.owner_evidence import Seen, evidence_of
from alpheus.cases.owners import owners_by_file
from alpheus.cases.schema import Derived, acts, observations
from alpheus.cases.server_rows import Identity, identity, identity_of, state_of
from alpheus.errors import RefusedError

_MOST = 5_000
"""Observations of one server that a person merges or splits."""


class Asked(NamedTuple):
    """What somebody asks for; see `acts.Act`."""

    kind: ActKind
    who: str
    why: str
    evidence: str = ""
    to: str = ""
    until: str = ""
    when: str = ""
    now: str = ""


def find(connection: Connection, tables: Derived, number: int) -> int:
    """The server that a number leads to. Raises RefusedError."""
    found = server_of(connection, tables, number)
    if found is None:
        raise RefusedError(f"there is no server {number}")
    return found


def do(
    connection: Connection,
    tables: Derived,
    found: Standing,
    number: int,
    *,
    asked: Asked,
    now: str,
) -> dict[str, Any]:
    """Do it to the server that a number leads to; gives its row. Raises RefusedError."""
    server = find(connection, tables, number)
    states = PatchStates(found.watched)
    parts = parts_between(connection, tables, states, server, server)[server]
    done = read_acts(connection, [part.id for part in parts])
    state = state_of(parts, [act for each in done.values() for act in each], now=now)
    _check(asked, refusal(state, _act(asked), now=now), server)
    _take_down(connection, found, server, asked, Detail(to=asked.to, until=asked.until))
    return refresh(connection, tables, server, found, now=now)


def merge(
    connection: Connection,
    tables: Derived,
    found: Standing,
    numbers: Sequence[int],
    *,
    asked: Asked,
    now: str,
) -> dict[str, Any]:
    """Make servers one: the one with the lowest number. Raises RefusedError."""
    servers = sorted({find(connection, tables, number) for number in numbers})
    if len(servers) < 2:
        raise RefusedError("name two servers or more that are to be one; these are one already")
    members = [one for server in servers for one in _members(connection, tables, server)]
    _check(asked, _formal(asked, now), servers[0])
    _take_down(connection, found, servers[0], asked, Detail(observations=tuple(servers)))
    old = [_row(connection, tables, server) for server in servers]
    known = _described(connection, found, members, old[0])
    _move(connection, tables, members, servers[0])
    return replace_server(connection, tables, found, old, [known], now=now)[0]


def split(
    connection: Connection,
    tables: Derived,
    found: Standing,
    number: int,
    *,
    apart: Collection[int],
    asked: Asked,
    now: str,
) -> list[dict[str, Any]]:
    """Make observations of a server one of their own. Raises RefusedError."""
    server = find(connection, tables, number)
    members = set(_members(connection, tables, server))
    apart = set(apart)
    if not apart <= members:
        wrong = ", ".join(map(str, sorted(apart - members)))
        raise RefusedError(f"server {server} has no observation {wrong}")
    if not apart or apart == members:
        raise RefusedError(f"name some of the {len(members)} observations of server {server}")
    _check(asked, _formal(asked, now), server)
    _take_down(connection, found, server, asked, Detail(observations=tuple(sorted(apart))))
    old = _row(connection, tables, server)
    known = []
    for part in (members - apart, apart):
        known.append(_described(connection, found, sorted(part), old))
        _move(connection, tables, sorted(part), min(part))
    return replace_server(connection, tables, found, [old], known, now=now)


def _act(asked: Asked) -> Act:
    return Act(0, asked.when, asked.who, asked.kind, asked.why, asked.evidence, asked.to,
               asked.until)  # fmt: skip


def _formal(asked: Asked, now: str) -> str:
    """Decisions about what a server is are allowed in every state, but need who and why."""
    return refusal(state_of((), (), now=now), _act(asked), now=now)


def _check(asked: Asked, reason: str, server: int) -> None:
    if reason:
        raise RefusedError(f"server {server}: {asked.kind}: {reason}")


def _take_down(
    connection: Connection, found: Standing, server: int, asked: Asked, detail: Detail
) -> None:
    made = insert(acts).values(
        time=asked.when, recorded=asked.now, who=asked.who, kind=asked.kind.value, anchor=server,
        why=asked.why, evidence=asked.evidence, detail=msgspec.json.encode(detail).decode(),
    )  # fmt: skip
    found.act = connection.execute(made.returning(acts.c.id)).scalar_one()
    set_standing(connection, found)


def _members(connection: Connection, tables: Derived, server: int) -> Sequence[int]:
    m = tables.members.c
    found = connection.execute(select(m.observation).where(m.server == server)).scalars().all()
    if len(found) > _MOST:
        raise RefusedError(
            f"server {server} has {len(found):,} observations; more than {_MOST:,} are too many"
        )
    return found


def _row(connection: Connection, tables: Derived, server: int) -> dict[str, Any]:
    found = connection.execute(select(tables.servers).where(tables.servers.c.id == server)).one()
    return found._asdict()


def _described(
    connection: Connection, found: Standing, members: Sequence[int], old: dict[str, Any]
) -> Identity:
    """What is known of new members together."""
    before = identity_of(old)
    cluster = described(read_sightings(connection, members))
    o = observations.c
    query = select(o.id, o.source, o.seen).where(o.id.in_(members))
    seen = [Seen(*row) for row in connection.execute(query)]
    said = evidence_of(connection, {cluster.id: seen})[cluster.id]
    owner = owners_by_file(found.directory)(cluster, said)
    return identity(cluster, owner, members=before.detail.members,
                    neighbours=before.detail.neighbours)  # fmt: skip


def _move(connection: Connection, tables: Derived, members: Sequence[int], server: int) -> None:
    m = tables.members
    for begin in range(0, len(members), 500):
        part = members[begin : begin + 500]
        connection.execute(update(m).where(m.c.observation.in_(part)).values(server=server))
