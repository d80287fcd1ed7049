"""The assessment as one HTML file: no script, nothing fetched, prints on A4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TextIO

from alpheus.model import (
    CITATION_LIMIT,
    Assessment,
    Finding,
    NextStep,
    ServerAssessment,
    Stage,
    StoryStep,
    Verdict,
    Weight,
)
from alpheus.report import views
from alpheus.report.coverage_chart import CoveragePicture, coverage_picture
from alpheus.report.html_environment import html_environment
from alpheus.report.redact import Redactor
from alpheus.report.timeline import Mark, Picture, pictures

if TYPE_CHECKING:
    from jinja2 import Environment

_SYMBOLS = {
    Verdict.COMPROMISED: "■",
    Verdict.SUSPICIOUS: "▲",
    Verdict.ATTEMPTED: "◆",
    Verdict.NOT_DETERMINABLE: "?",
    Verdict.NO_EVIDENCE: "✓",
}
_GROUPS = {
    Weight.PROOF: "Proof",
    Weight.INDICATION: "Indications",
    Weight.CONTEXT: "Context",
}
_CITATIONS_OPEN = 3
_LOSSES_SHOWN = 500


@dataclass(frozen=True, slots=True)
class FindingPage:
    """A finding with its number, its anchor, and its citations: the first open, the rest folded."""

    number: int
    anchor: str
    finding: Finding

    @property
    def total(self) -> int:
        """How many records prove it."""
        return views.citations_total(self.finding)

    @property
    def open(self) -> Sequence[object]:
        """The citations that are always shown."""
        return self.finding.citations[:_CITATIONS_OPEN]

    @property
    def folded(self) -> Sequence[object]:
        """The citations behind a fold."""
        return self.finding.citations[_CITATIONS_OPEN:CITATION_LIMIT]


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A step of the story with links to the findings that prove it."""

    step: StoryStep
    findings: tuple[FindingPage, ...]


@dataclass(frozen=True, slots=True)
class ServerPage:
    """Everything the template needs about one server."""

    anchor: str
    server: ServerAssessment
    began: str
    unseen: list[str]
    looked_at: str
    groups: list[tuple[str, list[FindingPage]]]
    story: list[StoryLine]
    pictures: list[Picture]
    coverage: CoveragePicture | None
    steps: list[NextStep]


def write_html(assessment: Assessment, stream: TextIO, redactor: Redactor | None = None) -> None:
    """Write the whole report as one HTML document, UTF-8; piece by piece."""
    redacted = (redactor or Redactor()).assessment(assessment)
    pages = [
        _page(number, server) for number, server in enumerate(views.ranked(redacted.servers), 1)
    ]
    template = _environment().get_template("report.html.j2")
    pieces = template.stream(
        run=redacted.run,
        evidence=redacted.evidence,
        pages=pages,
        losses=redacted.skipped[:_LOSSES_SHOWN],
        losses_more=max(len(redacted.skipped) - _LOSSES_SHOWN, 0),
        losses_total=views.losses_total(redacted),
        tally=_tally(redacted),
    )
    pieces.enable_buffering(1000)
    stream.writelines(pieces)


@cache
def _environment() -> Environment:
    environment = html_environment("report.css")
    environment.globals.update(
        span_text=views.span_text,
        symbols=_SYMBOLS,
        verdict_words=views.VERDICT_WORDS,
        verdict_meanings=views.VERDICT_MEANINGS,
        stage_words=views.STAGE_WORDS,
        stages=[stage for stage in Stage if stage is not Stage.NONE],
    )
    environment.filters.update(
        time=views.time_text,
        iso=views.iso,
        place=views.place,
    )
    return environment


def _tally(assessment: Assessment) -> list[tuple[Verdict, int]]:
    """Return how many servers have which verdict, the worst first."""
    verdicts = [server.verdict for server in assessment.servers]
    return [(one, verdicts.count(one)) for one in reversed(Verdict) if one in verdicts]


def _page(number: int, server: ServerAssessment) -> ServerPage:
    anchor = f"server-{number}"
    findings = [
        FindingPage(index, f"{anchor}-finding-{index}", finding)
        for index, finding in enumerate(views.chronological(server.findings), 1)
    ]
    marks = [
        Mark(page.number, page.anchor, page.finding, page.finding.time)
        for page in findings
        if page.finding.time is not None
    ]
    groups = [
        (title, [page for page in findings if page.finding.weight is weight])
        for weight, title in _GROUPS.items()
    ]
    return ServerPage(
        anchor=anchor,
        server=server,
        began=views.time_text(views.since(server)),
        unseen=views.unseen(server),
        looked_at=views.looked_at(server),
        groups=[(title, pages) for title, pages in groups if pages],
        story=[
            StoryLine(step, tuple(page for page in findings if page.finding.rule in step.findings))
            for step in server.story
        ],
        pictures=pictures(server, marks),
        coverage=coverage_picture(server),
        steps=sorted(server.next_steps, key=lambda step: step.priority),
    )
