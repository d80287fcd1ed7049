"""Many rows into a table, or many numbers into a question, as quickly as each database can."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, ColumnElement, Connection, Table, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY

from alpheus.cases.database import driver


def add_rows(connection: Connection, table: Table, rows: Iterable[Sequence[object]]) -> None:
    """Add rows whose values stand in the order of the table's columns."""
    names = [column.name for column in table.columns]
    listed = ", ".join(f'"{name}"' for name in names)
    raw = driver(connection)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        raw.executemany(f"INSERT INTO {table.name} ({listed}) VALUES ({marks})", rows)  # noqa: S608
        return
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def among(
    connection: Connection, column: ColumnElement[int], numbers: Iterable[int]
) -> ColumnElement[bool]:
    """Whether a column is one of many numbers; a server gets them as one value, not each alone."""
    every = sorted(numbers)
    if connection.dialect.name == "postgresql":
        return column == any_(literal(every, ARRAY(BigInteger)))
    return column.in_(every)
