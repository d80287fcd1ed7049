"""The resolver: the same for any order, and for lists that come one after the other."""

from __future__ import annotations

import gc
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.cases.identity.model import Sighting
from alpheus.cases.identity.resolve import Resolver
from cases.identity.identity_build import groups, host_certificate, own_certificate, seen, together
from cases.identity.identity_world import make_world

ADDRESSES = ["", "192.0.2.1", "192.0.2.2", "198.51.100.1", "2001:db8::1"]
SHOWN = [
    {},
    {},
    host_certificate("a", "mail.one.com"),
    host_certificate("b", "*.one.com"),
    host_certificate("c", "mail.two.com"),
    own_certificate("d", "EXCH01", "corp.local"),
    own_certificate("e", "EXCH01", "corp.local"),
]


@st.composite
def _sightings(draw: st.DrawFn) -> list[Sighting]:
    """A few sightings that share much and contradict each other."""
    return [
        seen(
            number,
            draw(st.sampled_from(ADDRESSES)),
            draw(st.integers(1, 28)),
            servers=draw(st.sampled_from([(), (), ("EXCH01",), ("EX02",), ("OAKVALE-EX1",)])),
            hosts=draw(st.sampled_from([(), (), ("mail.one.com",), ("mail.two.com",)])),
            members=draw(st.sampled_from([()] * 7 + [("EXCH01", "EX02")])),
            ad_domain=draw(st.sampled_from(["", "", "one.local", "two.local"])),
            build=draw(st.sampled_from(["", "15.1.2106", "15.2.792"])),
            compromised=draw(st.booleans()),
            **draw(st.sampled_from(SHOWN)),
        )
        for number in range(1, draw(st.integers(2, 14)))
    ]


def _all(resolver: Resolver) -> tuple:
    return (
        resolver.clusters(),
        resolver.pools(),
        resolver.demoted(),
        sorted((link.one, link.other, link.key) for link in resolver.links()),
    )


@settings(max_examples=150, deadline=None)
@given(_sightings(), st.randoms())
def test_order_does_not_matter(sightings: list[Sighting], rng: random.Random) -> None:
    """Any permutation gives the same servers, services, demotions and links."""
    mixed = list(sightings)
    rng.shuffle(mixed)
    assert _all(Resolver(mixed)) == _all(Resolver(sightings))


@settings(max_examples=100, deadline=None)
@given(_sightings(), st.integers(0, 14))
def test_a_later_list_gives_what_both_at_once_give(sightings: list[Sighting], cut: int) -> None:
    """Adding in parts, and asking in between, changes nothing."""
    resolver = Resolver(sightings[:cut])
    resolver.clusters()
    resolver.add(sightings[cut:])
    assert _all(resolver) == _all(Resolver(sightings))


@settings(max_examples=100, deadline=None)
@given(_sightings())
def test_links_hold_every_server_together(sightings: list[Sighting]) -> None:
    """Of each server there is exactly one way from any sighting to any other."""
    resolver = Resolver(sightings)
    home = {n: cluster.id for cluster in resolver.clusters() for n in cluster.sightings}
    assert sorted(home) == [one.id for one in sightings]
    links = list(resolver.links())
    assert all(home[link.one] == home[link.other] for link in links)
    assert len(links) == len(home) - len(resolver.clusters())
    seen_together = {(min(k.one, k.other), max(k.one, k.other)) for k in links}
    assert len(seen_together) == len(links)


@settings(max_examples=100, deadline=None)
@given(_sightings())
def test_computers_of_other_names_are_never_one(sightings: list[Sighting]) -> None:
    """Whatever else they share."""
    named = {one.id: one.servers for one in sightings if not one.members}
    for cluster in Resolver(sightings).clusters():
        assert len({named[n] for n in cluster.sightings if named.get(n)}) <= 1


def test_a_whole_country_in_parts() -> None:
    """Lists that come one after the other, in any order, give what all at once give."""
    sightings = make_world(3, 120).sightings
    resolver = Resolver()
    by_source: dict[str, list[Sighting]] = {}
    for one in reversed(sightings):
        by_source.setdefault(one.source, []).append(one)
    for part in by_source.values():
        resolver.add(part)
        resolver.clusters()
    assert _all(resolver) == _all(Resolver(sightings))


def test_the_same_list_twice() -> None:
    """A sighting whose number is known is left out."""
    resolver = Resolver([seen(1, "192.0.2.1")])
    assert resolver.add([seen(1, "192.0.2.1"), seen(2, "192.0.2.1")]) == 1
    assert len(resolver) == 2
    assert resolver.add([seen(1)]) == 0


