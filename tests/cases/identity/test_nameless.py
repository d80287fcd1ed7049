"""Servers whose computer nobody names."""

from __future__ import annotations

from alpheus.cases.identity.model import Sighting
from alpheus.cases.identity.resolve import Resolver
from cases.identity.identity_build import groups, host_certificate, own_certificate, seen

CERT = host_certificate("a", "mail.example.com")


def test_by_certificate_and_host() -> None:
    """IPv4 and IPv6, a renewed certificate at one address, a name that leads there."""
    found = groups(
        seen(1, "192.0.2.1", 1, **CERT),
        seen(2, "2001:db8::1", 1, **CERT),
        seen(3, "192.0.2.1", 9, **host_certificate("b", "mail.example.com")),
        seen(4, "", 5, hosts=("mail.example.com",)),
    )
    assert found == [(1, 2, 3, 4)]


def test_wildcards_at_the_same_time_are_two() -> None:
    """A certificate for all names of a domain is on several servers; later elsewhere it moved."""
    wild = host_certificate("a", "*.example.com")
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z"}
    assert groups(
        seen(1, "192.0.2.1", **span, **wild), seen(2, "198.51.100.1", **span, **wild)
    ) == [(1,), (2,)]
    assert groups(seen(1, "192.0.2.1", 1, **wild), seen(2, "198.51.100.1", 20, **wild)) == [(1, 2)]


def test_a_server_s_own_key() -> None:
    """A certificate that a server made for itself is its own at any address."""
    own = own_certificate("a", "mail.example.com", "x")
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z", **own}
    assert groups(seen(1, "192.0.2.1", **span), seen(2, "198.51.100.1", **span)) == [(1, 2)]


def test_an_address_alone() -> None:
    """Rows of one address are one server for weeks; after months it may be another."""
    assert groups(
        seen(1, "192.0.2.1", 1), seen(2, "192.0.2.1", 29), seen(3, "192.0.2.1", 2, port=444)
    ) == [(1, 2, 3)]
    late = {"first_seen": "2021-12-01T00:00:00Z", "last_seen": "2021-12-01T00:00:00Z"}
    assert groups(seen(1, "192.0.2.1", 1), seen(2, "192.0.2.1", **late)) == [(1,), (2,)]


def test_the_only_server_of_an_organisation() -> None:
    """A URL alone is of the one server that is known of its organisation, and of none of two."""
    one = seen(1, "192.0.2.1", servers=("EX01",), **host_certificate("a", "owa.example.com"))
    two = seen(2, "192.0.2.2", servers=("EX02",), **host_certificate("b", "owa2.example.com"))
    url = seen(3, url="https://mail.example.com/aspnet_client/x.aspx")
    assert groups(one, url) == [(1, 3)]
    assert groups(one, two, url) == [(1,), (2,), (3,)]
    inside = seen(1, "192.0.2.1", **own_certificate("a", "EX01", "oakvale.local"))
    assert groups(inside, seen(3, url="https://mail.oakvale.com/x.aspx")) == [(1, 3)]


def test_an_address_that_changed_hands() -> None:
    """Certificates of two organisations at one address, one after the other, are two servers."""
    found = groups(
        seen(1, "192.0.2.1", 1, **CERT),
        seen(2, "192.0.2.1", 9, **host_certificate("b", "mail.other.org")),
    )
    assert found == [(1,), (2,)]


def test_a_server_in_between() -> None:
    """What was seen before and after a stranger at the address is not of one server."""
    before = seen(1, "192.0.2.1", 1, **host_certificate("a", "mail.one.com"))
    after = seen(2, "192.0.2.1", 20, **host_certificate("b", "owa.one.com"))
    stranger = seen(3, "192.0.2.1", 10, servers=("ELM-EX1",), hosts=("mail.two.com",))
    assert groups(before, after) == [(1, 2)]
    assert groups(before, after, stranger) == [(1,), (2,), (3,)]


def test_one_name_at_several_addresses_is_one_service() -> None:
    """One name leads to both, or both show the certificate of that name, with the same builds."""
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z"}
    assert groups(seen(1, "192.0.2.1", **span, **CERT), seen(2, "192.0.2.2", **span, **CERT)) == [
        (1, 2)
    ]
    led = {"hosts": ("mail.example.com",), **span}
    assert groups(seen(1, "192.0.2.1", **led), seen(2, "192.0.2.2", **led)) == [(1, 2)]


def test_names_of_their_own_keep_two_servers_apart() -> None:
    """A certificate of the first may stand before the second, which is called otherwise."""
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z", **CERT}
    one = seen(1, "192.0.2.1", hosts=("mail.example.com",), **span)
    two = seen(2, "192.0.2.2", hosts=("mail2.example.com",), **span)
    assert groups(one, two) == [(1,), (2,)]
    behind = seen(2, "192.0.2.1", **{**span, "port": 8443})
    assert groups(one, behind) == [(1,), (2,)]


