"""Servers whose computer nobody names."""

from __future__ import annotations

from alpheus.cases.identity.model import Sighting
from alpheus.cases.identity.resolve import Resolver
from cases.identity.identity_build import (
    among_passing,
    groups,
    host_certificate,
    own_certificate,
    seen,
)

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


def test_of_two_names_the_one_that_is_seen_less_often_is_misspelt() -> None:
    """Whichever comes first in the alphabet: the name at both addresses is the same."""
    wild = host_certificate("a", "*.example.com")
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z"}
    rows = [seen(n, f"192.0.2.{n}", **span, **wild) for n in (1, 2)]
    rows += [seen(n, f"192.0.2.{n - 2}", day, hosts=("webmail.example.com",))
             for n, day in ((3, 5), (4, 5))]  # fmt: skip
    misspelt = seen(5, "192.0.2.2", 9, hosts=("ewbmail.example.com",))
    assert groups(*rows, misspelt) == [(1, 2, 3, 4, 5)]


def _shown(number: int, address: str, **what) -> Sighting:
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z"}
    return seen(number, address, **span, **CERT, **what)


def test_a_certificate_that_two_servers_are_known_to_have_makes_no_third_one() -> None:
    """Two addresses show it at once and no name leads there: of one server, or of two."""
    alike = [_shown(1, "192.0.2.1"), _shown(2, "192.0.2.9")]
    assert groups(*alike) == [(1, 2)]
    named = [_shown(3, "192.0.2.3", hosts=("mail3.example.com",)),
             _shown(4, "192.0.2.4", hosts=("mail4.example.com",))]  # fmt: skip
    assert groups(*alike, *named) == [(1,), (2,), (3,), (4,)]


def test_an_address_of_version_6_beside_two_servers_that_show_its_certificate() -> None:
    """It is of one of them where a name, or reports of a break-in, tell which."""
    two = [_shown(1, "192.0.2.1", hosts=("mail1.example.com",)),
           _shown(2, "192.0.2.2", hosts=("mail2.example.com",))]  # fmt: skip
    assert groups(two[0], _shown(3, "2001:db8::1")) == [(1, 3)]
    assert groups(*two, _shown(3, "2001:db8::1")) == [(1,), (2,), (3,)]
    led = _shown(3, "2001:db8::1", hosts=("mail2.example.com",))
    assert groups(*two, led) == [(1,), (2, 3)]
    broken = [_shown(1, "192.0.2.1", hosts=("mail1.example.com",), compromised=True), two[1],
              _shown(3, "2001:db8::1", compromised=True)]  # fmt: skip
    assert groups(*broken) == [(1, 3), (2,)]


def test_a_row_between_two_others_at_an_address_that_passes_on() -> None:
    """Rows of one build after each other are of one server for a while; a page is with them."""
    page = {"compromised": True, "network": "64500", "url": "https://192.0.2.50/x.aspx"}
    rows = [seen(n, "192.0.2.50", n, build="15.2.792.3") for n in (1, 2, 3)]
    after = seen(5, "192.0.2.50", 6, build="14.3.513.0", hosts=("mail.elm.com",))
    found = among_passing(*rows, seen(4, "192.0.2.50", 3, **page), after)
    assert found == [(1, 2, 3, 4), (5,)]
