"""Sightings that name their computer."""

from __future__ import annotations

import pytest

from cases.identity.identity_build import (
    among_passing,
    groups,
    host_certificate,
    own_certificate,
    seen,
    together,
)


@pytest.mark.parametrize(
    "what",
    [
        {"ad_domain": "springfield.local"},
        {"hosts": ("mail.example.com",)},
        host_certificate("a", "mail.example.com"),
    ],
)
def test_a_common_name_with_something_of_its_own(what: dict) -> None:
    """`EXCH01` with the same domain, host or certificate is one server, wherever it is."""
    found = groups(
        seen(1, "192.0.2.1", servers=("EXCH01",), **what),
        seen(2, "2001:db8::1", servers=("EXCH01",), **what),
        seen(3, "198.51.100.7", servers=("EXCH01",)),
    )
    assert found == [(1, 2), (3,)]


def test_a_common_name_alone() -> None:
    """Servers of two organisations are two, though they and their domains are called alike."""
    found = groups(
        seen(1, "192.0.2.1", servers=("EXCH01",), ad_domain="corp.local"),
        seen(2, "198.51.100.1", servers=("EXCH01",), ad_domain="corp.local"),
    )
    assert found == [(1,), (2,)]


def test_default_certificates_of_two_organisations() -> None:
    """Certificates that Setup made for the same names are two, and so are the servers."""
    one, other = (own_certificate(c, "EXCH01", "corp.local") for c in "ab")
    found = groups(
        seen(1, "192.0.2.1", **one),
        seen(2, "198.51.100.1", **other),
        seen(3, "203.0.113.1", 9, **one),
    )
    assert found == [(1, 3), (2,)]


def test_a_hosting_certificate_joins_nobody() -> None:
    """Customers of a hoster stay apart, though they call their servers the same."""
    cert = host_certificate("a", "mail.hoster.com")
    found = groups(*(seen(n, f"192.0.2.{n}", servers=("EXCH01",), **cert) for n in range(1, 12)))
    assert len(found) == 11


def test_the_same_name_at_the_same_address() -> None:
    """The address of a computer of the same name is that computer, unless organisations differ."""
    same = groups(
        seen(1, "192.0.2.1", 1, servers=("MAIL",)), seen(2, "192.0.2.1", 20, servers=("MAIL",))
    )
    assert same == [(1, 2)]
    other = groups(
        seen(1, "192.0.2.1", 1, servers=("MAIL",), hosts=("mail.one.com",)),
        seen(2, "192.0.2.1", 20, servers=("MAIL",), hosts=("mail.two.com",)),
    )
    assert other == [(1,), (2,)]


def test_a_common_name_at_an_address_after_months() -> None:
    """After a long time the address may be somebody else's, who calls a server the same."""
    late = {"first_seen": "2021-09-01T00:00:00Z", "last_seen": "2021-09-01T00:00:00Z"}
    assert groups(
        seen(1, "192.0.2.1", servers=("MAIL",)), seen(2, "192.0.2.1", servers=("MAIL",), **late)
    ) == [(1,), (2,)]
    known = groups(
        seen(1, "192.0.2.1", servers=("SSAMAIL",)),
        seen(2, "192.0.2.1", servers=("SSAMAIL",), **late),
    )
    assert known == [(1, 2)]


def test_a_name_of_its_own() -> None:
    """A rare name in one network, or a very rare one, is one server at two places."""
    assert groups(
        seen(1, "192.0.2.1", servers=("AFS-EXCH1",), network="1"),
        seen(2, "2001:db8::1", servers=("AFS-EXCH1",), network="1"),
    ) == [(1, 2)]
    assert groups(
        seen(1, "192.0.2.1", servers=("AFS-EXCH1",), network="1"),
        seen(2, "2001:db8::1", servers=("AFS-EXCH1",), network="2"),
    ) == [(1,), (2,)]
    assert groups(
        seen(1, "192.0.2.1", servers=("OAKVALE-EX1",)),
        seen(2, "198.51.100.1", 9, servers=("OAKVALE-EX1",)),
    ) == [(1, 2)]


def test_a_name_of_its_own_at_two_places_at_once() -> None:
    """Even a rare name at two addresses at the same time is two servers."""
    span = {
        "first_seen": "2021-03-01T00:00:00Z",
        "last_seen": "2021-03-30T00:00:00Z",
        "servers": ("OAKVALE-EX1",),
    }
    assert groups(seen(1, "192.0.2.1", **span), seen(2, "198.51.100.1", **span)) == [(1,), (2,)]


def test_an_assessment_finds_its_server() -> None:
    """Evidence knows names alone: the Active Directory domain is called like the mail domain."""
    found = groups(
        seen(1, "192.0.2.1", servers=("EX01",), hosts=("mail.oakvale.com",)),
        seen(2, servers=("EX01", "ex01.oakvale.local")),
        seen(3, "192.0.2.9", servers=("EX01",), hosts=("mail.elm.com",)),
    )
    assert together(found, 1, 2)
    assert (3,) in found


def test_namesakes_of_two_organisations() -> None:
    """Where two organisations are called alike, nothing is guessed."""
    found = groups(
        seen(1, "192.0.2.1", servers=("EX01",), hosts=("mail.springfield.gov",)),
        seen(2, "192.0.2.9", servers=("EX01",), hosts=("mail.springfield.edu",)),
        seen(3, servers=("EX01", "ex01.springfield.local")),
    )
    assert found == [(1,), (2,), (3,)]


def test_a_name_of_its_own_at_addresses_side_by_side() -> None:
    """A member of a service is seen at its own address and at that of all; not so `EXCH01`."""
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z"}

    def two(name: str, address: str) -> list[tuple[int, ...]]:
        return groups(seen(1, "192.0.2.1", servers=(name,), **span),
                      seen(2, address, servers=(name,), **span))  # fmt: skip

    assert two("LAKE-EX01", "192.0.2.9") == [(1, 2)]
    assert two("LAKE-EX01", "198.51.100.9") == [(1,), (2,)]
    assert two("EXCH01", "192.0.2.9") == [(1,), (2,)]


def test_a_common_name_at_an_address_is_of_the_server_nearest_in_time() -> None:
    """Two servers of that name were there, one after the other."""
    oak, elm = ({"ad_domain": f"{name}.com", "servers": ("MAIL",)} for name in ("oak", "elm"))
    there = [seen(1, "192.0.2.50", 1, **oak), seen(2, "192.0.2.50", 12, **elm)]
    assert groups(*there, seen(3, "192.0.2.50", 10, servers=("MAIL",))) == [(1,), (2, 3)]
    assert groups(*there, seen(3, "192.0.2.50", 2, servers=("MAIL",))) == [(1, 3), (2,)]


def test_a_common_name_at_an_address_that_passes_on() -> None:
    """After a week it is hardly the same server's; after two days it is, with the same build."""
    oak = seen(1, "192.0.2.50", 1, servers=("MAIL",), ad_domain="oak.com", build="15.1.2176.2")
    for day, build, found in ((3, "15.1.2176", [(1, 9)]), (3, "15.1.1531", [(1,), (9,)])):
        lone = seen(9, "192.0.2.50", day, servers=("MAIL",), build=f"{build}.1")
        assert among_passing(oak, lone) == found
    later = [seen(2, "192.0.2.50", 8, servers=("MAIL",), ad_domain="elm.com"),
             seen(3, "192.0.2.50", 9, servers=("MAIL",))]  # fmt: skip
    assert among_passing(oak, *later) == [(1,), (2, 3)]
