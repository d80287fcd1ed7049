"""Numbers under keys in a table, of which some grow, some are new, and some come to nothing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import (
    Connection,
    Executable,
    Table,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    select,
    update,
)


def add_to(
    connection: Connection, table: Table, more: Iterable[tuple[tuple[str, ...], tuple[int, ...]]]
) -> None:
    """Add to the numbers under keys, of which those that are there no more are forgotten."""
    rows = [(key, numbers) for key, numbers in more if any(numbers)]
    if not rows:
        return
    names = [f"to_{column.name}" for column in table.columns]
    values = [dict(zip(names, (*key, *numbers), strict=True)) for key, numbers in rows]
    for statement in _additions(table, len(rows[0][0])):
        connection.execute(statement, values)


@lru_cache(16)
def _additions(table: Table, keys: int) -> tuple[Executable, ...]:
    """What adds to numbers: rows for keys that are new, the sums, and rows of nothing taken out.

    Made once for each table, since thousands of keys may be added to.
    """
    columns = list(table.columns)
    named, numbers = columns[:keys], columns[keys:]
    given = {column: bindparam(f"to_{column.name}", type_=column.type) for column in columns}
    there = [column == given[column] for column in named]
    new = select(*(given[column] for column in named), *(literal(0) for _ in numbers))
    return (
        insert(table).from_select(columns, new.where(~exists(select(1).where(*there)))),
        update(table).where(*there).values(
            {column.name: column + given[column] for column in numbers}
        ),
        delete(table).where(*there, *(column == 0 for column in numbers)),
    )  # fmt: skip
