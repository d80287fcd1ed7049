"""Findings and servers as CSV for a spreadsheet, with formulas made harmless.

UTF-8, comma, every cell quoted, CRLF; times ISO 8601 in UTC. Control characters are written out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import TextIO

from alpheus.model import CITATION_LIMIT, Assessment, Citation, Finding, ServerAssessment
from alpheus.report.redact import Redactor
from alpheus.report.views import chronological, citations_total, iso, ranked, since, unseen
from alpheus.report.visible import visible

FINDING_COLUMNS = (
    "server", "verdict", "rule", "pack", "title", "stage", "weight", "confidence", "time", "last",
    "cves", "techniques", "clients", "detail", "citations_total",
    "evidence", "path", "line", "offset", "record_id", "sha256", "text",
)  # fmt: skip

SERVER_COLUMNS = (
    "server", "aliases", "product", "build", "verdict", "stage", "confidence", "since", "headline",
    "findings", "not_seen", "next_step",
)  # fmt: skip

_FORMULA = re.compile("^\\s*[=+\\-@|%\uff1d\uff0b\uff0d\uff20]")  # also the full-width forms


def cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    # Judged before and after: a leading tab or carriage return starts a formula, too.
    shown = visible(text)
    return "'" + shown if _FORMULA.match(text) or _FORMULA.match(shown) else shown


def write_csv(assessment: Assessment, stream: TextIO, redactor: Redactor | None = None) -> None:
    """Write one row per citation; a finding without a citation has one row. Opens with a header."""
    redacted = (redactor or Redactor()).assessment(assessment)
    rows = (
        _finding_row(server, finding, citation)
        for server in ranked(redacted.servers)
        for finding in chronological(server.findings)
        for citation in finding.citations[:CITATION_LIMIT] or (None,)
    )
    _write(stream, FINDING_COLUMNS, rows)


def write_servers_csv(
    assessment: Assessment, stream: TextIO, redactor: Redactor | None = None
) -> None:
    """Write one row per server, who comes first first, with one column per CVE of any server."""
    redacted = (redactor or Redactor()).assessment(assessment)
    cves = sorted({cve for server in redacted.servers for cve in server.cves})
    rows = (
        (*_server_row(server), *(_state(server, cve) for cve in cves))
        for server in ranked(redacted.servers)
    )
    _write(stream, (*SERVER_COLUMNS, *cves), rows)


def _write(stream: TextIO, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow([cell(column) for column in columns])
    writer.writerows([cell(value) for value in row] for row in rows)


def _state(server: ServerAssessment, cve: str) -> str:
    return server.cves[cve].state.value if cve in server.cves else ""


def _finding_row(
    server: ServerAssessment, finding: Finding, citation: Citation | None
) -> Iterator[object]:
    yield from (server.name, server.verdict.value, finding.rule, finding.pack, finding.title)
    yield from (finding.stage.value, finding.weight.value, finding.confidence.value)
    yield from (iso(finding.time), iso(finding.last))
    yield from (" ".join(finding.cves), " ".join(finding.techniques), " ".join(finding.clients))
    yield from (finding.detail, citations_total(finding))
    if citation is None:
        yield from ("",) * 7
        return
    yield from (citation.evidence, citation.path)
    yield from (citation.line, citation.offset, citation.record_id)
    yield from (citation.sha256, citation.text)


def _server_row(server: ServerAssessment) -> Iterator[object]:
    yield from (server.name, " ".join(server.aliases), server.product)
    yield server.build.value if server.build else ""
    yield from (server.verdict.value, server.stage.value, server.confidence.value)
    yield from (iso(since(server)), server.headline, len(server.findings))
    yield " ".join(unseen(server))
    steps = sorted(server.next_steps, key=lambda step: step.priority)
    yield steps[0].action if steps else ""
