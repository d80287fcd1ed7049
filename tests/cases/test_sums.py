"""Numbers under keys grow, begin and end."""

from __future__ import annotations

from sqlalchemy import select

from alpheus.cases.database import Database
from alpheus.cases.schema import derived
from alpheus.cases.sums import add_to


def test_numbers_are_added_and_those_of_nothing_are_gone(database: Database) -> None:
    """A key that is new begins with its numbers; one whose numbers are all 0 ends."""
    days = derived("a").days
    key = ("", "", "2021-03-01", "patch", "", "fixed")
    other = (*key[:-1], "vulnerable")
    with database.write() as connection:
        days.create(connection)
        add_to(connection, days, [(key, (2,)), (other, (1,)), ((*key[:-1], "x"), (0,))])
        add_to(connection, days, [(key, (3,)), (other, (-1,))])
        assert [tuple(row) for row in connection.execute(select(days))] == [(*key, 5)]
        add_to(connection, days, [])