def test_a_cluster() -> None:
    """What is said of a server: name, keys, addresses over time, sources."""
    cert = host_certificate("a", "mail.oak.com")
    (one,) = Resolver(
        [
            replace(
                seen(5, "192.0.2.1", 1, servers=("OAK-EX1",), ad_domain="oak.local", **cert),
                source="a",
            ),
            replace(
                seen(3, "192.0.2.1", 3, port=8443, servers=("OAK-EX1",), compromised=True),
                source="b",
            ),
            replace(seen(9, "198.51.100.1", 9, servers=("OAK-EX1",), **cert), source="a"),
        ]
    ).clusters()
    assert (one.id, one.sightings, one.name, one.service) == (3, (3, 5, 9), "OAK-EX1", False)
    assert one.keys["ad-domain"] == ("oak.local",)
    assert [(span.address, span.ports) for span in one.addresses] == [
        ("192.0.2.1", (443, 8443)),
        ("198.51.100.1", (443,)),
    ]
    assert (one.first_seen, one.last_seen) == ("2021-03-01T12:00:00Z", "2021-03-09T12:00:00Z")
    assert (one.sources, one.compromised) == ({"a": 2, "b": 1}, {"b": 1})


def test_explanations() -> None:
    """Every link says its key; those that share a key and are others are told with the reason."""
    resolver = Resolver(
        [
            seen(1, "192.0.2.1", servers=("EXCH01",), ad_domain="oak.local"),
            seen(2, "192.0.2.1"),
            seen(3, "192.0.2.1"),
            seen(4, "198.51.100.1", servers=("EXCH01",), ad_domain="elm.local"),
        ]
    )
    found = resolver.explain(2)
    assert found.cluster == 1
    assert {link.key for link in found.links} == {"same-facts", "socket"}
    (near,) = found.near
    assert (near.cluster, near.key) == (4, "server")
    assert "other domains" in near.reason
    assert "not merged with server 4" in found.text()
    with pytest.raises(KeyError):
        resolver.explain(99)


def test_demoted_keys_are_told() -> None:
    """Whoever shows a certificate of many reads that it decided nothing."""
    cert = host_certificate("a", "mail.hoster.com")
    resolver = Resolver(
        seen(n, f"192.0.2.{n}", servers=(f"ABC{n}-EX",), **cert) for n in range(1, 9)
    )
    assert {one.key for one in resolver.explain(1).demoted} == {
        "certificate",
        "host",
        "organisation",
    }


def test_links_of_some() -> None:
    """Links can be asked for the servers of some sightings only."""
    resolver = Resolver(
        [seen(1, "192.0.2.1"), seen(2, "192.0.2.1"), seen(3, "192.0.2.2"), seen(4, "192.0.2.2", 2)]
    )
    assert [{link.one, link.other} for link in resolver.links((4, 77))] == [{3, 4}]
    assert len(list(resolver.links())) == 2


def test_a_name_alone_is_split_by_a_long_time() -> None:
    """A sighting of a common name and an address is not of whoever was there half a year before."""
    late = {"first_seen": "2021-09-01T00:00:00Z", "last_seen": "2021-09-01T00:00:00Z"}
    assert groups(
        seen(1, "192.0.2.1", servers=("MAIL",)), seen(2, "192.0.2.1", servers=("MAIL",), **late)
    ) == [(1,), (2,)]


def test_unknown_times() -> None:
    """Sightings without a time, or with one only, are placed by their address all the same."""
    nothing = {"first_seen": "", "last_seen": ""}
    found = groups(
        seen(1, "192.0.2.1", servers=("EX01",)),
        seen(2, "192.0.2.1", **nothing),
        seen(3, "192.0.2.1", last_seen=""),
        seen(4, "192.0.2.7", **nothing),
        seen(5, "192.0.2.7", **nothing),
    )
    assert found == [(1, 2, 3), (4, 5)]
    (one,) = Resolver([seen(4, "192.0.2.7", **nothing)]).clusters()
    assert (one.first_seen, one.last_seen) == ("", "")


def test_nothing_at_all() -> None:
    """No sightings, or sightings that say nothing, are no reason to fail."""
    assert Resolver().clusters() == Resolver().pools() == []
    assert list(Resolver().links()) == []
    assert groups(seen(1), seen(2)) == [(1,), (2,)]
    assert groups(seen(1, servers=("EXCH01",)), seen(2, servers=("EXCH01",))) == [(1,), (2,)]
    assert groups(seen(1, servers=("OAKVALE-X",)), seen(2, servers=("OAKVALE-X",))) == [(1, 2)]
    assert gc.isenabled()


def test_ipv6_and_moves() -> None:
    """One server at IPv4 and IPv6, then elsewhere, is one."""
    own = own_certificate("a", "OAK-EX1", "oak.local")
    found = groups(
        seen(1, "192.0.2.1", 1, **own),
        seen(2, "2001:db8::1", 1, **own),
        seen(3, "198.51.100.1", 20, **own),
        seen(4, "198.51.100.1", 21, servers=("OAK-EX1",)),
        seen(5, "198.51.100.1", 22, compromised=True),
    )
    assert together(found, 1, 2, 3, 4, 5)


def test_servers_are_described_when_they_are_asked_for() -> None:
    """As all at once; their members and those that were broken into are known without."""
    resolver = Resolver(make_world(3, 60).sightings)
    servers, clusters = resolver.servers(), resolver.clusters()
    assert list(servers) == clusters
    assert (len(servers), servers[3], servers[2:9]) == (len(clusters), clusters[3], clusters[2:9])
    members = sorted((n, one.id) for one in clusters for n in one.sightings)
    assert list(servers.members()) == members
    broken = [place for place, one in enumerate(clusters) if one.compromised]
    assert servers.compromised() == broken
    assert broken
