"""A run cut into shards: by whole networks, evenly, nobody left out and nobody twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.addresses import Range
from alpheus.exposure.model import Endpoint
from alpheus.exposure.named import Named, not_asked
from alpheus.exposure.scope import Rates
from alpheus.exposure.shards import gap_of, networks_of, shard_of, share_of
from alpheus.exposure.space import Space
from alpheus.exposure.target_list import Outside, Place, RangeSet, TargetList
from exposure_probing import scope_of

RATES = Rates()
_spans = st.builds(
    lambda first, size: Range(4, first, first + size), st.integers(0, 1 << 24), st.integers(0, 5000)
)


def _space(spans: list[Range], endpoints: list[Endpoint] | None = None) -> Space:
    ranges: dict[Place, RangeSet] = {}
    for span in spans:
        ranges.setdefault(Place(443, "https"), RangeSet()).add(span)
    named = Named(endpoints or [], observations=[not_asked("gone", "", 443, "why")])
    return Space(TargetList(ranges, {}), [Outside("192.0.2.1", 443, 1, "why")], named, {}, 0)


def _hosts(space: Space) -> list[str]:
    return [one.host for one in space.allowed] + [one.address for one in space.named.endpoints]


@given(st.lists(_spans, min_size=1, max_size=4), st.integers(1, 9))
def test_every_endpoint_is_in_one_shard(spans: list[Range], of: int) -> None:
    """Whatever the ranges are, and into however many shards they are cut."""
    space = _space(spans, [Endpoint("a", "198.51.100.7", 443), Endpoint("b", "2001:db8::1", 443)])
    shards = [shard_of(space, RATES, number, of) for number in range(of)]
    found = [host for one in shards for host in _hosts(one)]
    assert sorted(found) == sorted(_hosts(space))
    assert sum(one.total for one in shards) == space.total


def test_a_network_is_in_one_shard_however_its_hosts_were_found() -> None:
    """So the rates of a host and of a network hold without anybody knowing of the others."""
    spans = [Range(4, 0x7F000000, 0x7F0000FF + (40 << 8))]
    named = [Endpoint("a", "127.0.7.9", 8443), Endpoint("b", "127.0.7.200", 25)]
    space = _space(spans, named)
    where: dict[str, set[int]] = {}
    for number in range(5):
        for host in _hosts(shard_of(space, RATES, number, 5)):
            where.setdefault(host.rpartition(".")[0], set()).add(number)
    assert {len(one) for one in where.values()} == {1}
    assert len(where) == 41
    wide = replace(RATES, network_prefix_v4=32)
    shards = [{*_hosts(shard_of(space, wide, number, 5))} for number in range(5)]
    assert all(len(one) % 256 in {0, 2} for one in shards), "never cut below a /24"


def test_networks_side_by_side_are_spread_evenly() -> None:
    """A provider is asked by all shards alike, and no shard has most of the work."""
    space = _space([Range(4, 0x0A000000, 0x0A000000 + (1_000 << 8) - 1)])
    sizes = Counter({n: shard_of(space, RATES, n, 8).total // 256 for n in range(8)})
    assert sum(sizes.values()) == 1_000
    assert max(sizes.values()) - min(sizes.values()) <= 4


def test_what_is_not_asked_is_told_once() -> None:
    """In the first shard."""
    space = _space([Range(4, 0, 70_000)])
    shards = [shard_of(space, RATES, number, 3) for number in range(3)]
    assert [len(one.outside) for one in shards] == [1, 0, 0]
    assert [len(one.named.observations) for one in shards] == [1, 0, 0]


def test_only_the_rate_of_all_together_is_divided(tmp_path: Path) -> None:
    """Those of a host and a network stay, and the scope stays that of its owner."""
    scope = replace(scope_of(tmp_path, 443), rates=RATES)
    share = share_of(scope, 4)
    assert share.rates == replace(RATES, total=RATES.total / 4)
    assert replace(share, rates=scope.rates) == scope


def test_the_gap_is_what_the_slowest_rate_asks_for() -> None:
    """After it nobody was asked too recently."""
    assert gap_of(RATES) == 1.25
    assert gap_of(replace(RATES, per_network=0.1)) == 10.0


def test_networks_are_counted_without_being_listed() -> None:
    """More shards than networks are of no use."""
    assert networks_of(_space([Range(4, 0, (1 << 32) - 1)]), RATES) == 1 << 24
    assert networks_of(_space([Range(4, 255, 256)], [Endpoint("a", "10.0.0.1", 443)]), RATES) == 3
