"""What an organisation hands in is its own where every name says so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.cases.database import Database
from alpheus.cases.observations import hand_entry
from alpheus.cases.observations_import import record
from alpheus.cases.rebuild import rebuild
from alpheus.web.jobs.ownership import are_of


@pytest.fixture
def known(database: Database) -> Database:
    """A server each of two organisations."""
    entries = [hand_entry(time="2021-03-10T00:00:00Z", names=(f"mail.{key}.example",))
               for key in "ab"]  # fmt: skip
    record(database, entries, "test")
    rebuild(database, now=datetime.now(UTC))
    return database


@pytest.mark.parametrize(
    ("names", "own"),
    [
        ([("mail.a.example",)], True),
        ([("EX01", "mail.a.example", "MAIL.A.EXAMPLE.")], True),
        ([("new.a.example",)], True),
        ([("EX01",)], False),
        ([("mail.b.example",)], False),
        ([("mail.a.example", "mail.b.example")], False),
        ([("mail.a.example",), ("mail.b.example",)], False),
        ([("mail.a.example", "mail.elsewhere.example")], False),
        ([("a.example.evil.example",)], False),
        ([], False),
        ([tuple(f"{n}.a.example" for n in range(300))], False),
    ],
)
def test_whose_servers_they_are(known: Database, names: list[tuple[str, ...]], own: bool) -> None:
    """A name of another's server, or no full name at all, makes them somebody's to look at."""
    assert are_of(known, "a.example", names) is own
