"""Notices about servers that are forgotten are forgotten with them."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from alpheus.cases.database import Database
from alpheus.cases.purge import purge
from alpheus.cases.schema import notice_events, notice_servers, notice_standings, notices, unreached
from alpheus.notify.model import Notice
from cases_filling import seen
from exposure_runs import OPEN
from notices_filling import Country, contact, provider


@pytest.fixture
def country(database: Database) -> Country:
    """Two organisations with a contact, two by their provider, one that nobody reaches; told."""
    found = Country(
        database, {1: [contact("it@one1.example")], 2: [contact("it@one2.example")],
                   3: [provider()], 4: [provider()]},
    )  # fmt: skip
    found.sees(*(seen(n, OPEN, 1) for n in range(1, 6)), seen(1, OPEN, 8))
    found.tell()
    return found


def _everything(country: Country) -> str:
    """All that is kept of notices, as text."""
    tables = (notices, notice_servers, notice_events, notice_standings, unreached)
    with country.database.read() as connection:
        return str([tuple(row) for table in tables for row in connection.execute(select(table))])


def test_a_server_goes_with_its_notices(country: Country) -> None:
    """Whole where they are about it alone; else it is taken out of them."""
    assert "QQ0002XY" in _everything(country)
    purge(country.database, servers=[2, 3, 5])
    kept = _everything(country)
    for word in ("QQ0002XY", "org2.example", "one2.example", "QQ0003XY", "org3.example", "org5"):
        assert word not in kept
    country.rebuild()
    assert {s.name for one in country.notices.notices() for s in one.subjects} == {
        "QQ0001XY", "QQ0004XY",
    }  # fmt: skip
    assert country.plan() == []


def test_what_stays_of_a_server_keeps_its_notices(country: Country) -> None:
    """By an observation that is left, so that it is not told again."""
    purge(country.database, before="2021-03-05T00:00:00Z")
    country.rebuild()
    with country.database.read() as connection:
        rows = connection.execute(select(notices.c.content, notice_servers.c.anchor).join_from(
            notices, notice_servers, notice_servers.c.notice == notices.c.id)).all()  # fmt: skip
    ((content, anchor),) = rows
    notice = msgspec.json.decode(content, type=Notice)
    assert [one.anchor for one in notice.subjects] == [anchor] == [6]
    assert country.plan() == []
    assert country.reasons() == {"org1.example": "waiting"}
