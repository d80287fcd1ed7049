"""How a unit is done in a worker: a triage of one package, up to the rows that are stored of it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from alpheus.cases.observations import RowError, Rows
from alpheus.cases.observations_import import Document
from alpheus.errors import EvidenceError, StoreLostError, UsageError
from alpheus.evidence.base import OpenOptions
from alpheus.evidence.place import place_of
from alpheus.fleet.findings import traces_of
from alpheus.fleet.model import Parameters, Result, Unit, UnitKind
from alpheus.fleet.parts import changed, judge_parts, read_part
from alpheus.fleet.results import keep_assessment, timeline_of
from alpheus.fleet.strands import strands_of
from alpheus.job import TriageOptions, TriageResult, unread
from alpheus.model import Assessment, Verdict
from alpheus.parsers.base import ReadOptions
from alpheus.pipeline import Pipeline, Prepared
from alpheus.report.json_output import to_json
from alpheus.report.redact import Clear, Redactor

Note = Callable[[str, int], None]
Read = Callable[[Unit, Note], Result]

_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Triaging:
    """How packages are triaged. Called, it prepares a process and gives the function that reads.

    `key` is that of hashes of secrets, the same for all packages.
    """

    parameters: Parameters
    key: bytes
    passwords: tuple[str, ...] = ()

    def __call__(self) -> Read:
        """Compile the knowledge, once per process."""
        return self.reader(self.prepared())

    def prepared(self) -> Prepared:
        """The knowledge. Raises UsageError and KnowledgeError."""
        return Prepared.of(self.options(), keep=True)

    def reader(self, prepared: Prepared) -> Read:
        """The function that reads a unit with knowledge that is compiled already."""

        def read(unit: Unit, note: Note) -> Result:
            return _read(self, prepared, unit, note)

        return read

    def options(self) -> TriageOptions:
        """The options of a triage: in the worker's own process, nothing remembered."""
        asked = self.parameters
        return TriageOptions(
            packs=asked.packs or None,
            rules=tuple(Path(one) for one in asked.rules),
            opening=OpenOptions(passwords=self.passwords, whole=asked.whole, patient=True),
            reading=ReadOptions(ZoneInfo(asked.zone) if asked.zone else None),
            start=_time(asked.since),
            end=_time(asked.until),
            workers=1,
        )


class _RefusedError(Exception):
    """A package that is not judged, and why."""


def _read(triaging: Triaging, prepared: Prepared, unit: Unit, note: Note) -> Result:
    begun = time.process_time_ns()
    try:
        result = _done(triaging, prepared, unit, note)
    except _RefusedError as error:
        return Result(refused=str(error)[:_LONGEST])
    except (StoreLostError, UsageError) as error:  # or this machine has no credentials for it
        return Result(away=str(error)[:_LONGEST])
    return replace(result, cpu=(time.process_time_ns() - begun) // 1_000_000)


def _done(triaging: Triaging, prepared: Prepared, unit: Unit, note: Note) -> Result:
    """Raises _RefusedError, StoreLostError."""
    if unit.kind is UnitKind.PART:
        return _part(triaging, prepared, unit, note)
    if unit.collected:
        found = judge_parts(triaging.options(), prepared, unit, triaging.key)
        result, text = _kept(triaging, unit, found)
        keep_assessment(triaging.parameters.results, unit.content, text)
        return replace(result, read=0)  # which its parts have counted
    return _judged(triaging, prepared, unit, note)


def _part(triaging: Triaging, prepared: Prepared, unit: Unit, note: Note) -> Result:
    try:
        content, read = read_part(triaging.options(), prepared, unit, triaging.key, note)
    except StoreLostError:
        raise
    except EvidenceError as error:
        raise _RefusedError(str(error)) from error
    return Result(part=content, read=read)


def _judged(triaging: Triaging, prepared: Prepared, unit: Unit, note: Note) -> Result:
    results, started = triaging.parameters.results, datetime.now(UTC)
    with timeline_of(results, unit.content) as timeline:
        options = replace(triaging.options(), avoid=unit.avoid, timeline=timeline)
        place = place_of(unit.place)
        pipeline = Pipeline([place], options, lambda path, read, _: note(path, read))
        result, text = _kept(triaging, unit, pipeline.run(started, prepared))
    keep_assessment(results, unit.content, text)
    return result


def _kept(triaging: Triaging, unit: Unit, found: TriageResult) -> tuple[Result, bytes]:
    """What is stored of it, and its assessment as it is written into a file."""
    _check(found, unit)
    try:
        return with_text(found.assessment, unit.place, triaging.key)
    except RowError as error:
        raise _RefusedError(f"its assessment cannot be kept: {error}") from error


def _check(found: TriageResult, unit: Unit) -> None:
    """Whether it was judged, and is what was registered."""
    for one in found.unopened:
        if isinstance(one.error, StoreLostError):
            raise one.error
        raise _RefusedError(str(one.error))
    reasons = unread(found.assessment)
    if reasons is not None:
        first = reasons[0] if reasons else "there is no log, event, page or setting in it"
        message = f"nothing in it could be read: {first}"
        raise _RefusedError(message)
    for package in found.assessment.evidence:
        known = package.store.identity if package.store is not None else ""
        if known and known != unit.content:
            raise _RefusedError(changed(unit.place))


def packed(assessment: Assessment, place: str, key: bytes) -> Result:
    """An assessment as it is stored, with the traces of its servers. Raises RowError."""
    return with_text(assessment, place, key)[0]


def with_text(assessment: Assessment, place: str, key: bytes) -> tuple[Result, bytes]:
    """The same, and the assessment as it is written into a file."""
    redactor = Redactor(key, keep=True)
    redacted = redactor.assessment(assessment)
    text = msgspec.json.encode(to_json(redacted, redactor))
    rows = tuple(Rows(datetime.now(UTC)).of_document(text))
    secrets: dict[str, list[Clear]] = {}
    for one in redactor.clear():
        secrets.setdefault(one.mark, []).append(one)
    verdicts = [server.verdict for server in redacted.servers]
    worst = max(verdicts, key=lambda one: one.rank, default=Verdict.NOT_DETERMINABLE)
    result = Result(
        Document(place, hashlib.sha256(text).hexdigest(), len(text), rows),
        tuple(traces_of(server, secrets, key) for server in redacted.servers),
        tuple(strands_of(server, secrets, key) for server in redacted.servers),
        worst.value,
        assessment.run.bytes_read,
    )
    return result, text


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
