"""What was worked out is kept where somebody decided otherwise."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from alpheus.cases.bases import bases_of, forget, keep, kept, seen_of, set_bases, together
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.rebuild import rebuild
from alpheus.cases.schema import Derived
from cases_filling import NOW, fill, seen
from exposure_runs import OPEN


@pytest.fixture
def filled(database: Database) -> Database:
    """Two servers, the first seen twice."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1), seen(1, OPEN, 3)])
    rebuild(database, now=NOW)
    return database


def _row(connection: Connection, tables: Derived, number: int) -> dict[str, object]:
    found = connection.execute(select(tables.servers).where(tables.servers.c.id == number)).one()
    return found._asdict()


def test_an_observation_is_of_what_was_worked_out_unless_told(filled: Database) -> None:
    """And told no more once it is so again."""
    with filled.write() as connection:
        tables, _ = current(connection, "")
        assert bases_of(connection, tables, (1, 2, 3, 99)) == {1: (1, 1), 2: (2, 2), 3: (1, 1)}
        set_bases(connection, tables, {1: 1, 2: 2, 3: 1}, {1: 1, 2: 1, 3: 3})
        assert bases_of(connection, tables, (2, 3)) == {2: (2, 2), 3: (1, 1)}
        assert together(connection, tables, (), (2,)) == {2}
        assert together(connection, tables, (2,), (1,)) == {1, 2, 3}
        set_bases(connection, tables, {1: 1, 2: 2, 3: 1}, {1: 1, 2: 2, 3: 1})
        assert connection.execute(select(tables.bases)).all() == []


def test_a_server_is_kept_whole(filled: Database) -> None:
    """With its owner and why; without its state, which follows from what is seen and done."""
    with filled.write() as connection:
        tables, _ = current(connection, "")
        keep(connection, tables, _row(connection, tables, 1))
        found = kept(connection, tables, 1)
        assert found is not None
        assert (found.id, found.name, found.detail.keys["server"]) == (1, "QQ0001XY", ("QQ0001XY",))
        assert found.owner.ownership.startswith(b"{")
        assert found.detail.reasons == ()
        assert kept(connection, tables, 2) is None
        forget(connection, tables, [1])
        assert kept(connection, tables, 1) is None


def test_observations_are_told_with_source_and_time(filled: Database) -> None:
    """As evidence of owners is chosen by them."""
    with filled.read() as connection:
        found = seen_of(connection, (1, 3))
    assert [(one.source, one.seen[:10]) for one in found.values()] == [
        ("probe", "2021-03-01"), ("probe", "2021-03-03"),
    ]  # fmt: skip
