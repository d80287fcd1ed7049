"""Servers counted once, beside what adding up lists gives."""

from __future__ import annotations

import pytest

from alpheus.campaign.breakdown import OwnerSets, counted, counts, owners
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.system_counts import Systems
from alpheus.errors import UsageError
from campaign_filling import campaign
from cases.test_system_counts import server


def test_raw_and_merged(database: Database) -> None:
    """One victim, three entries: the same page in a daily list is one, two lists are two."""
    campaign(database)
    with database.read() as connection:
        tables, _ = current(connection, "")
        (total,) = counts(connection, tables).lines
        by_sector = {one.value: one for one in counts(connection, tables, "sector").lines}
        found = owners(connection, tables)
        with pytest.raises(UsageError, match="sector, region, network, product, build"):
            counts(connection, tables, "colour")
    assert (total.servers, total.observations) == (6, 16)
    assert (total.entries, total.victims, total.victim_entries) == (7, 1, 3)
    assert (total.left, total.open_flaw, total.open_intrusion) == (4, 4, 1)
    assert total.patch == {"fixed": 2, "regressed": 1, "vulnerable": 3}
    assert (by_sector["bank"].servers, by_sector["bank"].left) == (3, 2)
    assert (found.organisations, found.victims, found.unowned) == (6, 1, 0)


def test_values_with_most_come_first_and_the_others_are_counted(database: Database) -> None:
    """Of many values those with most servers are told."""
    campaign(database)
    with database.read() as connection:
        tables, _ = current(connection, "")
        found = counts(connection, tables, "sector", most=1)
    assert (found.values, len(found.lines), found.lines[0].value) == (3, 1, "bank")


def test_rows_of_a_tally_are_counted_alike() -> None:
    """Those of another dimension are left out."""
    rows = [
        (("", "", "vulnerable", "unknown", "new"), (2, 5, 3, 0)),
        (("", "", "vulnerable", "reported", "closed"), (1, 5, 3, 2)),
        (("sector", "bank", "fixed", "unknown", "new"), (1, 1, 1, 0)),
    ]
    systems = Systems()
    for number in (1, 2):
        systems.add(server(number, system=1))
    (total,) = counted(rows, systems=systems).lines
    assert (total.systems.systems, total.systems.left) == (1, 1)
    assert (total.servers, total.left, total.victims, total.victim_entries) == (3, 2, 1, 2)
    assert total.work == {"closed": 1, "new": 2}
    assert counted(rows, "region", systems=systems).lines == ()


def test_decoys_are_counted_apart() -> None:
    """And told only where all are."""
    rows = [
        (("aside", "decoy", "vulnerable", "reported", "new"), (3, 9, 9, 4)),
        (("aside", "decoy", "vulnerable", "unknown", "new"), (2, 5, 5, 0)),
    ]
    found = counted(rows)
    assert (found.decoys.servers, found.decoys.victims, found.lines) == (5, 3, ())
    assert counted(rows, "sector").decoys.servers == 0


def test_owners_of_some_servers() -> None:
    """An organisation counts once; victims of unknown owners are told apart."""
    sets = OwnerSets()
    for one in (("a", "reported"), ("a", "cleaned"), ("b", "unknown"), ("", "compromised")):
        sets.add(*one)
    found = sets.result()
    assert (found.organisations, found.victims, found.unowned) == (2, 1, 1)
