"""What days bring to a country: updates, mistakes, servers that go, and servers that come.

Day 0 is 12 March 2021, ten days after the fix. How many servers are left unpatched follows what
was told of the world: about 82,000 on 12 March, fewer than 30,000 on 22 March, about 7,000 on 14
May and for some time after (Microsoft; DIVD-2021-00001). The rest are our own small shares. What
happened to a server by one day has happened to it on every later one.
"""

from __future__ import annotations

import hashlib
from bisect import bisect
from dataclasses import dataclass, replace
from functools import lru_cache

from alpheus.errors import UsageError
from alpheus.lab.internet.builds import NEVER, RELEASES, Release, states
from alpheus.lab.internet.kinds import KINDS, Kind
from alpheus.lab.internet.mix import Mix, find_mix

LAST_DAY = 365
NEW, MOVED = "country-exchange", "exchange-online"
"""Kinds that come: a server that was not there before, and the cloud in a server's place."""

_LEFT = ((0, 1.0), (10, 30 / 82), (63, 7 / 82))
"""Days, and the part of those vulnerable on day 0 that still are; between them it shrinks evenly
each day by the same part, after the last it stays."""

_GONE, _CLOUD, _COME, _AGAIN = (0.001, 0.02), (0.0005, 0.02), (0.006, 0.15), (0.003, 0.08)
"""Shares by day, and at most: of all that no longer accept, of servers moved to the cloud, of what
was no Exchange and is one now, of fixed servers that a later update without the fix opens again."""

_NEWEST = {0: "15.0.1497", 1: "15.1.2176", 2: "15.2.792"}
_WITH_FIX = {1: "15.1.2242.4", 2: "15.2.858.5"}
_WITH_FIX_FROM = 4
"""The day (16 March) on which cumulative updates that hold the fix came out."""

_LAST_2010 = "14.3.513.0"


@dataclass(frozen=True, slots=True)
class Chances:
    """Where a server stands on each of the scales, from 0 to 1."""

    patch: float
    way: float
    again: float
    cloud: float
    come: float


def mix_on(name: str, day: int) -> Mix:
    """The mix of that name so many days later.

    Raises UsageError for a day that is none, and for a mix that no day changes.
    """
    mix = find_mix(name)
    if not 0 <= day <= LAST_DAY:
        raise UsageError(f"a day is 0 to {LAST_DAY}, not {day:,}")
    if not day:
        return mix
    if not mix.releases:
        raise UsageError(f"mix {name!r} is the same every day; leave --day out")
    return replace(mix, day=day, black_holes=mix.black_holes + _share(_GONE, day))


def left(day: int) -> float:
    """Of the servers that are vulnerable on day 0, the part that is not fixed by `day`."""
    at = bisect(_LEFT, (day, 2.0))
    if at == len(_LEFT):
        return _LEFT[-1][1]
    (begin, first), (end, last) = _LEFT[at - 1], _LEFT[at]
    return float(first * (last / first) ** ((day - begin) / (end - begin)))


def on_day(
    mix: Mix, seed: int, address: str, kind: Kind, releases: tuple[Release, ...]
) -> tuple[Kind, tuple[Release, ...]]:
    """What a server of day 0 is on the day of the mix."""
    chances, day = _chances(f"{seed} {mix.name} {address}"), mix.day
    if not releases:
        comes = kind.name.startswith(("other-", "trouble-"))
        if comes and chances.come < _share(_COME, day):
            return KINDS[NEW], (_new(chances, day),)
        return kind, releases
    if kind.drawn and chances.cloud < _share(_CLOUD, day):
        return KINDS[MOVED], ()
    if any("vulnerable" in states(one).values() for one in releases):
        if chances.patch >= left(day):
            releases = tuple(_patched(one, day, chances.way) for one in releases)
    elif chances.again < _share(_AGAIN, day):
        releases = tuple(_reopened(one) for one in releases)
    return kind, releases


def _share(by_day: tuple[float, float], day: int) -> float:
    each, most = by_day
    return min(each * day, most)


def _chances(text: str) -> Chances:
    digest = hashlib.blake2b(f"later {text}".encode(), digest_size=20).digest()
    return Chances(*(int.from_bytes(digest[at : at + 4]) / 2**32 for at in range(0, 20, 4)))


def _new(chances: Chances, day: int) -> Release:
    """The build of a server that comes: of the newest update, not always with the fix."""
    family = _NEWEST[1 if chances.way < 0.6 else 2]
    first = min((one for one in RELEASES.values() if one.family == family), key=_parts)
    return first if chances.again < 0.2 else _patched(first, day, chances.way)


@lru_cache(maxsize=1024)
def _family_fix(family: str) -> Release | None:
    """The first build of a cumulative update that has the fix, if it got one by itself."""
    own = [one for one in RELEASES.values() if one.family == family]
    fixed = [one for one in own if 0 < one.fixed_from < NEVER and one.parts[3] >= one.fixed_from]
    return min(fixed, key=_parts, default=None)


def _parts(release: Release) -> tuple[int, int, int, int]:
    return release.parts


def _patched(release: Release, day: int, way: float) -> Release:
    """The build after the update, by the way that its administrators go; 2007 has none."""
    if not release.modern:
        return RELEASES[_LAST_2010] if release.parts[0] == 14 else release
    if "vulnerable" not in states(release).values():
        return release
    minor = release.parts[1]
    if day >= _WITH_FIX_FROM and way < 0.15 and minor in _WITH_FIX:
        return RELEASES[_WITH_FIX[minor]]
    found = _family_fix(release.family) or _family_fix(_NEWEST[minor])
    assert found is not None
    return found


def _reopened(release: Release) -> Release:
    """The first build of the newest cumulative update, where that is newer than the server's."""
    if not release.modern or not release.family_is_mixed:
        return release
    newest = [one for one in RELEASES.values() if one.family == _NEWEST[release.parts[1]]]
    first = min(newest, key=_parts)
    return first if first.parts[:3] > release.parts[:3] else release
