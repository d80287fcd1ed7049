"""What a database says when it fails, as one line with a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError

from alpheus.errors import (
    DatabaseBusyError,
    DatabaseError,
    DatabaseFullError,
    DatabaseLostError,
)

_BUSY = "is held by another program; wait until that has ended, and try again"
_FULL = "there is no room left on its disk; nothing half-done was kept; make room and try again"
_LOST = "the connection broke; nothing half-done was kept; see that its server runs and try again"
_READ_ONLY = "may not be written to; see to its permissions and those of its folder"
_NONE = "is not a database of cases, or is damaged; name another, or put back a backup"
_UNKNOWN_TABLE = frozenset({"42P01", "42703"})

_SQLITE = (
    ("locked", DatabaseBusyError, _BUSY),
    ("busy", DatabaseBusyError, _BUSY),
    ("disk is full", DatabaseFullError, _FULL),
    ("disk i/o error", DatabaseFullError, f"could not be read or written on its disk: {_FULL}"),
    ("readonly", DatabaseError, _READ_ONLY),
    ("read-only", DatabaseError, _READ_ONLY),
    ("unable to open", DatabaseError, "cannot be opened; see to its permissions and its folder's"),
    ("not a database", DatabaseError, _NONE),
    ("malformed", DatabaseError, _NONE),
)

_REFUSED = "its server refuses the user or password; see PGUSER and PGPASSWORD"
_ABSENT = "its server has no database of that name; create it with createdb"

_STATES = (
    ("53100", DatabaseFullError, _FULL),
    ("53", DatabaseError, "its server has no more room or connections; try again later"),
    ("55P03", DatabaseBusyError, _BUSY),
    ("40", DatabaseBusyError, _BUSY),
    ("57014", DatabaseBusyError, "took too long to answer and was stopped; try again"),
    ("57P", DatabaseLostError, _LOST),
    ("08", DatabaseLostError, _LOST),
    ("28", DatabaseError, _REFUSED),
    ("3D", DatabaseError, _ABSENT),
    ("42501", DatabaseError, "the user may not do this there; grant it all on the schema"),
    ("25006", DatabaseError, "is read-only there; use the server that takes writes"),
)


@contextmanager
def told(place: str) -> Iterator[None]:
    """Raise what a driver raises as a DatabaseError about `place`; what is our mistake stays."""
    try:
        yield
    except DBAPIError as error:
        found = explain(place, error)
        if found is None:
            raise
        raise found from error


def explain(place: str, error: DBAPIError) -> DatabaseError | None:
    """The line for people, or None where the fault is in the program."""
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return _by_state(place, state)
    said = str(error.orig).lower()
    for sign, kind, text in _SQLITE:
        if sign in said:
            return kind(f"{place}: {text}")
    if error.connection_invalidated or "psycopg" in type(error.orig).__module__:
        return _connection(place, said) if isinstance(error, OperationalError) else None
    return None


def _by_state(place: str, state: str) -> DatabaseError | None:
    for sign, kind, text in _STATES:
        if state.startswith(sign):
            return kind(f"{place}: {text}")
    return None


def _connection(place: str, said: str) -> DatabaseError:
    """Before a connection stands there are no states, only words."""
    if "password" in said or "authentication" in said:
        return DatabaseError(f"{place}: {_REFUSED}")
    if "does not exist" in said:
        return DatabaseError(f"{place}: {_ABSENT}")
    return DatabaseLostError(f"{place}: {_LOST}")


def is_unknown_table(error: DBAPIError) -> bool:
    """Whether a table is not there: it may have been exchanged since its name was read."""
    state = getattr(error.orig, "sqlstate", None)
    return state in _UNKNOWN_TABLE or "no such table" in str(error.orig)
