"""Traces are kept beside their observation, and go with it."""

from __future__ import annotations

from sqlalchemy import select

from alpheus.cases import traces
from alpheus.cases.database import Database
from alpheus.cases.ledger_schema import traces as table
from alpheus.cases.traces import Trace, TraceKind
from cases_filling import fill, seen
from exposure_runs import OPEN

PAGE = Trace(TraceKind.PAGE, "ab" * 32, "x.aspx", "2021-03-03T00:00:00Z")
ADDRESS = Trace(TraceKind.ADDRESS, "203.0.113.7")


def _kept(database: Database) -> list[tuple[int, str, str]]:
    with database.read() as connection:
        query = select(table.c.observation, table.c.kind, table.c.label).order_by(
            table.c.observation, table.c.kind
        )
        return [tuple(one) for one in connection.execute(query)]


def test_each_value_once_and_the_last_word_counts(database: Database) -> None:
    """An assessment that comes again has the same traces."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 2)])
    with database.write() as connection:
        traces.add(connection, [(1, PAGE), (1, PAGE._replace(label="y.aspx")), (2, ADDRESS)])
    assert _kept(database) == [(1, "page", "y.aspx"), (2, "address", "")]
    with database.write() as connection:
        traces.add(connection, [(1, ADDRESS)])
    assert _kept(database) == [(1, "address", ""), (2, "address", "")]


def test_they_are_forgotten_with_their_observation(database: Database) -> None:
    """Before it goes."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 2)])
    with database.write() as connection:
        traces.add(connection, [(1, PAGE), (2, PAGE)])
        traces.forget(connection, [1])
    assert _kept(database) == [(2, "page", "x.aspx")]
