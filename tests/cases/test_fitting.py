"""Tables that lack something are found before anything is done with them."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from alpheus.cases.database import Database
from alpheus.cases.fitting import check, lacking
from alpheus.errors import DatabaseVersionError


def test_tables_that_were_just_made_lack_nothing(database: Database) -> None:
    """Else nobody could begin."""
    check(database)
    with database.read() as connection:
        assert list(lacking(connection)) == []


def test_an_unreleased_form_of_the_tables_is_told_with_the_remedy(database: Database) -> None:
    """In one line, by the first thing that is not there."""
    with database.write() as connection:
        connection.execute(text("ALTER TABLE jobs DROP COLUMN log"))
    with pytest.raises(DatabaseVersionError, match=r"jobs\.log is not there.*name a new file"):
        check(database)
    with database.write() as connection:
        connection.execute(text("DROP TABLE answers"))
    with database.read() as connection:
        assert list(lacking(connection)) == ["answers", "jobs.log"]
