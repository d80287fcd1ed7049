"""What a list is."""

from __future__ import annotations

from alpheus.lab.country.calendar import moment
from alpheus.lab.country.listing import by_address
from alpheus.lab.country.lists import SOURCES, listings
from alpheus.lab.country.sightings import Seen


def test_services_of_an_address_are_one_group() -> None:
    """In the order in which they came."""
    seen = [Seen(moment(0, 0), address, port) for address, port in (("a", 1), ("b", 2), ("a", 3))]
    groups = [[one.port for one in group] for group in by_address(seen)]
    assert groups == [[1, 3], [2]]


def test_a_month_has_lists_of_six_sources() -> None:
    """Each in a file of its own, none after the last day."""
    month = listings(31)
    assert len(SOURCES) == 6
    assert len({one.path for one in month}) == len(month)
    assert max(one.day for one in month) < 31
    assert {one.kind.partition("/")[0] for one in month} == {
        "shadowserver", "shodan", "censys", "nmap", "probe", "customers",
    }  # fmt: skip
    assert all(one.day < 5 for one in listings(5))
