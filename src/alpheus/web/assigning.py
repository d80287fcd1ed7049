"""Whom a case is given to at the console: somebody with an account who may work on it.

The command line knows no accounts, and gives a case to whomever it is told.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from alpheus.cases.acts import ActKind
from alpheus.cases.console_schema import accounts
from alpheus.cases.database import Database
from alpheus.errors import RefusedError
from alpheus.web.access.accounts import person_of
from alpheus.web.access.roles import Permission, Person


def check(database: Database, kind: ActKind, to: str, organisations: Iterable[str]) -> None:
    """Refuse to assign to somebody who cannot do the work, for servers of these organisations.

    Whatever is no assignment, or names nobody, is let through. Raises RefusedError.
    """
    name = to.strip()
    if kind is not ActKind.ASSIGNED or not name:
        return
    with database.read() as connection:
        person = _named(connection, name)
    if person is None:
        raise RefusedError(f"'{name}' is no account here; write the name of a colleague's account")
    owners = set(organisations)
    if not all(person.may(Permission.WORK, one) for one in owners):
        raise RefusedError(f"'{name}' may not work on this; name somebody whose account may")


def _named(connection: Connection, name: str) -> Person | None:
    """The person of an account that is let in; None for no such."""
    found = connection.execute(select(accounts.c.id).where(accounts.c.name == name)).scalar()
    return person_of(connection, int(found)) if found is not None else None
