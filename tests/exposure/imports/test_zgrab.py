"""zgrab2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alpheus.exposure.model import Status
from exposure.imports.import_samples import PAGE, lines, losses, observations


def response(path: str, status: int, **headers: list[str]) -> dict[str, Any]:
    """A response to a GET of the path."""
    return {
        "status_code": status, "status_line": str(status), "body": PAGE if status == 200 else "",
        "headers": {**headers, "unknown": [{"key": "x_feserver", "value": ["MADEUP-EX1"]}]},
        "request": {
            "url": {"scheme": "https", "host": "192.0.2.7", "path": path},
            "tls_log": {"handshake_log": {
                "server_hello": {"version": {"name": "TLSv1.0"},
                                 "cipher_suite": {"name": "TLS_RSA_WITH_AES_256_CBC_SHA"}},
                "server_certificates": {"certificate": {"raw": "AAAA"}}}},
        },
    }  # fmt: skip


RECORD = {
    "ip": "192.0.2.7", "domain": "mail.example.org",
    "data": {"http": {
        "status": "success", "protocol": "http", "timestamp": "2021-03-10T05:05:06+01:00",
        "result": {"response": response("/owa/auth/logon.aspx", 200),
                   "redirect_response_chain": [
                       response("/owa/", 302, x_owa_version=["15.1.2176.9"])]},
    }},
}  # fmt: skip


def test_the_transcript_is_read_anew(tmp_path: Path) -> None:
    """With the redirects that were followed, whose header names have underscores."""
    (found,) = observations(tmp_path, lines(RECORD))
    assert found.build == "15.1.2176.9"
    assert (found.address, found.port) == ("192.0.2.7", 443)
    assert found.names[0] == "mail.example.org"
    assert "MADEUP-EX1" in found.servers
    assert found.tls.version == "TLSv1"
    assert found.time == "2021-03-10T04:05:06Z"


def test_a_scan_that_failed_says_so(tmp_path: Path) -> None:
    """It is listed, and disproves nothing."""
    failed = {"ip": "192.0.2.8", "data": {"http": {"status": "connection-timeout",
                                                   "protocol": "http", "error": "x"}}}  # fmt: skip
    (found,) = observations(tmp_path, lines(failed))
    assert found.status is Status.LISTED
    assert "connection-timeout" in found.reason
    assert found.attributes["error"] == "x"


def test_other_modules(tmp_path: Path) -> None:
    """Each is an observation of its own port."""
    record = {"ip": "192.0.2.8", "data": {
        "smtp": {"status": "success", "protocol": "smtp", "result": {"banner": "220 x"}},
        "tls": {"status": "success", "protocol": "tls", "port": 8443,
                "result": {"handshake_log": {"server_hello": {"version": {"name": "TLSv1.2"}}}}},
    }}  # fmt: skip
    smtp, tls = observations(tmp_path, lines(record))
    assert (smtp.port, smtp.attributes["banner"]) == (25, "220 x")
    assert (tls.port, tls.tls.version) == (8443, "TLSv1.2")


def test_losses(tmp_path: Path) -> None:
    """A record without a place or a module."""
    assert losses(tmp_path, lines(RECORD, {"ip": "x", "data": {"a": 1}},
                                  {"ip": "192.0.2.1", "data": {}},
                                  {"ip": "192.0.2.1", "port": "x", "data": {"http": {}}})) == [
        (2, "neither an address nor a name"), (3, "no module"),
        (4, "the port is no number from 0 to 65535"),
    ]  # fmt: skip
