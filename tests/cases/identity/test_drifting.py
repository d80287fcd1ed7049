"""A name that many have, at an address that passes on: whose it is, if that can be told."""

from __future__ import annotations

from alpheus.cases.identity.drifting import is_adrift
from alpheus.cases.identity.model import Sighting
from cases.identity.identity_build import among_passing, forest_of, host_certificate, seen

OAK = {"servers": ("EXCH01",), **host_certificate("a", "mail.oak.com")}
ELM = {"servers": ("EXCH01",), **host_certificate("b", "mail.elm.com")}
ALONE = {"servers": ("EXCH01",)}


def _stay(number: int, address: str, first: int, last: int, **what) -> Sighting:
    times = {"first_seen": f"2021-03-{first:02}T00:00:00Z",
             "last_seen": f"2021-03-{last:02}T00:00:00Z"}  # fmt: skip
    return seen(number, address, **times, **what)


def test_the_only_server_of_that_name_in_the_range() -> None:
    """Of two, it stays apart; what was elsewhere at the time is out of the question."""
    oak, elm = _stay(1, "192.0.2.50", 10, 14, **OAK), _stay(2, "192.0.2.60", 10, 14, **ELM)
    lone = seen(9, "192.0.2.70", 3, **ALONE)
    assert among_passing(oak, lone) == [(1, 9)]
    assert among_passing(oak, elm, lone) == [(1,), (2,), (9,)]
    there = _stay(3, "192.0.2.61", 2, 4, **ELM)
    assert among_passing(oak, elm, there, lone) == [(1, 9), (2, 3)]


def test_builds_must_fit() -> None:
    """A server that had a higher build before is another."""
    oak = _stay(1, "192.0.2.50", 10, 14, build="15.1.2176.2", **OAK)
    for build, found in (("15.1.1531.3", [(1, 9)]), ("15.2.792.3", [(1,), (9,)])):
        lone = seen(9, "192.0.2.70", 3, build=build, **ALONE)
        assert among_passing(oak, lone) == found


def test_only_where_addresses_pass_on() -> None:
    """Elsewhere a server stays where it is, and another of that name is another."""
    oak = _stay(1, "198.51.100.50", 10, 14, **OAK)
    assert among_passing(oak, seen(9, "198.51.100.70", 3, **ALONE)) == [(1,), (9,)]


def test_what_tells_more_than_a_common_name() -> None:
    """A name of its own, a domain, a certificate: then it is somebody."""
    forest = forest_of(seen(1, "192.0.2.1", 1, **ALONE), seen(2, "192.0.2.2", 1, **OAK))
    told = {facts.address: is_adrift(forest, [node], facts.machine)
            for node, facts in enumerate(forest.facts)}  # fmt: skip
    assert told == {"192.0.2.1": True, "192.0.2.2": False}
    assert not is_adrift(forest, [0], ("LAKEMAIL",))
    assert not is_adrift(forest, [0], ())
