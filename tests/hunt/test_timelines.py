"""Timelines are found; what is none is told, and is refused where it was named itself."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import duckdb
import pytest

from alpheus.errors import EvidenceFormatError, EvidenceNotFoundError, UsageError
from alpheus.hunt.timelines import find_timelines


def test_a_folder_is_searched_and_what_is_no_timeline_is_told(small: Path, tmp_path: Path) -> None:
    """Hidden files and unfinished work are passed over without a word."""
    shutil.copytree(small, tmp_path / "a" / "timelines")
    (tmp_path / "a" / "torn.parquet").write_bytes(b"PAR1 torn")
    (tmp_path / "a" / ".b.parquet.0.parts").mkdir()
    (tmp_path / "a" / ".b.parquet.0.parts" / "0.parquet").write_bytes(b"")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS x) TO '{tmp_path / 'a' / 'other.parquet'}'")
    found = find_timelines([tmp_path / "a"])
    assert [one.path.name for one in found.timelines] == ["EX01.parquet"]
    assert found.timelines[0].names["iis"] == ("date", "time", "time-taken")
    assert "DateTime" in (found.timelines[0].names["httpproxy"] or ())
    told = sorted(found.others)
    assert len(told) == 2
    assert "other.parquet: is no timeline of this program" in told[0]
    assert "torn.parquet: cannot be read, and is left out" in told[1]


def test_what_is_named_twice_is_asked_once(small: Path, tmp_path: Path) -> None:
    """Also by another path, or in a folder that is named as well: rows would count twice."""
    (tmp_path / "link.parquet").symlink_to(small / "EX01.parquet")
    places = [small / "EX01.parquet", small / ".." / small.name, tmp_path, small / "EX01.parquet"]
    assert [one.path for one in find_timelines(places).timelines] == [small / "EX01.parquet"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes that are files")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """It can be read once, and perhaps never."""
    os.mkfifo(tmp_path / "pipe.parquet")
    with pytest.raises(EvidenceFormatError, match=r"pipe.parquet: is neither a file nor a folder"):
        find_timelines([tmp_path / "pipe.parquet"])


def test_what_is_named_itself_has_to_be_one(tmp_path: Path) -> None:
    """A typing error is no empty answer."""
    with pytest.raises(EvidenceNotFoundError, match=r"gone.parquet: is not there"):
        find_timelines([tmp_path / "gone.parquet"])
    (tmp_path / "notes.parquet").write_text("notes")
    with pytest.raises(EvidenceFormatError, match=r"notes.parquet"):
        find_timelines([tmp_path / "notes.parquet"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no timeline is there"):
        find_timelines([tmp_path / "empty"])


@pytest.mark.parametrize(
    "mark", ["", "no json", "[]", '{"format": "alpheus.timeline/9", "names": {}}',
             '{"format": "alpheus.timeline/1"}', '{"format": "alpheus.timeline/1", "names": 1}'],
)  # fmt: skip
def test_a_file_that_says_something_else_of_itself_is_none(tmp_path: Path, mark: str) -> None:
    """Another form, another program, or somebody who wants to be read."""
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 1 AS x) TO '{tmp_path}/x.parquet' (KV_METADATA {{alpheus: '{mark}'}})"
        )
    with pytest.raises(UsageError, match="is no timeline of this program"):
        find_timelines([tmp_path])
