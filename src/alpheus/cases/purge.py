"""Forgetting: what is older than a day, or one server with all that is known of it.

A list of targets is not kept longer than it is needed. What people did to a server stays with it as
long as any of its observations does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, exists, func, select, text, update

from alpheus.cases import assessments, repeats, secret_rows, strands, traces
from alpheus.cases.clean_schema import plans, verifications
from alpheus.cases.clean_store import forget_marks
from alpheus.cases.console_schema import answers
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current, server_of
from alpheus.cases.purge_notices import forget_notices
from alpheus.cases.schema import Derived, acts, facts, imports, losses, observations
from alpheus.errors import RefusedError

_AT_ONCE = 500


class Purged(NamedTuple):
    """How many observations and acts were forgotten."""

    observations: int
    acts: int


def purge(database: Database, *, before: str = "", servers: Iterable[int] = ()) -> Purged:
    """Forget observations seen before a time (ISO 8601 UTC), and servers whole.

    One of unknown time is as old as its import. Servers have to be worked out anew afterwards.
    Raises RefusedError for a server that is not there, DatabaseError; then nothing is forgotten.
    """
    with database.work():
        with database.write() as connection:
            tables, _ = current(connection, database.place)
            gone = _of_servers(connection, tables, servers)
            gone |= _old(connection, before) if before else set()
            forgotten = _forget_acts(connection, tables, gone)
            forget_notices(connection, tables, gone)
            _delete(connection, sorted(gone))
        _shrink(database)
    return Purged(len(gone), forgotten)


def _of_servers(connection: Connection, tables: Derived, servers: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for number in servers:
        server = server_of(connection, tables, number)
        if server is None:
            raise RefusedError(f"there is no server {number}")
        m = tables.members.c
        found.update(connection.execute(select(m.observation).where(m.server == server)).scalars())
    return found


def _old(connection: Connection, before: str) -> set[int]:
    o, i = observations.c, imports.c
    query = (
        select(o.id)
        .select_from(observations.join(imports, i.id == o.import_id))
        .where(func.coalesce(func.nullif(o.seen, ""), i.started) < before)
    )
    return set(connection.execute(query).scalars())


def _forget_acts(connection: Connection, tables: Derived, gone: set[int]) -> int:
    """Acts go to the lowest observation that stays of their server, or with the last one.

    So do plans, verifications, and what owners have said.
    """
    for kept in (answers, plans, verifications):
        _forget(connection, tables, gone, kept)
    return _forget(connection, tables, gone, acts)


def _forget(connection: Connection, tables: Derived, gone: set[int], kept: Table) -> int:
    forgotten = 0
    m = tables.members.c
    for anchor in connection.execute(select(kept.c.anchor).distinct()).scalars().all():
        if anchor not in gone:
            continue
        server = server_of(connection, tables, anchor)
        query = select(m.observation).where(m.server == server)
        left = [one for one in connection.execute(query).scalars() if one not in gone]
        mine = kept.c.anchor == anchor
        if left:
            connection.execute(update(kept).where(mine).values(anchor=min(left)))
        else:
            if kept is plans:
                forget_marks(connection, [anchor])
            forgotten += connection.execute(delete(kept).where(mine)).rowcount
    return forgotten


def _delete(connection: Connection, gone: list[int]) -> None:
    o = observations.c
    for begin in range(0, len(gone), _AT_ONCE):
        part = gone[begin : begin + _AT_ONCE]
        assessments.forget(connection, part)
        secret_rows.forget(connection, part)
        repeats.forget(connection, part)
        traces.forget(connection, part)
        strands.forget(connection, part)
        connection.execute(delete(observations).where(o.id.in_(part)))
    used = exists(select(o.id).where(o.facts_id == facts.c.id))
    connection.execute(delete(facts).where(~used))
    bare = ~exists(select(o.id).where(o.import_id == imports.c.id))
    empty = select(imports.c.id).where(bare, imports.c.finished != "")
    connection.execute(delete(losses).where(losses.c.import_id.in_(empty)))


def _shrink(database: Database) -> None:
    """What was forgotten is not to be found in free pages either."""
    with database.engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        if database.is_sqlite:
            raw = alone.connection.driver_connection
            assert raw is not None
            alone.rollback()
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            alone.execute(text("VACUUM observations, assessments, secrets, traces, strands"))
