"""What was asked of whom."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alpheus.errors import OutputError
from alpheus.lab.internet.access_log import AccessLog
from alpheus.lab.internet.reply import Request

ASKED = Request("GET", "/owa/", "mail.alder.example")


def test_counts_and_lines(tmp_path: Path) -> None:
    """A line for each connection and request, with what was sent."""
    log = AccessLog(tmp_path / "log")
    log.keep_heads = True
    log.connection("127.0.0.5", 8443, 40_000)
    log.request("127.0.0.5", 8443, 40_000, ASKED, b"GET /owa/ HTTP/1.1\r\nX: \xff")
    log.close()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["connection", "request"]
    assert lines[1]["head"].endswith("X: \xff")
    assert (lines[1]["path"], lines[1]["host"]) == ("/owa/", "mail.alder.example")
    assert log.connections == {"127.0.0.5": 1}
    assert log.requests == {("127.0.0.5", "/owa/"): 1}
    assert log.heads[0][0] == "127.0.0.5"


def test_two_can_write_to_one_file(tmp_path: Path) -> None:
    """Lines are appended whole, and what is there stays."""
    first, second = AccessLog(tmp_path / "log"), AccessLog(tmp_path / "log")
    for number in range(600):
        first.connection(f"first {number}", 1, 1)
        second.connection(f"second {number}", 1, 1)
    first.close()
    second.close()
    lines = (tmp_path / "log").read_text().splitlines()
    assert len({json.loads(line)["address"] for line in lines}) == 1200


def test_without_a_file_it_counts(tmp_path: Path) -> None:
    """And a file that cannot be opened is said at once."""
    log = AccessLog()
    log.request("a", 1, 1, ASKED, b"")
    log.close()
    assert log.requests["a", "/owa/"] == 1
    assert log.heads == []
    with pytest.raises(OutputError, match="access log"):
        AccessLog(tmp_path / "no" / "log")
