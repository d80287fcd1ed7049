"""The assessment as Markdown, for a ticket or a wiki. Evidence cannot break out of its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TextIO

from alpheus.model import CITATION_LIMIT, Assessment, Coverage, Evidence, Finding, ServerAssessment
from alpheus.report.redact import Redactor
from alpheus.report.views import (
    VERDICT_MEANINGS,
    VERDICT_WORDS,
    address,
    chronological,
    citations_total,
    looked_at,
    losses_total,
    ranked,
    since,
    time_text,
    unseen,
)
from alpheus.report.visible import visible

_LOSSES_SHOWN = 200
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])")
_LINK = re.compile(r"(?i)(:)(?=//)|(?<=www)(\.)")
_RUN_OF_TICKS = re.compile(r"`+")


def escape(text: str) -> str:
    """Return text as Markdown that shows just that text: no markup, no HTML, no live link."""
    shown = _SPECIAL.sub(r"\\\1", visible(text))
    shown = _LINK.sub(lambda match: "\\" + match[0], shown)
    return _LINE_START.sub(lambda match: f"{match[1]}{match[2][:-1]}\\{match[2][-1]}", shown)


def code(text: str) -> str:
    """Return text as a code span with a fence longer than any run of backticks in the text."""
    shown = visible(text)
    if not shown.strip():
        return "(empty)"
    longest = max((len(run) for run in _RUN_OF_TICKS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def write_markdown(
    assessment: Assessment, stream: TextIO, redactor: Redactor | None = None
) -> None:
    """Write the assessment as CommonMark with tables; UTF-8, times in UTC."""
    redacted = (redactor or Redactor()).assessment(assessment)
    stream.writelines(line + "\n" for line in _document(redacted))


def _document(assessment: Assessment) -> Iterator[str]:
    servers = ranked(assessment.servers)
    yield "# Compromise assessment"
    yield ""
    run = assessment.run
    yield f"Made {time_text(run.finished)} with Alpheus {escape(run.version)}. All times are UTC."
    if len(servers) > 1:
        yield from _fleet(servers)
    if not servers:
        yield ""
        yield "No server was recognised in the evidence."
    for server in servers:
        yield from _server(server)
    yield from _evidence(assessment)
    yield from _losses(assessment)


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    heads = list(columns)
    yield ""
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _fleet(servers: list[ServerAssessment]) -> Iterator[str]:
    yield ""
    yield f"## {len(servers)} servers, who comes first"
    yield from _table(
        ("Server", "Verdict", "Stage", "Since", "Headline"),
        (
            (
                escape(server.name),
                VERDICT_WORDS[server.verdict],
                server.stage.value,
                time_text(since(server), "-"),
                escape(server.headline),
            )
            for server in servers
        ),
    )


def _server(server: ServerAssessment) -> Iterator[str]:
    build = f", build {escape(server.build.value)}" if server.build else ", build unknown"
    began = since(server)
    yield from (
        "",
        f"## {escape(server.name)}",
        "",
        f"**{escape(server.headline.strip() or '(no headline)')}**",
        "",
    )
    yield f"- Verdict: **{VERDICT_WORDS[server.verdict]}**. {VERDICT_MEANINGS[server.verdict]}"
    yield f"- Stage: **{server.stage.value}**, confidence: **{server.confidence.value}**"
    if began:
        yield f"- Since: **{time_text(began)}**"
    yield f"- Product: {escape(server.product)}{build}"
    if server.aliases:
        yield f"- Also known as: {', '.join(escape(alias) for alias in server.aliases)}"
    yield from ("", "### What could not be seen", "")
    hidden = unseen(server)
    yield from (f"- {escape(line)}" for line in hidden)
    if not hidden:
        yield "- Every deciding source covers its window, without a gap or a loss."
    yield from _patches(server)
    yield from _story(server)
    yield from _findings(server)
    yield from _coverage(server.coverage)
    yield from _steps(server)


def _patches(server: ServerAssessment) -> Iterator[str]:
    if server.cves:
        yield from ("", "### Patch state")
        rows = ((escape(cve), one.state.value, escape(one.why)) for cve, one in server.cves.items())
        yield from _table(("CVE", "State", "Why"), rows)


def _story(server: ServerAssessment) -> Iterator[str]:
    if server.story:
        yield from ("", "### What happened", "")
        for number, step in enumerate(server.story, 1):
            when = time_text(step.time, "time unknown")
            yield f"{number}. {when}, {step.stage.value}: {escape(step.summary)}"


def _findings(server: ServerAssessment) -> Iterator[str]:
    yield from ("", "### Findings", "")
    if not server.findings:
        yield f"Nothing was found. {escape(looked_at(server))}"
    for number, finding in enumerate(chronological(server.findings), 1):
        yield from _finding(number, finding)


def _finding(number: int, finding: Finding) -> Iterator[str]:
    yield f"#### {number}. {escape(finding.title)}"
    yield ""
    when = time_text(finding.time, "time unknown")
    if finding.last and finding.last != finding.time:
        when += f" to {time_text(finding.last)}"
    worth = f"{finding.weight.value}, {finding.confidence.value} confidence"
    yield f"- {when}; stage {finding.stage.value}; {worth}"
    yield f"- Rule {code(finding.rule)} of {code(finding.pack)}"
    for label, values in (
        ("CVE", finding.cves),
        ("ATT&amp;CK", finding.techniques),
        ("From", finding.clients),
    ):
        if values:
            yield f"- {label}: {', '.join(escape(value) for value in values)}"
    if finding.detail:
        yield f"- {escape(finding.detail)}"
    total = citations_total(finding)
    shown = finding.citations[:CITATION_LIMIT]
    yield f"- Proven by {total} {'record' if total == 1 else 'records'}" + (
        f", of which {len(shown)} are cited:" if len(shown) < total else ":"
    )
    for citation in shown:
        digest = f", SHA-256 {code(citation.sha256)}" if citation.sha256 else ""
        yield f"  - {code(address(citation))} in {code(citation.evidence)}{digest}"
        if citation.text:
            yield ""
            yield f"    {code(citation.text)}"
            yield ""
    yield ""


def _coverage(coverage: Iterable[Coverage]) -> Iterator[str]:
    yield from ("", "### Coverage")
    yield from _table(
        ("Source", "Deciding", "Covers the window", "Rows", "Skipped", "First", "Last", "Gaps"),
        (
            (
                escape(one.source),
                "yes" if one.deciding else "no",
                "yes" if one.covers_window else "no",
                str(one.rows),
                str(one.skipped),
                time_text(one.first, "-"),
                time_text(one.last, "-"),
                "; ".join(f"{time_text(gap.start)} to {time_text(gap.end)}" for gap in one.gaps)
                or "none",
            )
            for one in coverage
        ),
    )


def _steps(server: ServerAssessment) -> Iterator[str]:
    if server.next_steps:
        yield from ("", "### Next steps", "")
        for step in sorted(server.next_steps, key=lambda step: step.priority):
            why = f" ({escape(step.why)})" if step.why else ""
            yield f"- [ ] **{step.priority}.** {escape(step.action)}{why}"


def _evidence(assessment: Assessment) -> Iterator[str]:
    yield from ("", "## Evidence and knowledge")
    yield from _table(
        ("Package", "Name", "Bytes", "SHA-256"),
        (
            (escape(one.id), escape(one.name), str(one.bytes), one.sha256 or _known_by(one))
            for one in assessment.evidence
        ),
    )
    packs = ", ".join(f"{escape(one.id)} {escape(one.version)}" for one in assessment.run.packs)
    yield from ("", f"Packs: {packs or 'none'}.")


def _known_by(package: Evidence) -> str:
    """What tells which package it was, where it has no hash."""
    if package.store is None:
        return "folder"
    return escape(" ".join(filter(None, (package.store.address, package.store.etag))))


def _losses(assessment: Assessment) -> Iterator[str]:
    total = losses_total(assessment)
    yield from ("", "## What could not be read")
    if not assessment.skipped:
        yield from ("", "Nothing was lost.")
        return
    yield from ("", f"{total} {'loss' if total == 1 else 'losses'}.")
    yield from _table(
        ("Package", "Path", "Offset", "Reason", "Count"),
        (
            (
                escape(loss.evidence),
                escape(loss.path),
                "" if loss.offset is None else str(loss.offset),
                escape(loss.reason),
                str(loss.count),
            )
            for loss in assessment.skipped[:_LOSSES_SHOWN]
        ),
    )
    if len(assessment.skipped) > _LOSSES_SHOWN:
        yield from ("", f"{len(assessment.skipped) - _LOSSES_SHOWN} more are in assessment.json.")
