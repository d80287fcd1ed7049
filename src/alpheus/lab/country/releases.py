"""Which releases run before the fix, and which one comes after which."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from alpheus.lab.country.dice import Weighted
from alpheus.lab.internet.builds import RELEASES, Release, states
from alpheus.lab.internet.mix import MIXES

_LATEST = {
    "2010": "14.3.513.0", "2013": "15.0.1497.12", "2016": "15.1.2176.9", "2019": "15.2.792.10",
}  # fmt: skip
"""The current update of each product with its fix, in the middle of March 2021."""
_NEXT_WITHOUT = {"2016": ("15.1.2106.2", "15.1.2176.2"), "2019": ("15.2.721.2", "15.2.792.3")}
"""Cumulative updates that came out before the fix and do not have it."""


@lru_cache(maxsize=512)
def state(release: Release) -> str:
    """The worst state of the four flaws: `vulnerable`, `fixed` or `not-affected`."""
    found = set(states(release).values())
    return next(one for one in ("vulnerable", "fixed", "not-affected") if one in found)


def _year(release: Release) -> str:
    return release.product.rpartition(" ")[2]


@lru_cache(maxsize=512)
def _before(release: Release) -> Release:
    """The release that ran before the fix came: the first of its family without it."""
    if state(release) != "fixed":
        return release
    family = [one for one in RELEASES.values() if one.family == release.family]
    without = [one for one in family if state(one) == "vulnerable"]
    return without[-1] if without else RELEASES["14.3.509.0"]


def _starts() -> Weighted[Release]:
    shares: dict[Release, float] = {}
    for build, share in MIXES["march-2021"].releases:
        before = _before(RELEASES[build])
        shares[before] = shares.get(before, 0.0) + share
    return Weighted(list(shares.items()))


STARTS = _starts()
"""What runs on 1 March 2021: nothing has the fix."""


@lru_cache(maxsize=512)
def fixed(release: Release) -> Release | None:
    """The first release of the same cumulative update with the fix, if there is one."""
    for one in RELEASES.values():
        if one.family == release.family and state(one) == "fixed":
            return one
    return None


def latest(release: Release) -> Release | None:
    """The product's current update with the fix, if the product got one."""
    build = _LATEST.get(_year(release))
    return RELEASES[build] if build else None


def regression(release: Release, rng: Random) -> Release | None:
    """A later cumulative update without the fix, which makes a fixed server vulnerable again."""
    later = [
        RELEASES[build]
        for build in _NEXT_WITHOUT.get(_year(release), ())
        if RELEASES[build].parts[:3] > release.parts[:3]
    ]
    return rng.choice(later) if later else None
