"""What drivers say becomes one line with a remedy."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from alpheus.cases.failures import explain, is_unknown_table, told
from alpheus.errors import DatabaseBusyError, DatabaseError, DatabaseFullError, DatabaseLostError


class _StateError(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("as the server says it")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "kind", "remedy"),
    [
        ("53100", DatabaseFullError, "make room"),
        ("53300", DatabaseError, "connections"),
        ("55P03", DatabaseBusyError, "wait"),
        ("40001", DatabaseBusyError, "try again"),
        ("57014", DatabaseBusyError, "too long"),
        ("57P01", DatabaseLostError, "see that its server runs"),
        ("08006", DatabaseLostError, "see that its server runs"),
        ("28P01", DatabaseError, "PGPASSWORD"),
        ("3D000", DatabaseError, "createdb"),
        ("42501", DatabaseError, "grant"),
        ("25006", DatabaseError, "takes writes"),
    ],
)
def test_states_of_postgresql(state: str, kind: type[DatabaseError], remedy: str) -> None:
    """Each is the error that it is, about the place, with what helps."""
    found = explain("here", OperationalError("", {}, _StateError(state)))
    assert type(found) is kind
    assert str(found).startswith("here: ")
    assert remedy in str(found)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("database is locked", DatabaseBusyError),
        ("database or disk is full", DatabaseFullError),
        ("disk I/O error", DatabaseFullError),
        ("attempt to write a readonly database", DatabaseError),
        ("unable to open database file", DatabaseError),
        ("file is not a database", DatabaseError),
        ("database disk image is malformed", DatabaseError),
    ],
)
def test_words_of_sqlite(said: str, kind: type[DatabaseError]) -> None:
    """It has no states, but words that stay the same."""
    assert type(explain("f", OperationalError("", {}, sqlite3.OperationalError(said)))) is kind


@pytest.mark.parametrize("state", ["42P01", "23505"])
def test_mistakes_of_the_program_are_passed_on(state: str) -> None:
    """A table that is not there and a row that is there twice are no trouble of the operator's."""
    error = ProgrammingError("", {}, _StateError(state))
    assert explain("here", error) is None
    with pytest.raises(DBAPIError), told("here"):
        raise error


def test_a_table_that_was_exchanged_is_known() -> None:
    """Who reads while tables are exchanged asks again."""
    assert is_unknown_table(ProgrammingError("", {}, _StateError("42P01")))
    missing = sqlite3.OperationalError("no such table: servers_a")
    assert is_unknown_table(OperationalError("", {}, missing))
    assert not is_unknown_table(ProgrammingError("", {}, _StateError("23505")))
