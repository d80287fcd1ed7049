"""What the test internet is made of: shares of kinds, and of builds where they are drawn."""

from __future__ import annotations

import ipaddress
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Generic, TypeVar

from alpheus.errors import UsageError
from alpheus.lab.internet.builds import RELEASES, Release
from alpheus.lab.internet.kinds import KINDS, Kind

BLACK_HOLE = "trouble-black-hole"
EVERY_KIND_FIRST = "127.77.0.1"
_FIRST = int(ipaddress.IPv4Address("127.16.0.0"))
_LARGEST = 200 * 65536

Item = TypeVar("Item")


class Shares(Generic[Item]):
    """Things, and how often each is to be drawn."""

    def __init__(self, shares: Sequence[tuple[Item, float]]) -> None:
        self.items = tuple(item for item, _ in shares)
        self._sums = tuple(accumulate(share for _, share in shares))

    def draw(self, at: float) -> Item:
        """The one at a place between 0 and 1 (excluded)."""
        return self.items[bisect(self._sums, at * self._sums[-1])]


@dataclass(frozen=True)
class Mix:
    """One composition.

    `kinds` are names of kinds with their shares, which need not add up to anything; an empty one
    means every kind in turn. `releases` are builds and shares for the kinds whose build is drawn.
    `black_holes` is the share of addresses that never accept. `organisations` is the number of
    different certificates. `day` counts from the day that the mix describes (see `later.py`).
    """

    name: str
    what: str
    kinds: tuple[tuple[str, float], ...]
    releases: tuple[tuple[str, float], ...] = ()
    black_holes: float = 0.0
    organisations: int = 64
    day: int = 0

    @property
    def in_turn(self) -> bool:
        """Whether every kind stands at an address that is known beforehand."""
        return not self.kinds

    @cached_property
    def kind_shares(self) -> Shares[Kind]:
        """The kinds to draw from."""
        return Shares([(KINDS[name], share) for name, share in self.kinds])

    @cached_property
    def release_shares(self) -> Shares[Release]:
        """The builds to draw from."""
        return Shares([(RELEASES[build], share) for build, share in self.releases])

    @cached_property
    def turn(self) -> tuple[Kind, ...]:
        """The kinds in the order of their addresses."""
        return tuple(kind for kind in KINDS.values() if not kind.drawn)

    def addresses(self, hosts: int) -> Iterator[str]:
        """So many addresses of the mix, lowest first, none of which ends in 0 or 255.

        Raises UsageError where 127.0.0.0/8 has no room for so many.
        """
        if not 0 < hosts <= _LARGEST:
            raise UsageError(f"a test internet has 1 to {_LARGEST:,} hosts, not {hosts:,}")
        first = int(ipaddress.IPv4Address(EVERY_KIND_FIRST)) if self.in_turn else _FIRST
        found = 0
        while found < hosts:
            if self.in_turn or first & 0xFF not in {0, 255}:
                found += 1
                yield ".".join(map(str, first.to_bytes(4)))
            first += 1


_MARCH_2021 = (
    ("8.3.83.6", 0.5), ("8.3.517.0", 0.5),
    ("14.1.218.15", 0.3), ("14.2.390.3", 0.5), ("14.3.123.4", 1.5), ("14.3.361.1", 2.0),
    ("14.3.496.0", 2.2), ("14.3.509.0", 3.0), ("14.3.513.0", 2.5),
    ("15.0.847.32", 0.6), ("15.0.847.64", 0.2), ("15.0.1156.6", 0.6), ("15.0.1263.5", 0.6),
    ("15.0.1347.2", 0.6), ("15.0.1367.3", 0.8), ("15.0.1395.4", 1.0), ("15.0.1395.12", 0.5),
    ("15.0.1473.3", 1.0), ("15.0.1473.6", 0.5), ("15.0.1497.2", 3.0), ("15.0.1497.6", 2.0),
    ("15.0.1497.10", 2.5), ("15.0.1497.12", 9.0),
    ("15.1.225.42", 0.3), ("15.1.669.32", 0.5), ("15.1.1034.26", 0.5), ("15.1.1261.35", 0.7),
    ("15.1.1415.2", 0.5), ("15.1.1466.3", 0.6), ("15.1.1531.3", 0.8), ("15.1.1591.10", 1.0),
    ("15.1.1713.5", 1.2), ("15.1.1713.10", 0.6), ("15.1.1779.2", 1.2), ("15.1.1779.8", 0.7),
    ("15.1.1847.3", 1.2), ("15.1.1847.12", 0.9), ("15.1.1913.5", 1.4), ("15.1.1913.12", 1.2),
    ("15.1.1979.3", 1.4), ("15.1.1979.8", 1.2), ("15.1.2044.4", 1.4), ("15.1.2044.13", 1.6),
    ("15.1.2106.2", 2.4), ("15.1.2106.6", 1.5), ("15.1.2106.13", 6.0), ("15.1.2176.2", 3.0),
    ("15.1.2176.4", 2.0), ("15.1.2176.9", 11.0),
    ("15.2.221.12", 0.4), ("15.2.330.5", 0.4), ("15.2.397.3", 0.5), ("15.2.464.5", 0.5),
    ("15.2.529.5", 0.5), ("15.2.595.3", 0.6), ("15.2.659.4", 0.8), ("15.2.659.12", 0.6),
    ("15.2.721.2", 1.2), ("15.2.721.6", 0.8), ("15.2.721.13", 2.6), ("15.2.792.3", 1.6),
    ("15.2.792.5", 1.2), ("15.2.792.10", 7.0),
)  # fmt: skip
"""Some ten days after the fix: about four in ten not yet fixed, most on a current update."""

