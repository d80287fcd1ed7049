"""`alpheus probe report`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from alpheus.cli.probe_report import report
from alpheus.errors import EvidenceError, UsageError
from exposure_runs import CLOSED, OPEN, observation, run_folder, write_lines


def _run(*targets: object, output: Path | None = None) -> int:
    given = ["report", *(str(one) for one in targets)]
    return report(argparse.Namespace(targets=given, output=output))


def _two(folder: Path) -> tuple[Path, Path]:
    return (
        run_folder(folder / "1", [observation("192.0.2.1", CLOSED)], "2021-03-01T00:00:00Z"),
        run_folder(folder / "2", [observation("192.0.2.1", OPEN)], "2021-03-02T00:00:00Z"),
    )


def test_the_report_stands_in_the_folder_of_the_newest_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Headline, what changed, and where it is, in whatever order the runs are given."""
    first, second = _two(tmp_path)
    assert _run(second, first) == 0
    out = capsys.readouterr().out
    assert out.startswith("1 of 1 asked is an Exchange server; 1 is vulnerable to ProxyLogon")
    assert "1 server is vulnerable again to what had been fixed" in out
    assert f"report: {second / 'report.html'}" in out
    told = json.loads((second / "report.json").read_text("utf-8"))
    assert [point["states"]["vulnerable"] for point in told["trend"]] == [0, 1]


def test_the_report_goes_where_it_is_wanted(tmp_path: Path) -> None:
    """`-o` names the page; the files beside it are called after it."""
    first, _ = _two(tmp_path)
    assert _run(first, output=tmp_path / "out" / "week.html") == 0
    assert (tmp_path / "out" / "week-vulnerable.csv").is_file()
    for output in (tmp_path, tmp_path / "week"):
        with pytest.raises(UsageError, match="no HTML file"):
            _run(first, output=output)


def test_a_changed_audit_log_is_said_and_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As with `probe verify`; the report is written, and says it too."""
    first, _ = _two(tmp_path)
    log = first / "audit.log"
    log.write_bytes(log.read_bytes().replace(b"192.0.2.1", b"192.0.2.9"))
    assert _run(first) == 3
    assert "CHANGED at line 1" in capsys.readouterr().err
    assert "The audit log was changed" in (first / "report.html").read_text("utf-8")


def test_lines_that_are_none_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a kill left of a line is no reason to fail, and none to be silent."""
    path = write_lines(tmp_path / "l.jsonl", [observation("192.0.2.1", OPEN)], torn=b'{"tar')
    assert _run(path) == 0
    assert "1 line is no observation" in capsys.readouterr().err


def test_without_a_run_there_is_no_report(tmp_path: Path) -> None:
    """Nothing given, or nothing there."""
    with pytest.raises(UsageError):
        _run()
    with pytest.raises(EvidenceError):
        _run(tmp_path / "absent")
