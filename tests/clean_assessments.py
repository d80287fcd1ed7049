"""Assessments, as `alpheus triage --format json` writes them, of few words."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from alpheus.report.assessment_file import Assessment, Server
from alpheus.respond.verification_listing import Listing
from alpheus.respond.verification_looked import Looked

CLIENT = "c:/inetpub/wwwroot/aspnet_client"
PAGE = b"<%@ Page %> a page that is none"
WEB = "C/inetpub/wwwroot/aspnet_client"


def citation(path: str, content: bytes | None = PAGE, **more: Any) -> dict[str, Any]:
    """A citation of a file, or of a record for None."""
    digest = None if content is None else sha256(content).hexdigest()
    return {"evidence": "E1", "path": path, "text": "", "sha256": digest} | more


def finding(rule: str, *citations: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A finding of weight proof at stage implanted, unless said otherwise."""
    return {
        "rule": rule, "pack": "iis-webshell", "title": f"The title of {rule}",
        "stage": "implanted", "weight": "proof", "confidence": "high",
        "time": "2021-03-01T00:00:00Z", "techniques": [], "citations": list(citations),
        "citations_total": len(citations),
    } | more  # fmt: skip


def server(name: str, *findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A compromised server, vulnerable, seen until 10 March 2021."""
    return {
        "name": name, "product": "Microsoft Exchange Server 2016", "verdict": "compromised",
        "stage": "implanted", "headline": f"{name} is compromised.", "findings": list(findings),
        "cves": {"CVE-2021-26855": {"state": "vulnerable", "why": "its build"}},
        "coverage": [{"source": "httpproxy", "files": 1, "last": "2021-03-10T00:00:00Z",
                      "deciding": True}],
    } | more  # fmt: skip


def document(*servers: dict[str, Any]) -> dict[str, Any]:
    """An assessment of them."""
    return {
        "schema": "alpheus.assessment/1",
        "run": {"finished": "2021-03-11T00:00:00Z", "version": "0",
                "packs": [{"id": "proxylogon", "version": "1.0.0"}]},
        "servers": list(servers),
    }  # fmt: skip


def read(*servers: dict[str, Any]) -> Assessment:
    """The same, read."""
    import msgspec  # noqa: PLC0415 - for those who need it

    return msgspec.convert(document(*servers), Assessment)


def read_server(name: str, *findings: dict[str, Any], **more: Any) -> Server:
    """One server, read."""
    return read(server(name, *findings, **more)).server()


def looked(*folders: str, since: str = "", **more: Any) -> Looked:
    """What a package shows in which a page of the product was read in each of these folders."""
    return Looked([Listing("E1", {one: {"logon.aspx"} for one in folders}, **more)], since)
