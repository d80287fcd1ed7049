"""Which way reached those who did fix, and how long that took, beside those who were not told.

**This is no experiment.** Who is told by letter was not reached by mail, and whoever is told first
may be the most careful. Rates tell what to try next, not what causes what.

Of a way (rung and channel) is told how many of the servers that were open when they were first told
by it were seen fixed within `within` days. Those whose notice is younger than that are left out,
whatever became of them, so that nobody counts before the time is over. A server that was told in
several ways counts for each. A notice that failed has told nobody: it counts by its status alone.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import msgspec

from alpheus.campaign.cohort import Member, days_between
from alpheus.campaign.estimates import Range, share
from alpheus.campaign.survival import Curve, Lifetimes
from alpheus.notify.model import Status

WITHIN = 14
"""Days within which a fix counts for a notice."""


class Way(msgspec.Struct, frozen=True):
    """What became of those told in one way. `status` is '' for all of that way together.

    `told` are servers that were open then, `early` those of them that are too young to count;
    `fixed` of `told - early` were seen fixed in time.
    """

    rung: str
    channel: str
    status: str
    told: int
    early: int
    fixed: int
    share: Range

    @property
    def counted(self) -> int:
        """Those that count."""
        return self.told - self.early


class Channels(msgspec.Struct, frozen=True):
    """Ways, those with most servers first; and the curves of the told and the untold."""

    within: int
    ways: tuple[Way, ...]
    by_status: tuple[Way, ...]
    told: Curve
    untold: Curve


class Reached:
    """Takes servers one by one."""

    def __init__(self, end: str, within: int = WITHIN) -> None:
        self._end, self._within = end, within
        self._counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        self._told, self._untold = Lifetimes(), Lifetimes()

    def add(self, member: Member) -> None:
        """Take in a server that ever had something to do."""
        if not member.opened:
            return
        self._live(member)
        seen = set[tuple[str, str, bool]]()
        for one in member.tellings:
            way, failed = (one.rung, one.channel), one.status == Status.FAILED
            if (*way, failed) in seen or not one.time or (member.fixed and member.fixed < one.time):
                continue
            seen.add((*way, failed))
            early = days_between(one.time, self._end) < self._within
            fixed = not early and self._in_time(member, one.time)
            for status in _counted(one.status):
                counts = self._counts[*way, status]
                counts[0] += 1
                counts[1] += early
                counts[2] += fixed

    def result(self) -> Channels:
        """What came of it."""
        ways = [
            Way(*key, told, early, fixed, share(fixed, told - early))
            for key, (told, early, fixed) in self._counts.items()
        ]
        ways.sort(key=lambda one: (-one.told, one.rung, one.channel, one.status))
        return Channels(
            self._within, tuple(one for one in ways if not one.status),
            tuple(one for one in ways if one.status), self._told.curve(), self._untold.curve(),
        )  # fmt: skip

    def _in_time(self, member: Member, told: str) -> bool:
        return bool(member.fixed) and days_between(told, member.fixed) <= self._within

    def _live(self, member: Member) -> None:
        """Days while it was not told, and days since it was."""
        end = member.fixed or max(member.last_seen, member.opened)
        told = member.told
        if not told or told > member.opened:
            until = min(end, told) if told else end
            fixed = bool(member.fixed) and until == member.fixed
            self._untold.add(days_between(member.opened, until), fixed=fixed)
        if told and told <= end:
            begin = max(told, member.opened)
            self._told.add(days_between(begin, end), fixed=bool(member.fixed))


def _counted(status: str) -> tuple[str, ...]:
    """What a telling counts for: one that failed has told nobody, and counts for itself alone."""
    if not status or status == Status.FAILED:
        return (status,)
    return ("", status)


def edge(end: str, within: int) -> str:
    """The last day of notices that count."""
    return (date.fromisoformat(end) - timedelta(days=within)).isoformat()
