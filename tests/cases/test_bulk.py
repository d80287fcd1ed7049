"""Many rows at once come back as they are."""

from __future__ import annotations

from sqlalchemy import select

from alpheus.cases.bulk import add_rows
from alpheus.cases.database import Database
from alpheus.cases.schema import meta


def test_rows_come_back_as_they_are(database: Database) -> None:
    """Whatever signs their texts hold."""
    rows = [("a", "tab\tline\nback\\slash"), ("b", "'\"\u202e\U0001f642"), ("c", "")]
    with database.write() as connection:
        add_rows(connection, meta, iter(rows))
    with database.read() as connection:
        found = connection.execute(select(meta).order_by(meta.c.key))
        assert [tuple(row) for row in found] == rows
