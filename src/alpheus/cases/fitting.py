"""Whether the tables of a database are those that this program knows.

A revision that was never released may have had the same name and other tables: no upgrade leads
from there to here, and each page would fail.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, inspect

from alpheus.cases import console_schema, ledger_schema
from alpheus.cases.database import Database
from alpheus.cases.schema import LASTING
from alpheus.errors import DatabaseVersionError

_DECLARED = (console_schema, ledger_schema)
_TABLES = LASTING
"""All lasting tables; those of the console and of the ledger are declared by their modules."""


def check(database: Database) -> None:
    """Refuse a database whose tables lack something. Raises DatabaseVersionError."""
    with database.read() as connection:
        missing = next(lacking(connection), "")
    if missing:
        raise DatabaseVersionError(
            f"{database.place}: was made by an unreleased Alpheus ({missing} is not there), and "
            "cannot be upgraded; name a new file with --database and import the lists again"
        )


def lacking(connection: Connection) -> Iterator[str]:
    """Tables, and columns as `table.column`, that should be there and are not."""
    found = inspect(connection)
    there = set(found.get_table_names())
    for table in _TABLES.sorted_tables:
        if table.name not in there:
            yield table.name
            continue
        columns = {one["name"] for one in found.get_columns(table.name)}
        yield from (f"{table.name}.{one.name}" for one in table.columns if one.name not in columns)