_COUNTRY = (
    ("country-exchange", 66.0), ("country-odd-case", 1.5), ("country-stripped", 4.0),
    ("country-manifest", 3.0), ("country-lagging", 1.0), ("country-rsa", 2.5),
    ("country-tls10", 0.7), ("tls-rc4", 0.01), ("tls-no-rfc5746", 0.02),
    ("pool-same-request", 1.0), ("pool-mixed-request", 0.5), ("hybrid", 1.0),
    ("hybrid-vulnerable", 0.4), ("virtual-host", 1.0),
    ("gateway-f5-apm", 0.8), ("gateway-citrix", 0.7), ("gateway-adfs", 0.6), ("gateway-tmg", 0.8),
    ("gateway-azure-app-proxy", 0.3), ("gateway-challenge", 0.4), ("gateway-single-sign-on", 0.3),
    ("gateway-forbidden", 1.2), ("exchange-online", 1.9), ("exchange-online-foreign", 0.1),
    ("honeypot-versions", 0.2), ("honeypot-server", 0.2),
    ("other-nginx", 1.5), ("other-apache", 1.2), ("other-iis", 1.5),
    ("other-asp-net", 0.5), ("other-router", 0.6), ("other-zimbra", 0.6), ("other-empty", 0.6),
    ("trouble-tarpit", 0.3), ("trouble-reset", 0.5), ("trouble-closed", 0.3),
    ("trouble-tls-tarpit", 0.1), ("trouble-body-reset", 0.1),
)  # fmt: skip

_HOSTILE = (
    "tarpit", "tls-tarpit", "reset", "tls-reset", "body-reset", "slow-loris", "endless-body",
    "endless-headers", "giant-length", "short-body", "chunk-nonsense", "chunk-endless",
    "gzip-bomb", "garbage", "binary",
)  # fmt: skip

_PLAIN_BUILDS = tuple(
    (build, 1.0) for build, one in RELEASES.items() if one.parts[0] == 15 and one.parts[2] < 2000
)

MIXES: Mapping[str, Mix] = {
    mix.name: mix
    for mix in (
        Mix(
            "march-2021",
            "a country in the middle of March 2021",
            _COUNTRY,
            _MARCH_2021,
            black_holes=0.015,
        ),
        Mix("every-kind", "each kind of server at an address of its own", ()),
        Mix(
            "trouble",
            "three in ten are dead or hostile, the others Exchange 2013 to 2019",
            (("country-exchange", 80.0), *((f"trouble-{name}", 20 / 15) for name in _HOSTILE)),
            _PLAIN_BUILDS,
            black_holes=0.125,
            organisations=16,
        ),
        Mix(
            "plain",
            "Exchange 2013 to 2019 and nothing else",
            (("country-exchange", 1.0),),
            _PLAIN_BUILDS,
            organisations=16,
        ),
    )
}
"""The compositions by name."""


def find_mix(name: str) -> Mix:
    """The mix of that name; raises UsageError, which lists them, if there is none."""
    if name not in MIXES:
        raise UsageError(f"no mix {name!r}; there are: {', '.join(MIXES)}")
    return MIXES[name]
