"""The whole report as a folder of files."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from alpheus.errors import OutputError
from alpheus.report import write_report
from assessments import compromised, fleet, hostile

NAMES = {"report.html", "assessment.json", "findings.csv", "servers.csv", "report.md"}


def test_a_report_has_every_format(tmp_path: Path) -> None:
    """Five private files, and nothing else."""
    written = write_report(hostile(), tmp_path / "out")
    assert set(written) == NAMES == {path.name for path in (tmp_path / "out").iterdir()}
    for path in written.values():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text(encoding="utf-8")


def test_an_earlier_report_is_replaced(tmp_path: Path) -> None:
    """By the new one, whole."""
    write_report(fleet(), tmp_path)
    written = write_report(compromised(), tmp_path)
    assert len(json.loads(written["assessment.json"].read_bytes())["servers"]) == 1


def test_equal_secrets_look_equal_in_all_formats(tmp_path: Path) -> None:
    """One key for the whole report."""
    written = write_report(compromised(), tmp_path)
    document = json.loads(written["assessment.json"].read_bytes())
    text = document["servers"][0]["findings"][4]["citations"][0]["text"]
    mark = text[text.index("[secret:") :][:17]
    for name in NAMES - {"servers.csv"}:
        assert mark in written[name].read_text(encoding="utf-8")


def test_an_impossible_folder_is_an_output_error(tmp_path: Path) -> None:
    """Not a bare OSError."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        write_report(compromised(), tmp_path / "file")
