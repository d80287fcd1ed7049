"""New evidence triaged, and compared with what was found before."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from alpheus.errors import EvidenceError
from alpheus.evidence import open_package
from alpheus.evidence.base import OpenOptions
from alpheus.job import TriageOptions, TriageResult
from alpheus.model import Skipped
from alpheus.respond.assessment_file import of_model, read_assessment
from alpheus.respond.verification import Verification, compare, end_of, place_of
from alpheus.triage import triage


def verify(
    assessment: Path,
    name: str,
    evidence: Sequence[Path],
    since: datetime | None,
    heard: Callable[[TriageResult], None] | None = None,
) -> tuple[Verification | None, tuple[str, ...]]:
    """Compare, and say what could not be opened; None where nothing could.

    `name` is the server, '' where there is only one; `since` is when it was cleaned, else the last
    record of the old evidence. `heard` is told what the triage found. Raises EvidenceError.
    """
    old = read_assessment(assessment)
    before = old.server(name)
    result = triage(evidence, TriageOptions(remember=True, listing=heard is not None))
    if heard is not None:
        heard(result)
    unopened = tuple(f"{one.path}: {one.error}" for one in result.unopened)
    if not result.assessment.servers:
        return None, unopened
    new = of_model(result.assessment)
    known = {one.name.upper() for one in new.servers}
    after = new.server(before.name if before.name.upper() in known else name)
    when = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if since else end_of(before)
    found = compare(before, after, since=when, looked=set(folders_of(evidence)),
                    assessment=old.digest)  # fmt: skip
    return found, unopened


def folders_of(evidence: Sequence[Path], options: OpenOptions | None = None) -> Iterator[str]:
    """Of which something was collected; in a folder also those that are empty now."""
    for number, path in enumerate(evidence, 1):
        if path.is_dir():
            for folder, _, _ in os.walk(path):
                yield place_of(Path(folder, "x").relative_to(path).as_posix()).rpartition("/")[0]
            continue
        try:
            package = open_package(path, f"E{number}", options or OpenOptions())
            for file in package.files():
                if not isinstance(file, Skipped):
                    yield place_of(file.path).rpartition("/")[0]
        except EvidenceError:
            continue
