"""What is done is taken down with who, when, why and evidence."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.schema import acts
from alpheus.cases.service import Cases
from cases_filling import NOW, fill, seen
from exposure_runs import OPEN


@pytest.fixture
def cases(database: Database) -> Cases:
    """A server that was seen twice, and another."""
    fill(database, [seen(1, OPEN, 1), seen(1, OPEN, 2), seen(2, OPEN, 2)])
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def test_an_act_is_taken_down_whole(cases: Cases) -> None:
    """When it was done, and when it was recorded."""
    when = "2021-03-20T00:00:00Z"
    cases.act(2, ActKind.MITIGATED, who="kim", why="EOMT", evidence="mail 7", when=when)
    with cases.database.read() as connection:
        row = connection.execute(select(acts)).one()
    assert (row.who, row.why, row.evidence, row.anchor) == ("kim", "EOMT", "mail 7", 1)
    assert (row.time, row.recorded) == (when, "2021-04-01T00:00:00Z")


def test_an_act_of_the_past_takes_its_place_in_time(cases: Cases) -> None:
    """It is not the last word if something was done after it."""
    cases.act(1, ActKind.STARTED, who="kim", when="2021-03-20T00:00:00Z")
    row = cases.act(1, ActKind.NOTIFIED, who="kim", when="2021-03-10T00:00:00Z")
    assert (row["work"], row["work_since"]) == ("in-progress", "2021-03-20T00:00:00Z")
