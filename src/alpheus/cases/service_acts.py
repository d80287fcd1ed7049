"""What is done to a server: asked whether it is allowed, taken down, and shown at once."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, insert

from alpheus.cases.acts import Act, ActKind, refusal
from alpheus.cases.derived_store import (
    PatchStates,
    Standing,
    parts_between,
    read_acts,
    refresh,
    server_of,
    set_standing,
)
from alpheus.cases.groups import Detail
from alpheus.cases.schema import Derived, acts
from alpheus.cases.server_rows import state_of
from alpheus.errors import RefusedError


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
    take_down(connection, found, server, asked, Detail(to=asked.to, until=asked.until))
    return refresh(connection, tables, server, found, now=now)


def _act(asked: Asked) -> Act:
    return Act(0, asked.when, asked.who, asked.kind, asked.why, asked.evidence, asked.to,
               asked.until)  # fmt: skip


def check_decision(asked: Asked, server: int) -> None:
    """Decisions about what a server is are allowed in every state, but need who and why."""
    _check(asked, refusal(state_of((), (), now=asked.now), _act(asked), now=asked.now), server)


def _check(asked: Asked, reason: str, server: int) -> None:
    if reason:
        raise RefusedError(f"server {server}: {asked.kind}: {reason}")


def take_down(
    connection: Connection, found: Standing, server: int, asked: Asked, detail: Detail
) -> None:
    """Keep an act, of a server that one of its observations stands for."""
    made = insert(acts).values(
        time=asked.when, recorded=asked.now, who=asked.who, kind=asked.kind.value, anchor=server,
        why=asked.why, evidence=asked.evidence, detail=msgspec.json.encode(detail).decode(),
    )  # fmt: skip
    found.act = connection.execute(made.returning(acts.c.id)).scalar_one()
    set_standing(connection, found)
