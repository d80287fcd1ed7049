"""What organisations run."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from alpheus.lab.country.holdings import Country
from alpheus.lab.country.model import Endpoint, Holding


@pytest.fixture(scope="module")
def holdings() -> list[Holding]:
    """A thousand organisations."""
    country = Country(9, 31)
    return [country.holding(index) for index in range(1000)]


def test_most_have_one_server_and_some_have_six(holdings: list[Holding]) -> None:
    """A third more servers than organisations."""
    counts = Counter(len(one.servers) for one in holdings)
    assert 0.75 < counts[1] / 1000 < 0.92
    assert max(counts) == 6
    assert 1.2 < sum(count * times for count, times in counts.items()) / 1000 < 1.5


def test_names_collide_and_certificates_too(holdings: list[Holding]) -> None:
    """Setup's names are in many organisations; one hosting certificate serves many customers."""
    names: dict[str, set[str]] = defaultdict(set)
    subjects: dict[str, set[str]] = defaultdict(set)
    hashes: dict[str, set[str]] = defaultdict(set)
    for holding in holdings:
        for server in holding.servers:
            owner = holding.organisation.id
            names[server.name].add(owner)
            for _, one in server.certificates:
                hashes[one.sha256].add(owner)
                if one.self_signed:
                    subjects[one.common_name].add(owner)
    assert len(names["EXCH01"]) > 20
    assert len(subjects["EXCH01"]) > 3
    shared = [len(owners) for owners in hashes.values() if len(owners) > 1]
    assert shared
    assert min(shared) > 15


def test_pools(holdings: list[Holding]) -> None:
    """Two to six members behind one address, with one certificate and names in common."""
    pools = [one for one in holdings if one.servers[0].pool]
    assert pools
    for pool in pools:
        assert 2 <= len(pool.servers) <= 6
        assert len({one.unit for one in pool.servers}) == 1
        assert pool.endpoints[0].servers == pool.servers
        assert len({one.certificate(0).sha256 for one in pool.servers}) == 1
        assert len({one.host_names for one in pool.servers}) == 1
    assert {bool(one.servers[0].dag) for one in pools} == {True, False}


def test_several_servers_behind_one_address(holdings: list[Holding]) -> None:
    """Told apart by their ports."""
    shared = 0
    for holding in holdings:
        ports = defaultdict(set)
        for one in holding.endpoints:
            ports[one.address].add(one.port)
            shared += len(ports[one.address]) == 2
    assert shared > 3


def test_changing_addresses_cover_the_month(holdings: list[Holding]) -> None:
    """Without a gap; on every day each address and port is of one organisation."""
    days: dict[tuple[int, str, int], Endpoint] = {}
    changing = 0
    for holding in holdings:
        if holding.organisation.dynamic:
            changing += 1
            spans = [(one.first, one.last) for one in holding.endpoints]
            assert spans[0][0] == 0
            assert spans[-1][1] == 30
            assert all(a[1] + 1 == b[0] for a, b in pairwise(spans))
        for one in holding.endpoints:
            for day in range(one.first, one.last + 1):
                assert (day, one.address, one.port) not in days
                days[day, one.address, one.port] = one
    assert changing > 30


def test_both_versions_and_several_addresses(holdings: list[Holding]) -> None:
    """Some servers have two or three addresses, some one of version 6."""
    found = [len(one.endpoints) for one in holdings if len(one.servers) == 1]
    assert {1, 2, 3} <= set(found)
    assert any(":" in one.address for holding in holdings for one in holding.endpoints)


def test_some_certificates_are_renewed(holdings: list[Holding]) -> None:
    """Within the month, for the same names."""
    renewed = [
        server for one in holdings for server in one.servers if len(server.certificates) == 2
    ]
    assert renewed
    for server in renewed:
        (_, old), (day, new) = server.certificates
        assert 0 < day < 31
        assert old.sha256 != new.sha256
        assert old.names == new.names


def test_one_can_be_made_without_the_others(holdings: list[Holding]) -> None:
    """By its number alone."""
    assert Country(9, 31).holding(777) == holdings[777]
