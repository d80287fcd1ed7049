"""All steps together, on a country made up for tests."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from alpheus.cases.identity.counts import count
from alpheus.cases.identity.resolve import Resolver
from alpheus.cases.identity.solve import solve
from cases.identity.identity_build import (
    forest_of,
    groups,
    host_certificate,
    own_certificate,
    seen,
)
from cases.identity.identity_score import Score, pairwise_score
from cases.identity.identity_world import World, make_world


@cache
def _country() -> tuple[World, Resolver]:
    world = make_world(20, 700)
    return world, Resolver(world.sightings)


def _score(world: World, resolver: Resolver) -> Score:
    """Of all sightings but those of services, which tell no member."""
    told = {n: server for n, server in world.truth.items() if n not in world.at_services}
    return pairwise_score([one.sightings for one in resolver.clusters()], told)


def test_servers_are_told_apart() -> None:
    """Common names, pools, moves, dynamic lines, NAT and hosters in one country."""
    score = _score(*_country())
    assert score.precision >= 0.99
    assert score.recall >= 0.97


def test_victims_are_counted_once() -> None:
    """Rows of shells are several times too many; servers are right to within a few in a hundred."""
    world, resolver = _country()
    victims = count(resolver.clusters(), resolver.pools(), victims=True)
    assert victims.factor > 3
    assert abs(victims.servers - len(world.victims)) <= 0.05 * len(world.victims)


def test_no_default_name_or_hosting_certificate_merges_organisations() -> None:
    """Two organisations in one server are a rare error of addresses, never of names."""
    world, resolver = _country()
    organisation = {server.number: server.organisation for server in world.servers}
    wrong = 0
    for cluster in resolver.clusters():
        of = {organisation[world.truth[n]] for n in cluster.sightings}
        wrong += len(of) > 1
    assert wrong <= 0.005 * len(resolver.clusters())


def test_the_score() -> None:
    """Pairs rightly, wrongly and not joined."""
    score = pairwise_score([(1, 2, 3), (4,)], {1: "a", 2: "a", 3: "b", 4: "b"})
    assert (score.right, score.wrong, score.missed) == (1, 2, 1)
    assert pairwise_score([], {}).precision == pairwise_score([], {}).recall == 1


def test_a_certificate_is_believed_unless_another_computer_shows_it() -> None:
    """An appliance's own certificate before a server does not give it a name."""
    forest = forest_of(
        seen(1, "192.0.2.1", **own_certificate("a", "EDGE1", "x.local")),
        seen(2, "192.0.2.1", servers=("EX01",), **own_certificate("a", "EDGE1", "x.local")),
        seen(3, "192.0.2.9", **own_certificate("b", "EX05", "y.local")),
    )
    solution = solve(forest.facts, forest.first, forest.last)
    assert set(solution.computers) == {"EX01", "EX05"}


def test_domains_of_providers_are_forgotten() -> None:
    """Customers below a provider's domain have no organisation in common."""
    sightings = [
        seen(
            n,
            f"192.0.2.{n}",
            servers=("EX01",),
            ad_domain=f"{name}.local",
            hosts=(f"{name}.h.net",),
        )
        for n, name in enumerate(("alpha", "bravo", "charlie", "delta"), start=1)
    ]
    resolver = Resolver([*sightings, seen(9, "198.51.100.1", **host_certificate("c", "x.h.net"))])
    assert len(resolver.clusters()) == 5
    assert {one.value for one in resolver.demoted()} == {"h.net"}


def test_a_slip_in_a_name_is_mended() -> None:
    """A name seen once where a computer is known that is called so but for one letter."""
    known = [seen(n, "192.0.2.1", n, servers=("LAKE-EX01",)) for n in (1, 2, 4)]
    found = Resolver([*known, seen(9, "192.0.2.1", 3, servers=("LAKE-XE01",))]).clusters()
    assert [(one.sightings, one.name) for one in found] == [((1, 2, 4, 9), "LAKE-EX01")]
    other = Resolver([*known, seen(9, "192.0.2.1", 3, servers=("LAKE-EX02",))]).clusters()
    assert len(other) == 2


def test_who_is_near_decides_what_a_slip_is() -> None:
    """A namesake elsewhere does not make a slip a name; one of the same domain does."""
    names = ("OAKEX01", "OAKEX01", "OAKXE01")
    slip = [seen(day, "192.0.2.1", day, servers=(name,)) for day, name in enumerate(names, 1)]
    far = seen(4, "198.51.100.1", 3, servers=("OAKXE01",), ad_domain="elm.example")
    assert groups(*slip, far) == [(1, 2, 3), (4,)]
    own = [replace(one, ad_domain="oak.example") for one in slip]
    kin = seen(4, "198.51.100.1", 3, servers=("OAKXE01",), ad_domain="oak.example")
    assert groups(*own, kin) == [(1, 2), (3, 4)]


def test_a_slip_that_others_made_as_well() -> None:
    """Names that everybody gives are mistyped in many places; one near is another computer."""
    known = [seen(n, "192.0.2.1", n, servers=("MAIL01",)) for n in (1, 2, 4)]
    slip = seen(9, "192.0.2.1", 3, servers=("MIAL01",))
    far = seen(10, "198.51.100.1", 3, servers=("MIAL01",))
    assert [one.name for one in Resolver([*known, slip, far]).clusters()] == ["MAIL01", "MIAL01"]
    near = seen(10, "192.0.2.7", 3, servers=("MIAL01",))
    found = Resolver([*known, slip, near]).clusters()
    assert [one.sightings for one in found] == [(1, 2, 4), (9, 10)]
