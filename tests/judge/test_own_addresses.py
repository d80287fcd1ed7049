"""A server's own addresses."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from alpheus.judge.own_addresses import MOST, own_addresses
from alpheus.judge.record import ServerRecord
from alpheus.model import Event, Stage, Weight
from making import event, group, record, rule

USED = rule("page-used", Stage.OPERATED, Weight.PROOF)


def _asked(*addresses: str) -> ServerRecord:
    return _seen(event("iis", {"s-ip": one, "cs-uri-stem": "/a.aspx"}) for one in addresses)


def _seen(events: Iterable[Event]) -> ServerRecord:

    return record(hits=[group(USED, list(events))])


def test_the_address_that_requests_came_to_is_the_servers_own() -> None:
    """Those of the internet first, then those that most came to."""
    found = _asked("10.1.2.3", "10.1.2.3", "10.9.9.9", "8.8.4.4", "2a03:2880::7", "10.1.2.3")
    assert own_addresses(found) == ("2a03:2880::7", "8.8.4.4", "10.1.2.3", "10.9.9.9")


@pytest.mark.parametrize("text", ["127.0.0.1", "::1", "0.0.0.0", "fe80::1%4", "224.0.0.1", "EX01"])
def test_what_says_not_where_it_is_is_none(text: str) -> None:
    """Probes of its own ask by loopback; and a column may hold anything."""
    assert own_addresses(_asked(text)) == ()


def test_requests_alone_tell() -> None:
    """Another record names addresses of others."""
    assert own_addresses(_seen([event("sysmon", {"s-ip": "8.8.4.4"}), event("iis", {})])) == ()


def test_what_one_torn_line_says_is_not_believed() -> None:
    """Of many requests one may be cut wrongly; and nobody has that many addresses."""
    assert own_addresses(_asked(*["10.1.2.3"] * 40, "8.8.4.4")) == ("10.1.2.3",)
    many = [f"10.1.2.{number}" for number in range(1, MOST + 3)]
    assert own_addresses(_asked(*many)) == tuple(sorted(many)[:MOST])
