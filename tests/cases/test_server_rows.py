"""What a server's row says, by what it is found and how addresses sort."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.acts import Act, ActKind
from alpheus.cases.groups import combined, described
from alpheus.cases.identity import Sighting
from alpheus.cases.owners import Owner
from alpheus.cases.server_rows import (
    Part,
    dimensions,
    entries,
    identity,
    identity_of,
    place_of,
    places_of,
    server_row,
    state_of,
    words_of,
)

NOW = "2021-04-01T00:00:00Z"
CLUSTER = described([
    Sighting(7, "probe", servers=("QQ7",), hosts=("mail.town.example",), address="192.0.2.7",
             port=443, last_seen="2021-03-05T00:00:00Z"),
])  # fmt: skip


def _part(day: int, patch: str = "", **more: str) -> Part:
    given = {"kind": "probe", "source": "probe", "build": "", "product": "", "flags": "",
             "verdict": "", "stage": "", "breach": ""}  # fmt: skip
    return Part(id=day, seen=f"2021-03-{day:02d}T00:00:00Z", patch=patch, **{**given, **more})


def test_the_newest_build_counts_and_the_gravest_stage() -> None:
    """In whatever order they came."""
    parts = [
        _part(5, "fixed", build="15.1.2176.9", product="new", flags="b"),
        _part(1, "vulnerable", build="15.1.2176.4", product="old", flags="a"),
        _part(6, kind="assessment", verdict="compromised", stage="implanted", breach="2021-03-02"),
        _part(7, kind="assessment", verdict="attempted", stage="attempted", flags="z"),
    ]
    known = identity(CLUSTER, Owner("town.example", "school"), members=2, neighbours=1)
    row, changes = server_row(known, parts, (), now=NOW)
    assert (row["build"], row["product"], row["patch"]) == ("15.1.2176.9", "new", "fixed")
    assert (row["compromise"], row["sector"], row["observations"]) == ("compromised", "school", 4)
    assert known.detail.stage == "implanted"
    assert known.detail.flags == ("b",)
    assert row["priority"] == sum(reason.points for reason in known.detail.reasons)
    assert [change.after for change in changes] == ["vulnerable", "fixed", "compromised"]
    states = ("fixed", "compromised", "new")
    assert dimensions(row)[:2] == [("", "", *states), ("sector", "school", *states)]


def test_identity_is_read_back_from_a_row() -> None:
    """So that a state can be made anew without working out who is who."""
    known = identity(CLUSTER, Owner("o", "s", "r", "n", "because"))
    row, _ = server_row(known, [_part(1)], (), now=NOW)
    assert identity_of(row) == known


def test_what_identity_sets_aside_is_not_counted() -> None:
    """It is no server by itself, stays so when it is read back, and its row is there."""
    known = identity(replace(CLUSTER, aside="other-product"), Owner("town.example"))
    row, _ = server_row(known, [_part(1)], (), now=NOW)
    assert row["service"] == 1
    assert identity_of(row).service
    assert identity_of(row).detail.aside == "other-product"
    both = combined([replace(CLUSTER, aside="other-product"), replace(CLUSTER, id=9)])
    assert both.aside == ""


def test_a_part_of_a_mixed_pool_does_not_speak_for_all() -> None:
    """Once it was seen mixed, only an answer of several shows the fix."""
    mixed = _part(1, "vulnerable", flags="mixed-pool several-servers")
    assert state_of([mixed, _part(2, "fixed")], (), now=NOW).patch == "vulnerable"
    assert (
        state_of([mixed, _part(2, "fixed", flags="several-servers")], (), now=NOW).patch == "fixed"
    )


def test_reports_of_lists_are_no_assessment() -> None:
    """A sign of an intruder in a list is what somebody says."""
    assert state_of([_part(1, breach="2021-03-01")], (), now=NOW).compromise == "reported"


def test_words() -> None:
    """Names whole and in parts, and addresses as they are."""
    words = words_of(identity(CLUSTER, Owner("town.example")))
    assert {"mail.town.example", "town", "mail", "qq7", "192.0.2.7"} <= set(words)
    assert len(words) == len(set(words))


@given(st.ip_addresses(), st.ip_addresses())
def test_places_sort_as_addresses_do(one, other) -> None:
    """Those of version 4 come first."""
    first = (one.version, int(one)) < (other.version, int(other))
    assert (place_of(str(one)) < place_of(str(other))) is first


def test_networks_are_from_place_to_place() -> None:
    """And what is none has no place."""
    found = places_of("192.0.2.0/24")
    assert found is not None
    assert found[0] <= place_of("192.0.2.7") <= found[1]
    assert not found[0] <= place_of("192.0.3.0") <= found[1]
    assert places_of("2001:db8::/32") is not None
    assert places_of("AS64500") is None
    assert place_of("mail") == ""
    assert place_of(str(ip_address("::1")))


def test_entries_count_once_for_each_list() -> None:
    """By address, port and page; the days of a list together, a probe not at all."""

    def part(kind: str, source: str, report: str = "", port: int = 443) -> Part:
        return Part(1, kind, source, "", "", "", "", "", "", "", "", "192.0.2.1", port, report)

    assert entries([
        part("list", "scan"), part("list", "scan"), part("list", "other"), part("probe", "probe"),
        part("list", "v", "victims.csv /a"), part("list", "v", "victims.csv /b"),
        part("list", "v", "victims.csv /a"), part("list", "scan", "", 444),
    ]) == {"entries": 5, "victim_entries": 2}  # fmt: skip


def test_a_decoy_is_not_counted_until_a_person_says_otherwise() -> None:
    """It is kept and counted apart; what is read back from its row can be undone."""
    decoy = replace(CLUSTER, aside="decoy", aside_why="seven of them")
    known = identity(decoy, Owner("town.example"))
    parts = [_part(2, "vulnerable")]
    row, _ = server_row(known, parts, (), now=NOW)
    assert row["service"] == 1
    assert ("aside", "decoy", "vulnerable", "unknown", "new") in dimensions(row)
    counted = [Act(1, "2021-03-04T00:00:00Z", "kim", ActKind.COUNTED, "it is ours")]
    again, _ = server_row(identity_of(row), parts, counted, now=NOW)
    assert again["service"] == 0
    assert "aside" not in {key[0] for key in dimensions(again)}
    back, _ = server_row(identity_of(again), parts, (), now=NOW)
    assert back["service"] == 1


def test_a_person_may_say_that_a_server_is_a_decoy() -> None:
    """Whatever the evidence."""
    said = [Act(1, "2021-03-04T00:00:00Z", "kim", ActKind.DECOY, "we set it out")]
    row, _ = server_row(identity(CLUSTER, Owner()), [_part(2)], said, now=NOW)
    assert row["service"] == 1
    assert identity_of(row).detail.decoy
