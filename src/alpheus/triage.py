"""The main job, and the one place where its order is written down.

packages -> files -> what each says -> servers -> verdicts
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from alpheus import __version__
from alpheus.detect.collector import Collector
from alpheus.detect.examine import examine
from alpheus.detect.kit import Kit
from alpheus.errors import EvidenceError
from alpheus.evidence import open_package
from alpheus.evidence.base import OpenOptions
from alpheus.judge.assess import Judge
from alpheus.knowledge.builds import Builds
from alpheus.knowledge.packs import load_packs
from alpheus.model import Assessment, Evidence, PackVersion, Run, Skipped
from alpheus.parsers.base import ReadOptions


@dataclass(frozen=True, slots=True)
class TriageOptions:
    """What the operator asked for. `start` and `end` bound the events that may become findings."""

    packs: Sequence[str] | None = None
    rules: Sequence[Path] = ()
    opening: OpenOptions = field(default_factory=OpenOptions)
    reading: ReadOptions = field(default_factory=ReadOptions)
    start: datetime | None = None
    end: datetime | None = None


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
"""Called with the file being read, files read and bytes read so far."""


def triage(
    paths: Sequence[Path], options: TriageOptions, progress: Progress | None = None
) -> TriageResult:
    """Read every package and judge every server in it.

    An input that cannot be opened is reported in the result; the others are still done.
    Raises UsageError for an unknown pack, KnowledgeError for a broken one of our own.
    """
    started = datetime.now(UTC)
    packs = load_packs(options.packs, options.rules)
    kit = Kit.compile(packs, options.reading)
    collector = Collector(options.start, options.end)
    evidence, unopened = _read(paths, options, kit, collector, progress)
    servers = Judge(kit, Builds.load()).servers(collector, tuple(evidence))
    run = Run(
        started=started,
        finished=datetime.now(UTC),
        version=__version__,
        packs=tuple(PackVersion(pack.id, pack.version) for pack in packs),
        bytes_read=collector.bytes_read,
        files_read=collector.files_read,
    )
    losses = (*_rejected(kit), *collector.losses())
    return TriageResult(Assessment(run, tuple(evidence), servers, losses), tuple(unopened))


def _read(
    paths: Sequence[Path],
    options: TriageOptions,
    kit: Kit,
    collector: Collector,
    progress: Progress | None,
) -> tuple[list[Evidence], list[Unopened]]:
    evidence: list[Evidence] = []
    unopened: list[Unopened] = []
    for number, path in enumerate(paths, start=1):
        try:
            package = open_package(path, f"E{number}", options.opening)
            for item in package.files():
                if isinstance(item, Skipped):
                    collector.lose(item)
                    continue
                if progress is not None:
                    progress(item.path, collector.files_read, collector.bytes_read)
                examine(item, kit, collector)
            evidence.append(package.finish())
        except EvidenceError as error:
            unopened.append(Unopened(path, error))
    return evidence, unopened


def _rejected(kit: Kit) -> list[Skipped]:
    """Rules that could not be used are losses too."""
    sigma = [
        Skipped("", str(r.path), None, f"rule not used: {r.title}: {r.reason}")
        for r in kit.rules.rejected
    ]
    yara = [Skipped("", r.path, None, f"rules not used: {r.reason}") for r in kit.yara.rejected]
    return [*sigma, *yara]
