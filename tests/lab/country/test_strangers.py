"""What is no server of the country."""

from __future__ import annotations

from random import Random

from alpheus.lab.country.sightings import VICTIM
from alpheus.lab.country.strangers import Stranger


def test_they_are_of_every_kind_and_nobodys() -> None:
    """Each has an address of its own and is marked as noise."""
    found = [Stranger(1, number) for number in range(200)]
    assert {one.kind for one in found} == {"honeypot", "other-product", "cloud"}
    assert len({one.address for one in found}) == 200
    rng = Random(1)
    for one in found:
        seen = one.seen(3, rng)
        assert (seen.noise, seen.server, seen.unit) == (one.kind, None, "")
        assert (seen.release is not None) == (one.kind == "honeypot")


def test_only_honeypots_are_accused() -> None:
    """Some of the time, with a page that is not there."""
    rng = Random(1)
    accused = {
        stranger.kind
        for stranger in (Stranger(1, number) for number in range(60))
        for _ in range(40)
        if stranger.accused(2, rng).claims == VICTIM
    }
    assert accused == {"honeypot"}


def test_the_same_seed_has_the_same() -> None:
    """And another one others."""
    assert Stranger(1, 5).kind == Stranger(1, 5).kind
    assert [Stranger(1, n).kind for n in range(20)] != [Stranger(2, n).kind for n in range(20)]
