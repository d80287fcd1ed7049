"""Matches are kept in bounded memory and nothing is miscounted."""

from __future__ import annotations

from datetime import timedelta

from alpheus.detect.model import (
    CLIENTS_PER_RULE,
    EVENTS_PER_CLIENT,
    MOST_PARTS,
    HitGroup,
    Hours,
)
from making import T0, event, hours, origin, rule


def test_totals_speak_of_all_and_events_are_bounded() -> None:
    """A client's first events are kept; total, first, last and sizes speak of every match."""
    group = HitGroup(rule(client="c-ip", measure="sc-bytes", names=("user",)), origin())
    for number in range(EVENTS_PER_CLIENT * 3):
        fields = {"c-ip": "192.0.2.1", "sc-bytes": "10", "user": f"u{number % 3}"}
        group.add(event("iis", fields, time=T0 + timedelta(seconds=number)))
    assert group.total == EVENTS_PER_CLIENT * 3
    assert len(list(group.kept())) == EVENTS_PER_CLIENT
    assert group.measured == EVENTS_PER_CLIENT * 30
    assert list(group.names) == ["u0", "u1", "u2"]
    assert group.last == T0 + timedelta(seconds=EVENTS_PER_CLIENT * 3 - 1)


def test_a_flood_of_clients_does_not_grow_memory() -> None:
    """Beyond a number of clients the rest share one place."""
    group = HitGroup(rule(client="c-ip"), origin())
    for number in range(CLIENTS_PER_RULE + 300):
        group.add(event("iis", {"c-ip": f"client{number}"}))
    assert len(group.events) == CLIENTS_PER_RULE + 1
    assert group.total == CLIENTS_PER_RULE + 300


def test_hours_of_unknown_zone_never_mix_with_known_ones() -> None:
    """Rows in local time count as rows, and do not say when there was coverage."""
    known, local = hours("2021-03-01", "2021-03-03"), hours("2021-03-05", "2021-03-06")
    local.basis = "unknown"
    for first, second in ((known, local), (local, known)):
        merged = Hours()
        merged.merge(first)
        merged.merge(second)
        assert (merged.basis, merged.rows, merged.files) == ("utc", 72, 2)
        assert merged.hours == known.hours
        assert merged.last == known.last


def test_merging_adds_rows_and_extends_the_span() -> None:
    """Two files of one source are one coverage."""
    merged = Hours()
    merged.merge(hours("2021-03-02", "2021-03-03"))
    merged.merge(hours("2021-03-01", "2021-03-02"))
    assert merged.rows == 48
    assert len(merged.hours) == 48
    assert merged.first is not None
    assert merged.first.day == 1


def test_parts_of_a_source_are_joined_and_not_too_many() -> None:
    """Folders are an attacker's to make."""
    whole = Hours()
    for number in range(MOST_PARTS + 5):
        one = Hours(1, 1, hours={number: 1})
        one.of_part(f"p{number % (MOST_PARTS + 1)}")
        whole.merge(one)
    assert len(whole.parts) == MOST_PARTS
    assert whole.parts["p0"] == {0, MOST_PARTS + 1}
