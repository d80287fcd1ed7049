"""Counts by what servers are, raw and merged."""

from __future__ import annotations

import pytest

from alpheus.cases.database import Database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.errors import UsageError
from cases_filling import NOW, fill, listed, seen
from exposure_runs import CLOSED, OPEN


@pytest.fixture
def cases(database: Database) -> Cases:
    """A hospital that three lists have, and a bank."""
    fill(database, [
        seen(1, OPEN, 1, **listed(1, 1, sector="hospital", asn="64500")),
        seen(1, OPEN, 2, **listed(2, 2, sector="hospital", asn="64500")),
        seen(1, CLOSED, 3, **listed(3, 3, sector="hospital", asn="64500")),
        seen(2, OPEN, 3, **listed(4, 3, sector="bank", asn="64500")),
    ])  # fmt: skip
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def test_servers_are_counted_once(cases: Cases) -> None:
    """However many lists have them; the raw number stands beside."""
    found = {line.value: line for line in cases.statistics("sector")}
    assert (found["hospital"].servers, found["hospital"].observations) == (1, 3)
    assert found["hospital"].patch == {"fixed": 1}
    assert (found["bank"].servers, found["bank"].observations) == (1, 1)
    (network,) = cases.statistics("network")
    assert (network.value, network.servers, network.observations) == ("64500", 2, 4)
    assert network.work == {"new": 2}
    assert network.patch == {"fixed": 1, "vulnerable": 1}


def test_days_are_those_asked_for(cases: Cases) -> None:
    """The first and the last belong to them."""
    states = [
        (day.day[-2:], day.state)
        for day in cases.days("2021-03-02", "2021-03-03") if day.axis == "patch"
    ]  # fmt: skip
    assert states == [("03", "fixed"), ("03", "vulnerable")]
    assert len([day for day in cases.days() if day.axis == "patch"]) == 3


def test_days_of_one_value(cases: Cases) -> None:
    """Of a sector, region or network; others are refused."""
    hospital = [(day.day[-2:], day.axis, day.before, day.state)
                for day in cases.days(by="sector", value="hospital")]  # fmt: skip
    assert hospital == [
        ("01", "known", "", "known"), ("01", "left", "", "left"),
        ("01", "patch", "unknown", "vulnerable"),
        ("03", "left", "left", "done"), ("03", "patch", "vulnerable", "fixed"),
    ]  # fmt: skip
    bank = [(day.day[-2:], day.axis) for day in cases.days(by="sector", value="bank")]
    assert ("03", "silent") in bank
    with pytest.raises(UsageError, match="sector, region, network"):
        cases.days(by="product", value="x")


def test_entries_of_lists_stand_beside(cases: Cases) -> None:
    """Daily ones count once; a probe is no list."""
    found = {line.value: line for line in cases.statistics("sector")}
    assert (found["hospital"].entries, found["hospital"].victim_entries) == (1, 0)


def test_other_dimensions_are_refused(cases: Cases) -> None:
    """With those that there are."""
    with pytest.raises(UsageError, match="sector, region, network, product"):
        cases.statistics("colour")
