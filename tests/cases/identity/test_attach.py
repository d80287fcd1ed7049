"""Sightings without a computer's name find their server, or stay open."""

from __future__ import annotations

import pytest

from alpheus.cases.identity import attach as module
from alpheus.cases.identity.attach import Attachment, Places, divided_addresses
from alpheus.cases.identity.keys import Facts
from alpheus.cases.identity.model import Sighting
from alpheus.cases.identity.passing import Passing
from alpheus.cases.identity.resolve import Resolver
from alpheus.cases.identity.shared import Shared
from cases.identity.identity_build import (
    among_passing,
    forest_of,
    groups,
    host_certificate,
    seen,
    together,
)
from cases.identity.identity_world import make_world

CERT = host_certificate("a", "mail.example.com")


def test_divided_addresses() -> None:
    """Several servers answer there, each on a port of its own; one server has several, too."""
    every = [Facts("192.0.2.1", 443), Facts("192.0.2.1", 8443), Facts("192.0.2.2", 443),
             Facts("192.0.2.2", 25), Facts("192.0.2.3", 8443), Facts("192.0.2.3", 0)]  # fmt: skip
    assert divided_addresses(every) == {"192.0.2.1"}


def test_claims_are_told_best_first() -> None:
    """A node's claims: the same address and port speaks more than a certificate elsewhere."""
    forest = forest_of(
        seen(1, "192.0.2.1", 1, servers=("EX01",)),
        seen(2, "192.0.2.2", 1, servers=("EX02",), **CERT),
        seen(3, "192.0.2.1", 1, **CERT),
    )
    nodes = range(len(forest.facts))
    places = Places(forest, Shared(), set(), Passing(forest, nodes))
    (nameless,) = [node for node in nodes if not forest.facts[node].machine]
    for node in nodes:
        if node != nameless:
            places.settle(node)
    attachment = Attachment(forest, places)
    first = attachment.claims(nameless)[0]
    assert forest.facts[first.root].machine == ("EX01",)
    assert attachment.attach([nameless]) == []
    assert forest.root(nameless) == forest.root(first.root)


def test_several_processes_decide_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who decides what makes no difference, nor does it for the reasons that are given."""
    sightings = make_world(7, 60).sightings
    alone = Resolver(sightings)
    servers, links = alone.clusters(), list(alone.links())
    monkeypatch.setattr(module, "MANY", 1)
    monkeypatch.setattr(module, "_AT_ONCE", 5)
    monkeypatch.setattr(module, "workers", lambda: 2)
    beside = Resolver(sightings)
    assert beside.clusters() == servers
    assert list(beside.links()) == links


def test_a_web_shell_row_at_the_address() -> None:
    """Eight shells at the address of a server are that server."""
    shells = [
        seen(n, "192.0.2.1", 5, compromised=True, url=f"https://192.0.2.1/aspnet_client/{n}.aspx")
        for n in range(2, 10)
    ]
    assert groups(seen(1, "192.0.2.1", 4, servers=("EX01",)), *shells) == [tuple(range(1, 10))]


def test_a_host_name_in_a_url() -> None:
    """A URL without an address leads to the server that the name leads to."""
    found = groups(
        seen(1, "192.0.2.1", servers=("EX01",), hosts=("mail.example.com",)),
        seen(2, url="https://mail.example.com/owa/auth/x.aspx"),
        seen(3, url="https://mail.elsewhere.com/x.aspx"),
    )
    assert found == [(1, 2), (3,)]


def test_a_host_name_that_another_server_s_certificate_is_for() -> None:
    """Where the row has an address, that a certificate elsewhere names its host is not enough."""
    server = seen(1, "192.0.2.1", servers=("EX01",), **CERT)
    row = seen(2, "198.51.100.1", 5, port=0, hosts=("mail.example.com",))
    assert groups(server, row) == [(1,), (2,)]
    assert groups(server, seen(2, "", 5, hosts=("mail.example.com",))) == [(1, 2)]


def test_a_certificate_shows_who_moved() -> None:
    """The certificate elsewhere later is the same server; at the same time it may not be."""
    found = groups(
        seen(1, "192.0.2.1", 1, servers=("EX01",), **CERT), seen(2, "198.51.100.1", 20, **CERT)
    )
    assert found == [(1, 2)]
    span = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z", **CERT}
    assert groups(
        seen(1, "192.0.2.1", servers=("EX01",), **span), seen(2, "198.51.100.1", **span)
    ) == [(1,), (2,)]


def test_dynamic_addresses() -> None:
    """An address that changed hands is of whoever had it at that time."""
    found = groups(
        seen(1, "192.0.2.1", 1, servers=("OAK-EX1",)),
        seen(2, "192.0.2.1", 5, servers=("OAK-EX1",)),
        seen(3, "192.0.2.1", 15, servers=("ELM-EX1",)),
        seen(4, "192.0.2.1", 20, servers=("ELM-EX1",)),
        seen(5, "192.0.2.1", 3),
        seen(6, "192.0.2.1", 17),
        seen(7, "192.0.2.1", 10),
    )
    assert together(found, 1, 2, 5)
    assert together(found, 3, 4, 6)
    assert (7,) in found


def test_who_was_elsewhere() -> None:
    """A server that was seen at its old address until then is not who was at the new one before."""
    found = groups(
        seen(1, "192.0.2.1", 1, servers=("OAK-EX1",), ad_domain="oak.local"),
        seen(2, "192.0.2.1", 12, servers=("OAK-EX1",), ad_domain="oak.local"),
        seen(3, "192.0.2.2", 22, servers=("OAK-EX1",), ad_domain="oak.local"),
        seen(4, "192.0.2.2", 2),
    )
    assert found == [(1, 2, 3), (4,)]


def test_two_servers_behind_one_address() -> None:
    """Rows of a forwarded port are not the server's on the usual port; mail ports are."""
    found = groups(
        seen(1, "192.0.2.1", 1, servers=("EX01",)),
        seen(2, "192.0.2.1", 1, port=8443),
        seen(3, "192.0.2.1", 1, port=25),
        seen(4, "192.0.2.1", 1, port=0),
    )
    assert found == [(1, 3, 4), (2,)]


