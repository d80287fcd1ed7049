"""For how long an answer is waited for."""

from __future__ import annotations

from alpheus.cases.database import Database
from alpheus.notify.model import LADDER, Rung
from alpheus.notify.settings import WAIT_DAYS
from alpheus.notify.waits import USUAL, keep, kept


def test_those_of_the_last_plan(database: Database) -> None:
    """The usual ones before any; a rung that is not named keeps its own."""
    with database.write() as connection:
        assert kept(connection) == USUAL
        keep(connection, {Rung.CONTACT: 9})
        keep(connection, {Rung.CONTACT: 10})
        found = kept(connection)
    assert found.planned
    assert found.days == {**WAIT_DAYS, Rung.CONTACT: 10}
    assert (found.of("contact"), found.of("letter"), found.of("")) == (10, 14, 10)
    assert set(USUAL.days) == set(LADDER)
