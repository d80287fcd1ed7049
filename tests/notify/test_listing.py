"""Notices in lists, by what they are, page after page, and within organisations."""

from __future__ import annotations

import pytest

from alpheus.cases.database import Database
from alpheus.errors import UsageError
from alpheus.notify import listing
from alpheus.notify.listing import Wanted
from alpheus.notify.model import EventKind
from cases_filling import seen
from exposure_runs import OPEN
from notices_filling import Country, contact, provider


@pytest.fixture
def country(database: Database) -> Country:
    """Three told by mail at different times, two by their provider, one by nobody."""
    found = Country(
        database,
        {**{n: [contact(f"it@one{n}.example")] for n in (1, 2, 3)}, 4: [provider()],
         5: [provider()]},
    )  # fmt: skip
    for number in range(1, 7):
        found.sees(seen(number, OPEN, 1))
        if number not in {4, 6}:
            found.tell()
            found.time.days(0.1)
    found.tell()
    return found


def _every(
    country: Country, wanted: Wanted, within: set[str] | None = None, size: int = 2
) -> list[str]:
    """References page after page; no page repeats or leaves out one."""
    lines = country.notices.status().lines
    found, after = list[str](), ""
    with country.database.read() as connection:
        while True:
            page = listing.page(connection, wanted, lines, within=within, after=after, size=size)
            assert len(page.notices) <= size
            found += [one.reference for one in page.notices]
            after = page.next
            if not after:
                return found


def test_pages_are_all_of_it_in_order(country: Country) -> None:
    """Those first that were handed over last; of a batch in the order of sending."""
    everything = list(country.notices.notices())
    assert _every(country, Wanted()) == [one.reference for one in reversed(everything)]
    for batch in country.notices.batches():
        expected = [one.reference for one in country.notices.notices(batch.number)]
        assert _every(country, Wanted(batch=batch.number)) == expected


def test_what_is_asked_is_what_comes(country: Country) -> None:
    """By status, rung, organisation, answers and time."""
    first, second, third, *_ = country.notices.notices()
    country.notices.record(first, EventKind.BOUNCED, who="m")
    country.notices.record(second, EventKind.ANSWERED, who="m", detail="box 3")
    assert _every(country, Wanted(status=("failed",))) == [first.reference]
    assert _every(country, Wanted(answered=True)) == [second.reference]
    assert _every(country, Wanted(organisation=("org3.example",))) == [third.reference]
    assert _every(country, Wanted(status=("failed",), rung=("provider",))) == []
    provider_ = [one.reference for one in country.notices.notices()
                 if one.recipient.rung == "provider"]  # fmt: skip
    assert sorted(_every(country, Wanted(rung=("provider",)))) == sorted(provider_)
    country.time.days(4)
    summary = country.notices.status()
    since = listing.overdue_since(country.notices.now, country.settings.wait_days)
    late = _every(country, Wanted(overdue=since))
    assert sorted(late) == sorted(one.reference for one in summary.overdue)
    assert len(late) == summary.overdue_total > 0
    with country.database.read() as connection:
        assert listing.answers_in(connection, [second.id])[second.id][1] == "box 3"
        with pytest.raises(UsageError, match="is no key of a page"):
            listing.page(connection, Wanted(), summary.lines, after="x")


def test_within_organisations_nothing_of_others_is_there(country: Country) -> None:
    """A notice about several organisations is for those who may see all of them."""
    of_provider = next(one for one in country.notices.notices()
                       if one.recipient.rung == "provider")  # fmt: skip
    keys = {one.organisation for one in of_provider.subjects}
    mine = _every(country, Wanted(), {"org1.example"})
    assert len(mine) == 1
    assert of_provider.reference not in mine
    assert of_provider.reference in _every(country, Wanted(), keys)
    assert _every(country, Wanted(organisation=("org2.example",)), {"org1.example"}) == []
    assert _every(country, Wanted(), set()) == []
    with country.database.read() as connection:
        assert not listing.is_visible(connection, of_provider.id, {"org1.example"})
        assert listing.is_visible(connection, of_provider.id, keys)
        assert listing.is_visible(connection, of_provider.id, None)
        assert listing.batches_in(connection, {"org1.example"}, "x") == [1]
        assert not listing.is_batch_visible(connection, of_provider.batch, {"org1.example"}, "x")
        lines = listing.lines_of(connection, {"org1.example"})
    assert sum(one.notices for one in lines) == 1


@pytest.mark.parametrize("keys", [{"org1.example"}, {"org1.example", "org4.example"}, set()])
def test_figures_within_are_those_of_the_notices_within(country: Country, keys: set[str]) -> None:
    """As if there were no others."""
    country.time.days(9)
    found = country.notices.status(keys)
    with country.database.read() as connection:
        assert found.lines == tuple(
            sorted(listing.lines_of(connection, keys), key=lambda one: one.rung)
        )
    assert found.overdue_total == len(found.overdue)
    assert found.told <= len(keys)


def test_whom_nobody_could_reach(country: Country) -> None:
    """Those of the newest plan of all, by reason, and only one's own."""
    country.plan()
    with country.database.read() as connection:
        reasons = listing.reasons_of(connection, None)
        rows, after = listing.unreached_of(connection, size=1)
        assert reasons["no-contact"] >= 1
        assert len(rows) == 1
        none, _ = listing.unreached_of(connection, within={"org1.example"}, reason="no-contact")
        assert none == []
        mine, _ = listing.unreached_of(connection, within={"org6.example"})
        assert [row["organisation"] for row in mine] == ["org6.example"]
        assert listing.reasons_of(connection, {"org1.example"}).get("no-contact", 0) == 0
    assert after >= 0
