"""One line of JSON for each record that proves something: for Timesketch, ECS and OCSF.

A record is a citation of a finding; one without a time of its own has that of the finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from alpheus.model import Confidence, Stage, Weight
from alpheus.report.assessment_file import Assessment, Citation, Finding, Server, moment
from alpheus.sharing.addresses import is_outside
from alpheus.sharing.moments import finished, stamp

Line = dict[str, Any]
_SEVERITY = {Weight.CONTEXT: 1, Weight.INDICATION: 3, Weight.PROOF: 4}
_GRAVE = {Stage.OPERATED: 5, Stage.SPREAD: 5}
_OCSF_SEVERITY = {1: "Informational", 3: "Medium", 4: "High", 5: "Critical"}
_OCSF_CONFIDENCE = {Confidence.LOW: 1, Confidence.MEDIUM: 2, Confidence.HIGH: 3}


def to_timesketch(assessments: Iterable[Assessment]) -> Iterator[Line]:
    """Lines of Timesketch: `message`, `datetime` and `timestamp_desc`, and what else is known.

    Findings without a time have no place on a line of time and are left out.
    """
    for _, server, finding, citation, time in _records(assessments):
        if time is None:
            continue
        yield {
            "message": f"{finding.title}: {citation.text}" if citation.text else finding.title,
            "datetime": stamp(time), "timestamp_desc": "Event recorded",
            "data_type": "alpheus:finding", "hostname": server.name, "rule": finding.rule,
            "pack": finding.pack, "stage": finding.stage.value, "weight": finding.weight.value,
            "source_ip": list(finding.clients), "technique": list(finding.techniques),
            "cve": list(finding.cves), "filename": citation.path, "line": citation.line,
            "sha256": citation.sha256, "tag": [finding.stage.value, finding.weight.value],
        }  # fmt: skip


def to_ecs(assessments: Iterable[Assessment]) -> Iterator[Line]:
    """Elastic Common Schema 8 (elastic.co/guide/en/ecs): alerts."""
    for assessment, server, finding, citation, time in _records(assessments):
        line: Line = {
            "@timestamp": stamp(time or finished(assessment)),
            "ecs": {"version": "8.17.0"},
            "message": finding.title,
            "event": {
                "kind": "alert", "category": ["intrusion_detection"], "type": ["info"],
                "module": "alpheus", "dataset": "alpheus.finding", "original": citation.text,
                "severity": _severity(finding), "outcome": "unknown",
            },
            "rule": {"id": finding.rule, "name": finding.title, "ruleset": finding.pack},
            "host": {"name": server.name},
            "threat": {"framework": "MITRE ATT&CK",
                       "technique": {"id": [_number(one) for one in finding.techniques]}},
            "labels": {"stage": finding.stage.value, "weight": finding.weight.value,
                       "verdict": server.verdict.value},
        }  # fmt: skip
        if finding.clients:
            line["source"] = {"ip": finding.clients[0], "address": finding.clients[0]}
            line["related"] = {"ip": [one for one in finding.clients if is_outside(one)]}
        if citation.path:
            line["log"] = {"file": {"path": citation.path}}
        if citation.sha256:
            line["file"] = {"path": citation.path, "hash": {"sha256": citation.sha256}}
        if finding.cves:
            line["vulnerability"] = {"id": list(finding.cves)}
        yield line


def to_ocsf(assessments: Iterable[Assessment]) -> Iterator[Line]:
    """Open Cybersecurity Schema 1.3 (schema.ocsf.io): Detection Finding, class 2004."""
    for assessment, server, finding, citation, time in _records(assessments):
        severity = _severity(finding)
        line: Line = {
            "class_uid": 2004, "class_name": "Detection Finding", "category_uid": 2,
            "category_name": "Findings", "activity_id": 1, "activity_name": "Create",
            "type_uid": 200401, "type_name": "Detection Finding: Create",
            "time": _milliseconds(time or finished(assessment)), "severity_id": severity,
            "severity": _OCSF_SEVERITY[severity], "status_id": 1, "status": "New",
            "confidence_id": _OCSF_CONFIDENCE[finding.confidence],
            "message": finding.title,
            "metadata": {
                "version": "1.3.0",
                "product": {"name": "Alpheus", "vendor_name": "Alpheus",
                            "version": assessment.run.version},
            },
            "finding_info": {
                "uid": finding.rule, "title": finding.title,
                "analytic": {"uid": finding.rule, "name": finding.title, "type": "Rule",
                             "type_id": 1},
                "attacks": [{"technique": {"uid": one, "name": one}, "version": "15"}
                            for one in map(_number, finding.techniques)],
            },
            "resources": [{"name": server.name, "type": "Server"}],
            "raw_data": citation.text,
            "unmapped": {"stage": finding.stage.value, "weight": finding.weight.value,
                         "pack": finding.pack, "path": citation.path},
        }  # fmt: skip
        if time is not None:
            line["finding_info"]["first_seen_time"] = _milliseconds(time)
        if finding.cves:
            line["vulnerabilities"] = [{"cve": {"uid": one}} for one in finding.cves]
        line["evidences"] = [_evidence(finding, citation)]
        yield line


def _evidence(finding: Finding, citation: Citation) -> Line:
    found: Line = {"data": {"path": citation.path, "line": citation.line}}
    if finding.clients:
        found["src_endpoint"] = {"ip": finding.clients[0]}
    if citation.sha256:
        name = citation.path.rpartition("/")[2]
        found["file"] = {
            "name": name, "path": citation.path, "type_id": 1,
            "hashes": [{"algorithm_id": 3, "algorithm": "SHA-256", "value": citation.sha256}],
        }  # fmt: skip
    return found


def _records(
    assessments: Iterable[Assessment],
) -> Iterator[tuple[Assessment, Server, Finding, Citation, datetime | None]]:
    for assessment in assessments:
        for server in assessment.servers:
            for finding in server.findings:
                for citation in finding.citations or (Citation("", ""),):
                    yield assessment, server, finding, citation, moment(finding.time)


def _severity(finding: Finding) -> int:
    if finding.weight is Weight.PROOF:
        return _GRAVE.get(finding.stage, _SEVERITY[Weight.PROOF])
    return _SEVERITY[finding.weight]


def _number(technique: str) -> str:
    return technique.upper().removeprefix("ATTACK.")


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1_000)
