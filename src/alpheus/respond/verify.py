"""New evidence triaged, and compared with what was found before."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from alpheus.errors import EvidenceError, EvidenceNotFoundError
from alpheus.evidence import open_package
from alpheus.evidence.base import OpenOptions
from alpheus.job import TriageOptions, TriageResult
from alpheus.model import Skipped
from alpheus.respond.assessment_file import Assessment, Server, of_model, read_assessment
from alpheus.respond.verification import Verification, compare, end_of
from alpheus.respond.verification_losses import missing
from alpheus.respond.verification_places import place_of
from alpheus.respond.verification_server import ALSO, BY_WORD, same_server
from alpheus.triage import triage


def verify(
    assessment: Path,
    name: str,
    evidence: Sequence[Path],
    since: datetime | None,
    heard: Callable[[TriageResult], None] | None = None,
    *,
    same: bool = False,
) -> tuple[Verification | None, tuple[str, ...]]:
    """Compare, and say what could not be opened; None where nothing could.

    `name` is the server, '' where there is only one; `since` is when it was cleaned, else the last
    record of the old evidence. `heard` is told what the triage found. `same`: the caller knows that
    evidence which names no computer is of this server. Raises EvidenceError, also where a package
    is not there, or the evidence is of another server.
    """
    old = read_assessment(assessment)
    before = old.server(name)
    for one in evidence:
        if not one.exists():
            message = f"{one} is not there; nothing was compared"
            raise EvidenceNotFoundError(message)
    result = triage(evidence, TriageOptions(remember=True, listing=heard is not None))
    if heard is not None:
        heard(result)
    unopened = tuple(f"{one.path}: {one.error}" for one in result.unopened)
    if not result.assessment.servers:
        return None, unopened
    when = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if since else end_of(before)
    found = compared(
        old, before, of_model(result.assessment), since=when, looked=set(folders_of(evidence)),
        unopened=unopened, same=same,
    )  # fmt: skip
    return found, unopened


def compared(
    old: Assessment, before: Server, new: Assessment, *, since: str, looked: Collection[str],
    unopened: Sequence[str] = (), same: bool = False,
) -> Verification:  # fmt: skip
    """The comparison of a server with an assessment of new evidence; see `compare`.

    Raises EvidenceFormatError where that is of another server.
    """
    found = same_server(old, before, new)
    told = [] if same or not found.by_word else [BY_WORD.format(server=before.name)]
    if found.others:
        told.append(ALSO.format(others=", ".join(found.others), server=before.name))
    return compare(
        before, found.after, since=since, looked=looked, assessment=old.digest,
        missing=(*told, *missing(new, unopened)), by_word=found.by_word,
    )  # fmt: skip


def folders_of(evidence: Sequence[Path], options: OpenOptions | None = None) -> Iterator[str]:
    """Those that hold a file that was collected, and those of a folder that are empty."""
    for number, path in enumerate(evidence, 1):
        if path.is_dir():
            for folder, below, files in os.walk(path):
                if files or not below:
                    place = Path(folder, "x").relative_to(path).as_posix()
                    yield place_of(place).rpartition("/")[0]
            continue
        try:
            package = open_package(path, f"E{number}", options or OpenOptions())
            for file in package.files():
                if not isinstance(file, Skipped):
                    yield place_of(file.path).rpartition("/")[0]
        except EvidenceError:
            continue
