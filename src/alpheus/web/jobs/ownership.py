"""Whether what an organisation hands in is about its own servers.

Evidence is written by whoever hands it in. What one organisation says of another's server would
change that one's case: it is shown to an analyst first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.schema import Derived

_MOST_NAMES = 200


def are_of(database: Database, organisation: str, servers: Iterable[Sequence[str]]) -> bool:
    """Whether every server, by its names, is one that the organisation is known to own.

    A full name must be that of a server of it, or lie below its main domain; one of another's
    server makes it none of theirs. Names without a dot say nothing: many machines have the same.
    """
    found = list(servers)
    with database.read() as connection:
        tables, _ = current(connection, database.place)
        return bool(found) and all(
            _is_of(connection, tables, organisation, names) for names in found
        )


def _is_of(
    connection: Connection, tables: Derived, organisation: str, names: Sequence[str]
) -> bool:
    full = [name for name in dict.fromkeys(one.lower().strip(".") for one in names) if "." in name]
    if not full or len(full) > _MOST_NAMES:
        return False
    known = [_owners(connection, tables, name) for name in full]
    if any(owners - {organisation} for owners in known):
        return False
    return all(
        organisation in owners or name.endswith(f".{organisation}")
        for name, owners in zip(full, known, strict=True)
    )


def _owners(connection: Connection, tables: Derived, name: str) -> set[str]:
    """The organisations of the servers that have this name."""
    w, s = tables.words.c, tables.servers.c
    query = select(s.organisation).join(tables.words, w.server == s.id).where(w.word == name)
    return set(connection.execute(query.distinct()).scalars())
