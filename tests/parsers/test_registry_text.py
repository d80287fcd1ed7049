"""The registry: content decides who reads a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.parsers import TEXT_LOG_FORMATS, recognise
from alpheus.parsers.base import ReadOptions, TextLogFormat
from alpheus.parsers.encoding import HEAD_SIZE
from alpheus.scan.textlog import Candidate, TextScan, scan_text_log
from evidence_file import FileOnDisk
from samples import SAMPLES, real
from textlogs import EVERYTHING, assert_reconciled

_EXCHANGE = SAMPLES / "exchange-2016-cu22-benign"
_ROWS = {
    "iis10.log": 1, "iis10_cookies.log": 3, "iis10_edge_cases.log": 15, "iis6.log": 12,
    "iis7_owa.log": 3, "iis7_sqli.log": 2, "iis_without_date.log": 11,
    "proxyshell-one-line.log": 1, "ex010320.log": 2, "ex031118.log": 4, "ex960101.log": 5,
    "u_ex100815.log": 16, "u_ex130609.log": 17, "u_ex160110.log": 28,
}  # fmt: skip
_SOURCES = {
    "HttpProxy": "httpproxy", "ECP/Activity": "ecp-activity", "ECP/Server": "ecp-server",
    "Logging/Ews": "ews", "CmdletInfra": "rps-cmdlet", "CosmosQueue": "exchange-audit",
    "TransportRoles": "exchange-log", "W3SVC1": "iis",
}  # fmt: skip


def _read(path: Path) -> tuple[TextScan, list[Candidate], str]:
    file = FileOnDisk(path, path.as_posix())
    with path.open("rb") as stream:
        found = recognise(stream.read(HEAD_SIZE), file.path)
    assert found in TEXT_LOG_FORMATS, path
    candidates: list[Candidate] = []
    log_format = next(one for one in TEXT_LOG_FORMATS if one is found)
    result = scan_text_log(file, log_format, ReadOptions(), lambda _: EVERYTHING, candidates.append)
    assert_reconciled(result)
    assert file.sha256 is not None, "every byte is read, so that the hash is complete"
    return result, candidates, log_format.source


def test_nothing_is_recognised_in_noise() -> None:
    """Empty files, binary and prose belong to nobody."""
    for head in (b"", b"\0" * 1000, bytes(range(256)) * 20, b"Dear all,\nhello, world\n"):
        assert recognise(head, "notes.log") is None


@pytest.mark.parametrize("log_format", TEXT_LOG_FORMATS, ids=lambda one: type(one).__name__)
def test_no_format_trips_over_odd_heads(log_format: TextLogFormat) -> None:
    """Recognition never raises."""
    for head in ("", "\n\n", "#", "#Fields:", "#Fields: \n", ",", '"', "\x00", "[", "#Log-type:"):
        log_format.recognise(head, "")
        log = log_format.start(head, "", ReadOptions())
        for line in [*head.split("\n"), "#Fields: x", "a b", '","', "2021-03-03T06:59:20Z"]:
            if line:
                log.directive(line)
                log.row(line)


@real
@pytest.mark.parametrize("name", _ROWS)
def test_real_iis_logs_are_read_without_loss(name: str) -> None:
    """Every row of every sample, whatever its columns, is a row and well formed."""
    (path,) = (SAMPLES / "iis").rglob(name)
    result, candidates, source = _read(path)
    assert source == "iis"
    assert result.skipped == []
    assert sum(tally.rows for tally in result.tallies.values()) == _ROWS[name]
    rows = [one.row for one in candidates]
    assert all(row is not None and row.time is not None and not row.malformed for row in rows)


@real
def test_real_exchange_logs_are_read_without_loss() -> None:
    """Every kind is recognised; rows are well formed but for the one that was edited by hand."""
    paths = sorted(path for path in _EXCHANGE.rglob("*") if path.is_file())
    assert len(paths) >= 16
    for path in paths:
        result, candidates, source = _read(path)
        assert source == next(kind for part, kind in _SOURCES.items() if part in path.as_posix())
        assert result.skipped == []
        edited = path.name == "u_ex_sample.log"
        assert [one.row.malformed for one in candidates if one.row] == [edited] * len(candidates)
        if source not in ("iis", "exchange-log"):
            assert {one.build for one in result.witnesses} == {"15.1.2375.7"}
            assert all(host is not None for _, host in result.tallies)


@real
def test_real_columns_that_change_are_followed() -> None:
    """The second block of this file names the computer, the first does not."""
    (path,) = (SAMPLES / "iis").rglob("u_ex130609.log")
    result, _, _ = _read(path)
    assert {key: tally.rows for key, tally in result.tallies.items()} == {
        ("iis-site-1", None): 6,
        ("iis-site-1", "GEORGIS3"): 11,
    }


@real
def test_a_real_firewall_log_is_not_iis() -> None:
    """It has the same layout and a `#Fields:` line."""
    (path,) = (SAMPLES / "iis").rglob("pf040903.log")
    assert recognise(path.read_bytes(), path.as_posix()) is None


@real
def test_the_real_record_of_the_event_tracing_log_is_not_text() -> None:
    """ETW records of IIS are XML and belong to the record parsers."""
    (path,) = (SAMPLES / "iis").rglob("iis-etw-6200.log")
    assert recognise(path.read_bytes()[:HEAD_SIZE], path.as_posix()) not in TEXT_LOG_FORMATS
