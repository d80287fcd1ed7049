"""The main job, and the one place where its order is written down.

packages -> units -> what each says -> servers -> verdicts
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from alpheus import __version__
from alpheus.detect.collector import Collector
from alpheus.detect.kit import Kit
from alpheus.detect.memory import Memory, fingerprint_of_evidence, program_version, rules_version
from alpheus.detect.work import Reading, ReadUnit, UnitResult
from alpheus.engine import LocalEngine
from alpheus.errors import EvidenceError
from alpheus.evidence.base import OpenOptions, Share
from alpheus.evidence.sharing import plan_shares
from alpheus.judge.assess import Judge
from alpheus.knowledge.builds import Builds
from alpheus.knowledge.packs import load_packs
from alpheus.model import Assessment, Evidence, PackVersion, Run, Skipped
from alpheus.parsers.base import ReadOptions

WORTH_SHARING = 96 << 20
"""Evidence of fewer bytes is read in this process: starting others would take longer."""

_SHARES_PER_WORKER = 4
_UNPACKED = 8
"""An archive may hold so many times its size of text; if that is little, it is not looked into."""

_TRIES = 4


@dataclass(frozen=True, slots=True)
class TriageOptions:
    """What the operator asked for.

    `start` and `end` bound the events that may become findings. `workers` is the number of
    processes, None for one per processor. `remember`: unchanged evidence is not read again.
    """

    packs: Sequence[str] | None = None
    rules: Sequence[Path] = ()
    opening: OpenOptions = field(default_factory=OpenOptions)
    reading: ReadOptions = field(default_factory=ReadOptions)
    start: datetime | None = None
    end: datetime | None = None
    workers: int | None = None
    remember: bool = False


@dataclass(frozen=True, slots=True)
class Unopened:
    """An input that could not be opened at all, in one sentence."""

    path: Path
    error: EvidenceError


@dataclass(frozen=True, slots=True)
class TriageResult:
    """The assessment, and the inputs that are not part of it."""

    assessment: Assessment
    unopened: tuple[Unopened, ...]


Progress = Callable[[str, int, int], None]
"""Called with the file being read, bytes read so far, and bytes in all (0 if not known)."""


def triage(
    paths: Sequence[Path], options: TriageOptions, progress: Progress | None = None
) -> TriageResult:
    """Read every package and judge every server in it.

    An input that cannot be opened is reported in the result; the others are still done.
    Raises UsageError for an unknown pack, KnowledgeError for a broken one of our own.
    """
    started = datetime.now(UTC)
    paths = list({path.resolve(): path for path in reversed(paths)}.values())[::-1]
    memory = Memory.open() if options.remember else None
    key = _key(paths, options) if memory is not None else ""
    known = memory.recall(key) if memory is not None else None
    if isinstance(known, TriageResult):
        run = replace(known.assessment.run, started=started, finished=datetime.now(UTC))
        return replace(known, assessment=replace(known.assessment, run=run))
    result = _Triage(paths, options, progress).run(started)
    if memory is not None and not result.unopened:
        memory.remember(key, result)
    return result


def _key(paths: Sequence[Path], options: TriageOptions) -> str:
    """Everything a result depends on: evidence, program, rules and options."""
    evidence = fingerprint_of_evidence(paths)
    versions = (program_version(), rules_version(options.rules), evidence)
    asked = replace(options, workers=None)
    return f"run:{versions}:{[str(path.absolute()) for path in paths]}:{asked}"


class _Triage:
    """One run."""

    def __init__(
        self, paths: Sequence[Path], options: TriageOptions, progress: Progress | None
    ) -> None:
        self._paths = paths
        self._options = options
        self._progress = progress
        self._collector = Collector(options.start, options.end)
        self._evidence: dict[str, Evidence] = {}
        self._unopened: dict[Path, Unopened] = {}
        self._read = 0
        self._size = 0

    def run(self, started: datetime) -> TriageResult:
        options = self._options
        packs = load_packs(options.packs, options.rules)
        kit = Kit.compile(packs, options.reading)
        for unit, result in self._results(kit):
            self._take(unit, result)
        order = [f"E{number}" for number in range(1, len(self._paths) + 1)]
        evidence = tuple(self._evidence[e] for e in order if e in self._evidence)
        servers = Judge(kit, Builds.load()).servers(self._collector, evidence)
        run = Run(
            started=started,
            finished=datetime.now(UTC),
            version=__version__,
            packs=tuple(PackVersion(pack.id, pack.version) for pack in packs),
            bytes_read=self._collector.bytes_read,
            files_read=self._collector.files_read,
        )
        losses = (*_rejected(kit), *self._collector.losses())
        assessment = Assessment(run, evidence, servers, losses)
        return TriageResult(assessment, tuple(self._unopened.values()))

    def _results(self, kit: Kit) -> Iterator[tuple[ReadUnit, UnitResult]]:
        """Read all units, here or on several processes."""
        options = self._options
        reading = Reading(
            packs=tuple(options.packs) if options.packs is not None else None,
            rules=tuple(options.rules),
            options=options.reading,
            start=options.start,
            end=options.end,
            remember=options.remember,
            version=program_version() if options.remember else "",
        )
        sizes = [_size(path) for path in self._paths]
        self._size = sum(sizes)
        workers = options.workers or os.cpu_count() or 1
        units = self._units(sizes, workers)
        if workers > 1 and (self._size >= WORTH_SHARING or len(units) > len(sizes)):
            yield from self._on_engine(reading, kit, units, workers)
            return
        read = reading.reader(kit)
        for unit in units:
            yield unit, read(unit, self._note)

    def _units(self, sizes: Sequence[int], workers: int) -> list[ReadUnit]:
        """Large folders and archives in shares, heavy ones first; everything else whole."""
        units: list[ReadUnit] = []
        for number, path in enumerate(self._paths, start=1):
            opening = self._options.opening
            shares: tuple[Share, ...] = (Share(),)
            if workers > 1 and sizes[number - 1] * _UNPACKED >= WORTH_SHARING:
                of = workers * _SHARES_PER_WORKER
                shares = plan_shares(path, opening, of, WORTH_SHARING)
            units.extend(
                ReadUnit(path, f"E{number}", replace(opening, share=share)) for share in shares
            )
        return units

    def _on_engine(
        self, reading: Reading, kit: Kit, units: list[ReadUnit], workers: int
    ) -> Iterator[tuple[ReadUnit, UnitResult]]:
        """A reader that is ended by a file costs that file: its unit is read again without it."""
        ready = partial(reading.reader, kit)
        engine: LocalEngine[ReadUnit, UnitResult] = LocalEngine(reading, workers, ready)
        waiting = units
        while waiting:
            again: list[ReadUnit] = []
            for outcome in engine.run(waiting, self._note):
                unit, lost = outcome.unit, outcome.lost
                if outcome.result is not None:
                    yield unit, outcome.result
                elif lost is not None and lost.doing and len(unit.avoid) < _TRIES:
                    again.append(unit.avoiding(lost.doing, f"not read: {lost.reason}"))
                elif lost is not None:
                    loss = Skipped(
                        unit.evidence_id,
                        lost.doing,
                        None,
                        f"rest of a part not read: {lost.reason}",
                    )
                    self._collector.lose(loss)
            waiting = again

    def _take(self, unit: ReadUnit, result: UnitResult) -> None:
        if result.error is not None:
            self._unopened.setdefault(unit.path, Unopened(unit.path, result.error))
            return
        self._collector.absorb(result.collector)
        self._read = self._collector.bytes_read
        if result.evidence is not None:
            self._evidence[unit.evidence_id] = result.evidence

    def _note(self, doing: str, read: int) -> None:
        if self._progress is not None:
            self._progress(doing, self._read + read, self._size)


def _size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    total = 0
    if not path.is_dir():
        return path.stat().st_size if path.is_file() else 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += os.stat(os.path.join(folder, name), follow_symlinks=False).st_size  # noqa: PTH116, PTH118 - a hundred thousand files
            except OSError:
                continue
    return total


def _rejected(kit: Kit) -> list[Skipped]:
    """Rules that could not be used are losses too."""
    sigma = [
        Skipped("", str(r.path), None, f"rule not used: {r.title}: {r.reason}")
        for r in kit.rules.rejected
    ]
    yara = [Skipped("", r.path, None, f"rules not used: {r.reason}") for r in kit.yara.rejected]
    files = [
        Skipped("", str(r.path), None, f"rule file not used: {r.place}: {r.reason}")
        for pack in kit.packs
        for r in pack.rejected
    ]
    return [*sigma, *yara, *files]
