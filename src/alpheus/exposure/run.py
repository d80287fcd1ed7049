"""One run of the probe: from a scope and targets to a folder of results, however often resumed."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from alpheus import __version__
from alpheus.exposure.endpoints import Endpoints
from alpheus.exposure.journal import (
    SCHEMA,
    Journal,
    RunRecord,
    now_text,
    place_key,
    read_record,
    results_of,
)  # fmt: skip
from alpheus.exposure.model import CveEntry, Endpoint, Observation
from alpheus.exposure.named import not_asked
from alpheus.exposure.names import Resolver
from alpheus.exposure.output.lines import LineReader
from alpheus.exposure.scope import Scope
from alpheus.exposure.space import Space, look_up
from alpheus.exposure.target_list import Outside, TargetList
from alpheus.exposure.wire import Wire
from alpheus.exposure.wiring import Limits

_TABLES = 1024
"""Different tables of states that are held before they are counted."""

_SPARE = 64
"""Descriptors that are left to everything but connections."""


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """What the operator asks for. `seed` None: chosen at random, once per run."""

    scope: Scope
    targets: TargetList
    folder: Path
    limits: Limits = field(default_factory=Limits)
    looks: int = 2
    seed: int | None = None


class Counts:
    """How far a run is: `total` endpoints, their `statuses`, and the `requests` made."""

    def __init__(self) -> None:
        self.total = 0
        self.statuses: Counter[str] = Counter()
        self.requests = 0
        self._states: dict[str, Counter[str]] = {}
        self._uncounted: dict[int, tuple[Mapping[str, CveEntry], int]] = {}

    @property
    def done(self) -> int:
        """Endpoints with a result."""
        return sum(self.statuses.values())

    @property
    def states(self) -> dict[str, Counter[str]]:
        """Per CVE, how many are in which state, of those that are or may be Exchange."""
        states = {cve: Counter(known) for cve, known in self._states.items()}
        _count(states, list(self._uncounted.values()))
        return states

    def add(self, observation: Observation) -> None:
        """Count one more result."""
        self._add(observation.status.value, observation.requests, observation.cves)

    def add_lines(self, lines: Iterable[bytes]) -> None:
        """Count results of before, as they stand in the folder of a run. Raises LineError."""
        reader = LineReader()
        for line in lines:
            one = reader.read(line)
            self._add(one.status.value, one.requests, reader.entries(one))

    def _add(self, status: str, requests: int, cves: Mapping[str, CveEntry]) -> None:
        self.statuses[status] += 1
        self.requests += requests
        # Servers of one build share one table, so it is looked through once for all of them.
        known = self._uncounted.get(id(cves))
        self._uncounted[id(cves)] = (cves, known[1] + 1 if known else 1)
        if len(self._uncounted) > _TABLES:
            _count(self._states, self._uncounted.values())
            self._uncounted = {}


def _count(
    states: dict[str, Counter[str]], tables: Iterable[tuple[Mapping[str, CveEntry], int]]
) -> None:
    for cves, number in tables:
        for cve, entry in cves.items():
            states.setdefault(cve, Counter())[entry.state] += number


class ProbeRun:
    """A run that is prepared. `heard` is called with every new result and its JSON line.

    `whom` is who is asked where names were looked up already, or a resolver that looks them up.
    Raises OutputError for a folder that cannot be used.
    """

    def __init__(
        self,
        options: ProbeOptions,
        whom: Resolver | Space,
        heard: Callable[[Observation, bytes], None],
    ) -> None:
        self._options = options
        self._heard = heard
        self.counts = Counts()
        scope = options.scope
        space = whom if isinstance(whom, Space) else look_up(options.targets, scope, whom)
        allowed, self.outside, self._named = space.allowed, space.outside, space.named
        self.unknown_denials = space.unknown_denials
        self._journal = Journal(options.folder, self._record(len(allowed)), self._on_record)
        self.resumed = self._journal.resumed
        self._endpoints = Endpoints(
            scope, allowed, self._named.endpoints,
            names_at=self._named.names_at, cloud_at=self._named.cloud_at, denied_at=space.denied_at,
            done=self._journal.done, kept=self._journal.kept,
            key=place_key, seed=self._journal.record.seed, denied=self._denied,
        )  # fmt: skip
        unasked = self._unasked()
        self._new = [one for one in unasked if _key(one) not in self._journal.done]
        self.counts.total = self._endpoints.total + len(unasked)
        if self.resumed:
            self.counts.add_lines(results_of(options.folder))
        self._wire = Wire(
            self._endpoints, self._journal, fitted(options.limits), scope.user_agent,
            looks=options.looks, back_end=scope.back_end, smtp=scope.smtp,
        )  # fmt: skip

    def run(self) -> bool:
        """Ask until all have a result or `stop` was called; whether all have."""
        with self._journal:
            self._journal.conclude(self._new)
            self._wire.run()
            whole = self._endpoints.is_exhausted and not self._wire.put_back
            whole = whole and not self._wire.is_stopped
            (self._journal.finish if whole else self._journal.pause)(dict(self.counts.statuses))
        return whole

    def stop(self) -> None:
        """Ask nothing new; `run` returns as soon as what was asked is answered."""
        self._wire.stop()

    @property
    def open(self) -> int:
        """Conversations in progress."""
        return self._wire.open

    @property
    def has_ended(self) -> bool:
        """Whether the scope allows asking nobody any more."""
        return self._options.scope.opens_at(datetime.now(UTC)) is None

    def opens_at(self) -> datetime | None:
        """When the hours of the scope allow asking again; None if they do now."""
        return self._endpoints.opens_at()

    def _record(self, count: int) -> RunRecord:
        scope, seed = self._options.scope, self._options.seed
        return RunRecord(
            SCHEMA, __version__, now_text(), "", scope.owner, scope.authorisation, scope.digest,
            self._options.targets.digest, secrets.randbits(48) if seed is None else seed, count,
            lists=dict(scope.files),
        )  # fmt: skip

    def _on_record(self, observation: Observation, line: bytes) -> None:
        self.counts.add(observation)
        self._heard(observation, line)

    def _denied(self, endpoint: Endpoint, why: str) -> None:
        self._journal.conclude([not_asked(endpoint.target, endpoint.address, endpoint.port, why)])

    def _unasked(self) -> Sequence[Observation]:
        """Results of what is outside the scope, and of names that lead nowhere."""
        outside = [not_asked(one.target, "", one.port or 0, _why(one)) for one in self.outside]
        return [*outside, *self._named.observations]


def _key(observation: Observation) -> int | str:
    """What tells in the folder of a run whether this result is there."""
    if not observation.address:
        return observation.target
    return place_key(observation.address, observation.port)


def _why(outside: Outside) -> str:
    return f"{outside.count:,} targets: {outside.why}" if outside.count > 1 else outside.why


def fitted(limits: Limits) -> Limits:
    """The limits, with no more connections than this process may have descriptors."""
    try:
        import resource  # noqa: PLC0415 - Windows has none, and no such limit
    except ImportError:
        return limits
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.open + _SPARE
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return replace(limits, open=max(1, min(limits.open, soft - _SPARE)))


def folder_for(targets: TargetList, base: Path) -> Path:
    """Where a run of these targets goes on, or a new one begins, below `base`."""
    number = 1
    while True:
        folder = base / f"probe-{targets.digest[:8]}{f'-{number}' if number > 1 else ''}"
        record = read_record(folder)
        if record is None or not record.finished:
            return folder
        number += 1
