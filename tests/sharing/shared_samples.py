"""An assessment with something of each kind, as `alpheus triage` writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NOW = "2021-03-03T06:00:00Z"


def finding(rule: str, **more: Any) -> dict[str, Any]:
    """A finding of proof, changed by what is given."""
    return {
        "rule": rule, "pack": "proxylogon", "title": f"Title of {rule}", "stage": "exploited",
        "weight": "proof", "confidence": "high", "time": NOW, "last": "2021-03-03T07:00:00Z",
        "cves": [], "techniques": [], "citations": [], "citations_total": 0, "clients": [],
        "tlp": "",
    } | more  # fmt: skip


def citation(path: str, **more: Any) -> dict[str, Any]:
    """A citation that names the victim, and that a spreadsheet would run."""
    return {"evidence": "E1", "path": path, "text": "=cmd on EX01.corp.example"} | more


def document() -> dict[str, Any]:
    """One compromised server: addresses, a page, a flaw, a finding under TLP:RED."""
    findings = [
        finding("forged", clients=["45.77.252.175", "10.0.0.7", "2a03:2880::7"],
                cves=["CVE-2021-26855"], techniques=["T1190"], citations_total=7,
                citations=[citation("EX01/HttpProxy/Ecp/x.LOG", line=4, sha256="b" * 64)]),
        finding("page", stage="implanted", techniques=["T1505.003"], time=None, last=None,
                citations=[citation("EX01/inetpub/wwwroot/aspnet_client/x.aspx", sha256="A" * 64)]),
        finding("page-modified", stage="implanted", weight="indication",
                citations=[citation("EX01/owa/auth/logon.aspx", sha256="c" * 64)]),
        finding("told", pack="shared", weight="indication", stage="probed", tlp="TLP:RED",
                citations=[citation("EX01/W3SVC1/u.log", line=1)]),
        finding("usual", weight="context", techniques=["T1059"]),
    ]  # fmt: skip
    server = {
        "name": "EX01.corp.example", "aliases": ["mail.corp.example"], "product": "Exchange",
        "verdict": "compromised", "stage": "implanted", "confidence": "high",
        "headline": "EX01.corp.example is compromised", "cves": {},
        "campaigns": [{"pack": "proxylogon", "verdict": "compromised", "stage": "implanted"}],
        "findings": findings,
    }  # fmt: skip
    return {
        "schema": "alpheus.assessment/1",
        "run": {"finished": "2021-03-10T00:00:00Z", "version": "0.1"}, "servers": [server],
    }  # fmt: skip


def write(path: Path) -> Path:
    """The document in a file. Returns it."""
    path.write_text(json.dumps(document()), "utf-8")
    return path
