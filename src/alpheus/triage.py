"""The main job as others call it: what was found is remembered, and found again if asked to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from alpheus.detect.memory import Memory, fingerprint_of_evidence, program_version, rules_version
from alpheus.evidence.place import Place, each_once
from alpheus.job import Progress, TriageOptions, TriageResult


def triage(
    paths: Sequence[Place], options: TriageOptions, progress: Progress | None = None
) -> TriageResult:
    """Read every package and judge every server in it.

    An input that cannot be opened is reported in the result; the others are still done.
    Raises UsageError for an unknown pack, KnowledgeError for a broken one of our own.
    """
    started = datetime.now(UTC)
    paths = each_once(paths)
    local = [path for path in paths if isinstance(path, Path)]
    whole = len(local) == len(paths)  # a store tells of each file by itself
    remember = options.remember and options.timeline is None and whole
    memory = Memory.open() if remember else None
    key = _key(local, options) if memory is not None else ""
    known = memory.recall(key) if memory is not None else None
    if isinstance(known, TriageResult):
        run = replace(known.assessment.run, started=started, finished=datetime.now(UTC))
        return replace(known, assessment=replace(known.assessment, run=run))
    from alpheus.pipeline import Pipeline  # noqa: PLC0415 - heavy; not needed for what is known

    result = Pipeline(paths, options, progress).run(started)
    if memory is not None and not result.unopened:
        memory.remember(key, result)
    return result


def _key(paths: Sequence[Path], options: TriageOptions) -> str:
    """Everything a result depends on: evidence, program, rules and options."""
    evidence = fingerprint_of_evidence(paths)
    shared = (*options.shared.indicators, *options.shared.warning_lists)
    versions = (program_version(), rules_version((*options.rules, *shared)), evidence)
    asked = replace(options, workers=None)
    return f"run:{versions}:{[str(path.absolute()) for path in paths]}:{asked}"
