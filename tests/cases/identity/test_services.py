"""Services with members."""

from __future__ import annotations

from dataclasses import replace

from alpheus.cases.identity.resolve import Resolver
from cases.identity.identity_build import host_certificate, seen, together

CERT = host_certificate("a", "mail.example.com")


def _pool() -> Resolver:
    return Resolver(
        [
            seen(1, "192.0.2.10", 1, servers=("EX01",), **CERT),
            seen(2, "192.0.2.10", 2, servers=("EX02",), **CERT),
            seen(3, "192.0.2.10", 3, servers=("EX01",), **CERT),
            seen(4, "192.0.2.10", 2, **CERT),
            seen(5, "192.0.2.10", 2, compromised=True),
            seen(6, "192.0.2.11", 2, servers=("EX01",), **CERT),
        ]
    )


def test_members_stay_apart() -> None:
    """Names that answer in turn at one address are servers of their own."""
    found = [cluster.sightings for cluster in _pool().clusters()]
    assert together(found, 1, 3, 6)
    assert (2,) in found


def test_what_does_not_tell_the_member() -> None:
    """It is of the service, and of no member."""
    resolver = _pool()
    (service,) = [cluster for cluster in resolver.clusters() if cluster.service]
    assert service.sightings == (4, 5)
    (pool,) = resolver.pools()
    assert (pool.addresses, pool.members, pool.names, pool.unnamed) == (
        ("192.0.2.10",),
        (1, 2),
        ("EX01", "EX02"),
        (4,),
    )
    assert pool.why == "EX01, EX02 answer in turn at 192.0.2.10 port 443"


def test_members_in_one_sighting() -> None:
    """A probe that met several servers saw the service; members known elsewhere are found."""
    resolver = Resolver(
        [
            seen(1, "192.0.2.10", members=("EX01", "EX02"), **CERT),
            seen(2, "192.0.2.11", servers=("EX01",), hosts=("ex1.example.com",)),
        ]
    )
    (pool,) = resolver.pools()
    assert (pool.names, pool.members, pool.unnamed) == (("EX01", "EX02"), (2,), (1,))


def test_a_replaced_server_is_no_pool() -> None:
    """Another product under another name later at the same address took the place."""
    resolver = Resolver(
        [
            seen(1, "192.0.2.10", 1, servers=("EX2013",), build="15.0.1497", **CERT),
            seen(2, "192.0.2.10", 4, servers=("EX2013",), build="15.0.1497", **CERT),
            seen(3, "192.0.2.10", 9, servers=("EX2019",), build="15.2.792", **CERT),
            seen(4, "192.0.2.10", 20, servers=("EX2019",), build="15.2.792", **CERT),
        ]
    )
    assert resolver.pools() == []
    assert len(resolver.clusters()) == 2


def test_strangers_at_one_address_are_no_pool() -> None:
    """Servers of two organisations that had an address in turn are no service."""
    resolver = Resolver(
        [
            seen(1, "192.0.2.10", 1, servers=("OAK-EX1",)),
            seen(2, "192.0.2.10", 3, servers=("ELM-EX1",)),
            seen(3, "192.0.2.10", 5, servers=("OAK-EX1",)),
        ]
    )
    assert resolver.pools() == []


def test_one_service_at_two_addresses() -> None:
    """Members in common make two addresses one service."""
    resolver = Resolver(
        [
            seen(n, f"192.0.2.1{n % 2}", n, servers=(f"EX0{1 + n // 2 % 2}",), **CERT)
            for n in range(1, 13)
        ]
    )
    (pool,) = resolver.pools()
    assert pool.addresses == ("192.0.2.10", "192.0.2.11")


def test_a_name_that_leads_to_numbered_computers() -> None:
    """Computers of one organisation to which one name leads at the same time are a service."""
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z"}

    def resolver(**port: int) -> Resolver:
        return Resolver(
            seen(n, f"192.0.2.{n % 2 if port else n}", servers=(f"LAKE-EX0{n}",),
                 **{**span, "hosts": ("mail.example.com",), **({} if n == 1 else port)})
            for n in (1, 3)
        )  # fmt: skip

    (pool,) = resolver().pools()
    assert (pool.members, pool.names) == ((1, 3), ("LAKE-EX01", "LAKE-EX03"))
    assert resolver(port=8443).pools() == []


def test_names_that_anybody_gives_are_kin_only_in_turn() -> None:
    """A line that passes from one customer's EXCH01 to another's EXCH02 is no service."""
    one, two = {"servers": ("EXCH01",)}, {"servers": ("EXCH02",)}
    later = [seen(1, "192.0.2.10", 1, **one), seen(2, "192.0.2.10", 7, **two)]
    assert Resolver(later).pools() == []
    in_turn = [*later, seen(3, "192.0.2.10", 9, **one)]
    assert len(Resolver(in_turn).pools()) == 1


def test_a_member_that_was_never_met_with_the_others() -> None:
    """It shows their certificate and is numbered like them; a name of its own keeps it apart."""

    def members(led: str = "", **third: object) -> tuple[int, ...]:
        known = {"ad_domain": "lakeview.local", **CERT}
        resolver = Resolver(
            [
                seen(1, "192.0.2.10", 1, servers=("EX01",), **known),
                seen(2, "192.0.2.10", 2, servers=("EX02",), **known),
                seen(3, "192.0.2.10", 3, servers=("EX01",), **known),
                seen(4, "192.0.2.14", 3, servers=("EX04",), **{**known, **third}),
                seen(5, "192.0.2.10", 3, servers=("EX02",), hosts=("mail.example.com",),
                     ad_domain="lakeview.local"),
                seen(6, "192.0.2.14", 3, servers=("EX04",), hosts=(led,),
                     ad_domain="lakeview.local"),
            ]
        )  # fmt: skip
        (pool,) = resolver.pools()
        return pool.members

    assert members() == (1, 2, 4)
    assert members(certificate="b" * 64) == (1, 2)
    assert members(led="mail4.example.com") == (1, 2)
    assert members(led="mail.example.com") == (1, 2, 4)


def test_what_everybody_calls_a_domain_makes_no_kin() -> None:
    """One after the other at an address, in `corp.local`: an address that passes on, no service."""
    one = seen(1, "192.0.2.1", 1, servers=("OAK-EX1",), ad_domain="corp.local", build="15.2.792.3")
    two = seen(2, "192.0.2.1", 9, servers=("ELM-EX1",), ad_domain="corp.local", build="15.2.792.3")
    assert Resolver([one, two]).pools() == []
    own = [replace(each, ad_domain="oak.example") for each in (one, two)]
    assert len(Resolver(own).pools()) == 1


def test_a_computer_that_was_met_once_where_the_service_answers() -> None:
    """It is called as one of those that answered in turn, or numbered as all of them are."""

    def members(name: str, **what: object) -> tuple[int, ...]:
        resolver = Resolver(
            [
                seen(1, "192.0.2.10", 1, members=("EX01", "EX02"), **CERT),
                seen(2, "192.0.2.10", 1, servers=("EX01",), ad_domain="oak.local"),
                seen(3, "192.0.2.10", 3, servers=("EX02",), ad_domain="oak.local"),
                seen(4, "192.0.2.10", 9, servers=(name,), **what),
            ]
        )
        (pool,) = resolver.pools()
        return pool.members

    assert members("EX02") == (2, 3)
    assert members("EX03") == (2, 3, 4)
    assert members("MAIL") == (2, 3)
    assert members("EX03", ad_domain="elm.local") == (2, 3)
