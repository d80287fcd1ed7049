"""The one place where the order of a triage is written down.

packages -> units -> what each says -> servers -> verdicts
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

from alpheus import __version__
from alpheus.detect.collector import Collector
from alpheus.detect.kit import Kit
from alpheus.detect.memory import program_version
from alpheus.detect.model import Origin
from alpheus.detect.work import Reading, ReadUnit, UnitResult
from alpheus.engine import LocalEngine
from alpheus.evidence.base import Share
from alpheus.evidence.listing import Listed, address, merged, text_line
from alpheus.evidence.place import Place
from alpheus.evidence.sharing import plan_shares
from alpheus.job import Manifest, Progress, TriageOptions, TriageResult, Unopened
from alpheus.judge.assess import Judge
from alpheus.judge.identity import Identities
from alpheus.knowledge.builds import Builds
from alpheus.knowledge.digest import knowledge_digest
from alpheus.knowledge.packs import load_packs
from alpheus.model import Asked, Assessment, Evidence, PackVersion, Run, Skipped
from alpheus.store.address import Address
from alpheus.timeline import duck
from alpheus.timeline.parts import Part
from alpheus.timeline.writing import Workshop, write_timeline

WORTH_SHARING = 96 << 20
"""Evidence of fewer bytes is read in this process: starting others would take longer."""

_SHARES_PER_WORKER = 4
_UNPACKED = 24
"""An archive may hold so many times its size of text; if that is little, it is not looked into."""

_TRIES = 4


@dataclass(frozen=True, slots=True)
class Prepared:
    """What every run with the same packs, rules and reading options needs, compiled once."""

    kit: Kit
    builds: Builds
    digest: str = ""

    @classmethod
    def of(cls, options: TriageOptions, *, keep: bool) -> Prepared:
        """Compile it; `keep`: searches are kept on disk for the next process.

        Raises UsageError and KnowledgeError as `triage` does.
        """
        packs = load_packs(options.packs, options.rules, options.shared)
        kit = Kit.compile(packs, options.reading, keep=keep)
        return cls(kit, Builds.load(), knowledge_digest(packs))


class Pipeline:
    """One run over the given paths."""

    def __init__(
        self, paths: Sequence[Place], options: TriageOptions, progress: Progress | None
    ) -> None:
        self._paths = paths
        self._options = options
        self._progress = progress
        self._collector = Collector(options.start, options.end)
        self._evidence: dict[str, Evidence] = {}
        self._unopened: dict[Place, Unopened] = {}
        self._listed: dict[str, list[Listed]] = {}
        self._read = 0
        self._size = 0
        self._workshop: Workshop | None = None
        self._rows: list[tuple[str, Part]] = []

    def run(self, started: datetime, prepared: Prepared | None = None) -> TriageResult:
        """Read and judge everything. Raises UsageError and KnowledgeError as `triage` does.

        OutputError where a timeline is wanted that cannot be written.
        """
        target = self._options.timeline
        if target is None:
            return self._run(started, prepared)
        duck.require()
        with Workshop(target) as self._workshop:
            return self._run(started, prepared)

    def _run(self, started: datetime, prepared: Prepared | None) -> TriageResult:
        ready = prepared or Prepared.of(self._options, keep=self._options.remember)
        kit = ready.kit
        for unit, result in self._in_order(self._results(kit)):
            self._take(unit, result)
        return self._judged(started, ready)

    def merged(
        self, results: Iterable[UnitResult], started: datetime, prepared: Prepared
    ) -> TriageResult:
        """Judge what parts of the only package said, which others have read; in their order."""
        unit = ReadUnit(self._paths[0], "E1", self._options.opening)
        for result in results:
            self._take(unit, result)
        return self._judged(started, prepared)

    def _judged(self, started: datetime, ready: Prepared) -> TriageResult:
        kit = ready.kit
        order = [f"E{number}" for number in range(1, len(self._paths) + 1)]
        evidence = tuple(self._evidence[e] for e in order if e in self._evidence)
        if self._workshop is not None:
            self._write_timeline(self._workshop, evidence)
        servers = Judge(kit, ready.builds).servers(self._collector, evidence)
        run = Run(
            started=started,
            finished=datetime.now(UTC),
            version=__version__,
            packs=tuple(PackVersion(pack.id, pack.version) for pack in kit.packs),
            bytes_read=self._collector.bytes_read,
            files_read=self._collector.files_read,
            knowledge=ready.digest,
            asked=_asked(self._options),
        )
        losses = (*_rejected(kit), *self._collector.losses())
        assessment = Assessment(run, evidence, servers, losses)
        manifests = tuple(self._manifests(assessment)) if self._options.listing else ()
        return TriageResult(assessment, tuple(self._unopened.values()), manifests)

    def _write_timeline(self, workshop: Workshop, evidence: Sequence[Evidence]) -> None:
        """Rows of all parts, each with the server that the judge takes it for."""
        servers = Identities(self._collector.origins, evidence).servers()
        names = {one.id: one.name for one in evidence}

        def server_of(package: str, host: str | None, folder: str, scope: str) -> str:
            found = servers.get(Origin(package, host, folder, scope))
            return found.name if found is not None else names.get(package, package)

        parts = [(package, names.get(package, package), part) for package, part in self._rows]
        threads = min(self._options.workers or os.cpu_count() or 1, 4)
        write_timeline(workshop, parts, server_of, threads=threads)

    def _manifests(self, assessment: Assessment) -> Iterator[Manifest]:
        """Which files were read, of each package; the same whoever read which part."""
        cited: dict[str, dict[bytes, str]] = {}
        for server in assessment.servers:
            for finding in server.findings:
                for one in finding.citations:
                    cited.setdefault(one.evidence, {})[address(one.path)] = one.path
        for package in assessment.evidence:
            yield _manifest(package.id, self._listed.get(package.id, []), cited.get(package.id, {}))

    def _in_order(
        self, results: Iterator[tuple[ReadUnit, UnitResult]]
    ) -> Iterator[tuple[ReadUnit, UnitResult]]:
        """Results in the order of their units, so that what is kept of much does not change."""
        held: dict[int, tuple[ReadUnit, UnitResult]] = {}
        following = 0
        for unit, result in results:
            self._read += result.collector.bytes_read
            held[unit.number] = unit, result
            while following in held:
                yield held.pop(following)
                following += 1
        for number in sorted(held):
            yield held.pop(number)

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
            listing=options.listing,
            shared=options.shared,
            timeline=self._workshop.folder if self._workshop is not None else None,
        )
        sizes = [size_of(path) for path in self._paths]
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
                ReadUnit(path, f"E{number}", replace(opening, share=share), place,
                         self._options.avoid)
                for place, share in enumerate(shares, start=len(units))
            )  # fmt: skip
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
        if result.rows is not None:
            self._rows.append((unit.evidence_id, result.rows))
        if result.listed is not None:
            self._listed.setdefault(unit.evidence_id, []).append(result.listed)
        if result.evidence is not None:
            self._evidence[unit.evidence_id] = result.evidence

    def _note(self, doing: str, read: int) -> None:
        if self._progress is not None:
            self._progress(doing, self._read + read, self._size)


def _manifest(evidence: str, parts: Sequence[Listed], cited: dict[bytes, str]) -> Manifest:
    whole, pack = sha256(), zlib.compressobj(1)
    packed: list[bytes] = []
    found: list[tuple[str, str, int]] = []
    for name, digest, size in merged(parts):
        line = text_line(name, digest)
        whole.update(line)
        packed.append(pack.compress(line))
        if name in cited:
            found.append((cited[name], digest, size))
    packed.append(pack.flush())
    files, read = sum(one.files for one in parts), sum(one.size for one in parts)
    return Manifest(evidence, whole.hexdigest(), files, read, b"".join(packed), tuple(found))


def size_of(path: Place) -> int:
    """Bytes of a file, or of all files in a folder; 0 for what lies in a store."""
    total = 0
    if isinstance(path, Address):
        return 0
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
    """Rules and indicators that could not be used are losses too."""
    shared = [
        Skipped("", str(one.path), None, f"indicators not used: {one.reason}", one.count)
        for pack in kit.packs
        for one in pack.left_out
    ]
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
    return [*sigma, *yara, *files, *shared]


def _asked(options: TriageOptions) -> Asked:
    return Asked(
        None if options.packs is None else tuple(options.packs),
        str(options.reading.timezone or ""),
        options.start,
        options.end,
    )
