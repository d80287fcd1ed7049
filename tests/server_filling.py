"""Servers with assessments and a history, for tests of a server's pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from alpheus.cases.assessment_model import Head
from alpheus.cases.assessments import Kept, packed
from alpheus.cases.database import Database, open_database
from alpheus.cases.observations import Rows
from alpheus.cases.observations_import import record_rows
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.model import Assessment
from alpheus.report.json_output import to_json
from assessments import compromised
from cases_filling import fill, seen

NOW = datetime(2021, 4, 1, tzinfo=UTC)
OPEN, FIXED = "15.1.2106.2", "15.1.2176.9"


def document(assessment: Assessment) -> dict[str, Any]:
    """The JSON of an assessment, without the character that no database keeps."""
    text = json.dumps(to_json(assessment)).replace("\\u0000", "\\u0001")
    found: dict[str, Any] = json.loads(text)
    return found


def kept_of(whole: dict[str, Any], server: int = 0) -> Kept:
    """One server of a document, as it is kept."""
    read = msgspec.json.decode(json.dumps(whole).encode(), type=Head)
    return Kept(packed(json.dumps(whole["servers"][server]).encode(), read))


def findings(*each: tuple[str, str, str, list[str]]) -> list[dict[str, Any]]:
    """Findings by stage, weight, time and the texts of their records."""
    return [
        {
            "rule": f"rule-{number}", "pack": "proxylogon", "title": f"Finding {number}",
            "stage": stage, "weight": weight, "confidence": "high", "time": time or None,
            "cves": ["CVE-2021-26855"], "techniques": ["T1190"], "citations_total": len(texts),
            "citations": [
                {"evidence": "E1", "path": f"logs/{number}.log", "line": line, "text": text,
                 "sha256": "ab" * 32} for line, text in enumerate(texts, start=1)
            ],
        }
        for number, (stage, weight, time, texts) in enumerate(each, start=1)
    ]  # fmt: skip


def take_in(database: Database, *documents: dict[str, Any], who: str = "lee") -> None:
    """Take in assessments."""
    rows = Rows(NOW)
    for one in documents:
        record_rows(database, list(rows.of_document(json.dumps(one).encode())), who, "assessment")


def filled(database: Database, *documents: dict[str, Any]) -> Cases:
    """Servers 1 (open, fixed, open again) and 5 (open), and those of assessments."""
    fill(database, [
        seen(1, OPEN, 3), seen(1, OPEN, 4), seen(1, FIXED, 9), seen(1, OPEN, 12),
        seen(2, OPEN, 3), seen(2, None, 5),
    ])  # fmt: skip
    take_in(database, *documents)
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def broken_into(place: str) -> None:
    """Fill a database with servers 1 and 5, and one that somebody broke into."""
    with open_database(place) as database:
        filled(database, document(compromised()))


def number_of(cases: Cases, compromise: str) -> int:
    """The server that stands so."""
    return next(int(row["id"]) for row in cases.page().servers if row["compromise"] == compromise)


def assessed(name: str, **more: Any) -> dict[str, Any]:
    """An assessment of a server of some name; `more` are fields that are otherwise."""
    whole = document(compromised())
    (server,) = whole["servers"]
    server.update(name=name, aliases=[name], **more)
    return whole
