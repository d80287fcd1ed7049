"""Stored results, and the evidence that they are of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from alpheus.errors import EvidenceFormatError, EvidenceNotFoundError
from alpheus.model import Stage, Verdict
from alpheus.report.assessment_file import Package, read_assessment
from alpheus.updates.results import find_evidence, results_at

RESULT = {
    "schema": "alpheus.assessment/1",
    "run": {"finished": "2026-01-01T00:00:00Z", "version": "1", "packs": []},
    "evidence": [{"id": "E1", "name": "evidence", "sha256": None, "bytes": 3}],
    "servers": [
        {
            "name": "EX01",
            "product": "Exchange",
            "headline": "",
            "findings": [],
            "verdict": "attempted",
            "stage": "attempted",
        }
    ],
}


def _write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_a_result_is_read(tmp_path: Path) -> None:
    """Also one of a version that did not yet say what was asked: then all packs were used."""
    found = read_assessment(_write(tmp_path / "assessment.json", RESULT))
    assert (found.servers[0].verdict, found.servers[0].stage) == (
        Verdict.ATTEMPTED, Stage.ATTEMPTED,
    )  # fmt: skip
    assert found.run.asked.packs is None
    assert found.run.knowledge == ""


@pytest.mark.parametrize("content", [[], {}, {**RESULT, "schema": "alpheus.plan/1"}, "x"])
def test_what_is_no_result_is_told(tmp_path: Path, content: object) -> None:
    """The file is named, and what it is instead."""
    with pytest.raises(EvidenceFormatError, match=r"a\.json"):
        read_assessment(_write(tmp_path / "a.json", content))
    with pytest.raises(EvidenceNotFoundError, match="cannot be read"):
        read_assessment(tmp_path / "missing.json")


def test_results_are_found_below_folders(tmp_path: Path) -> None:
    """Other JSON files beside them are none."""
    one = _write(tmp_path / "a" / "assessment.json", RESULT)
    two = _write(tmp_path / "b.json", RESULT)
    _write(tmp_path / "a" / "other.json", {"schema": "alpheus.plan/1"})
    assert list(results_at([tmp_path])) == [one, two]
    assert list(results_at([two])) == [two]


def test_an_archive_is_told_by_its_hash(tmp_path: Path) -> None:
    """The search goes on after another file of the same name."""
    for name, content in (("a", b"other"), ("b", b"right")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ex01.zip").write_bytes(content)
    wanted = Package("ex01.zip", "E1", hashlib.sha256(b"right").hexdigest(), 5)
    places = [tmp_path / "a", tmp_path / "b"]
    assert find_evidence(wanted, places) == tmp_path / "b" / "ex01.zip"
    assert find_evidence(wanted, [tmp_path / "b" / "ex01.zip"]) == tmp_path / "b" / "ex01.zip"
    with pytest.raises(EvidenceNotFoundError, match=r"ex01\.zip with SHA-256 .*--evidence PATH"):
        find_evidence(wanted, [tmp_path / "a"])


def test_of_folders_of_one_name_the_size_decides(tmp_path: Path) -> None:
    """A single one is taken; of several, the one of the same size; of twins, none."""
    for name, content in (("a", b"12345"), ("b", b"123"), ("c", b"321")):
        (tmp_path / name / "evidence").mkdir(parents=True)
        (tmp_path / name / "evidence" / "log").write_bytes(content)
    wanted = Package("evidence", "E1", None, 3)
    a, b, c = (tmp_path / name for name in "abc")
    assert find_evidence(wanted, [a]) == a / "evidence"
    assert find_evidence(wanted, [a, b]) == b / "evidence"
    with pytest.raises(EvidenceNotFoundError, match="more than one folder"):
        find_evidence(wanted, [b, c])
    with pytest.raises(EvidenceNotFoundError, match="at none of the places"):
        find_evidence(wanted, [tmp_path])
