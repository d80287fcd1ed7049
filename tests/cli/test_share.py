"""`alpheus share`: from an assessment to what others read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from alpheus.cli import main
from sharing.shared_samples import write


@pytest.fixture
def assessment(tmp_path: Path) -> Path:
    """The JSON of a triage."""
    return write(tmp_path / "assessment.json")


def test_victims_are_hidden_from_others(
    assessment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By default in what is made for others, named in what is for one's own tools."""
    for form, named in (("stix", False), ("misp", False), ("ecs", True), ("ocsf", True),
                        ("timesketch", True), ("timesketch-csv", True)):  # fmt: skip
        assert main(["share", str(assessment), "--format", form]) == 0
        shown = capsys.readouterr()
        assert ("EX01.corp.example" in shown.out) is named, form
        assert "1 findings rest on what is TLP:RED" in shown.err
    assert main(["share", str(assessment), "--format", "misp", "--victims", "named"]) == 0
    assert "EX01.corp.example" in capsys.readouterr().out


def test_lines_are_json(assessment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document in each; the table begins with the columns that Timesketch needs."""
    main(["share", str(assessment), "--format", "ecs"])
    for line in capsys.readouterr().out.splitlines():
        json.loads(line)
    main(["share", str(assessment), "--format", "timesketch-csv"])
    heading = next(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert heading[:3] == ["message", "datetime", "timestamp_desc"]


def test_a_package_is_a_file(
    assessment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is written whole, for this account alone; without a file it is refused."""
    target = tmp_path / "p.zip"
    assert main(["share", str(assessment), "--format", "package"]) == 2
    assert main(["share", str(assessment), "--format", "package", "-o", str(target)]) == 0
    assert target.read_bytes().startswith(b"PK")
    words = ["share", str(assessment), "--format", "package", "-o", str(tmp_path / "no" / "p.zip")]
    assert main(words) == 1
    assert "choose another place" in capsys.readouterr().err


def test_custody_names_the_victim(assessment: Path, tmp_path: Path) -> None:
    """So it goes only into a package in which the victim is named."""
    log = tmp_path / "custody.log"
    log.write_text("", "utf-8")
    words = ["share", str(assessment), "--format", "package", "--custody-log", str(log),
             "-o", str(tmp_path / "p.zip")]  # fmt: skip
    assert main(words) == 2
    assert main([*words, "--victims", "named"]) == 0
