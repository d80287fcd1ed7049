"""What happens to a server in a month: patches, mitigation, relapse, intrusion, cleaning, its end.

The pace is that of public reports: of the servers that were vulnerable on 1 March 2021 a quarter
were left on 9 March, a fifth on 12 March, under a tenth on 22 March, and then hardly fewer.
"""

from __future__ import annotations

from itertools import pairwise
from random import Random

from alpheus.lab.country import releases
from alpheus.lab.country.dice import Weighted
from alpheus.lab.country.model import FOREVER, Change, History, Shell
from alpheus.lab.country.words import letters
from alpheus.lab.internet.builds import Release

_PATCHED = ((1, 0.0), (2, 0.14), (4, 0.38), (8, 0.74), (11, 0.79), (21, 0.915), (30, 0.945))
"""Up to a day, the share of servers that are patched."""
_NEW_UPDATE_AS_WELL = 0.2
_MITIGATED = 0.25
_REGRESSED = 0.03
_REPAIRED = 0.5
_GONE = 0.025
_COMPROMISED = 0.26
"""Of servers that are vulnerable and not mitigated on the day that chance picks for them."""
_INTRUSION = Weighted(
    list(enumerate((2, 3, 12, 14, 13, 11, 9, 8, 7, 6, 4, 3, 2, 2, 1, 1, 1, 0.5, 0.5, 0.5)))
)
MOST_SHELLS = 8
_SHELLS = Weighted([(1, 38), (2, 23), (3, 14), (4, 9), (5, 6), (6, 4), (7, 3), (8, 3)])
_CLEANED = 0.72
_REBUILT = 0.25
_INFECTED_AGAIN = 0.08
_FOLDERS = (
    "/aspnet_client/", "/aspnet_client/", "/aspnet_client/system_web/", "/owa/auth/", "/owa/auth/",
    "/ecp/auth/", "/owa/auth/Current/themes/resources/",
)  # fmt: skip
_PAGES = ("supp0rt", "errorPage", "signout_", "fatal-", "w", "OutlookEN_", "log", "healthpage")


def start(rng: Random) -> Release:
    """What a server runs on the first day."""
    return releases.STARTS.draw(rng)


def patch_day(rng: Random) -> int:
    """The day on which an organisation installs the fix."""
    place = rng.random()
    for (before, low), (after, high) in pairwise(_PATCHED):
        if place < high:
            return before + 1 + int((after - before) * (place - low) / (high - low))
    return FOREVER


def history(first: Release, patched: int, rng: Random, days: int) -> History:
    """The month of a server whose organisation installs the fix on a day."""
    changes = [Change(0, "first", first), *_patches(first, patched, rng, days)]
    fixed = min((one.day for one in changes if one.event == "patched"), default=FOREVER)
    mitigated = FOREVER
    if fixed > 5 and rng.random() < _MITIGATED:
        mitigated = rng.randint(4, min(fixed, 14))
    gone = rng.randint(6, 28) if rng.random() < _GONE else FOREVER
    shells, cleaned = _intrusion(changes, mitigated, rng)
    if cleaned and rng.random() < _REBUILT:
        changes = _rebuild(changes, cleaned[-1])
    return History(
        tuple(one for one in changes if one.day < days),
        mitigated, tuple(one for one in shells if one.since < min(gone, days)), cleaned, gone,
    )  # fmt: skip


def _patches(first: Release, patched: int, rng: Random, days: int) -> list[Change]:
    if patched >= days or releases.state(first) == "not-affected":
        return []
    same = None if rng.random() < _NEW_UPDATE_AS_WELL else releases.fixed(first)
    target = same or releases.latest(first)
    if target is None or target.parts <= first.parts:
        return []
    changes = [Change(patched, "patched", target)]
    if rng.random() < _REGRESSED:
        worse = releases.regression(target, rng)
        day = patched + rng.randint(4, 10)
        if worse:
            changes.append(Change(day, "regressed", worse))
            again = releases.latest(worse)
            if again and rng.random() < _REPAIRED:
                changes.append(Change(day + rng.randint(2, 8), "patched", again))
    return changes


def _release_of(changes: list[Change], day: int) -> Release:
    return [one.release for one in changes if one.day <= day][-1]


def _is_open(changes: list[Change], mitigated: int, day: int) -> bool:
    release = _release_of(changes, day)
    return releases.state(release) == "vulnerable" and release.modern and day < mitigated


def _intrusion(
    changes: list[Change], mitigated: int, rng: Random
) -> tuple[list[Shell], tuple[int, ...]]:
    """Shells and the days on which they were removed."""
    day = _INTRUSION.draw(rng)
    if rng.random() >= _COMPROMISED or not _is_open(changes, mitigated, day):
        return [], ()
    count = _SHELLS.draw(rng)
    # Others follow within days, where the door stays open.
    born = [day] + [day + min(rng.randint(0, 5), rng.randint(0, 5)) for _ in range(count - 1)]
    if rng.random() >= _CLEANED:
        return [Shell(_path(rng), since) for since in born], ()
    removed = max(born) + rng.randint(1, 14)
    shells = [Shell(_path(rng), since, removed) for since in born]
    again = removed + rng.randint(2, 7)
    if rng.random() < _INFECTED_AGAIN:
        more = min(rng.randint(1, 3), MOST_SHELLS - count)
        shells += [Shell(_path(rng), again) for _ in range(more)]
    return shells, (removed,)


def _path(rng: Random) -> str:
    folder = rng.choice(_FOLDERS)
    if rng.random() < 0.5:
        return f"{folder}{letters(rng, rng.randint(5, 9))}.aspx"
    return f"{folder}{rng.choice(_PAGES)}{letters(rng, 3)}.aspx"


def _rebuild(changes: list[Change], day: int) -> list[Change]:
    """A new installation, with the fix, on the day of cleaning; nothing changes after it."""
    before = [one for one in changes if one.day < day]
    target = releases.latest(_release_of(before, day))
    if target is None or not before:
        return changes
    return [*before, Change(day, "rebuilt", target)]


def release_on(server_history: History, day: int) -> Release:
    """What it runs on a day."""
    return _release_of(list(server_history.changes), day)


def turning_days(server_history: History, days: int) -> list[int]:
    """The days, of so many, on which any of its states may differ from the day before."""
    found = {0, server_history.mitigated, server_history.gone, *server_history.cleaned}
    found.update(one.day for one in server_history.changes)
    for shell in server_history.shells:
        found |= {shell.since, shell.until}
    return sorted(day for day in found if 0 <= day < days)


def patch_state(server_history: History, day: int) -> str:
    """`vulnerable`, `mitigated`, `fixed`, `not-affected`, or `gone`."""
    if day >= server_history.gone:
        return "gone"
    found = releases.state(release_on(server_history, day))
    if found == "vulnerable" and day >= server_history.mitigated:
        return "mitigated"
    return found


def shells_on(server_history: History, day: int) -> tuple[Shell, ...]:
    """The web shells that lie there on a day."""
    if day >= server_history.gone:
        return ()
    return tuple(one for one in server_history.shells if one.since <= day < one.until)


def compromise_state(server_history: History, day: int) -> str:
    """`none`, `compromised`, `cleaned` or `re-infected`."""
    past = [one for one in server_history.shells if one.since <= day]
    if not past:
        return "none"
    if not shells_on(server_history, day):
        return "cleaned" if any(one <= day for one in server_history.cleaned) else "compromised"
    again = any(one <= past[-1].since for one in server_history.cleaned)
    return "re-infected" if again else "compromised"
