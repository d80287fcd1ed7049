"""Judges again what was judged with other knowledge, and tells which verdicts moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from zoneinfo import ZoneInfo

from alpheus.errors import AlpheusError, EvidenceNotFoundError, UsageError
from alpheus.evidence.place import each_once
from alpheus.job import Progress, TriageOptions, TriageResult
from alpheus.knowledge.digest import knowledge_digest
from alpheus.knowledge.packs import EXTRA, load_packs
from alpheus.knowledge.shared.model import PACK as SHARED
from alpheus.model import Assessment, Stage, Verdict
from alpheus.parsers.base import ReadOptions
from alpheus.pipeline import Pipeline, Prepared
from alpheus.report.assessment_file import Assessment as Stored
from alpheus.report.assessment_file import moment, read_assessment
from alpheus.updates.results import find_evidence

Triage = Callable[[Sequence[Path], TriageOptions], TriageResult]


class PreparedTriage:
    """A triage whose knowledge is compiled once for all results that asked for the same."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress
        self._prepared: dict[tuple[Sequence[str] | None, ReadOptions], Prepared] = {}

    def __call__(self, paths: Sequence[Path], options: TriageOptions) -> TriageResult:
        """See `alpheus.triage.triage`."""
        key = options.packs, options.reading
        if key not in self._prepared:
            self._prepared[key] = Prepared.of(options, keep=True)
        pipeline = Pipeline(each_once(paths), options, self._progress)
        return pipeline.run(datetime.now(UTC), self._prepared[key])


class State(Enum):
    """What became of a result."""

    CURRENT = "current"
    """It rests on the knowledge of today, and was left as it is."""
    SAME = "same"
    """Judged again, with the same verdicts."""
    MOVED = "moved"
    """Judged again, and a verdict or stage is another."""
    FAILED = "failed"
    """It could not be judged again; `why` says what to do."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A server whose verdict or stage is another now; None: it is not in the result."""

    server: str
    before: tuple[Verdict, Stage] | None
    after: tuple[Verdict, Stage] | None
    headline: str = ""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A result that was looked at. `assessment` is the new one, where there is one.

    `packs` are those of another version now: id, version then, version today ('' for none).
    """

    path: Path
    state: State
    moved: tuple[Moved, ...] = ()
    packs: tuple[tuple[str, str, str], ...] = ()
    assessment: Assessment | None = None
    why: str = ""


class Retriage:
    """Judges stored results again.

    `places` are where evidence lies; `options` what is the same for all: passwords, own rules,
    indicators of others, workers. With `changed`, only what rests on other knowledge than today's
    is judged. `without` are packs that are gone for good; any other that a result rests on has to
    be there, or its verdict would be withdrawn for want of knowledge.
    """

    def __init__(
        self, triage: Triage, places: Sequence[Path], options: TriageOptions, *, changed: bool,
        without: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self._triage = triage
        self._places = places
        self._options = options
        self._changed = changed
        self._without = frozenset(without)
        self._known: dict[tuple[str, ...] | None, tuple[str, dict[str, str]]] = {}

    def run(self, paths: Sequence[Path]) -> Iterator[Rejudged]:
        """Each result after the other; what cannot be judged is told, and the others are done."""
        for path in paths:
            try:
                yield self._one(path)
            except AlpheusError as error:
                yield Rejudged(
                    path, State.FAILED, why=str(error).removeprefix(str(path)).lstrip(" :")
                )

    def _one(self, path: Path) -> Rejudged:
        stored = read_assessment(path)
        digest, versions = self._today(stored.run.asked.packs)
        if self._changed and stored.run.knowledge == digest:
            return Rejudged(path, State.CURRENT)
        self._check_knowledge({one.id for one in stored.run.packs}, versions)
        result = self._triage(self._evidence(stored), self._asked(stored))
        if result.unopened:
            raise EvidenceNotFoundError(str(result.unopened[0].error))
        _check_servers(stored, result.assessment)
        moved = tuple(_moved(stored, result.assessment))
        then = {one.id: one.version for one in stored.run.packs}
        packs = tuple(
            (name, then.get(name, ""), versions.get(name, ""))
            for name in sorted(then | versions)
            if then.get(name) != versions.get(name)
        )
        state = State.MOVED if moved else State.SAME
        return Rejudged(path, state, moved, packs, result.assessment)

    def _check_knowledge(self, then: set[str], today: Mapping[str, str]) -> None:
        """What the operator gave a triage is given again, or nothing is said of the verdict."""
        if EXTRA in then and not self._options.rules:
            message = "it was judged with rules of your own as well; name them: --rules PATH"
            raise UsageError(message)
        if SHARED in then and SHARED not in today:
            message = (
                "it was judged with indicators of others as well; name them: --indicators PATH"
            )
            raise UsageError(message)
        gone = sorted(then - today.keys() - self._without - {EXTRA, SHARED})
        if gone:
            message = (
                f"it was judged with the pack {gone[0]} as well, which is not here; name its "
                f"folder (--rules PATH), or do without it (--without {gone[0]})"
            )
            raise UsageError(message)

    def _today(self, wanted: tuple[str, ...] | None) -> tuple[str, dict[str, str]]:
        """Hash and versions of the knowledge that a triage uses today."""
        if wanted not in self._known:
            packs = load_packs(wanted, self._options.rules, self._options.shared)
            versions = {one.id: one.version for one in packs}
            self._known[wanted] = knowledge_digest(packs), versions
        return self._known[wanted]

    def _evidence(self, stored: Stored) -> list[Path]:
        return [find_evidence(wanted, self._places) for wanted in stored.evidence]

    def _asked(self, stored: Stored) -> TriageOptions:
        asked = stored.run.asked
        zone = self._options.reading.timezone
        if asked.timezone:
            zone = ZoneInfo(asked.timezone)
        return replace(
            self._options, packs=asked.packs, start=moment(asked.since), end=moment(asked.until),
            reading=ReadOptions(zone),
        )  # fmt: skip


def _check_servers(stored: Stored, now: Assessment) -> None:
    """Folders have no hash: where no server is the same, it is other evidence."""
    then, today = {one.name for one in stored.servers}, {one.name for one in now.servers}
    if then and then.isdisjoint(today):
        message = (
            f"the evidence that was found is of {', '.join(sorted(today)) or 'no server'}, not of "
            f"{', '.join(sorted(then))}; name the right one: --evidence PATH"
        )
        raise EvidenceNotFoundError(message)


def _moved(stored: Stored, now: Assessment) -> Iterator[Moved]:
    before = {one.name: (one.verdict, one.stage) for one in stored.servers}
    after = {one.name: (one.verdict, one.stage) for one in now.servers}
    headlines = {one.name: one.headline for one in now.servers}
    for name in before | after:
        if before.get(name) != after.get(name):
            yield Moved(name, before.get(name), after.get(name), headlines.get(name, ""))
