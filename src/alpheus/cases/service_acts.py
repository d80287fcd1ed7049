"""What is done to a server: asked whether it is allowed, taken down, and shown at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, insert

from alpheus.cases.acts import Act, ActKind, refusal
from alpheus.cases.derived_store import (
    PatchStates,
    Standing,
    parts_of,
    read_acts,
    refresh_many,
    server_of,
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
    found_rows, refused = do_to(connection, tables, found, [server], asked=asked, now=now)
    if refused:
        raise RefusedError(refused[server])
    return found_rows[0]


def do_to(
    connection: Connection,
    tables: Derived,
    found: Standing,
    servers: Sequence[int],
    *,
    asked: Asked,
    now: str,
) -> tuple[list[dict[str, Any]], dict[int, str]]:
    """Do it to each of some servers that allows it; gives their rows, and why not to others."""
    parts = parts_of(connection, tables, PatchStates(found.watched), servers)
    home = {part.id: server for server, each in parts.items() for part in each}
    done: dict[int, list[Act]] = {}
    for anchor, each in read_acts(connection, sorted(home)).items():
        done.setdefault(home[anchor], []).extend(each)
    refused = {}
    for server in servers:
        state = state_of(parts[server], done.get(server, ()), now=now)
        reason = refusal(state, act_of(asked), now=now)
        if reason:
            refused[server] = _told(asked, reason, server)
            del parts[server]
    detail = Detail(to=asked.to, until=asked.until)
    for server, number in zip(
        parts, take_down(connection, found, parts, asked, detail), strict=True
    ):
        done.setdefault(server, []).append(act_of(asked)._replace(id=number))
    return refresh_many(connection, tables, found, parts, done, now=now), refused


def act_of(asked: Asked) -> Act:
    """The act as it would be taken down."""
    return Act(0, asked.when, asked.who, asked.kind, asked.why, asked.evidence, asked.to,
               asked.until)  # fmt: skip


def check_decision(asked: Asked, server: int) -> None:
    """Decisions about what a server is are allowed in every state, but need who and why."""
    reason = refusal(state_of((), (), now=asked.now), act_of(asked), now=asked.now)
    if reason:
        raise RefusedError(_told(asked, reason, server))


def _told(asked: Asked, reason: str, server: int) -> str:
    return f"server {server}: {asked.kind}: {reason}"


def take_down(
    connection: Connection,
    found: Standing,
    servers: Collection[int],
    asked: Asked,
    detail: Detail,
) -> list[int]:
    """Keep an act of each of some servers that one of its observations stands for.

    Gives their numbers; `found` has to be kept afterwards (`set_standing`; `refresh_many` does).
    """
    values = {
        "time": asked.when, "recorded": asked.now, "who": asked.who, "kind": asked.kind.value,
        "why": asked.why, "evidence": asked.evidence,
        "detail": msgspec.json.encode(detail).decode(),
    }  # fmt: skip
    if not servers:
        return []
    made = insert(acts).returning(acts.c.id, sort_by_parameter_order=True)
    rows = [{**values, "anchor": server} for server in servers]
    numbers = list(connection.execute(made, rows).scalars())
    found.act = max(numbers)
    return numbers
