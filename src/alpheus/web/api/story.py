"""The story of the attack on a server: its steps, its findings, and the records that prove them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from litestar.types import ControllerRouterHandler

from alpheus.cases.assessment_model import Citation, Finding, Outline
from alpheus.cases.assessments import Kept, milliseconds
from alpheus.errors import RefusedError
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import (
    LARGEST,
    AssessmentOf,
    Number,
    Size,
    json,
    said,
    shaped,
)
from alpheus.web.desk import Desk
from alpheus.web.server_story import precise

_SEE = {PERMISSION: Permission.SEE}
_TAGS = ["story"]
_MOST_LOSSES = 200
_TIME = r"^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z)?$"

First = Annotated[
    int, QueryParameter(ge=0, le=LARGEST, description="How many to leave out at the beginning.")
]
Place = Annotated[int, PathParameter(ge=0, le=LARGEST, description="Its place in the assessment.")]
Since = Annotated[
    str, QueryParameter(name="from", pattern=_TIME, max_length=30, description="From when on.")
]
Until = Annotated[
    str, QueryParameter(name="to", pattern=_TIME, max_length=30, description="Up to when.")
]


class CitationOf(msgspec.Struct, frozen=True):
    """A record of the evidence, with its place. Secrets in it are keyed hashes."""

    evidence: Annotated[str, said("The package that it is in.")]
    path: str
    line: int | None
    offset: int | None
    record_id: int | None
    text: Annotated[str, said("As an attacker may have written it.")]
    sha256: str | None


class FindingOf(msgspec.Struct, frozen=True):
    """Something that evidence shows."""

    rule: str
    pack: str
    title: str
    stage: Annotated[str, said("How far into an attack it belongs.")]
    weight: str
    confidence: str
    time: str | None
    cves: list[str]
    techniques: Annotated[list[str], said("Of ATT&CK.")]
    citations_total: int
    kept: Annotated[int, said("How many of its records are kept.")]


class PlacedFinding(msgspec.Struct, frozen=True):
    """A finding, and its place in the assessment."""

    place: int
    finding: FindingOf


class FindingPage(msgspec.Struct, frozen=True):
    """Findings of an assessment, in its order."""

    assessment: Annotated[int, said("The observation that it is; 0 where there is none.")]
    total: int
    findings: list[PlacedFinding]


class FindingWhole(msgspec.Struct, frozen=True):
    """A finding with records that prove it."""

    assessment: int
    place: int
    finding: FindingOf
    citations: list[CitationOf]


class StepOf(msgspec.Struct, frozen=True):
    """A step of the story; `findings` are rules."""

    summary: str
    stage: str
    time: str | None
    findings: list[str]


class RecordOf(msgspec.Struct, frozen=True):
    """A record at its time, and the places of the findings that it proves, the gravest first."""

    number: int
    time: str
    findings: list[int]
    citation: CitationOf


class CoverageOf(msgspec.Struct, frozen=True):
    """What one source covers."""

    source: str
    files: int
    rows: int
    skipped: int
    first: str | None
    last: str | None
    time_basis: str
    deciding: bool
    covers_window: bool


class LossOf(msgspec.Struct, frozen=True):
    """What could not be read."""

    evidence: str
    path: str
    offset: int | None
    reason: str
    count: int


class PackageOf(msgspec.Struct, frozen=True):
    """A package of evidence."""

    id: str
    name: str
    sha256: str | None
    bytes: int


class StepNext(msgspec.Struct, frozen=True):
    """What to do, and why; 1 is the most urgent."""

    priority: int
    action: str
    why: str


class Timeline(msgspec.Struct, frozen=True):
    """The story of an assessment, with a page of its dated records."""

    assessment: Annotated[int, said("The observation that it is; 0 where there is none.")]
    verdict: str = ""
    stage: str = ""
    confidence: str = ""
    headline: str = ""
    steps: list[StepOf] = []
    next_steps: list[StepNext] = []
    coverage: list[CoverageOf] = []
    evidence: list[PackageOf] = []
    losses: list[LossOf] = []
    losses_total: int = 0
    records: list[RecordOf] = []
    records_total: Annotated[int, said("Dated records from when to when was asked for.")] = 0
    undated: int = 0


@get("/servers/{number:int}/timeline", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def timeline(
    number: Number,
    desk: NamedDependency[Desk],
    *,
    assessment: AssessmentOf = 0,
    since: Since = "",
    until: Until = "",
    first: First = 0,
    size: Size = 50,
) -> Response[Timeline]:
    """The story of the attack, with the records that prove it in the order of time."""
    _, kept, chosen = desk.server(number).assessment(assessment)
    if kept is None:
        return json(Timeline(0))
    one = kept.outline
    numbers = _between(one, since, until)
    shown = numbers[first : first + size]
    return json(
        Timeline(
            chosen, one.verdict, one.stage, one.confidence, one.headline,
            steps=shaped(one.story, list[StepOf]),
            next_steps=shaped(one.next_steps, list[StepNext]),
            coverage=shaped(one.coverage, list[CoverageOf]),
            evidence=shaped(one.evidence, list[PackageOf]),
            losses=shaped(one.skipped[:_MOST_LOSSES], list[LossOf]),
            losses_total=one.skipped_total, records=_records(kept, shown),
            records_total=len(numbers), undated=one.undated,
        )
    )  # fmt: skip


@get("/servers/{number:int}/findings", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def findings(
    number: Number,
    desk: NamedDependency[Desk],
    *,
    assessment: AssessmentOf = 0,
    first: First = 0,
    size: Size = 50,
) -> Response[FindingPage]:
    """Findings of an assessment."""
    _, kept, chosen = desk.server(number).assessment(assessment)
    every = kept.outline.findings if kept else ()
    shown = [PlacedFinding(place, _finding(one))
             for place, one in enumerate(every[first : first + size], start=first)]  # fmt: skip
    return json(FindingPage(chosen, len(every), shown))


@get("/servers/{number:int}/findings/{place:int}", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def finding(
    number: Number,
    place: Place,
    desk: NamedDependency[Desk],
    *,
    assessment: AssessmentOf = 0,
    first: First = 0,
    size: Size = 50,
) -> Response[FindingWhole]:
    """One finding, with the records that prove it."""
    _, kept, chosen = desk.server(number).assessment(assessment)
    if kept is None or place >= len(kept.outline.findings):
        raise RefusedError("there is no such finding")
    cited = kept.citations(place)[first : first + size]
    found = _finding(kept.outline.findings[place])
    return json(FindingWhole(chosen, place, found, shaped(cited, list[CitationOf])))


def _finding(one: Finding) -> FindingOf:
    return shaped(one, FindingOf)


def _between(outline: Outline, since: str, until: str) -> range:
    """The places of the records from when to when."""
    times = [record.time for record in outline.records]
    start, end = milliseconds(since or None), milliseconds(until or None)
    if (since and start is None) or (until and end is None):
        raise RefusedError("this is no time; write it as 2021-03-12T09:00:00Z")
    low = 0 if start is None else bisect_left(times, start)
    return range(low, len(times) if end is None else bisect_right(times, end))


def _records(kept: Kept, numbers: Sequence[int]) -> list[RecordOf]:
    read: dict[int, Sequence[Citation]] = {}
    found = []
    for number in numbers:
        record = kept.outline.records[number]
        if record.finding not in read:
            read[record.finding] = kept.citations(record.finding)
        each = read[record.finding]
        cited = each[record.citation] if record.citation < len(each) else Citation()
        places = [record.finding, *record.others]
        found.append(RecordOf(number, precise(record.time), places, shaped(cited, CitationOf)))
    return found


ROUTES: tuple[ControllerRouterHandler, ...] = (timeline, findings, finding)
