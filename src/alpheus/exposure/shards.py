"""A run cut into shards that can be asked apart, by whole networks.

All addresses of a network (the /24 or /48 of the rates, or larger) are in one shard, however they
were found. So what the scope allows one host, and one network, holds within each shard by itself;
only the rate of all together is divided among those that are asked at once. Which shard a network
is in follows from its number alone, and neighbours are in shards far apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from alpheus.exposure.addresses import BITS, Range, read_address
from alpheus.exposure.named import Named
from alpheus.exposure.scope import Rates, Scope
from alpheus.exposure.space import Space
from alpheus.exposure.target_list import Place, RangeSet, TargetList

MOST_NETWORKS = 1 << 25
"""So many networks can be cut into shards; all of IPv4 is half of it."""

_WIDEST = {4: 24, 6: 48}
_GOLDEN = 0x9E37_79B9_7F4A_7C15
_WORD = (1 << 64) - 1


def shard_of(space: Space, rates: Rates, number: int, of: int) -> Space:
    """The shard with that number, from 0; what is not asked at all is in the first."""
    shifts = _shifts(rates)
    ranges: dict[Place, RangeSet] = {}
    for place, span in space.allowed.spans():
        for part in _parts(span, shifts[span.version], number, of):
            ranges.setdefault(place, RangeSet()).add(part)
    mine = [
        one for one in space.named.endpoints
        if _shard(read_address(one.address), shifts, of) == number
    ]  # fmt: skip
    first = not number
    named = Named(mine, space.named.names_at, space.named.cloud_at,
                  space.named.observations if first else [])  # fmt: skip
    return replace(
        space, allowed=TargetList(ranges, {}), outside=space.outside if first else (), named=named
    )


def networks_of(space: Space, rates: Rates) -> int:
    """How many networks there are at most: more shards than these are of no use."""
    shifts = _shifts(rates)
    spans = (
        (span.last >> shifts[span.version]) - (span.first >> shifts[span.version]) + 1
        for _, span in space.allowed.spans()
    )
    return sum(spans) + len(space.named.endpoints)


def share_of(scope: Scope, of: int) -> Scope:
    """The scope for one of several that ask at once: the rate of all together is divided."""
    return replace(scope, rates=replace(scope.rates, total=scope.rates.total / of))


def gap_of(rates: Rates) -> float:
    """Seconds after which nobody can be asked too soon, whoever was asked before."""
    return max((1 + rates.jitter) / rates.per_host, 1 / rates.per_network, 1 / rates.total)


def _shifts(rates: Rates) -> dict[int, int]:
    """By how many bits an address is cut to its network: never to less than the usual one."""
    prefixes = {4: rates.network_prefix_v4, 6: rates.network_prefix_v6}
    return {one: BITS[one] - min(prefix, _WIDEST[one]) for one, prefix in prefixes.items()}


def _shard(address: tuple[int, int], shifts: dict[int, int], of: int) -> int:
    version, number = address
    return _mixed(number >> shifts[version], of)


def _mixed(network: int, of: int) -> int:
    """Networks that follow on one another are spread evenly (steps of the golden section)."""
    return ((network * _GOLDEN & _WORD) * of) >> 64


def _parts(span: Range, shift: int, number: int, of: int) -> Iterator[Range]:
    """What of a range is in a shard."""
    if of == 1:
        yield span
        return
    for network in range(span.first >> shift, (span.last >> shift) + 1):
        if _mixed(network, of) == number:
            begin = network << shift
            last = begin + (1 << shift) - 1
            yield Range(span.version, max(span.first, begin), min(span.last, last))
