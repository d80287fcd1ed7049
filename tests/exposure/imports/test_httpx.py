"""httpx."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alpheus.exposure.model import Status
from exposure.imports.import_samples import HEAD, PAGE, lines, losses, observations

RECORD: dict[str, Any] = {
    "timestamp": "2021-03-10T04:05:06.123456789Z", "port": "443", "path": "/owa/",
    "url": "https://mail.example.org/owa/", "input": "mail.example.org", "host": "192.0.2.7",
    "status_code": 200, "title": "Outlook", "tech": ["Microsoft Exchange Server"],
    "tls": {"tls_version": "tls10", "subject_cn": "mail.example.org",
            "subject_an": ["mail.example.org", "autodiscover.example.org"]},
}  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        {"response": HEAD + PAGE},
        {"raw_header": HEAD, "body": PAGE},
        {"response-header": HEAD, "response-body": PAGE},
        {"header": {"x_owa_version": "15.1.2176.9"}},
        {"header": {"x_owa_version": ["15.1.2176.9"]}, "body": PAGE},
    ],
)
def test_whatever_is_raw_is_read_anew(tmp_path: Path, raw: dict[str, Any]) -> None:
    """Whole responses, heads, and header maps."""
    (found,) = observations(tmp_path, lines({**RECORD, **raw}))
    assert found.build == "15.1.2176.9"
    assert (found.address, found.port) == ("192.0.2.7", 443)
    assert found.target == "mail.example.org"
    assert found.tls.version == "TLSv1"
    assert "autodiscover.example.org" in found.tls.certificate.names
    assert found.time == "2021-03-10T04:05:06Z"


def test_without_raw_answers_it_is_a_list(tmp_path: Path) -> None:
    """What it recognised is its word."""
    (found,) = observations(tmp_path, lines(RECORD))
    assert found.status is Status.LISTED
    assert found.exchange is True
    assert found.attributes["title"] == "Outlook"


def test_old_names_and_failures(tmp_path: Path) -> None:
    """Hyphens; a scan that failed says so."""
    old = {"url": "https://192.0.2.9:8443", "status-code": 403, "failed": True, "error": "timeout"}
    (found,) = observations(tmp_path, lines(old))
    assert (found.address, found.port) == ("192.0.2.9", 8443)
    assert "timeout" in found.reason


def test_losses(tmp_path: Path) -> None:
    """A record without a place, or with a port that is none."""
    assert losses(tmp_path, lines(RECORD, {"url": "", "input": "?"}, {**RECORD, "port": "x"})) == [
        (2, "neither an address nor a name"), (3, "the port is no number from 0 to 65535"),
    ]  # fmt: skip
