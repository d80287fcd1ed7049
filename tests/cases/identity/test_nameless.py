"""Servers whose computer nobody names."""

from __future__ import annotations

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
