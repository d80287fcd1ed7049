"""Judged pages as SARIF 2.1.0, for dashboards and editors that read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TextIO
from urllib.parse import quote

from alpheus.report.visible import visible
from alpheus.report.webshell_views import (
    PageReason,
    PageResult,
    WebshellResults,
    headline,
    ranked,
    redacted,
)

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    "malicious": "error",
    "suspicious": "warning",
    "unknown": "note",
    "benign": "none",
    "known-good": "none",
}
_NOTHING = PageReason("no-reason", None, "nothing in it serves an intruder")


def write_webshell_sarif(results: WebshellResults, stream: TextIO, key: bytes) -> None:
    """Write one run with one result for every listed page, the worst first."""
    json.dump(to_sarif(redacted(results, key)), stream, indent=1)
    stream.write("\n")


def to_sarif(results: WebshellResults) -> dict[str, object]:
    """The document; texts are taken as they are, so redact them before."""
    pages = ranked(results.pages)
    kinds = sorted(
        {_first(page).kind for page in pages} | {r.kind for p in pages for r in p.reasons}
    )
    driver = {
        "name": "Alpheus",
        "semanticVersion": results.version or "0.0.0",
        "rules": [_rule(kind) for kind in kinds],
    }
    artifacts = {page.path: number for number, page in enumerate(pages)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "invocations": [_invocation(results)],
                "artifacts": [_artifact(page) for page in pages],
                "results": [_result(page, kinds, artifacts[page.path]) for page in pages],
                "columnKind": "unicodeCodePoints",
            }
        ],
    }


def _rule(kind: str) -> dict[str, object]:
    text = f"A server page is judged by a reason of the kind {kind}."
    return {"id": kind, "shortDescription": {"text": text}}


def _invocation(results: WebshellResults) -> dict[str, object]:
    notes = [
        {
            "level": "warning",
            "message": {"text": visible(loss.reason)},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(loss.path)}}}],
        }
        for loss in results.losses
    ]
    return {
        "executionSuccessful": not results.unopened,
        "toolExecutionNotifications": [
            {"level": "note", "message": {"text": headline(results)}},
            *notes,
        ],
    }


def _artifact(page: PageResult) -> dict[str, object]:
    return {
        "location": {"uri": uri(page.path)},
        "length": page.size,
        "hashes": {"sha-256": page.sha256},
    }


def _first(page: PageResult) -> PageReason:
    return max(page.reasons, key=lambda reason: reason.points, default=_NOTHING)


def _result(page: PageResult, kinds: Sequence[str], index: int) -> dict[str, object]:
    first = _first(page)
    told = "; ".join(visible(reason.text) for reason in page.reasons) or _NOTHING.text
    others = [reason for reason in page.reasons if reason is not first]
    properties: dict[str, object] = {"judgement": page.judgement, "score": page.score}
    if page.family is not None:
        properties["family"] = visible(page.family)
    return {
        "ruleId": first.kind,
        "ruleIndex": kinds.index(first.kind),
        "level": _LEVELS[page.judgement],
        "kind": "pass" if _LEVELS[page.judgement] == "none" else "fail",
        "message": {"text": f"{page.judgement}, {page.score} of 100: {told}"},
        "locations": [_location(page, first, index)],
        "relatedLocations": [
            {
                "id": number,
                "message": {"text": visible(reason.text)},
                **_location(page, reason, index),
            }
            for number, reason in enumerate(others, start=1)
        ],
        "fingerprints": {"sha256/v1": page.sha256},
        "properties": properties,
    }


def _location(page: PageResult, reason: PageReason, index: int) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": {"uri": uri(page.path), "index": index}}
    if reason.line is not None and reason.line > 0:
        physical["region"] = {"startLine": reason.line}
    return {"physicalLocation": physical}


def uri(path: str) -> str:
    """A path as a reference: absolute ones with the scheme of files, anything odd encoded."""
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "replace")
    return f"file://{quote(raw)}" if path.startswith("/") else quote(raw)
