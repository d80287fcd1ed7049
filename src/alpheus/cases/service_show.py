"""All that is known of one server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from alpheus.cases import organisations
from alpheus.cases.acts import Act
from alpheus.cases.deadlines import Clock, clocks
from alpheus.cases.derived_store import VICTIM, PatchStates, Standing, parts_between, read_acts
from alpheus.cases.explain import MOST, CveSaid, DecisionSaid, cves_of, decisions_of, explained
from alpheus.cases.lifecycle import Change
from alpheus.cases.observations import page_of
from alpheus.cases.repeats import places_of
from alpheus.cases.schema import Derived, imports, observations
from alpheus.cases.server_rows import ServerDetail
from alpheus.cases.service_acts import find
from alpheus.cases.service_server import changes_of, state_of_row
from alpheus.directory.owner_model import Ownership

SHOWN = 200
"""Observations that are shown, the newest first."""


@dataclass(frozen=True, slots=True)
class Case:
    """A server: its row, what is known of it, its history, and why it is one.

    `sources` are its newest observations with where they come from, `also` where they stand once
    more, and the page that a list of victims names; `cves` the last word on every
    flaw, of which the row's patch state is about `watched`. `identity` says why its observations
    are one server, why those that share a key with it are others, and what people decided about
    that, in `decisions` with their numbers. `ownership` says whose it is, why, and who else it may
    be.
    """

    server: dict[str, Any]
    detail: ServerDetail
    changes: tuple[Change, ...]
    acts: tuple[Act, ...]
    clocks: tuple[Clock, ...]
    cves: dict[str, CveSaid]
    sources: list[dict[str, Any]]
    identity: str
    ownership: Ownership
    decisions: tuple[DecisionSaid, ...]
    watched: str


def show(
    connection: Connection, tables: Derived, found: Standing, number: int, *, now: str
) -> Case:
    """The case that a number leads to. Raises RefusedError where there is none.

    States and history are as of when they were worked out, which may be another time than `now`, by
    which the clocks of laws are read.
    """
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
    changes = changes_of(connection, tables, server)
    return Case(
        values, detail, changes, tuple(done),
        clocks(state_of_row(values, changes), done, sector=str(values["sector"]),
               region=str(values["region"]), watched=found.watched, now=now),
        cves_of(connection, numbers), _sources(connection, numbers),
        explained(connection, tables, server, numbers),
        organisations.ownership(connection, tables, server),
        decisions_of(connection, tables, numbers),
        found.watched,
    )  # fmt: skip


def _sources(connection: Connection, numbers: list[int]) -> list[dict[str, Any]]:
    o, i = observations.c, imports.c
    names = ("id", "kind", "source", "seen", "address", "port", "status", "build", "verdict",
             "stage", "line")  # fmt: skip
    query = (
        select(
            *(o[name] for name in names),
            i.file,
            i.sha256,
            i.who,
            i.started.label("imported"),
            VICTIM.label("page"),
        )
        .select_from(observations.join(imports, i.id == o.import_id))
        .where(o.id.in_(numbers[-MOST:]))
        .order_by(o.seen.desc(), o.id.desc())
        .limit(SHOWN)
    )
    found = [row._asdict() for row in connection.execute(query)]
    places = places_of(connection, [one["id"] for one in found])
    return [
        {**one, "page": page_of(one["page"]) if one["page"] else "",
         "also": places.get(one["id"], ())}
        for one in found
    ]  # fmt: skip
