"""Organisations are summed up in the same way all at once and one by one."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import insert, select

from alpheus.cases.database import Database
from alpheus.cases.organisation_rows import OrganisationTally, recount, renew, words_of_names
from alpheus.cases.owners import Owner
from alpheus.cases.schema import derived
from alpheus.directory.owner_model import Ownership

ROWS = (
    {"patch": "vulnerable", "compromise": "unknown", "work": "new", "priority": 7, "service": 0},
    {"patch": "fixed", "compromise": "reported", "work": "notified", "priority": 9, "service": 0},
    {"patch": "vulnerable", "compromise": "compromised", "work": "closed", "priority": 0,
     "service": 0},
    {"patch": "fixed", "compromise": "re-infected", "work": "new", "priority": 3, "service": 1},
)  # fmt: skip
OWNERSHIP = Ownership("Town", "town.example", "US", "TX", "Lakeview", "local-government")


def _owner(weight: int, key: str = "town.example") -> Owner:
    return Owner(
        key, "local-government", "US-TX", name="Town", domain="town.example", country="US",
        city="Lakeview", weight=weight,
    )  # fmt: skip


def test_what_is_counted() -> None:
    """A case that ended is not open; a service is no server, and yet not forgotten."""
    tally = OrganisationTally()
    for number, row in enumerate(ROWS, start=1):
        tally.add(number, _owner(50 + number % 2), row)
    tally.add(5, _owner(9, "other.example"), ROWS[3])
    tally.add(6, Owner(), ROWS[0])
    named = ("Town", "town.example", "US", "US-TX", "Lakeview", "local-government")
    assert list(tally.rows()) == [
        ("town.example", *named, 3, 2, 1, 9, 1),
        ("other.example", *named, 0, 1, 1, 3, 5),
    ]
    assert ("town", "other.example") in set(tally.words())


@pytest.mark.parametrize("kept", [(0, 1, 2, 3), (3,), (2,), ()])
def test_one_by_one_is_as_all_at_once(database: Database, kept: tuple[int, ...]) -> None:
    """Whether a row is there already or not; without servers there is no organisation."""
    tables, tally = derived("a"), OrganisationTally()
    with database.write() as connection:
        tables.metadata.create_all(connection)
        for number in kept:
            row, owner = ROWS[number], _owner(50 + number % 2)
            tally.add(number + 1, owner, row)
            connection.execute(insert(tables.servers).values(
                id=number + 1, organisation="town.example", sector=owner.sector, region="US-TX",
                **row,
            ))  # fmt: skip
            connection.execute(insert(tables.ownerships).values(
                server=number + 1, weight=owner.weight,
                content=msgspec.json.encode(OWNERSHIP).decode(),
            ))  # fmt: skip
        for _ in range(2):
            renew(connection, tables, ["town.example", ""])
            recount(connection, tables, ["town.example", ""])
            assert [tuple(row) for row in connection.execute(select(tables.organisations))] == [
                *tally.rows()
            ]
            words = connection.execute(select(tables.organisation_words)).all()
            assert sorted(map(tuple, words)) == sorted(tally.words())


def test_words_of_names() -> None:
    """Words and their parts, in lower case, each once and not too many."""
    assert words_of_names("st-mary.example", "St. Mary's HOSPITAL of Mary") == [
        "st-mary.example", "st.", "mary's", "hospital", "of", "mary", "example",
    ]  # fmt: skip
    assert len(words_of_names(" ".join(map(str, range(1000, 2000))))) == 30
