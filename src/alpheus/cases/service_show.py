"""All that is known of one server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from alpheus.cases import organisations
from alpheus.cases.acts import Act
from alpheus.cases.deadlines import Clock, clocks
from alpheus.cases.derived_store import PatchStates, Standing, parts_between, read_acts
from alpheus.cases.groups import read_sightings
from alpheus.cases.identity import Resolver
from alpheus.cases.lifecycle import Change
from alpheus.cases.schema import Derived, facts, imports, observations
from alpheus.cases.server_rows import ServerDetail, state_of
from alpheus.cases.service_acts import find
from alpheus.directory.owner_model import Ownership
from alpheus.exposure.model import CveEntry

SHOWN = 200
"""Observations that are shown, the newest first."""

_MOST_SIGHTINGS = 2_000
_MOST_NEAR = 20


@dataclass(frozen=True, slots=True)
class Case:
    """A server: its row, what is known of it, its history, and why it is one.

    `sources` are its newest observations with where they come from; `cves` the states that the
    newest one with a build gives. `identity` says why its sightings are one server, and why those
    that share a key with it are others. `ownership` says whose it is, why, and who else it may be.
    """

    server: dict[str, Any]
    detail: ServerDetail
    changes: tuple[Change, ...]
    acts: tuple[Act, ...]
    clocks: tuple[Clock, ...]
    cves: dict[str, CveEntry]
    sources: list[dict[str, Any]]
    identity: str
    ownership: Ownership


def show(
    connection: Connection, tables: Derived, found: Standing, number: int, *, now: str
) -> Case:
    """The case that a number leads to, as of `now`. Raises RefusedError where there is none."""
    server = find(connection, tables, number)
    row = connection.execute(select(tables.servers).where(tables.servers.c.id == server)).one()
    values = row._asdict()
    detail = msgspec.json.decode(values.pop("detail"), type=ServerDetail)
    states = PatchStates(found.watched)
    parts = parts_between(connection, tables, states, server, server)[server]
    numbers = [part.id for part in parts]
    done = sorted(
        (act for each in read_acts(connection, numbers).values() for act in each),
        key=lambda act: (act.time, act.id),
    )
    state = state_of(parts, done, now=now)
    return Case(
        values, detail, state.changes, tuple(done),
        clocks(state, done, sector=str(values["sector"]), region=str(values["region"]),
               watched=found.watched, now=now),
        _cves(connection, numbers),
        _sources(connection, numbers), _why(connection, tables, server, numbers),
        organisations.ownership(connection, tables, server),
    )  # fmt: skip


def _cves(connection: Connection, numbers: list[int]) -> dict[str, CveEntry]:
    o = observations.c
    query = (
        select(facts.c.content)
        .select_from(observations.join(facts, facts.c.id == o.facts_id))
        .where(o.id.in_(numbers[-_MOST_SIGHTINGS:]))
        .order_by((o.build != "").desc(), o.seen.desc(), o.id.desc())
        .limit(1)
    )
    text = connection.execute(query).scalar()
    return msgspec.json.decode(text, type=dict[str, CveEntry]) if text else {}


def _sources(connection: Connection, numbers: list[int]) -> list[dict[str, Any]]:
    o, i = observations.c, imports.c
    names = ("id", "kind", "source", "seen", "address", "port", "status", "build", "verdict",
             "stage", "line")  # fmt: skip
    query = (
        select(*(o[name] for name in names), i.file, i.sha256, i.who, i.started.label("imported"))
        .select_from(observations.join(imports, i.id == o.import_id))
        .where(o.id.in_(numbers[-_MOST_SIGHTINGS:]))
        .order_by(o.seen.desc(), o.id.desc())
        .limit(SHOWN)
    )
    return [row._asdict() for row in connection.execute(query)]


def _why(connection: Connection, tables: Derived, server: int, numbers: list[int]) -> str:
    """Worked out from its sightings and those of servers that share a word with it."""
    own = read_sightings(connection, numbers[:_MOST_SIGHTINGS])
    near = _near(connection, tables, server)
    resolver = Resolver(own)
    if near:
        resolver.add(read_sightings(connection, near))
    return resolver.explain(own[0].id).text()


def _near(connection: Connection, tables: Derived, server: int) -> list[int]:
    w, m = tables.words.c, tables.members.c
    words = connection.execute(select(w.word).where(w.server == server)).scalars().all()
    whole = [word for word in words if "." in word or len(word) == 64]
    found: dict[int, None] = {}
    for word in whole:
        query = select(w.server).where(w.word == word, w.server != server).limit(_MOST_NEAR)
        found |= dict.fromkeys(connection.execute(query).scalars())
    near = list(found)[:_MOST_NEAR]
    query = select(m.observation).where(m.server.in_(near)).limit(_MOST_SIGHTINGS)
    return list(connection.execute(query).scalars()) if near else []
