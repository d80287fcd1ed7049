"""A timeline is there whole or not at all, and is for its owner."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path

import duckdb
import pytest

from alpheus.errors import OutputError
from alpheus.timeline.columns import COLUMNS, FORMAT, MARK
from alpheus.timeline.parts import PartWriter
from alpheus.timeline.writing import Workshop, write_timeline
from timelines import rows_of, timeline

LOG = b"#Fields: date time cs-uri-stem c-ip sc-status\n2021-03-03 06:59:20 /owa/ 198.51.100.7 200\n"


def test_what_is_written(tmp_path: Path) -> None:
    """The columns that are documented, in their order and types; nothing is left beside it."""
    target = tmp_path / "new" / "t.parquet"
    written, _ = timeline(target, {"W3SVC1/u_ex210303.log": LOG})
    with duckdb.connect() as connection:
        told = connection.execute(f"DESCRIBE SELECT * FROM '{target}'").fetchall()
        marks = connection.execute(f"SELECT * FROM parquet_kv_metadata('{target}')").fetchall()
    assert {name: kind for name, kind, *_ in told} == dict(COLUMNS)
    assert [name for name, *_ in told] == list(COLUMNS)
    (mark,) = (json.loads(value) for _, key, value in marks if key == MARK.encode())
    assert mark == {"format": FORMAT, "names": {"iis": ["date", "time"]}}
    assert [path.name for path in target.parent.iterdir()] == ["t.parquet"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert (written.path, written.rows, written.torn) == (target, 1, 0)
    assert written.bytes == target.stat().st_size


def test_a_package_without_rows_has_an_empty_timeline(tmp_path: Path) -> None:
    """So that a hunt over many need not ask which are there."""
    written, _ = timeline(tmp_path / "t.parquet", {})
    assert (written.rows, rows_of(tmp_path / "t.parquet")) == (0, [])


def test_where_it_cannot_be_written_nothing_is_left(tmp_path: Path) -> None:
    """The folder that holds it is no folder; or it is a folder itself."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made"), Workshop(tmp_path / "file" / "t"):
        pass
    (tmp_path / "t.parquet").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        timeline(tmp_path / "t.parquet", {"W3SVC1/u_ex210303.log": LOG})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "t.parquet"]


def test_what_a_writer_left_that_was_ended_is_removed_in_time(tmp_path: Path) -> None:
    """Not that of one that may be at work."""
    old, new = tmp_path / ".t.parquet.0.parts", tmp_path / ".t.parquet.1.parts"
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (time.time() - 100_000,) * 2)
    with Workshop(tmp_path / "t.parquet") as workshop:
        write_timeline(workshop, [("E1", "p", PartWriter(workshop.folder).end())], lambda *_: "")
    assert (old.exists(), new.exists()) == (False, True)
