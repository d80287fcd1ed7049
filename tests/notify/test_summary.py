"""Where all notices stand, counted by organisations and not by messages."""

from __future__ import annotations

import pytest

from alpheus.cases.database import Database
from alpheus.notify.model import EventKind
from cases_filling import seen
from exposure_runs import OPEN
from notices_filling import BREACHED, Country, contact, provider


@pytest.fixture
def country(database: Database) -> Country:
    """Six organisations; the first is broken into and has a telephone; two share a provider."""
    contacts = {n: [contact(f"it@one{n}.example")] for n in range(2, 5)}
    contacts |= {1: [contact("it@one1.example", phone="+1 555")], 5: [provider()], 6: [provider()]}
    found = Country(database, contacts)
    found.sees(seen(1, OPEN, 1, flags=BREACHED), *(seen(n, OPEN, 1) for n in range(2, 7)))
    return found


def test_before_the_first_plan_all_is_zero(country: Country) -> None:
    """And there is no time as of which."""
    found = country.notices.status()
    assert (found.told, found.failed, found.uncertain, found.unreached) == (0, 0, 0, 0)
    assert (found.as_of, found.lines, found.overdue_total) == ("", (), 0)


def test_organisations_are_counted_once(country: Country) -> None:
    """However many notices each got; those told by their provider count each."""
    sent = {one.organisation or "isp": one for one in country.tell()
            if one.recipient.channel == "email"}  # fmt: skip
    n = country.notices
    n.record(sent["org2.example"], EventKind.BOUNCED, who="mx")
    n.acknowledge(sent["org1.example"].code, who="reader")
    n.record(sent["org3.example"], EventKind.ANSWERED, who="mx")
    found = n.status()
    assert (found.told, found.acknowledged, found.failed, found.servers_told) == (5, 1, 1, 5)
    assert found.answered == (sent["org3.example"].reference,)
    assert sum(line.notices for line in found.lines) == 6
    assert found.as_of == "2021-03-10T09:00:00Z"


def test_who_does_not_answer_in_time_is_named(country: Country) -> None:
    """By the time of each rung, those that wait longest first; an answer begins it anew."""
    sent = country.tell()
    assert country.notices.status().overdue_total == 0
    country.time.days(4)
    found = country.notices.status()
    assert {one.rung for one in found.overdue} == {"contact"}
    assert {one.until for one in found.overdue} == {"2021-03-13T09:00:00Z"}
    mail = next(one for one in sent if one.organisation == "org3.example")
    country.notices.record(mail, EventKind.ANSWERED, who="mx")
    assert mail.reference not in {one.reference for one in country.notices.status().overdue}
    country.time.days(2)
    rungs = {one.rung for one in country.notices.status().overdue}
    assert rungs == {"contact", "provider"}


def test_uncertain_ones_are_named(country: Country) -> None:
    """Since a person has to settle them."""
    country.plan()
    country.approve()
    first = next(country.notices.due())
    country.notices.claim(first, who="sender")
    found = country.notices.status()
    assert (found.uncertain, found.uncertain_notices) == (1, (first.reference,))
