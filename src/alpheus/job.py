"""A triage as the operator asks for it, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from alpheus.errors import EvidenceError
from alpheus.evidence.base import OpenOptions
from alpheus.evidence.place import Place
from alpheus.knowledge.shared.model import NONE_SHARED, SharedPaths
from alpheus.model import Assessment
from alpheus.parsers.base import ReadOptions


@dataclass(frozen=True, slots=True)
class TriageOptions:
    """What the operator asked for.

    `start` and `end` bound the events that may become findings. `workers` is the number of
    processes, None for one per processor. `remember`: unchanged evidence is not read again.
    `listing`: the result says of every file that was read which it was.
    `shared` are indicators of others, and lists of what many use.
    `avoid` are addresses of files that are left out, each with the reason.
    `timeline`: every row that is read is written into this Parquet file; then nothing that was
    read before is taken from what is remembered.
    """

    packs: Sequence[str] | None = None
    rules: Sequence[Path] = ()
    opening: OpenOptions = field(default_factory=OpenOptions)
    reading: ReadOptions = field(default_factory=ReadOptions)
    start: datetime | None = None
    end: datetime | None = None
    workers: int | None = None
    remember: bool = False
    listing: bool = False
    avoid: tuple[tuple[str, str], ...] = ()
    shared: SharedPaths = NONE_SHARED
    timeline: Path | None = None


@dataclass(frozen=True, slots=True)
class Unopened:
    """An input that could not be opened at all, in one sentence."""

    path: Place
    error: EvidenceError


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every file of one package that was read to its end.

    `packed` is its text (see `evidence.listing`), deflated, and `sha256` the hash of that text.
    `cited` are address, hash and bytes of the files that findings cite.
    """

    evidence: str
    sha256: str
    files: int
    size: int
    packed: bytes
    cited: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TriageResult:
    """The assessment, and the inputs that are not part of it; manifests where they were wanted."""

    assessment: Assessment
    unopened: tuple[Unopened, ...]
    manifests: tuple[Manifest, ...] = ()


def unread(assessment: Assessment) -> list[str] | None:
    """Why nothing of the evidence could be read, reason by reason; None where something was."""
    covered = (one for server in assessment.servers for one in server.coverage)
    found = any(server.findings for server in assessment.servers)
    if found or any(one.rows or one.files > one.skipped for one in covered):
        return None
    return [one.reason for one in assessment.skipped if one.path or one.evidence]


Progress = Callable[[str, int, int], None]
"""Called with the file being read, bytes read so far, and bytes in all (0 if not known)."""
