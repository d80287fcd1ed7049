"""What was told about one server, by which way, and what came back."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select

from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.schema import (
    notice_events,
    notice_servers,
    notice_standings,
    notices,
)
from alpheus.notify.model import Channel, Event, EventKind, Rung, Status

MOST = 50
"""Notices that are told of, the newest first."""

_MOST_EVENTS = 500


class Told(msgspec.Struct, frozen=True):
    """A notice about a server: to whom, where it stands, and what became of it in its order."""

    id: int
    reference: str
    rung: Rung
    channel: Channel
    address: str
    made: str
    status: Status
    handed_over: str
    answered: str
    events: tuple[Event, ...] = ()


def notices_about(database: Database, server: int) -> list[Told]:
    """The notices about a server, by its own number, the newest first; at most `MOST`."""
    with database.read() as connection:
        tables, _ = current(connection, database.place)
        n, s, of, m = notices.c, notice_standings.c, notice_servers.c, tables.members.c
        query = (
            select(n.id, n.reference, n.rung, n.channel, n.address, n.made, s.status,
                   s.handed_over, s.answered)
            .distinct()
            .select_from(
                notices.join(notice_servers, of.notice == n.id)
                .join(notice_standings, s.notice == n.id)
                .join(tables.members, m.observation == of.anchor)
            )
            .where(m.server == server)
            .order_by(n.id.desc())
            .limit(MOST)
        )  # fmt: skip
        rows = connection.execute(query).all()
        events = _events(connection, [row.id for row in rows])
    return [
        Told(row.id, row.reference, Rung(row.rung), Channel(row.channel), row.address, row.made,
             Status(row.status), row.handed_over, row.answered, tuple(events.get(row.id, ())))
        for row in rows
    ]  # fmt: skip


def _events(connection: Connection, numbers: Iterable[int]) -> dict[int, list[Event]]:
    e = notice_events.c
    query = (
        select(e.id, e.notice, e.time, e.who, e.kind, e.detail)
        .where(e.notice.in_(list(numbers)))
        .order_by(e.id)
        .limit(_MOST_EVENTS)
    )
    found: dict[int, list[Event]] = {}
    for row in connection.execute(query):
        event = Event(row.id, row.notice, row.time, row.who, EventKind(row.kind), row.detail)
        found.setdefault(row.notice, []).append(event)
    return found
