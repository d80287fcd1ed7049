"""Errors of lists."""

from __future__ import annotations

from random import Random

import pytest

from alpheus.lab.country.calendar import moment
from alpheus.lab.country.sightings import Seen
from alpheus.lab.country.slips import LOCAL, SLIPS, slip


def seen() -> Seen:
    """Something to be wrong about."""
    return Seen(
        moment(3, 0), "100.64.0.1", 443, reverse="mail.made-up.example", server_name="MADEUP-EX01"
    )


@pytest.mark.parametrize(("name", "change"), [(name, change) for name, _, change in SLIPS])
def test_each_changes_something(name: str, change: object) -> None:
    """And never the address."""
    one = seen()
    change(one, Random(2))  # type: ignore[operator]
    assert one != seen()
    assert one.address == seen().address
    if name == "local-time":
        assert one.time - seen().time == LOCAL


def test_they_are_written_down() -> None:
    """Whatever differs has a name for it; most rows are right."""
    rng = Random(3)
    wrong = 0
    for _ in range(2000):
        one = seen()
        slip(one, rng)
        changed = (one.reverse, one.server_name, one.time)
        right = changed == (seen().reverse, seen().server_name, seen().time)
        assert bool(one.errors) != right
        wrong += not right
    assert 150 < wrong < 500


def test_nothing_to_be_wrong_about() -> None:
    """An error that changes nothing is none."""
    rng = Random(4)
    found = []
    for _ in range(500):
        one = Seen(moment(0, 0), "100.64.0.1", 443)
        slip(one, rng)
        found += one.errors
    assert "address-only" not in found
    assert "typo" not in found
