"""Rows of clean-ups: what goes in comes out again, in its order, with the server it is of."""

from __future__ import annotations

import pytest

from alpheus.cases import clean_store
from alpheus.cases.clean_progress import Mark, Marked
from alpheus.cases.clean_schema import plans
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.errors import DatabaseError
from clean_filling import cleaned, planned, verification


def test_rows_stay_with_their_server_when_it_is_merged(database: Database) -> None:
    """They go by an observation of it, as acts do."""
    cases, server = cleaned(database)
    found = cases.cleaning.of(server)
    cases.cleaning.take_verification(server, verification(found, "uncovered"), "v", who="kim")
    cases.merge([1, server], who="kim", why="one")
    merged = cases.cleaning.of(1)
    assert merged.plan == found.plan
    assert merged.marks == found.marks
    assert len(merged.verifications) == 1


def test_marks_come_back_in_their_order(database: Database) -> None:
    """With what became of files, by their numbers."""
    cases, server = planned(database)
    kept = cases.cleaning.before(server)
    marks = [
        Marked(1, "a", "b", "kim", Mark.BEGUN, "why", "evidence", {1: "done", 7: "refused"}),
        Marked(1, "c", "d", "lee", Mark.OPEN),
    ]
    with database.write() as connection:
        clean_store.add_marks(connection, kept.id, marks)
        clean_store.add_marks(connection, kept.id, [])
        assert clean_store.marks_of(connection, kept.id) == marks
        clean_store.forget_marks(connection, [kept.anchor])
        assert clean_store.marks_of(connection, kept.id) == []
        assert clean_store.anchor_of_plan(connection, kept.digest) == server
        assert clean_store.anchor_of_plan(connection, "0") == 0


def test_what_cannot_be_read_is_told(database: Database) -> None:
    """A plan that was damaged in the database is no plan of another form."""
    _, server = planned(database)
    with database.write() as connection:
        connection.execute(plans.update().values(content="{}"))
        tables, _ = current(connection, database.place)
        with pytest.raises(DatabaseError, match="a plan that is kept cannot be read"):
            clean_store.plans_of(connection, tables, server)
