"""Ranges that pass their addresses on are told from who followed whom."""

from __future__ import annotations

from alpheus.cases.identity.model import Sighting
from alpheus.cases.identity.passing import Passing
from cases.identity.identity_build import forest_of, passing, seen


def _on(address: str, *sightings: Sighting) -> bool:
    forest = forest_of(*sightings)
    return Passing(forest, range(len(forest.facts))).on(address)


def test_three_addresses_at_which_strangers_follow_each_other() -> None:
    """And the others of their range; no other range."""
    assert _on("192.0.2.200", *passing())
    assert not _on("198.51.100.1", *passing())
    assert not _on("192.0.2.200", *passing()[:-1])


def test_a_fifth_of_those_that_were_seen() -> None:
    """Three that changed hands in a range full of servers that stay are no more than that."""
    staying = [seen(n, f"192.0.2.{n}", 1, hosts=(f"mail.oak{n}.com",)) for n in range(100, 113)]
    assert not _on("192.0.2.1", *passing(*staying))
    assert _on("192.0.2.1", *passing(*staying[:12]))


def test_what_answers_by_turns_is_no_change_of_hands() -> None:
    """Two organisations behind one address, both before and after each other."""
    turns = [
        seen(10 * n + day, f"192.0.2.{n}", day, hosts=(f"mail.{'oak' if day % 2 else 'elm'}.com",))
        for n in (1, 2, 3)
        for day in (1, 2, 3, 4)
    ]
    assert not _on("192.0.2.1", *turns)


def test_reports_of_pages_that_sum_up_are_adrift() -> None:
    """On which of its days the server had the address, a report does not say."""
    page = {"compromised": True, "network": "64500", "url": "https://192.0.2.9/x.aspx"}
    long = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-09T00:00:00Z"}
    forest = forest_of(
        *passing(seen(1, "192.0.2.9", **page, **long), seen(2, "192.0.2.8", 3, **page)),
        seen(3, "198.51.100.1", **page, **long),
    )  # fmt: skip
    nodes = range(len(forest.facts))
    adrift = Passing(forest, nodes).adrift(nodes)
    assert [forest.facts[node].address for node in adrift] == ["192.0.2.9"]
