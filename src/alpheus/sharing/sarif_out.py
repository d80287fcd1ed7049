"""SARIF 2.1.0 (docs.oasis-open.org/sarif): a result for each server page that a finding cites.

Paths are relative to their server: its name is the base. A page whose name may not be told stands
under its hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from alpheus import __version__
from alpheus.model import Weight
from alpheus.report.assessment_file import Assessment, Citation, Finding, Server, moment
from alpheus.report.visible import visible
from alpheus.report.webshell_sarif import SCHEMA, uri
from alpheus.sharing.moments import stamp
from alpheus.sharing.policy import Policy
from alpheus.sharing.traces import is_page, is_planted, page_name

Object = dict[str, Any]
_LEVELS = {Weight.PROOF: "error", Weight.INDICATION: "warning", Weight.CONTEXT: "note"}


class _Cited(NamedTuple):
    server: Server
    finding: Finding
    citation: Citation

    @property
    def sha256(self) -> str:
        return (self.citation.sha256 or "").lower()

    @property
    def uri(self) -> str:
        path = self.citation.path
        if page_name(path):
            return uri(path.lstrip("/"))
        return uri(self.sha256 + path[path.rfind(".") :])

    @property
    def artifact(self) -> tuple[str, str, str]:
        return self.server.name, self.uri, self.sha256


def to_sarif(assessments: Iterable[Assessment], policy: Policy, producer: str) -> Object:
    """One run with every page, the worst first. Give assessments as `policy` allows them."""
    pages = sorted(_cited(assessments), key=_rank)
    rules = {one.finding.rule: one.finding for one in pages}
    ids = list(rules)
    artifacts = {each: n for n, each in enumerate(dict.fromkeys(one.artifact for one in pages))}
    notes = [{"level": "warning", "message": {"text": told}} for told in policy.told()]
    run: Object = {
        "tool": {"driver": {
            "name": "Alpheus", "semanticVersion": __version__,
            "rules": [_rule(one) for one in rules.values()],
        }},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "originalUriBaseIds": {
            one.server.name: {"description": {"text": "the server, as the evidence holds it"}}
            for one in pages
        },
        "artifacts": [_artifact(one) for one in artifacts],
        "results": [_result(one, ids, artifacts[one.artifact]) for one in pages],
        "columnKind": "unicodeCodePoints",
        "properties": {"tlp": policy.tlp.value, "producer": producer},
    }  # fmt: skip
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _cited(assessments: Iterable[Assessment]) -> Iterator[_Cited]:
    for assessment in assessments:
        for server in assessment.servers:
            for finding in server.findings:
                for one in finding.citations:
                    if one.sha256 and is_page(one.path):
                        yield _Cited(server, finding, one)


def _rank(one: _Cited) -> tuple[int, int, str, str, str]:
    finding = one.finding
    return -finding.weight.rank, -finding.stage.rank, *one.artifact


def _rule(one: Finding) -> Object:
    return {
        "id": one.rule, "shortDescription": {"text": visible(one.title)},
        "properties": {"pack": one.pack, "tags": list(one.techniques)},
    }  # fmt: skip


def _artifact(one: tuple[str, str, str]) -> Object:
    server, place, sha256 = one
    return {"location": {"uri": place, "uriBaseId": server}, "hashes": {"sha-256": sha256}}


def _result(one: _Cited, ids: list[str], index: int) -> Object:
    finding, citation = one.finding, one.citation
    place: Object = {
        "artifactLocation": {"uri": one.uri, "uriBaseId": one.server.name, "index": index}
    }
    if citation.line is not None and citation.line > 0:
        place["region"] = {"startLine": citation.line}
        if citation.text:
            place["region"]["snippet"] = {"text": visible(citation.text)}
    times = (("first", moment(finding.time)), ("last", moment(finding.last)))
    planted = is_planted(finding.rule, finding.stage, citation.path, citation.sha256)
    return {
        "ruleId": finding.rule, "ruleIndex": ids.index(finding.rule), "kind": "fail",
        "level": _LEVELS[finding.weight],
        "message": {"text": f"{visible(finding.title)} ({one.server.name})"},
        "locations": [{"physicalLocation": place}],
        "fingerprints": {"sha256/v1": one.sha256},
        "properties": {
            "server": one.server.name, "verdict": one.server.verdict.value, "pack": finding.pack,
            "stage": finding.stage.value, "weight": finding.weight.value,
            "confidence": finding.confidence.value, "planted": planted,
            **{name: stamp(time) for name, time in times if time is not None},
        },
    }  # fmt: skip
