"""Facts: what a sighting is known by."""

from __future__ import annotations

from alpheus.cases.identity.keys import (
    UNKNOWN_TIME,
    Facts,
    build_of,
    facts_of,
    place_of,
    product_of,
    range_of,
    seconds,
    socket_of,
    with_second_fronts,
    written,
)
from alpheus.cases.identity.model import Kind, Sighting
from cases.identity.identity_build import host_certificate, own_certificate, seen


def test_a_certificate_made_by_setup_names_the_computer() -> None:
    """Short and full name stand in it: computer and domain are known."""
    facts = facts_of(seen(1, "192.0.2.1", **own_certificate("a", "EXCH01", "springfield.local")))
    assert (facts.form, facts.given, facts.ad) == ("self", "EXCH01", "springfield.local")
    assert facts.hosts == facts.presented == ()


def test_forms_of_certificates() -> None:
    """A certificate is a server's own, for hosts, or for all names of a domain."""
    host = facts_of(seen(1, "192.0.2.1", **host_certificate("a", "mail.example.com")))
    assert (host.form, host.presented) == ("host", ("mail.example.com",))
    assert host.certified == host.domains == ("example.com",)
    wild = facts_of(seen(1, "192.0.2.1", **host_certificate("a", "*.example.com")))
    assert (wild.form, wild.presented, wild.domains) == ("wildcard", (), ("example.com",))


def test_a_full_public_name_is_a_host_unless_the_short_one_agrees() -> None:
    """`mail.example.com` in a list is what mail is called by; an assessment names the computer."""
    listed = facts_of(seen(1, servers=("mail.example.com",)))
    assert (listed.machine, listed.hosts) == ((), ("mail.example.com",))
    both = facts_of(seen(1, servers=("EX01", "ex01.example.com")))
    assert (both.machine, both.ad) == (("EX01",), "example.com")
    assessed = facts_of(seen(1, kind=Kind.ASSESSMENT, servers=("ex01.example.com",)))
    assert (assessed.machine, assessed.ad) == (("EX01",), "example.com")
    private = facts_of(seen(1, servers=("ex01.corp.local",)))
    assert (private.machine, private.ad) == (("EX01",), "corp.local")


def test_hosts_come_from_everywhere_but_lines() -> None:
    """Names, the URL of a web shell; no name of a line, none that exists inside only."""
    facts = facts_of(
        seen(
            1,
            "192.0.2.77",
            hosts=("static-192-0-2-77.isp.example", "ex.corp.local", "mail.example.org"),
            url="https://owa.example.org/aspnet_client/x.aspx",
        )
    )
    assert facts.hosts == ("mail.example.org", "owa.example.org")
    assert facts.domains == ("example.org",)


def test_several_members() -> None:
    """Several computers behind one address are members, and no computer by themselves."""
    facts = facts_of(seen(1, "192.0.2.1", servers=("EX01",), members=("ex01", "ex02")))
    assert (facts.machine, facts.members) == ((), ("EX01", "EX02"))
    one = facts_of(seen(1, "192.0.2.1", servers=("EX01",), members=("ex01", "EX01.corp.local")))
    assert (one.machine, one.members) == (("EX01",), ())


def test_bare_facts() -> None:
    """An address alone tells nothing of a server."""
    assert facts_of(seen(1, "192.0.2.1", network="64500", build="15.2.792")).is_bare
    assert not facts_of(seen(1, "192.0.2.1", hosts=("mail.example.org",))).is_bare
    named = facts_of(seen(1, "192.0.2.1", servers=("MAIL",)))
    assert named.is_weak
    assert not named.is_bare
    assert not facts_of(seen(1, servers=("MAIL",), ad_domain="oak.local")).is_weak


def test_order_is_of_content() -> None:
    """Facts can be sorted, and equal ones are one."""
    facts = [
        facts_of(Sighting(n, "x", hosts=(f"m.{c}.com", "m.z.com"))) for n, c in enumerate("cab")
    ]
    assert [f.hosts[0] for f in sorted(facts)] == ["m.a.com", "m.b.com", "m.c.com"]
    assert facts_of(Sighting(9, "y", hosts=("m.z.com", "m.c.com"))) == facts[0]


def test_places() -> None:
    """Ports of one Exchange server are one place; another web port may be another server's."""
    assert place_of(Facts("192.0.2.1", 443)) == place_of(Facts("192.0.2.1", 444)) == "192.0.2.1"
    assert place_of(Facts("192.0.2.1", 8443)) == "192.0.2.1 8443"
    assert place_of(Facts("192.0.2.1", 0)) == ""


def test_times_and_products() -> None:
    """Times are seconds and back; what is no time or build is unknown."""
    assert written(seconds("2021-03-05T01:02:03Z")) == "2021-03-05T01:02:03Z"
    assert seconds("2021-03-05T01:02:03") == seconds("2021-03-05T01:02:03Z")
    assert seconds("") == seconds("yesterday") == UNKNOWN_TIME
    assert written(UNKNOWN_TIME) == ""
    assert (product_of("15.2.792.10"), product_of("15.2"), product_of("")) == ("15.2", "", "")


def test_pages_of_intruders() -> None:
    """With the network in which they were found; pages of others tell nothing."""
    url = "https://192.0.2.1/owa/auth/W7.aspx"
    facts = facts_of(seen(1, "192.0.2.1", url=url, network="64500", compromised=True))
    assert facts.pages == ("AS64500 /owa/auth/w7.aspx",)
    assert facts.is_placed
    assert not facts.is_bare
    assert facts_of(seen(1, "192.0.2.1", url=url, network="64500")).pages == ()
    assert facts_of(seen(1, "192.0.2.1", url=url, compromised=True)).pages == ()


def test_a_domain_of_a_wildcard_leads_nowhere() -> None:
    """Lists write the names of a certificate among those of the host."""
    cert = host_certificate("a", "*.example.com", "example.com")
    facts = facts_of(seen(1, "192.0.2.1", hosts=("owa.example.com", "example.com"), **cert))
    assert facts.hosts == ("owa.example.com",)


def test_builds() -> None:
    """Three parts, which every list has."""
    assert build_of("15.1.2176.9") == build_of("15.1.2176") == "15.1.2176"
    assert build_of("15.1") == build_of("") == ""


def test_sockets_and_ranges() -> None:
    """Address and port together, unknown where one is; addresses that are given out alike."""
    assert socket_of(Facts("192.0.2.1", 443)) == "192.0.2.1 443"
    assert socket_of(Facts("192.0.2.1", 0)) == socket_of(Facts("", 443)) == ""
    assert range_of("192.0.2.1") == "192.0.2"
    assert range_of("2001:db8:0:7::1") == "2001:db8:0:7"


def test_the_port_of_a_back_end_is_a_front_end_s_where_a_public_certificate_was_seen() -> None:
    """Also for what shows none there; elsewhere it is of the server itself."""
    every = [Facts("192.0.2.1", 444), Facts("192.0.2.1", 444, certificate="a", form="host"),
             Facts("192.0.2.2", 444), Facts("192.0.2.2", 444, certificate="b", form="self"),
             Facts("192.0.2.1", 443)]  # fmt: skip
    places = [place_of(facts) for facts in with_second_fronts(every)]
    assert places == ["192.0.2.1 444", "192.0.2.1 444", "192.0.2.2", "192.0.2.2", "192.0.2.1"]
