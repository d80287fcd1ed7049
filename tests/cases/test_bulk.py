"""Many rows at once come back as they are."""

from __future__ import annotations

from sqlalchemy import select

from alpheus.cases.bulk import add_rows, among
from alpheus.cases.database import Database
from alpheus.cases.schema import imports, meta


def test_rows_come_back_as_they_are(database: Database) -> None:
    """Whatever signs their texts hold."""
    rows = [("a", "tab\tline\nback\\slash"), ("b", "'\"\u202e\U0001f642"), ("c", "")]
    with database.write() as connection:
        add_rows(connection, meta, iter(rows))
    with database.read() as connection:
        found = connection.execute(select(meta).order_by(meta.c.key))
        assert [tuple(row) for row in found] == rows


def test_a_column_is_one_of_many_numbers(database: Database) -> None:
    """Of none as well."""
    with database.write() as connection:
        connection.execute(imports.insert(), [{"id": n, "sha256": str(n)} for n in range(1, 6)])
    with database.read() as connection:
        for asked in ([], [2], range(2, 3_000), {5, 1, 2**40}):
            query = select(imports.c.id).where(among(connection, imports.c.id, asked))
            found = connection.execute(query.order_by(imports.c.id)).scalars().all()
            assert [*found] == sorted({*asked} & {1, 2, 3, 4, 5})
