"""What was told stays with servers and organisations, however these are known later."""

from __future__ import annotations

import pytest

from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.service import Cases
from alpheus.notify import history
from alpheus.notify.ladder import Told
from cases_filling import seen
from exposure_runs import OPEN
from notices_filling import Country, contact, provider


@pytest.fixture
def country(database: Database) -> Country:
    """Two organisations, and a server of nobody's; all are told."""
    found = Country(
        database, {1: [contact("it@one1.example")], 2: [contact("it@one2.example")],
                   3: [provider()]}, nobodys=frozenset({3}),
    )  # fmt: skip
    found.sees(*(seen(n, OPEN, 1) for n in (1, 2, 3)))
    found.tell()
    return found


def _told(country: Country, keys: list[str], servers: list[int]) -> list[tuple[str, Told]]:
    with country.database.read() as connection:
        tables, _ = current(connection, country.database.place)
        return history.told_of(connection, tables, keys, servers)


def test_by_key_or_by_server(country: Country) -> None:
    """Each once, with what was said and how it stands."""
    ((key, told),) = _told(country, ["org1.example"], [1])
    assert (key, told.server, told.address) == ("org1.example", 1, "it@one1.example")
    assert (told.status, told.alone, told.facts.patch) == ("sent", True, "vulnerable")
    assert [one.server for _, one in _told(country, ["org1.example"], [2])] == [1, 2]
    assert _told(country, [""], []) == []
    assert _told(country, ["other.example"], [9]) == []


def test_a_notice_to_a_provider_is_about_several(country: Country) -> None:
    """It is not the organisation's alone."""
    ((key, told),) = _told(country, [], [3])
    assert (key, told.alone, told.rung) == ("", False, "provider")


def test_it_follows_servers_into_others(country: Country) -> None:
    """After a merge both are told of as the one that they are now."""
    Cases(country.database, country.time).merge([1, 2], who="kim", why="one rack")
    assert {one.server for _, one in _told(country, [], [1])} == {1}
    assert len(_told(country, [], [1])) == 2


def test_states_are_those_of_the_server_now(country: Country) -> None:
    """By any of its observations; what is gone is left out."""
    country.sees(seen(1, OPEN, 2))
    with country.database.read() as connection:
        tables, _ = current(connection, country.database.place)
        found = history.states_of(connection, tables, [1, 4, 99])
    assert {number: row["id"] for number, row in found.items()} == {1: 1, 4: 1}
