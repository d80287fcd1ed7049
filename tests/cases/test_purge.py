"""What is forgotten is gone, and what stays is whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from alpheus.cases import ledger_schema, traces
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database, open_database
from alpheus.cases.purge import purge
from alpheus.cases.rebuild import rebuild
from alpheus.cases.schema import acts, facts, observations
from alpheus.cases.service import Cases
from alpheus.cases.traces import Trace, TraceKind
from alpheus.errors import RefusedError
from cases_filling import NOW, derived_rows, fill, seen
from exposure_runs import CLOSED, OPEN


@pytest.fixture
def cases(database: Database) -> Cases:
    """Two servers; the first was seen early and late, and is worked on."""
    fill(database, [seen(1, OPEN, 1), seen(2, None, 2), seen(1, CLOSED, 20)])
    rebuild(database, now=NOW)
    made = Cases(database, lambda: NOW)
    made.act(1, ActKind.STARTED, who="kim")
    made.act(2, ActKind.STARTED, who="kim")
    return made


def _count(database: Database, table) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar() or 0


def test_what_is_old_is_forgotten(cases: Cases) -> None:
    """What was done to a server stays with what is left of it."""
    database = cases.database
    with database.write() as connection:
        mark = Trace(TraceKind.ADDRESS, "203.0.113.7")
        traces.add(connection, [(1, mark), (3, mark)])
    assert purge(database, before="2021-03-10T00:00:00Z") == (2, 1)
    assert _count(database, ledger_schema.traces) == 1
    rebuild(database, now=NOW)
    (row,) = cases.page().servers
    assert (row["id"], row["work"], row["patch"]) == (3, "in-progress", "fixed")
    assert (_count(database, observations), _count(database, facts)) == (1, 1)


def test_a_server_is_forgotten_whole(cases: Cases) -> None:
    """With what was done to it; the other is untouched."""
    assert purge(cases.database, servers=[3]) == (2, 1)
    rebuild(cases.database, now=NOW)
    assert [one["id"] for one in cases.page().servers] == [2]
    assert _count(cases.database, acts) == 1


def test_a_server_that_is_not_there(cases: Cases) -> None:
    """Nothing is forgotten then."""
    before = derived_rows(cases.database)
    with pytest.raises(RefusedError, match="there is no server 9"):
        purge(cases.database, servers=[1, 9])
    assert derived_rows(cases.database) == before
    assert _count(cases.database, observations) == 3


def test_nothing_is_left_in_the_file(tmp_path: Path) -> None:
    """Not in pages that are free, nor in the log."""
    place = tmp_path / "c.db"
    with open_database(place) as database:
        fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 2, attributes={"x": "SECRETWORD"})])
        rebuild(database, now=NOW)
        purge(database, servers=[2])
        rebuild(database, now=NOW)
    assert all(b"SECRETWORD" not in path.read_bytes() for path in tmp_path.glob("c.db*"))
