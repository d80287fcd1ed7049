"""The assessment as JSON, schema `alpheus.assessment/1`, see `assessment.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO

from alpheus.model import (
    CITATION_LIMIT,
    Assessment,
    Build,
    Campaign,
    Citation,
    Coverage,
    Evidence,
    Finding,
    Gap,
    Run,
    SeenPage,
    ServerAssessment,
    UnlistedPages,
    bounded_days,
)
from alpheus.report.redact import Redactor
from alpheus.report.views import citations_total, iso
from alpheus.report.visible import portable

SCHEMA = "alpheus.assessment/1"


def to_json(assessment: Assessment, redactor: Redactor | None = None) -> dict[str, Any]:
    """Return the assessment as dictionaries, lists, strings and numbers; secrets are replaced.

    Times are ISO 8601 in UTC with `Z`. Texts are as found, without further escaping.
    """
    redacted = (redactor or Redactor()).assessment(assessment)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "run": _run(redacted.run),
        "evidence": [_evidence(one) for one in redacted.evidence],
        "servers": [_server(server) for server in redacted.servers],
        "skipped": [
            {
                "evidence": loss.evidence,
                "path": loss.path,
                "offset": loss.offset,
                "reason": loss.reason,
                "count": loss.count,
            }
            for loss in redacted.skipped
        ],
    }
    portable_document: dict[str, Any] = _portable(document)
    return portable_document


def write_json(assessment: Assessment, stream: TextIO, redactor: Redactor | None = None) -> None:
    """Write the assessment as indented JSON in pure ASCII, which no terminal can misread."""
    json.dump(to_json(assessment, redactor), stream, indent=2, ensure_ascii=True, allow_nan=False)
    stream.write("\n")


def _portable(value: Any) -> Any:  # noqa: ANN401 (JSON is what it is)
    if isinstance(value, str):
        return portable(str(value))
    if isinstance(value, dict):
        return {portable(key): _portable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_portable(one) for one in value]
    return value


def _evidence(one: Evidence) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": one.id, "name": one.name, "sha256": one.sha256, "bytes": one.bytes,
    }  # fmt: skip
    if one.store is not None:
        place = one.store
        said["store"] = {
            "address": place.address, "etag": place.etag, "version": place.version,
            "identity": place.identity,
        }  # fmt: skip
    return said


def _run(run: Run) -> dict[str, Any]:
    return {
        "started": iso(run.started),
        "finished": iso(run.finished),
        "version": run.version,
        "packs": [{"id": pack.id, "version": pack.version} for pack in run.packs],
        "bytes_read": run.bytes_read,
        "files_read": run.files_read,
        "knowledge": run.knowledge,
        "asked": {
            "packs": None if run.asked.packs is None else list(run.asked.packs),
            "timezone": run.asked.timezone,
            "since": iso(run.asked.since),
            "until": iso(run.asked.until),
        },
    }


def _server(server: ServerAssessment) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": server.name,
        "aliases": list(server.aliases),
        "product": server.product,
        "build": None if server.build is None else _build(server.build),
        "cves": {
            cve: {"state": state.state.value, "why": state.why}
            for cve, state in server.cves.items()
        },
        "verdict": server.verdict.value,
        "stage": server.stage.value,
        "confidence": server.confidence.value,
        "headline": server.headline,
        "campaigns": [_campaign(campaign) for campaign in server.campaigns],
        "findings": [_finding(finding) for finding in server.findings],
        "story": [
            {
                "time": iso(step.time),
                "stage": step.stage.value,
                "summary": step.summary,
                "findings": list(step.findings),
            }
            for step in server.story
        ],
        "coverage": [_coverage(coverage) for coverage in server.coverage],
        "next_steps": [
            {"priority": step.priority, "action": step.action, "why": step.why}
            for step in server.next_steps
        ],
        "packages": list(server.packages),
    }
    if server.pages is not None:
        told["pages"] = _pages(server.pages)
    if server.addresses:
        told["addresses"] = list(server.addresses)
    return told


def _pages(pages: UnlistedPages) -> dict[str, Any]:
    told = {"read": pages.read, "total": pages.total, "files": _seen(pages.files)}
    if pages.code is not None:
        told["code"] = {"total": pages.code.total, "files": _seen(pages.code.files)}
    return told


def _seen(files: Iterable[SeenPage]) -> list[dict[str, str]]:
    return [{"evidence": one.evidence, "path": one.path, "sha256": one.sha256} for one in files]


def _build(build: Build) -> dict[str, Any]:
    return {
        "value": build.value,
        "precision": build.precision,
        "witnesses": [
            {
                "source": one.source,
                "build": one.build,
                "first": iso(one.first),
                "last": iso(one.last),
            }
            for one in build.witnesses
        ],
    }


def _campaign(campaign: Campaign) -> dict[str, Any]:
    window = None
    if campaign.window_from is not None or campaign.window_to is not None:
        window = {"from": iso(campaign.window_from), "to": iso(campaign.window_to)}
    return {
        "pack": campaign.pack,
        "window": window,
        "verdict": campaign.verdict.value,
        "stage": campaign.stage.value,
        "assessed": campaign.assessed,
        "why": campaign.why,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    more = [
        {"evidence": one.evidence, "path": one.path, "sha256": one.sha256}
        for one in finding.more_files
    ]
    found = {
        "rule": finding.rule,
        "pack": finding.pack,
        "title": finding.title,
        "stage": finding.stage.value,
        "weight": finding.weight.value,
        "confidence": finding.confidence.value,
        "time": iso(finding.time),
        "cves": list(finding.cves),
        "techniques": list(finding.techniques),
        "citations": [_citation(one) for one in finding.citations[:CITATION_LIMIT]],
        "citations_total": citations_total(finding),
        "last": iso(finding.last),
        "clients": list(finding.clients),
        "tlp": finding.tlp,
    }
    return found | {"more_files": more} if more else found


def _citation(citation: Citation) -> dict[str, Any]:
    result: dict[str, Any] = {"evidence": citation.evidence, "path": citation.path}
    for name in ("line", "offset", "record_id"):
        value = getattr(citation, name)
        if value is not None:
            result[name] = value
            break
    result["text"] = citation.text
    if citation.sha256 is not None:
        result["sha256"] = citation.sha256
    if citation.structure:
        result["structure"] = citation.structure
    return result


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "source": coverage.source,
        "files": coverage.files,
        "rows": coverage.rows,
        "skipped": coverage.skipped,
        "first": iso(coverage.first),
        "last": iso(coverage.last),
        "time_basis": coverage.time_basis.value,
        "gaps": _gaps(coverage.gaps),
        "deciding": coverage.deciding,
        "covers_window": coverage.covers_window,
        "days": bounded_days(coverage.days),
        "silent": _gaps(coverage.silent),
        "parts": {name: _gaps(gaps) for name, gaps in coverage.parts.items()},
    }


def _gaps(gaps: tuple[Gap, ...]) -> list[dict[str, Any]]:
    return [{"from": iso(gap.start), "to": iso(gap.end)} for gap in gaps]
