"""What is written."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from alpheus.errors import OutputError
from alpheus.exposure.report.assemble import CHANGES_SHOWN, Material, make_report
from alpheus.exposure.report.files import CHANGE_COLUMNS, HOST_COLUMNS, write_report
from exposure_runs import CLOSED, OPEN, observation, run_folder


def _material(folder: Path) -> Material:
    many = [f"10.0.{n >> 8}.{n & 255}" for n in range(CHANGES_SHOWN + 20)]
    before = [observation(one, CLOSED) for one in many]
    after = [observation(one, OPEN, names=("=cmd()", "x\udc80")) for one in many]
    return make_report(
        [run_folder(folder / "1", before, "2021-03-01T00:00:00Z"),
         run_folder(folder / "2", after, "2021-03-02T00:00:00Z")], date(2021, 3, 9),
    )  # fmt: skip


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_tables_hold_all_hosts_and_json_the_numbers(tmp_path: Path) -> None:
    """The page shows the first; nobody is left out of the files."""
    material = _material(tmp_path)
    written = write_report(material, tmp_path / "out" / "week.html")
    assert sorted(path.name for path in written.values()) == [
        "week-changes.csv", "week-vulnerable.csv", "week.html", "week.json",
    ]  # fmt: skip
    report = json.loads(written["json"].read_text("utf-8"))
    assert report["headline"] == material.report.headline
    assert report["trend"][1]["changes"] == {"vulnerable-again": CHANGES_SHOWN + 20}
    changes, vulnerable = _rows(written["changes"]), _rows(written["vulnerable"])
    assert len(changes) == len(vulnerable) == CHANGES_SHOWN + 20
    assert tuple(changes[0]) == CHANGE_COLUMNS
    assert tuple(vulnerable[0]) == HOST_COLUMNS
    assert changes[0]["build_before"] == CLOSED
    assert {row["change"] for row in changes} == {"vulnerable-again"}
    assert {row["name"] for row in vulnerable} == {"'=cmd()"}
    assert "week-changes.csv" in written["html"].read_text("utf-8")


def test_all_is_written_or_nothing(tmp_path: Path) -> None:
    """A page without its tables would be half a report."""
    (tmp_path / "week.json").mkdir()
    with pytest.raises(OutputError):
        write_report(_material(tmp_path), tmp_path / "week.html")
    assert not (tmp_path / "week.html").exists()
