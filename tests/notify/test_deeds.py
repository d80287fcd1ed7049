"""What notices do to cases."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.schema import acts, meta
from alpheus.cases.service import Cases
from alpheus.notify import deeds
from alpheus.notify.model import EventKind
from cases_filling import seen
from exposure_runs import CLOSED, OPEN
from notices_filling import Country, contact, hour, later


@pytest.fixture
def country(database: Database) -> Country:
    """One organisation with two servers."""
    found = Country(database, {n: [contact("it@one.example")] for n in (1, 2)}, owned={2: 1})
    found.sees(seen(1, OPEN, 1), seen(2, OPEN, 1))
    return found


def _acts(country: Country) -> list[tuple[str, int]]:
    with country.database.read() as connection:
        query = select(acts.c.kind, acts.c.anchor).order_by(acts.c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_a_case_that_has_ended_is_left_alone(country: Country) -> None:
    """What is recorded of the notice does not fail for it."""
    (sent,) = country.tell()
    Cases(country.database, country.time).act(
        1, ActKind.CLOSED, who="lou", why="sold", to="outside"
    )
    country.notices.acknowledge(sent.code, who="reader")
    found = _acts(country)
    assert found[:2] == [("notified", 1), ("notified", 2)]
    assert ("acknowledged", 2) in found
    assert ("acknowledged", 1) not in found


def test_a_report_that_shows_that_it_went_out_notifies(country: Country) -> None:
    """Once, though the sender's own word comes later."""
    country.plan()
    country.approve()
    (due,) = country.notices.due()
    country.notices.claim(due, who="sender")
    country.notices.record(due, EventKind.DELIVERED, who="mx")
    country.notices.record(due, EventKind.HANDED_OVER, who="sender")
    assert _acts(country) == [("notified", 1), ("notified", 2)]


def test_a_refusal_notifies_nobody(country: Country) -> None:
    """Nor does a hand-over that was put back."""
    country.plan()
    country.approve()
    assert len(country.send(EventKind.NOT_TAKEN)) == 1
    assert len(country.send(EventKind.REFUSED)) == 1
    assert _acts(country) == []


def _states(country: Country) -> dict[str, str]:
    rows = Cases(country.database).every()
    return {str(row["name"]): str(row["work"]) for row in rows}


def test_what_came_back_has_told_nobody(country: Country) -> None:
    """It is an entry of the history, and where nothing else was told, the case is new again."""
    (sent,) = country.tell()
    assert set(_states(country).values()) == {"notified"}
    country.time.days(1)
    detail = "no such mailbox: 550 5.1.1; in bounces.mbox; matched by envelope [report 0123]"
    country.notices.record(sent, EventKind.BOUNCED, who="lou", detail=detail)
    assert _acts(country)[2:] == [("unreached", 1), ("unreached", 2)]
    case = Cases(country.database, country.time).show(1)
    last = case.changes[-1]
    assert (last.before, last.after, last.who) == ("notified", "new", "mail system")
    assert last.why == "it came back: no such mailbox: 550 5.1.1"
    assert last.evidence == f"notice {sent.reference}"
    assert set(_states(country).values()) == {"new"}
    before = Cases(country.database).every()
    country.rebuild()
    assert [row["work"] for row in Cases(country.database).every()] == [
        row["work"] for row in before
    ]


def test_a_notice_that_was_read_is_not_undone(country: Country) -> None:
    """Whatever comes back after the answer."""
    (sent,) = country.tell()
    country.notices.acknowledge(sent.code, who="reader")
    country.notices.record(sent, EventKind.BOUNCED, who="lou", detail="550")
    assert set(_states(country).values()) == {"acknowledged"}


def test_what_is_taken_down_waits_for_tables(country: Country) -> None:
    """A newer program that has not worked servers out yet loses no hand-over."""
    country.plan()
    country.approve()
    (due,) = country.notices.due()
    country.notices.claim(due, who="sender")
    with country.database.write() as connection:
        connection.execute(update(meta).where(meta.c.key == "derived").values(value="{}"))
    country.notices.record(due, EventKind.HANDED_OVER, who="sender")
    assert _acts(country) == [("notified", 1), ("notified", 2)]
    country.rebuild()
    rows = Cases(country.database).every()
    assert {row["work"] for row in rows} == {"notified"}


def test_what_is_still_so_of_a_notice(country: Country) -> None:
    """All of it, a part, or nothing; then it is about that alone."""
    (notice,) = country.plan()
    place = country.database.place

    def now() -> object:
        with country.database.read() as connection:
            return deeds.still_so(connection, place, notice)

    assert now() == notice
    country.sees(later(1, CLOSED, hour(10, 8)))
    part = now()
    assert part is not None
    assert [one.name for one in part.subjects] == ["QQ0002XY"]
    country.sees(later(2, CLOSED, hour(10, 8)))
    assert now() is None
