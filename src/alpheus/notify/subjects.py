"""What a notice says of a server: as it stands, and what was seen, when, by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from alpheus.cases.organisations import Organisation
from alpheus.cases.questions import OneOf, Question, of_tables
from alpheus.cases.schema import Derived
from alpheus.cases.server_rows import ServerDetail
from alpheus.cases.states import CLEANABLE
from alpheus.notify.model import Page, Subject
from alpheus.notify.news import Facts
from alpheus.notify.pages import name_of

_AT_ONCE = 500
_MOST_EVIDENCE = 6
_COLUMNS = (
    "id", "name", "product", "build", "address", "patch", "patch_since", "compromise",
    "compromise_since", "work", "work_since", "last_seen", "priority", "detail",
)  # fmt: skip


class Said(NamedTuple):
    """A server in a notice, and what of it is told."""

    subject: Subject
    facts: Facts


class Change(NamedTuple):
    """How a server came into a state."""

    axis: str
    time: str
    after: str
    who: str
    why: str


def subject_of(
    row: Mapping[str, Any],
    changes: Iterable[Change],
    organisation: Organisation,
    pages: tuple[Page, ...] = (),
) -> Subject:
    """A server as it stands; `row` has its detail read.

    Pages of an intruder are told while a break-in is.
    """
    detail: ServerDetail = row["detail"]
    ports = next((one.ports for one in reversed(detail.addresses)
                  if one.address == row["address"]), ())  # fmt: skip
    return Subject(
        server=row["id"], anchor=row["id"], name=row["name"], address=row["address"],
        port=443 if 443 in ports else next(iter(ports), 0), product=row["product"],
        build=row["build"], patch=row["patch"], patch_since=row["patch_since"],
        compromise=row["compromise"], compromise_since=row["compromise_since"],
        stage=detail.stage, last_seen=row["last_seen"], evidence=_evidence(row, changes),
        organisation=organisation.key, owner=organisation.name,
        pages=pages if row["compromise"] in CLEANABLE else (),
    )  # fmt: skip


def _evidence(row: Mapping[str, Any], changes: Iterable[Change]) -> tuple[str, ...]:
    """How it came into the states that it is in; the last time of each, in the order of time."""
    said = {
        one.axis: f"{one.time[:16].replace('T', ' ')} UTC: {one.why} ({_who(one.who)})"
        for one in changes
        if one.axis != "work" and one.after == row[one.axis]
    }  # fmt: skip
    return tuple(sorted(said.values()))[:_MOST_EVIDENCE]


def _who(source: str) -> str:
    """Who says so; the form of a list is no name to anybody."""
    return name_of(source) or "a list"


def changes_of(
    connection: Connection, tables: Derived, servers: Sequence[int]
) -> dict[int, list[Change]]:
    """How servers came into their states of flaw and compromise, in the order of time."""
    c = tables.changes.c
    found: dict[int, list[Change]] = {}
    for begin in range(0, len(servers), _AT_ONCE):
        query = select(c.server, c.axis, c.time, c.after, c.who, c.why).where(
            c.server.in_(servers[begin : begin + _AT_ONCE]), c.axis != "work"
        )
        for row in connection.execute(query):
            found.setdefault(row.server, []).append(Change(*row[1:]))
    for changes in found.values():
        changes.sort(key=lambda one: one.time)
    return found


def rows_of(
    connection: Connection, tables: Derived, servers: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """Servers by their numbers, with their detail read."""
    rows = _rows(tables).dicts(connection, servers=list(servers)) if servers else []
    return {row["id"]: {**row, "detail": _read_detail(row["detail"])} for row in rows}


_read_detail = msgspec.json.Decoder(ServerDetail).decode


@of_tables
def _rows(tables: Derived) -> Question:
    s = tables.servers.c
    return Question(select(*(s[name] for name in _COLUMNS)).where(OneOf(s.id, "servers")))
