"""Assessment and timeline of each package lie below one folder, by the hash of their content."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import OutputError, UsageError
from alpheus.fleet.results import check_results, keep_assessment, timeline_of


def test_where_results_go(tmp_path: Path) -> None:
    """What is read again takes the place of what was there."""
    check_results(str(tmp_path / "results"))
    keep_assessment(str(tmp_path / "results"), "ab", b"{}")
    keep_assessment(str(tmp_path / "results"), "ab", b"{1}")
    found = sorted(path for path in (tmp_path / "results").rglob("*") if path.is_file())
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "results/assessments/ab.json"
    ]
    assert found[0].read_bytes() == b"{1}"
    with timeline_of(str(tmp_path / "results"), "ab") as path:
        assert path == tmp_path / "results" / "timelines" / "ab.parquet"


def test_without_a_place_nothing_is_written(tmp_path: Path) -> None:
    """It is asked for, or not."""
    keep_assessment("", "ab", b"{}")
    with timeline_of("", "ab") as path:
        assert path is None
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """And told when it becomes one later."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written there"):
        check_results(str(tmp_path / "file"))
    with pytest.raises(OutputError, match="cannot be written"):
        keep_assessment(str(tmp_path / "file"), "ab", b"{}")
