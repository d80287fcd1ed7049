"""Every server that ever had something to do is read with what may explain it."""

from __future__ import annotations

import pytest

from alpheus.campaign import cohort
from alpheus.campaign.cohort import Member, days_between, members
from alpheus.campaign.reasons import Reason, reason_of
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.notify.model import EventKind
from campaign_filling import campaign
from cases_filling import seen
from exposure_runs import OPEN
from notices_filling import Country, contact


@pytest.mark.parametrize("portion", [2, 4_000])
def test_all_members(database: Database, monkeypatch: pytest.MonkeyPatch, portion: int) -> None:
    """In portions of any size: when opened, fixed, told, and by what build."""
    monkeypatch.setattr(cohort, "PORTION", portion)
    campaign(database)
    with database.read() as connection:
        tables, _ = current(connection, "")
        found = {one.server: one for one in members(connection, tables)}
        banks = [*members(connection, tables, [tables.servers.c.sector == "bank"])]
    days = {n: (one.opened[8:10], one.fixed[8:10], one.told[8:10]) for n, one in found.items()}
    assert days == {
        1: ("01", "12", "08"), 3: ("01", "", "08"), 5: ("02", "04", ""), 7: ("02", "05", ""),
        10: ("03", "", ""), 15: ("03", "", "06"),
    }  # fmt: skip
    assert [n for n, one in found.items() if one.left] == [3, 7, 10, 15]
    assert {one.opened_build for one in found.values()} == {OPEN}
    assert [one.channel for one in found[3].tellings] == ["email", "letter"]
    assert [one.channel for one in found[15].tellings] == ["by hand"]
    assert (found[10].observations, found[10].addresses) == (5, 1)
    assert {one.server for one in banks} == {1, 7, 10}


def test_days_between() -> None:
    """Whole days of dates, whatever the hour."""
    assert days_between("2021-02-28T23:59:59Z", "2021-03-01") == 1
    assert days_between("2021-03-01", "2021-02-28T00:00:00Z") == -1


def test_who_was_told_by_nothing_that_arrived_is_not_told(database: Database) -> None:
    """Its only notice came back: it was never told, and is left since nothing arrived."""
    country = Country(database, {1: [contact("it@one.example")]})
    country.sees(seen(1, OPEN, 1))
    (sent,) = country.tell()

    def one() -> Member:
        with database.read() as connection:
            tables, _ = current(connection, database.place)
            (found,) = members(connection, tables)
        return found

    assert one().told
    country.time.days(1)
    country.notices.record(sent, EventKind.BOUNCED, who="lou", detail="550 5.1.1")
    found = one()
    assert (found.told, found.work, found.tellings[0].status) == ("", "new", "failed")
    assert reason_of(found, "2021-03-11") is Reason.FAILED
