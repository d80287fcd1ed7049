"""Strands are kept beside their observation, and go with it."""

from __future__ import annotations

from sqlalchemy import select

from alpheus.cases import strands
from alpheus.cases.database import Database
from alpheus.cases.ledger_schema import strands as table
from alpheus.cases.strands import Strand, Trait, TraitKind
from cases_filling import fill, seen
from exposure_runs import OPEN

ONE = Strand("2021-03-01T02:00:00Z", "2021-03-02T00:00:00Z",
             (Trait(TraitKind.PAGE, "ab" * 32, "x.aspx"),), (2, 3))  # fmt: skip
OTHER = Strand("", "", (Trait(TraitKind.ADDRESS, "203.0.113.7"),))


def _kept(database: Database) -> list[tuple[int, int, Strand]]:
    with database.read() as connection:
        query = select(table).order_by(table.c.observation, table.c.number)
        return [(row.observation, row.number, strands.read(row.body))
                for row in connection.execute(query)]  # fmt: skip


def test_they_come_back_as_they_were_and_the_last_word_counts(database: Database) -> None:
    """An assessment that comes again has the same strands; they are numbered from 1."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 2)])
    with database.write() as connection:
        strands.add(connection, [(1, (ONE, OTHER)), (2, ())])
    assert _kept(database) == [(1, 1, ONE), (1, 2, OTHER)]
    with database.write() as connection:
        strands.add(connection, [(1, (OTHER,))])
    assert _kept(database) == [(1, 1, OTHER)]


def test_they_are_forgotten_with_their_observation(database: Database) -> None:
    """Before it goes."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 2)])
    with database.write() as connection:
        strands.add(connection, [(1, (ONE,)), (2, (ONE,))])
        strands.forget(connection, [1])
    assert _kept(database) == [(2, 1, ONE)]
