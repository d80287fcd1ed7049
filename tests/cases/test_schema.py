"""The tables are those that the migrations make, and generations do not touch each other."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from alpheus.cases.console_schema import accounts
from alpheus.cases.database import Database
from alpheus.cases.ledger_schema import units
from alpheus.cases.schema import LASTING, derived, indices


def test_migrations_make_these_tables(database: Database) -> None:
    """No column, key or index is in one and not in the other."""
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), LASTING) == []
    assert accounts.metadata is LASTING, "those of the console are among them"
    assert units.metadata is LASTING, "and those of the ledger"


def test_generations_stand_side_by_side(database: Database) -> None:
    """Their tables and indices have names of their own, and those of one generation go at once."""
    with database.write() as connection:
        for generation in "ab":
            tables = derived(generation)
            tables.metadata.create_all(connection)
            for index in indices(tables):
                index.create(connection)
        derived("a").metadata.drop_all(connection)
        names = set(inspect(connection).get_table_names())
    assert {table.name for table in derived("b").tables} <= names
    assert names.isdisjoint(table.name for table in derived("a").tables)