def test_an_assessment_of_the_second_server_behind_an_address() -> None:
    """Its address without a port does not bring it the rows of the first."""
    found = groups(
        seen(1, "192.0.2.1", 1, port=8443, servers=("EX02",)),
        seen(2, "192.0.2.1", 1, port=0, servers=("EX02", "ex02.oak.local")),
        seen(3, "192.0.2.1", 1),
    )
    assert found == [(1, 2), (3,)]


def test_another_product() -> None:
    """No server is upgraded from one product to the next: another product is another one."""
    one = seen(1, "192.0.2.1", 1, servers=("EX01",), build="15.0.1497", **CERT)
    assert groups(one, seen(2, "198.51.100.1", 9, build="15.2.792", **CERT)) == [(1,), (2,)]
    assert groups(one, seen(2, "198.51.100.1", 9, build="15.0.1496", **CERT)) == [(1, 2)]


def test_a_sighting_that_shows_two_servers_to_be_one() -> None:
    """Two computers of one common name are one where a sighting has much of both."""
    found = groups(
        seen(1, "192.0.2.1", 1, servers=("EXCH01",)),
        seen(2, "2001:db8::1", 1, servers=("EXCH01",), **CERT),
        seen(3, "192.0.2.1", 1, **CERT),
    )
    assert found == [(1, 2, 3)]


def _passed_on(**shell: object) -> list[tuple[int, ...]]:
    """A range whose addresses pass from server to server, and one server's page in it twice."""
    servers = [
        seen(10 * n + turn, f"192.0.2.{n}", 1 + 6 * turn, servers=(f"LAKE{letters}",),
             ad_domain=f"{letters.lower()}lake.local")
        for n, pair in enumerate((("AA", "BB"), ("CC", "DD"), ("EE", "FF")), start=1)
        for turn, letters in enumerate(pair)
    ]  # fmt: skip
    url = "https://192.0.2.50/aspnet_client/"
    return groups(
        *servers,
        seen(50, "192.0.2.50", 2, compromised=True, network="64500", url=f"{url}w7.aspx"),
        seen(51, "192.0.2.60", 9, compromised=True,
             **{"network": "64500", "url": f"{url}w7.aspx", **shell}),
    )  # fmt: skip


def test_a_page_of_an_intruder_moves_with_its_server() -> None:
    """In a range that passes its addresses on, and in one network, at one place at a time."""
    assert (50, 51) in _passed_on()
    assert (50, 51) not in _passed_on(network="64501")
    assert (50, 51) not in _passed_on(url="https://192.0.2.60/aspnet_client/w8.aspx")


def test_a_report_that_sums_up_counts_when_its_address_was_first_seen() -> None:
    """The end of what it says is often the day of the report."""
    before = [seen(n, "192.0.2.1", n, servers=("LAKEA",), ad_domain="a.local") for n in (1, 3)]
    after = [seen(n, "192.0.2.1", n, servers=("LAKEB",), ad_domain="b.local") for n in (7, 9)]
    told = {"first_seen": "2021-03-02T00:00:00Z", "last_seen": "2021-03-15T00:00:00Z"}
    assert groups(*before, *after, seen(20, "192.0.2.1", **told)) == [(1, 3, 20), (7, 9)]


def test_a_server_with_two_addresses_is_not_gone_from_one() -> None:
    """It is at both at once: a row at the first, from before it was known there, is its own."""
    name = {"servers": ("OAK-EX1",), "ad_domain": "oak.local"}
    rows = [seen(1, "192.0.2.1", 12, **name), seen(2, "192.0.2.1", 25, **name),
            seen(3, "192.0.2.2", 5, **name), seen(4, "192.0.2.2", 25, **name)]  # fmt: skip
    assert groups(*rows, seen(5, "192.0.2.1", 2)) == [(1, 2, 3, 4, 5)]


