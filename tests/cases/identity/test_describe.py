"""Servers in words."""

from __future__ import annotations

from alpheus.cases.identity import describe
from alpheus.cases.identity.evidence import Key
from alpheus.cases.identity.keys import Facts, facts_of
from alpheus.cases.identity.model import Sighting
from alpheus.cases.identity.resolve import Resolver
from cases.identity.identity_build import host_certificate, passing, seen


def test_facts_in_a_few_words() -> None:
    """Address, computer, the beginning of the certificate, hosts."""
    said = describe.said_by(
        facts_of(
            seen(
                1,
                "192.0.2.1",
                servers=("EX01",),
                hosts=("mail.example.com",),
                **host_certificate("a", "m.example.com"),
            )
        )
    )
    assert said == "192.0.2.1 port 443, EX01, certificate aaaaaaaaaaaa, mail.example.com"
    assert describe.said_by(Facts("", 0)) == ""


def test_a_link_says_why() -> None:
    """The key as a word, how sure, and a sentence."""
    link = describe.link(1, 2, Key.COMPUTER_AND_DOMAIN, 70, "EX01 oak.local")
    assert (link.key, link.value, link.weight) == ("computer-and-domain", "EX01 oak.local", 0.9991)
    assert link.reason == "computer and domain have the same names: EX01 oak.local"


def test_names_of_servers() -> None:
    """A server is called by its computer, a host name, its members, or an address."""
    found = Resolver(
        [
            seen(1, "192.0.2.1", servers=("EX01",), hosts=("mail.example.com",)),
            seen(2, "192.0.2.2", hosts=("owa.mail.example.org", "mail.example.org")),
            seen(3, "192.0.2.3", members=("EX01", "EX02")),
            seen(4, "192.0.2.4"),
            seen(5),
        ]
    ).clusters()
    assert [one.name for one in found] == ["EX01", "mail.example.org", "EX01 EX02", "192.0.2.4", ""]


def test_why_a_neighbour_is_another() -> None:
    """The same name at another address at the same time is told as that."""
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z"}
    resolver = Resolver(
        [
            seen(1, "192.0.2.1", servers=("EXCH01",), **span),
            seen(2, "198.51.100.1", servers=("EXCH01",), **span),
            seen(3, "203.0.113.1", 31, servers=("EXCH01",)),
        ]
    )
    reasons = {near.cluster: near.reason for near in resolver.explain(1).near}
    assert reasons[2] == "they were seen at the same time at different addresses"
    assert reasons[3].startswith("what they have in common is not enough")


def _passing(*more: Sighting) -> dict[int, str]:
    """What is set aside beside three addresses that pass from server to server, and why."""
    return {one.id: one.aside for one in Resolver(passing(*more)).clusters() if one.aside}


def test_what_is_no_server_by_itself() -> None:
    """Another product; and an address of a range that passes them on, with nothing else known."""
    assert _passing(
        seen(50, "198.51.100.1", other_product=True, **host_certificate("a", "router.example.com")),
        seen(60, "192.0.2.99", 3), seen(61, "192.0.2.99", 3, hosts=("dsl-1-2.net.example",)),
        seen(70, "192.0.2.88", 3, hosts=("mail.example.com",)), seen(80, "198.51.100.7", 3),
    ) == {50: "other-product", 60: "passing-address"}  # fmt: skip
    both = [seen(50, "198.51.100.1", 1, **host_certificate("a", "mail.example.com")),
            seen(51, "198.51.100.1", 2, other_product=True,
                 **host_certificate("a", "mail.example.com"))]  # fmt: skip
    assert _passing(*both) == {}


def test_a_name_that_many_have_at_an_address_that_passes_on_is_no_server() -> None:
    """It is most likely one that was seen elsewhere in the range; a name of its own is one."""
    assert _passing(
        seen(50, "192.0.2.98", 3, servers=("EXCH01",)),
        seen(60, "192.0.2.99", 3, servers=("OAKEX",)),
        seen(70, "198.51.100.7", 3, servers=("EXCH01",)),
        seen(80, "192.0.2.97", 3, servers=("EXCH02",), ad_domain="oak.local"),
    ) == {50: "passing-address"}  # fmt: skip
