"""An assessment as it is handed on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from alpheus.errors import EvidenceFormatError, EvidenceNotFoundError
from alpheus.sharing.document import read_assessment, stamp
from sharing.shared_samples import document, write


def test_a_file_or_a_folder_of_a_report(tmp_path: Path) -> None:
    """Both are read; the digest is that of the file."""
    path = write(tmp_path / "assessment.json")
    assert read_assessment(path) == read_assessment(tmp_path)
    assert len(read_assessment(path).digest) == 64


@pytest.mark.parametrize("content", ["{}", "[]", "{", json.dumps(document() | {"schema": "x/1"})])
def test_anything_else_is_told(tmp_path: Path, content: str) -> None:
    """With the file."""
    (tmp_path / "x.json").write_text(content, "utf-8")
    with pytest.raises(EvidenceFormatError, match=r"x\.json: "):
        read_assessment(tmp_path / "x.json")
    with pytest.raises(EvidenceNotFoundError, match="no such file"):
        read_assessment(tmp_path / "missing.json")


def test_times_are_in_utc() -> None:
    """Whatever their zone."""
    time = datetime(2021, 3, 3, 8, 0, 0, 1500, tzinfo=timezone(timedelta(hours=2)))
    assert stamp(time) == "2021-03-03T06:00:00.001Z"
    assert stamp(time.astimezone(UTC)) == "2021-03-03T06:00:00.001Z"
