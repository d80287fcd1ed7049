"""What the files of an import hold, in a few lines for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from alpheus.exposure.model import Observation
from alpheus.report.visible import visible

BUILDS = 20
"""Builds that are listed; the rest is counted together."""

_CACHED_BUILDS = 5_000
_CACHED_STATES = 500
_STATES = ("vulnerable", "undetermined", "fixed", "not-affected")


class Summary:
    """Counts observations; `lines` tells them."""

    def __init__(self) -> None:
        self._observations = 0
        self._exchange: Counter[bool | None] = Counter()
        self._builds: Counter[str] = Counter()
        self._flags: Counter[str] = Counter()
        self._labels: Counter[str] = Counter()
        self._states: Counter[tuple[str, str]] = Counter()
        self._first, self._last = "", ""

    def add(self, observation: Observation) -> None:
        """Count one more."""
        self._observations += 1
        self._exchange[observation.exchange] += 1
        self._flags.update(observation.flags)
        if observation.build:
            known = observation.build in self._builds or len(self._builds) < _CACHED_BUILDS
            self._builds[observation.build if known else "others"] += 1
        for cve, entry in observation.cves.items():
            known = (cve, entry.state) in self._states or len(self._states) < _CACHED_STATES
            self._states[cve if known else "others", entry.state] += 1
        if observation.time:
            self._first = min(self._first or observation.time, observation.time)
            self._last = max(self._last, observation.time)
        if observation.provenance is not None:
            self._labels[observation.provenance.tlp or "without a label"] += 1

    def lines(self) -> Iterator[str]:
        """The counts, one line each."""
        yield f"observations   {self._observations:,}"
        yield (
            f"Exchange       {self._exchange[True]:,} yes, {self._exchange[False]:,} no, "
            f"{self._exchange[None]:,} not known"
        )
        if self._first:
            yield f"seen           {self._first} to {self._last}"
        yield from _counted("TLP", self._labels)
        yield from _counted("flags", self._flags)
        yield from self._build_lines()
        yield from self._state_lines()

    def _build_lines(self) -> Iterator[str]:
        for build, count in self._builds.most_common(BUILDS):
            yield f"build          {build:16} {count:,}"
        rest = sum(self._builds.values()) - sum(c for _, c in self._builds.most_common(BUILDS))
        if rest:
            yield f"build          {'others':16} {rest:,}"

    def _state_lines(self) -> Iterator[str]:
        for cve in sorted({cve for cve, _ in self._states}):
            counts = [f"{self._states[cve, state]:,} {state}" for state in _STATES]
            yield f"{visible(cve)[:24]:16} {', '.join(counts)}"


def _counted(name: str, counter: Counter[str]) -> Iterator[str]:
    if counter:
        told = ", ".join(
            f"{visible(word)[:60]}: {count:,}" for word, count in counter.most_common(10)
        )
        yield f"{name:14} {told}"