def test_builds_tell_who_was_at_an_address_that_passes_on() -> None:
    """A server that had a build before and after did not have another in between."""
    servers = [
        seen(10 * n + turn, f"192.0.2.{n}", 1 + 6 * turn, servers=(f"LAKE{letters}",),
             ad_domain=f"{letters.lower()}lake.local", build="15.1.2044.4")
        for n, pair in enumerate((("AA", "BB"), ("CC", "DD"), ("EE", "FF")), start=1)
        for turn, letters in enumerate(pair)
    ]  # fmt: skip
    found = groups(*servers, seen(50, "192.0.2.1", 8, build="15.1.2044"),
                   seen(51, "192.0.2.2", 9, build="15.0.1497"))  # fmt: skip
    assert (11, 50) in found
    assert (51,) in found


def test_a_row_without_a_port_joins_no_two_servers_behind_one_address() -> None:
    """It is of the one that its name leads to; with nothing else, of the one at the usual port."""
    one, two, three = (
        [seen(10 * n + k, "192.0.2.1", day, port=port, **host_certificate(str(n), name))
         for k, day in enumerate((3, 20))]
        for n, port, name in ((1, 443, "mail.oak.com"), (2, 8443, "mail2.oak.com"),
                              (3, 4443, "mail3.oak.com"))
    )  # fmt: skip
    rows = [seen(4, "192.0.2.1", 14, port=0, hosts=("mail2.oak.com",)),
            seen(5, "192.0.2.1", 14, port=0, hosts=("mail9.oak.com",)),
            seen(6, "192.0.2.1", 14, port=0)]  # fmt: skip
    found = groups(*one, *two, *three, *rows)
    assert found == [(4, 20, 21), (5,), (6, 10, 11), (30, 31)]


def _report(number: int, address: str, first: int, last: int, **what) -> Sighting:
    """A report of a page that sums up days."""
    times = {"first_seen": f"2021-03-{first:02}T06:00:00Z",
             "last_seen": f"2021-03-{last:02}T00:00:00Z"}  # fmt: skip
    url = f"https://{address}/aspnet_client/p{number}.aspx"
    what = {"compromised": True, "network": "64500", "url": url, **times, **what}
    return seen(number, address, **what)


def test_a_report_of_days_is_of_the_server_that_others_say_was_broken_into() -> None:
    """Where addresses pass on, the address of a report may be that of any day that it sums up."""
    first = {"hosts": ("mail.oak.com",)}
    then = {"hosts": ("mail.elm.com",)}
    here = [seen(1, "192.0.2.50", 3, **first), seen(2, "192.0.2.50", 6, **first),
            seen(3, "192.0.2.50", 8, **then), seen(4, "192.0.2.50", 12, **then)]  # fmt: skip
    report = _report(9, "192.0.2.50", 4, 15)
    assert among_passing(*here, report) == [(1, 2, 9), (3, 4)]
    broken = seen(5, "192.0.2.51", 14, compromised=True, **then)
    assert among_passing(*here, broken, report) == [(1, 2), (3, 4, 5, 9)]


def test_reports_of_one_address_and_days_are_of_one_server() -> None:
    """One of them names the server; nobody else was seen there at the time."""
    named = _report(1, "192.0.2.50", 4, 9, url="https://mail.oak.com/owa/auth/x.aspx")
    assert among_passing(
        named, _report(2, "192.0.2.50", 5, 9), seen(3, "192.0.2.77", 20, hosts=("mail.oak.com",)),
    ) == [(1, 2, 3)]  # fmt: skip


def test_a_report_of_days_does_not_show_that_a_server_stayed() -> None:
    """It moved on meanwhile: the same certificate elsewhere at that time is its own."""
    cert = host_certificate("c", "mail.oak.com")
    assert among_passing(
        seen(1, "192.0.2.50", 3, **cert), seen(2, "192.0.2.60", 8, **cert),
        seen(3, "192.0.2.60", 11, **cert),
        _report(4, "192.0.2.50", 4, 15, url="https://mail.oak.com/owa/auth/x.aspx"),
    ) == [(1, 2, 3, 4)]  # fmt: skip


def test_a_new_build_at_an_address_that_passes_on_is_another_server_s() -> None:
    """Within a day, too; at an address that stays it is an update."""
    cert = host_certificate("c", "mail.oak.com")
    old = [
        seen(1, "192.0.2.50", 3, build="15.1.1531.3"),
        seen(2, "192.0.2.50", 4, build="15.1.1531.3"),
    ]
    new = [seen(3, "192.0.2.50", 5, build="15.1.2176.2", **cert),
           seen(4, "192.0.2.50", 6, build="15.1.2176.2", **cert)]  # fmt: skip
    assert among_passing(*old, *new) == [(1, 2), (3, 4)]
    assert groups(*old, *new) == [(1, 2, 3, 4)]