def test_two_builds_at_once_are_two_servers_of_one_service() -> None:
    """An address that still shows the old build after the other has the new one is another's."""
    sightings = [
        seen(n, f"192.0.2.{1 + n % 2}", day, build=build, **CERT)
        for n, day, build in (
            (1, 1, "15.1.1847"), (2, 1, "15.1.1847"), (3, 5, "15.1.2176"), (4, 9, "15.1.1847"),
            (5, 12, "15.1.2176"), (6, 12, "15.1.2176"),
        )
    ]  # fmt: skip
    resolver = Resolver(sightings)
    assert [one.sightings for one in resolver.clusters()] == [(1, 3, 5), (2, 4, 6)]
    (pool,) = resolver.pools()
    assert (pool.members, pool.unnamed) == ((1, 2), ())
    moved = [seen(n, f"192.0.2.{1 + n % 2}", n, build="15.1.1847" if n < 5 else "15.1.2176", **CERT)
             for n in range(1, 9)]  # fmt: skip
    assert groups(*moved) == [tuple(range(1, 9))]


def test_another_product_at_an_address_is_not_the_server() -> None:
    """Neither the place nor the name that leads there says so; a certificate does."""
    name = {"hosts": ("mail.example.com",)}
    assert groups(
        seen(1, "192.0.2.1", 1, **name), seen(2, "192.0.2.1", 2, other_product=True, **name),
        seen(3, "192.0.2.1", 3, **name), seen(4, "192.0.2.1", 4, other_product=True),
    ) == [(1, 3), (2, 4)]  # fmt: skip
    assert groups(
        seen(1, "192.0.2.1", 1, **CERT), seen(2, "192.0.2.1", 2, other_product=True, **CERT)
    ) == [(1, 2)]


def test_wildcards_seen_once_each_at_addresses_that_stay() -> None:
    """Rows without a certificate show that both were there all along: two servers."""
    wild = host_certificate("a", "*.example.com")
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z"}
    one, two = seen(1, "192.0.2.1", 2, **wild), seen(2, "192.0.2.9", 3, **wild)
    assert groups(one, two) == [(1, 2)]
    stays = [seen(3, "192.0.2.1", **span, hosts=("a.example.com",)),
             seen(4, "192.0.2.9", **span, hosts=("b.example.com",))]  # fmt: skip
    assert groups(one, two, *stays) == [(1, 3), (2, 4)]


def test_four_addresses_at_once_are_several_servers_of_one_service() -> None:
    """One server has two or three at most; in which of them a row was seen, its address tells."""
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z", **CERT}
    three = [seen(n, f"192.0.2.{n}", **span) for n in (1, 2, 3)]
    assert groups(*three) == [(1, 2, 3)]
    resolver = Resolver([*three, seen(4, "192.0.2.4", **span)])
    assert [one.sightings for one in resolver.clusters()] == [(1,), (2,), (3,), (4,)]
    (pool,) = resolver.pools()
    assert pool.members == (1, 2, 3, 4)
    assert pool.why.startswith("one name, or one certificate, is at several addresses")
    moving = [seen(n, f"192.0.2.{n}", n, **CERT) for n in (1, 4, 7, 10, 13)]
    assert groups(*moving) == [(1, 4, 7, 10, 13)]


def test_a_wildcard_at_addresses_side_by_side_is_one_service() -> None:
    """Unless servers of other names have the certificate, too, or the addresses are apart."""
    wild = host_certificate("a", "*.example.com")
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z"}

    def members(*rows: Sighting) -> list[tuple[int, ...]]:
        return [pool.members for pool in Resolver(rows).pools()]

    one, two = (seen(n, f"192.0.2.{n}", **span, **wild) for n in (1, 2))
    assert members(one, two) == [(1, 2)]
    assert members(one, seen(2, "192.0.2.99", **span, **wild)) == []
    led = [seen(n, f"192.0.2.{n - 2}", **span, hosts=(f"{name}.example.com",))
           for n, name in ((3, "mail"), (4, "mail2"))]  # fmt: skip
    assert members(one, two, *led) == []


def test_a_name_misspelt_is_the_one_that_was_meant() -> None:
    """A list that exchanges two letters makes no second server of an address."""
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z", **CERT}
    misspelt = seen(3, "192.0.2.1", hosts=("mial.example.com",))
    assert groups(seen(1, "192.0.2.1", **span), seen(2, "192.0.2.2", **span), misspelt) == [
        (1, 2, 3)
    ]
