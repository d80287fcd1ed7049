"""The unit of work of a triage: one part of one package, read file by file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from alpheus.detect.collector import Collector
from alpheus.detect.examine import examine
from alpheus.detect.kit import Kit
from alpheus.detect.memory import Memory
from alpheus.errors import EvidenceError, StoreLostError
from alpheus.evidence import OpenOptions, Place, open_package
from alpheus.evidence.base import EvidenceFile, Package
from alpheus.evidence.listing import Listed, Listing
from alpheus.knowledge.packs import load_packs
from alpheus.knowledge.shared.model import NONE_SHARED, SharedPaths
from alpheus.model import Evidence, Skipped
from alpheus.parsers.base import ReadOptions
from alpheus.store.address import Address
from alpheus.timeline.parts import Part, PartWriter

Note = Callable[[str, int], None]
_BATCH_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class ReadUnit:
    """A part of a package, the one of that `number` in its run.

    `avoid` are addresses on which a reader was ended before.
    """

    path: Place
    evidence_id: str
    opening: OpenOptions
    number: int = 0
    avoid: tuple[tuple[str, str], ...] = ()

    def avoiding(self, address: str, reason: str) -> ReadUnit:
        """The same unit without one file."""
        return replace(self, avoid=(*self.avoid, (address, reason)))


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What a unit said. `evidence` is given by the first part of a package.

    `rows` are what it put aside for a timeline. `identity` stands for the content of a package in
    a store, as this part found it.
    """

    collector: Collector
    evidence: Evidence | None
    error: EvidenceError | None = None
    listed: Listed | None = None
    rows: Part | None = None
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How units are read. Called, it prepares a process and gives the function that reads one.

    `timeline` is the folder that rows for a timeline are put aside in; then all is read anew.
    """

    packs: Sequence[str] | None = None
    rules: tuple[Path, ...] = ()
    options: ReadOptions = field(default_factory=ReadOptions)
    start: datetime | None = None
    end: datetime | None = None
    remember: bool = False
    version: str = ""
    listing: bool = False
    timeline: Path | None = None
    shared: SharedPaths = NONE_SHARED

    def __call__(self) -> Callable[[ReadUnit, Note], UnitResult]:
        """Compile the knowledge and open the memory, once per process."""
        packs = load_packs(self.packs, self.rules, self.shared)
        kit = Kit.compile(packs, self.options, keep=self.remember)
        return self.reader(kit)

    def reader(self, kit: Kit) -> Callable[[ReadUnit, Note], UnitResult]:
        """The function that reads a unit with knowledge that is compiled already.

        Call it in the process that reads: it opens the memory.
        """
        memory = Memory.open() if self.remember and self.timeline is None else None
        return _Reader(self, kit, memory).read


class _Reader:
    """Reads units in one process."""

    def __init__(self, reading: Reading, kit: Kit, memory: Memory | None) -> None:
        self._reading = reading
        self._kit = kit
        self._memory = memory
        self._unsaved = 0
        self._doing = ""
        self._passwords: tuple[str, ...] = ()
        self._last: tuple[str, tuple[str, str] | None] = ("", None)
        self._listing: Listing | None = None
        self._rows: PartWriter | None = None

    def read(self, unit: ReadUnit, note: Note) -> UnitResult:
        collector = Collector(self._reading.start, self._reading.end)
        self._passwords = unit.opening.passwords
        try:
            package = open_package(unit.path, unit.evidence_id, unit.opening)
        except EvidenceError as error:
            return UnitResult(collector, None, error)
        self._listing = Listing() if self._reading.listing else None
        self._rows = PartWriter(self._reading.timeline) if self._reading.timeline else None
        avoid = dict(unit.avoid)
        if self._memory is not None:
            self._memory.begin()
        known = self._known if self._memory is not None else None
        for item in package.files(known, lambda spent: note(self._doing, spent)):
            if isinstance(item, Skipped):
                collector.lose(item)
            elif item.path in avoid:
                collector.lose(Skipped(item.evidence, item.path, None, avoid[item.path]))
            else:
                self._doing = item.path
                note(item.path, collector.bytes_read)
                self._file(item, collector)
        try:
            evidence = self._evidence(package, unit)
        except StoreLostError as error:
            return UnitResult(collector, None, error)
        if self._memory is not None:
            self._memory.commit()
        listed = self._listing.end() if self._listing is not None else None
        rows = self._rows.end() if self._rows is not None else None
        store = evidence.store if evidence is not None else None
        return UnitResult(
            collector, None if unit.opening.share.index else evidence, listed=listed, rows=rows,
            identity=store.identity if store is not None else "",
        )  # fmt: skip

    def _evidence(self, package: Package, unit: ReadUnit) -> Evidence | None:
        """The record of a package, which its first part gives; in a store each part looks."""
        if unit.opening.share.index == 0:
            return self._record(package)
        return package.finish() if isinstance(unit.path, Address) else None

    def _record(self, package: Package) -> Evidence:
        """The package's own record; an archive that was hashed before is not read for it."""
        place = self._place(package.fingerprint, "package")
        if self._memory is None or place is None:
            return package.finish()
        known = self._memory.recall(place)
        evidence = package.finish(known if isinstance(known, str) else None)
        if known != evidence.sha256:
            self._memory.remember(place, evidence.sha256)
        return evidence

    def _file(self, file: EvidenceFile, collector: Collector) -> None:
        place = self._place(file.fingerprint)
        if self._memory is None or place is None:
            before = collector.bytes_read
            examine(file, self._kit, collector, self._rows)
            self._list(file, file.sha256, collector.bytes_read - before)
            return
        known = self._recall(file, place)
        if known is None:
            known = Collector(self._reading.start, self._reading.end)
            source = examine(file, self._kit, known)
            if file.sha256 is not None:
                self._memory.remember(place, (file.sha256, source))
                self._memory.remember(self._key(file, file.sha256, source), known)
            self._save_now_and_then(known.bytes_read)
        if self._listing is not None:
            content = self._content_at(place) if file.sha256 is None else None
            self._list(file, content[0] if content else file.sha256, known.bytes_read)
        collector.absorb(known)

    def _list(self, file: EvidenceFile, sha256: str | None, size: int) -> None:
        """Take down which file it was, if it was read to its end."""
        if self._listing is not None and sha256 is not None:
            self._listing.add(file.path, sha256, size)

    def _known(self, file: EvidenceFile) -> bool:
        """Whether the file was read before as what it is, so that it is no archive."""
        place = self._place(file.fingerprint)
        return place is not None and self._content_at(place) is not None

    def _recall(self, file: EvidenceFile, place: str) -> Collector | None:
        assert self._memory is not None
        content = self._content_at(place)
        said = None if content is None else self._memory.recall(self._key(file, *content))
        return said if isinstance(said, Collector) else None

    def _content_at(self, place: str) -> tuple[str, str] | None:
        """Hash and source of the content at a place; asked twice in a row for each file."""
        assert self._memory is not None
        if self._last[0] != place:
            found = self._memory.recall(place)
            self._last = (place, found if isinstance(found, tuple) else None)
        return self._last[1]

    def _place(self, fingerprint: str | None, kind: str = "file") -> str | None:
        """A key for what stands at a place that has not changed since.

        Another program may number members otherwise, other passwords may open other content.
        """
        if fingerprint is None:
            return None
        return f"{kind}:{fingerprint}:{self._reading.version}:{self._passwords}"

    def _save_now_and_then(self, size: int) -> None:
        """What was read survives an interrupt."""
        assert self._memory is not None
        self._unsaved += size
        if self._unsaved >= _BATCH_BYTES:
            self._unsaved = 0
            self._memory.commit()
            self._memory.begin()

    def _key(self, file: EvidenceFile, sha256: str, source: str) -> str:
        """Content, address, knowledge and options: what a file's result depends on."""
        reading = self._reading
        asked = (reading.version, self._kit.version(source), reading.options, reading.start,
                 reading.end)  # fmt: skip
        return f"said:{sha256}:{file.evidence}:{file.scope}:{file.path}:{file.modified}:{asked}"
