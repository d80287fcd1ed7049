"""Addresses."""

from __future__ import annotations

import ipaddress

import pytest

from alpheus.errors import UsageError
from alpheus.lab.country import networks
from alpheus.lab.country.words import Words


def test_addresses_are_nobodys() -> None:
    """Private, shared, benchmark or documentation; numbers of networks too."""
    shared, private = ipaddress.ip_network("100.64.0.0/10"), ipaddress.ip_network("10.0.0.0/8")
    for index in (0, 262_143, 262_144, networks.MOST - 1):
        assert any(ipaddress.ip_address(networks.fixed(index, 14)) in one
                   for one in (shared, private))  # fmt: skip
        assert ipaddress.ip_address(networks.changing(index, 9)) in private
        six = ipaddress.ip_address(networks.version_six(index, 3))
        assert six in ipaddress.ip_network("2001:db8::/32")
    assert ipaddress.ip_address(networks.stranger(10**7)) in ipaddress.ip_network("198.18.0.0/15")
    for group in range(200):
        asn = networks.provider(1, Words(1), group).asn
        assert 64_496 <= asn <= 64_511 or 65_536 <= asn <= 65_551


def test_no_two_organisations_share_addresses() -> None:
    """Neither at the border between the two ranges nor at the end."""
    for border in (1, 262_144, networks.MOST - 1):
        before = ipaddress.ip_network(networks.network(border - 1))
        after = ipaddress.ip_network(networks.network(border))
        assert not before.overlaps(after)
    last = ipaddress.ip_network(networks.network(networks.MOST - 1))
    assert str(last[-1]) == "10.127.255.255"


def test_changing_addresses_pass_on_to_others() -> None:
    """On a day nobody has another's; some days later somebody else has it."""
    group = range(64, 128)
    days = [{networks.changing(index, day): index for index in group} for day in (0, 5, 6)]
    assert all(len(one) == 64 for one in days)
    assert days[0] == days[1]
    assert set(days[0]) == set(days[2])
    assert all(days[0][address] != days[2][address] for address in days[0])


def test_groups_have_providers() -> None:
    """The same for a group; hosting companies and changing addresses are there from the start."""
    assert networks.is_dynamic(1)
    assert networks.is_hosting(2)
    assert networks.provider(1, Words(1), 2).hosting
    assert networks.provider(1, Words(1), 5) == networks.provider(1, Words(1), 5)
    assert networks.provider_name("100.64.0.1", "x.example") == "static-100-64-0-1.biz.x.example"


@pytest.mark.parametrize("count", [0, -1, networks.MOST + 1])
def test_too_many_or_none(count: int) -> None:
    """There is room for so many."""
    networks.check_count(networks.MOST)
    with pytest.raises(UsageError, match="organisations"):
        networks.check_count(count)
