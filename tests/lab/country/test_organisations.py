"""Organisations."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from alpheus.lab.country.organisations import TOWN, Population, spelling
from alpheus.lab.country.sectors import SECTORS


@pytest.fixture(scope="module")
def population() -> Population:
    """All of one seed."""
    return Population(4)


def test_domains_and_names_are_each_ones_own(population: Population) -> None:
    """No domain is of two; names hold a word that nobody else's has."""
    found = [population.organisation(index) for index in range(3000)]
    domains = Counter(domain for one in found for domain in one.domains)
    assert set(domains.values()) == {1}
    assert len({one.name for one in found}) > 2950


def test_one_can_be_made_without_the_others(population: Population) -> None:
    """Number 1,234 is the same in whatever order they are asked for."""
    assert population.organisation(1234) == Population(4).organisation(1234)
    assert Population(5).organisation(1234) != population.organisation(1234)


def test_sectors_have_their_shares(population: Population) -> None:
    """All are there; one is a third at most."""
    count = Counter(population.organisation(index).sector for index in range(3000))
    assert set(count) == set(SECTORS)
    assert count["company"] < 1000
    assert min(count.values()) > 8


def test_towns_are_shared(population: Population) -> None:
    """Six organisations have the town and the state in common, and some its name."""
    found = [population.organisation(index) for index in range(60 * TOWN)]
    for town in range(60):
        members = found[town * TOWN : (town + 1) * TOWN]
        assert len({(one.city, one.state, one.country) for one in members}) == 1
    named = [one for one in found if one.city in one.name]
    assert len(named) > 60


def test_contacts_may_lie_on_the_server_itself(population: Population) -> None:
    """The last is an office with a mailbox of its own domain; some have somebody outside."""
    found = [population.organisation(index) for index in range(300)]
    assert all(one.contacts[-1].mail == f"info@{one.domains[0]}" for one in found)
    assert {contact.own_domain for one in found for contact in one.contacts} == {True, False}
    assert {one.language for one in found} >= {"en", "de"}


def test_others_spell_names_as_they_like(population: Population) -> None:
    """Several ways, all of which hold its word or its town's."""
    rng = Random(1)
    one = next(
        found for found in map(population.organisation, range(300))
        if found.name.startswith("City of")
    )  # fmt: skip
    place = one.name.removeprefix("City of ")
    ways = {spelling(one, rng) for _ in range(100)}
    assert {f"{place}, City of", place, one.name.upper()} <= ways
    assert all(place.upper() in way.upper() for way in ways)
