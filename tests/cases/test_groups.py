"""Servers from observations, with what people decided on top."""

from __future__ import annotations

import msgspec

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.groups import Detail, combined, described, read_groups
from alpheus.cases.identity import Sighting
from cases_filling import act, fill, listed, seen
from exposure_runs import CLOSED, OPEN


def _decision(**detail: object) -> str:
    return msgspec.json.encode(Detail(**detail)).decode()


def _groups(database: Database) -> list[tuple[int, ...]]:
    return [one.sightings for one in read_groups(database).clusters]


def test_sightings_of_one_server_are_one(database: Database) -> None:
    """Whichever list they came by."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1),
                    seen(1, CLOSED, 3, **listed(1, 3, geo="US", asn="64500"))])  # fmt: skip
    groups = read_groups(database)
    assert [one.sightings for one in groups.clusters] == [(1, 3), (2,)]
    assert (groups.last, groups.last_act) == (3, 0)


def test_decisions_are_on_top_and_can_be_revoked(database: Database) -> None:
    """Merged, split, and as before."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1), seen(1, CLOSED, 3)])
    act(database, 1, ActKind.MERGED, 5, _decision(observations=(1, 2)))
    assert _groups(database) == [(1, 2, 3)]
    act(database, 1, ActKind.REVOKED, 6, _decision(revokes=1))
    assert _groups(database) == [(1, 3), (2,)]
    act(database, 1, ActKind.SPLIT, 7, _decision(observations=(3,)))
    assert _groups(database) == [(1,), (2,), (3,)]


def test_decisions_that_conflict_are_told(database: Database) -> None:
    """The later one holds."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1)])
    act(database, 1, ActKind.MERGED, 5, _decision(observations=(1, 2)))
    act(database, 1, ActKind.KEPT_APART, 6, _decision(observations=(1, 2)))
    groups = read_groups(database)
    assert [one.sightings for one in groups.clusters] == [(1,), (2,)]
    assert [(one.holds, one.overruled) for one in groups.conflicts] == [(2, 1)]


def test_a_merged_server_has_what_both_had() -> None:
    """Keys, addresses, times and counts; the name of the one seen more often."""
    sightings = [
        Sighting(1, "a", first_seen="2021-03-02T00:00:00Z", last_seen="2021-03-02T00:00:00Z",
                 servers=("QQ1",), address="192.0.2.1", port=443, compromised=True),
        Sighting(2, "b", first_seen="2021-03-01T00:00:00Z", last_seen="2021-03-03T00:00:00Z",
                 servers=("RR2",), address="198.51.100.2", port=444),
        Sighting(3, "b", last_seen="2021-03-04T00:00:00Z", servers=("RR2",),
                 address="198.51.100.2", port=444),
    ]  # fmt: skip
    found = described(sightings)
    assert (found.id, found.sightings, found.name) == (1, (1, 2, 3), "RR2")
    assert found.keys["server"] == ("QQ1", "RR2")
    assert [span.address for span in found.addresses] == ["192.0.2.1", "198.51.100.2"]
    assert (found.first_seen, found.last_seen) == ("2021-03-01T00:00:00Z", "2021-03-04T00:00:00Z")
    assert (found.sources, found.compromised) == ({"a": 1, "b": 2}, {"a": 1})
    assert combined([found]) == found
