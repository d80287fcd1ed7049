"""False positives that have expired: their cases open again, whoever looks next.

A state is kept as of when it was last worked out. That a day has passed changes it as well, so
this is asked before servers are read.
"""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection, select

from alpheus.cases.database import Database
from alpheus.cases.derived_store import (
    PatchStates,
    Standing,
    current,
    parts_of,
    read_acts,
    read_current,
    refresh_many,
)
from alpheus.cases.schema import Derived
from alpheus.cases.states import Work
from alpheus.errors import DatabaseError, NotWorkedOutError

_AT_ONCE = 200


class Expiry:
    """Brings what has expired up to date, at most once a minute."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._minute = ""

    def __call__(self, now: str) -> None:
        """As of `now` (ISO 8601 UTC). Where that cannot be written, all stays as it is."""
        if now[:16] == self._minute:
            return
        self._minute = now[:16]
        with suppress(DatabaseError, NotWorkedOutError):
            expire(self._database, now)


def expire(database: Database, now: str) -> int:
    """Open again what has expired; gives how many. Raises DatabaseError, NotWorkedOutError."""
    numbers = read_current(database, lambda connection, tables, _: _due(connection, tables, now))
    for begin in range(0, len(numbers), _AT_ONCE):
        with database.write() as connection:
            tables, found = current(connection, database.place)
            due = _due(connection, tables, now, numbers[begin : begin + _AT_ONCE])
            _renew(connection, tables, found, due, now)
    return len(numbers)


def _due(
    connection: Connection, tables: Derived, now: str, among: list[int] | None = None
) -> list[int]:
    """Servers that are said to be false positives up to a time that is over."""
    s = tables.servers.c
    query = select(s.id).where(s.work == Work.FALSE_POSITIVE.value, s.until < now, s.until != "")
    if among is not None:
        query = query.where(s.id.in_(among))
    return list(connection.execute(query.order_by(s.id)).scalars())


def _renew(
    connection: Connection, tables: Derived, found: Standing, servers: list[int], now: str
) -> None:
    parts = parts_of(connection, tables, PatchStates(found.watched), servers)
    done = {
        server: [act for each in read_acts(connection, [p.id for p in mine]).values()
                 for act in each]
        for server, mine in parts.items()
    }  # fmt: skip
    if parts:
        refresh_many(connection, tables, found, parts, done, now=now)
