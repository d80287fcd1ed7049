"""Whom we may ask: nothing that is denied or not named, however it is written."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.addresses import read_address, write_address
from alpheus.exposure.hours import Window
from alpheus.exposure.scope import Scope
from alpheus.exposure.scope_entries import Entries


def scope(allow=(), deny=(), **fields):
    """A scope with these entries."""
    permitted, denied = Entries(allowed=True), Entries(allowed=False)
    for text in allow:
        permitted.add(text, "in scope", "scope.yaml")
    for text in deny:
        denied.add(text, "denied", "scope.yaml", "they asked")
    return Scope(
        "scope.yaml", "", "owner", "order", "https://cert.example/scans", "agent",
        permitted.listing(), denied.listing(), **fields,
    )  # fmt: skip


def test_what_is_not_named_is_outside():
    """An empty answer is no."""
    decision = scope(["192.0.2.0/24"]).decide("198.51.100.1")
    assert not decision.allowed
    assert scope().decide("192.0.2.1", ["example.org"]).allowed is False
    assert "'allow'" in scope(["8.8.8.0/24"]).decide("8.8.4.4").why


def test_a_decision_names_the_entry():
    """The operator finds the line that decided."""
    one = scope(["192.0.2.0/24"], ["192.0.2.53"])
    assert one.decide("192.0.2.1").why == "in scope: 192.0.2.0/24 (scope.yaml)"
    assert one.decide("192.0.2.53").why == "denied: 192.0.2.53 (scope.yaml): they asked"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.53", "::ffff:127.0.0.53", "::FFFF:7F00:35", "[::ffff:127.0.0.53]", "2002:7f00:35::1",
     "64:ff9b::7f00:35", "::127.0.0.53", "2001:0:1:2:3:4:80ff:ffca", "2001:db8::5efe:7f00:35",
     "::ffff:127.0.0.53%1"],
)  # fmt: skip
def test_a_denied_address_is_denied_in_every_spelling(address):
    """Also where an IPv6 address leads to it."""
    one = scope(["127.0.0.0/8", "::/0", "2001:db8::/32", "example.org"], ["127.0.0.53"])
    decision = one.decide(address, ["example.org"])
    assert (decision.allowed, decision.why[:7]) == (False, "denied:")


@pytest.mark.parametrize(
    "name", ["secret.example.org", "A.SECRET.example.org.", "x.geheim.example"]
)
def test_a_denied_name_is_denied_whatever_the_address(name):
    """A name covers what is below it, in any spelling; denial wins over the address."""
    one = scope(["127.0.0.0/8", "example.org"], ["secret.example.org", "geheim.example"])
    assert not one.decide("127.0.0.1", ["mail.example.org", name]).allowed
    assert not one.decide_name(name).allowed


@pytest.mark.parametrize(
    "name", ["secret.example.org ", "secret.example.org:443", "", "a\0", "a b"]
)
def test_what_is_no_name_is_not_asked_for(name):
    """It might be a denied name in a spelling that others understand."""
    one = scope(["127.0.0.0/8", "example.org"], ["secret.example.org"])
    assert not one.decide("127.0.0.1", [name]).allowed
    assert not one.decide_name(name).allowed


def test_wildcards_and_addresses_may_stand_for_names():
    """A wildcard is what is below it; an address must not be denied."""
    one = scope(["127.0.0.0/8"], ["secret.example.org", "127.0.0.53"])
    assert not one.decide("127.0.0.1", ["*.secret.example.org"]).allowed
    assert not one.decide("127.0.0.1", ["127.0.0.53"]).allowed
    assert one.decide("127.0.0.1", ["*.example.org", "127.0.0.2", "::1"]).allowed
    assert one.decide_name("127.0.0.2") is None


def test_a_name_allows_the_address_that_it_leads_to():
    """The address of an allowed name needs no line of its own, unless it is a special one."""
    one = scope(["example.org"])
    assert one.decide("8.8.8.8", ["mail.example.org"]).allowed
    assert not one.decide("8.8.8.8", ["mail.example.net"]).allowed
    assert not one.decide("8.8.8.8", ["notexample.org"]).allowed
    for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "64:ff9b::a00:1"):
        decision = one.decide(address, ["mail.example.org"])
        assert not decision.allowed
        assert "by itself" in decision.why
    assert scope(["example.org", "10.0.0.0/8"]).decide("10.0.0.1", ["example.org"]).allowed


def test_a_name_outside_is_known_only_by_its_address():
    """Before the look-up nothing can be said of it."""
    one = scope(["192.0.2.0/24", "example.org"])
    assert one.decide_name("mail.example.net") is None
    assert one.decide_name("mail.example.org").allowed
    assert one.decide("192.0.2.7", ["mail.example.net"]).allowed


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.0.1", "172.16.0.1", "192.168.1.1",
     "224.0.0.1", "239.255.255.250", "255.255.255.255", "::", "::1", "fe80::1", "fd00::1",
     "ff02::1", "64:ff9b::127.0.0.1", "2002:0a00:0001::"],
)  # fmt: skip
def test_the_whole_internet_does_not_cover_special_addresses(address):
    """They are asked only where a line lies within their network."""
    assert not scope(["0.0.0.0/0", "::/0"]).decide(address).allowed


def test_a_special_network_may_be_listed_by_itself():
    """`127.0.0.0/8` allows what it says, `126.0.0.0/7` does not."""
    assert scope(["127.0.0.0/8"]).decide("127.255.255.255").allowed
    assert scope(["10.0.0.0/16"]).decide("10.0.5.5").allowed
    wide = scope(["126.0.0.0/7", "9.255.0.0-10.0.0.5"])
    assert wide.decide("126.1.1.1").allowed
    assert wide.decide("9.255.0.1").allowed
    assert not wide.decide("127.0.0.1").allowed
    assert not wide.decide("10.0.0.1").allowed
    assert not scope(["240.0.0.0/4"]).decide("255.255.255.255").allowed
    assert scope(["255.255.255.255"]).decide("255.255.255.255").allowed


def test_ipv6_entries_do_not_speak_of_ipv4():
    """`::/0` allows no IPv4 address, and denies none."""
    assert not scope(["::/0"]).decide("::ffff:8.8.8.8").allowed
    assert scope(["8.8.8.0/24"], ["::/0"]).decide("8.8.8.8").allowed


@pytest.mark.parametrize("address", ["", "example.org", "127.1", "2130706433", "127.0.0.1 "])
def test_what_is_no_address_is_not_asked(address):
    """A spelling that others may understand differently is refused."""
    assert not scope(["0.0.0.0/0", "127.0.0.0/8"]).decide(address).allowed


def test_ports_are_part_of_the_scope():
    """Only those listed, and the two of the options that are switched on."""
    one = scope(["127.0.0.0/8"], ports=(443, 8443))
    assert [port for port in (25, 80, 443, 444, 8443) if one.permits_port(port)] == [443, 8443]
    both = replace(one, back_end=True, smtp=True)
    assert [port for port in (25, 80, 443, 444) if both.permits_port(port)] == [25, 443, 444]
    assert "port 80" in one.decide("127.0.0.1", port=80).why
    assert one.decide("127.0.0.1", port=443).allowed


NETWORKS = st.builds(
    lambda number, prefix: str(ipaddress.ip_network((number, prefix), strict=False)),
    st.integers(0xC0A8_0000, 0xC0A8_00FF),
    st.integers(25, 32),
)


@given(st.lists(NETWORKS, max_size=6), st.lists(NETWORKS, max_size=6))
def test_decisions_agree_with_the_lists_by_hand(allow, deny):
    """Allowed is what a network of `allow` holds and none of `deny`; pieces agree."""
    one = scope(allow, deny)
    expected = []
    for number in range(0xC0A8_0000, 0xC0A8_0100):
        address = ipaddress.ip_address(number)
        held = [any(address in ipaddress.ip_network(n) for n in nets) for nets in (allow, deny)]
        expected.append(held == [True, False])
        assert one.decide(str(address)).allowed is expected[-1]
    pieces = list(one.pieces(4, 0xC0A8_0000, 0xC0A8_00FF))
    flat = [decision.allowed for a, b, decision in pieces for _ in range(a, b + 1)]
    assert flat == expected


@given(st.ip_addresses(), st.lists(st.sampled_from(["example.org", "a.example.net", "\0", "ü.x"])))
def test_any_address_is_decided(address, names):
    """What is denied stays denied with any names, and a decision always has a reason."""
    one = scope(["0.0.0.0/0", "::/0", "example.org"], [str(address)])
    decision = one.decide(str(address), names)
    assert decision.allowed is False
    assert decision.why
    version, number = read_address(str(address))
    assert not one.decide(write_address(version, number), names).allowed


NOW = datetime(2021, 3, 5, 12, tzinfo=UTC)


def test_without_dates_and_hours_a_scope_is_always_open():
    """Nothing is asked for, nothing is enforced."""
    one = scope()
    assert one.is_open(NOW)
    assert one.opens_at(NOW) == NOW
    assert one.closes_at(NOW) is None


def test_a_scope_is_closed_before_and_after_its_dates():
    """The end is not included; after it, it never opens."""
    one = scope(valid_from=NOW, valid_until=NOW + timedelta(hours=2))
    before = NOW - timedelta(seconds=1)
    assert [one.is_open(before), one.is_open(NOW)] == [False, True]
    assert [one.opens_at(before), one.closes_at(before)] == [NOW, None]
    assert one.closes_at(NOW) == one.valid_until
    assert one.opens_at(NOW + timedelta(hours=2)) is None


def test_hours_close_and_open():
    """In between it waits; dates cut hours off."""
    windows = (Window(UTC, frozenset(range(7)), time(20), time(6)),)
    night, midnight = NOW.replace(hour=20), NOW.replace(day=6, hour=0)
    one = scope(hours=windows)
    assert (one.is_open(NOW), one.opens_at(NOW)) == (False, night)
    assert one.closes_at(night) == NOW.replace(day=6, hour=6)
    assert replace(one, valid_until=midnight).closes_at(night) == midnight
    assert replace(one, valid_until=night).opens_at(NOW) is None
    assert replace(one, valid_from=NOW.replace(day=7)).opens_at(NOW) == NOW.replace(day=7, hour=20)
    assert scope(hours=(Window(UTC, frozenset(), time(1), time(2)),)).opens_at(NOW) is None


def test_windows_that_follow_on_one_another_are_one():
    """The whole week never closes within a week."""
    whole = scope(hours=(Window(UTC, frozenset(range(7)), time(0), time(0)),))
    assert whole.closes_at(NOW) >= NOW + timedelta(days=7)
    two = [Window(UTC, frozenset({4}), time(10), time(13)),
           Window(UTC, frozenset({4}), time(13), time(15))]  # fmt: skip
    assert scope(hours=tuple(two)).closes_at(NOW) == NOW.replace(hour=15)


def test_times_of_any_zone_are_understood():
    """The moment counts, not its spelling."""
    one = scope(valid_from=NOW)
    assert one.is_open(NOW.astimezone(ZoneInfo("Asia/Tokyo")))
