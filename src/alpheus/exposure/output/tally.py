"""Counts over many observations, and the sentence that matters of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from alpheus.exposure.model import Status
from alpheus.exposure.output.causes import cause_text
from alpheus.exposure.output.lines import Facts
from alpheus.exposure.output.names import CHIEF, MAIN, cve_name, in_order

UNASKED = frozenset({Status.NOT_ASKED, Status.UNRESOLVED, Status.LISTED})
"""To whom nothing was sent."""

STATES = ("vulnerable", "undetermined", "mitigated", "fixed", "not-affected")
"""Worst first."""

STATUS_WORDS = {
    Status.IDENTIFIED: "Exchange, with its build",
    Status.BUILD_UNKNOWN: "Exchange, build not shown",
    Status.LISTED: "known from a list alone",
    Status.SHIELDED: "behind a gateway",
    Status.ONLINE: "Exchange Online (cloud)",
    Status.TLS_FAILED: "TLS too old to talk to",
    Status.BROKEN: "broken answer",
    Status.NOT_EXCHANGE: "not Exchange",
    Status.NO_ANSWER: "no answer",
    Status.REFUSED: "connection refused",
    Status.UNREACHABLE: "not reachable",
    Status.UNRESOLVED: "name without an address",
    Status.NOT_ASKED: "not asked",
}
"""In the order in which they are shown."""

_MOST_CVES = 200
_CAUSES_TOLD = 3
"""So many causes are named in the sentence; of more the last ones are summed up."""


def is_server(facts: Facts) -> bool:
    """Whether it is an Exchange server of somebody; the cloud service is none."""
    return facts.exchange is True and facts.status is not Status.ONLINE


@dataclass(slots=True)
class Tally:
    """Counts. States, builds, causes and flags are those of Exchange servers.

    `any_vulnerable` counts those that are vulnerable to at least one CVE.
    """

    chief: str = CHIEF
    results: int = 0
    asked: int = 0
    exchange: int = 0
    any_vulnerable: int = 0
    statuses: Counter[Status] = field(default_factory=Counter)
    builds: Counter[str | None] = field(default_factory=Counter)
    states: dict[str, Counter[str]] = field(default_factory=dict)
    causes: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    tls: Counter[str] = field(default_factory=Counter)

    def add(self, facts: Facts, count: int = 1) -> None:
        """Count so many observations of the same facts."""
        self.results += count
        self.statuses[facts.status] += count
        self.asked += count * (facts.status not in UNASKED)
        for flag in facts.flags:
            self.flags[flag] += count
        if not is_server(facts):
            return
        self.exchange += count
        self.builds[facts.build] += count
        if facts.tls:
            self.tls[facts.tls] += count
        vulnerable = False
        for cve, state in facts.states:
            vulnerable |= state == "vulnerable"
            counter = self.states.get(cve)
            if counter is None:
                if len(self.states) >= _MOST_CVES:
                    continue
                counter = self.states[cve] = Counter()
            counter[state] += count
        self.any_vulnerable += count * vulnerable
        if facts.cause and facts.state(self.chief) == "undetermined":
            self.causes[facts.cause] += count

    def count(self, cve: str, state: str) -> int:
        """Servers in a state."""
        counter = self.states.get(cve)
        return counter[state] if counter else 0

    @property
    def cves(self) -> list[str]:
        """All CVEs of which something is said, worst known campaign first."""
        return in_order(self.states)

    def top_builds(self, most: int) -> tuple[list[tuple[str | None, int]], int]:
        """The builds met most, and how many servers have another one. None: build not shown."""
        ranked = sorted(self.builds.items(), key=lambda pair: (-pair[1], pair[0] or ""))
        return ranked[:most], sum(count for _, count in ranked[most:])

    def worst_cve(self) -> str:
        """The chief CVE if a server is open to it, else the first great one that one is open to."""
        for cve in (self.chief, *MAIN, *self.cves):
            if self.count(cve, "vulnerable"):
                return cve
        return self.chief


def sentence(tally: Tally) -> str:
    """What matters most, for a person."""
    if not tally.exchange:
        return f"None of {_of(tally)} is known to be an Exchange server."
    verb = "is an Exchange server" if tally.exchange == 1 else "are Exchange servers"
    text = f"{tally.exchange:,} of {_of(tally)} {verb}; {_vulnerable(tally, tally.chief)}"
    undetermined = tally.count(tally.chief, "undetermined")
    if undetermined:
        text += f", {undetermined:,} cannot be told: {'; '.join(_told(tally, undetermined))}"
    worst = tally.worst_cve()
    return f"{text}." if worst == tally.chief else f"{text}. {_vulnerable(tally, worst)}."


def _told(tally: Tally, undetermined: int) -> Iterator[str]:
    """Causes with their counts, which add up to all that are undetermined."""
    causes = list(cause_counts(tally))
    if len(causes) > _CAUSES_TOLD:
        causes = causes[: _CAUSES_TOLD - 1]
    for why, _, count in causes:
        yield f"{why} ({count:,})"
    others = undetermined - sum(count for _, _, count in causes)
    if others:
        yield f"others ({others:,})"


def cause_counts(tally: Tally) -> Iterator[tuple[str, str, int]]:
    """Why states stay open, what would settle each, and how often; the most frequent first."""
    found = Counter[tuple[str, str]]()
    for key, count in tally.causes.items():
        found[cause_text(key)] += count
    for (why, settles), count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])):
        yield why, settles, count


def _of(tally: Tally) -> str:
    """Out of how many."""
    listed = tally.statuses[Status.LISTED]
    if listed and tally.asked:
        return f"{listed + tally.asked:,} ({tally.asked:,} asked, {listed:,} listed)"
    return f"{listed:,} listed" if listed else f"{tally.asked:,} asked"


def _vulnerable(tally: Tally, cve: str) -> str:
    count = tally.count(cve, "vulnerable")
    if not count:
        return f"none is known to be vulnerable to {cve_name(cve)}"
    return f"{count:,} {'is' if count == 1 else 'are'} vulnerable to {cve_name(cve)}"
