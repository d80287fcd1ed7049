"""Entries for people, spreadsheets and programs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from alpheus.cli.custody_text import COLUMNS, manifests_of, rows, write_lines
from alpheus.custody.chain import Chain
from alpheus.custody.entries import Note, Package, RunStarted, Taken
from alpheus.custody.log import CustodyLog

HOSTILE = "=x\n\x1b[2J\t\u202e\udc80"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Four entries, one of them hostile, and a line that is none."""
    written = CustodyLog(tmp_path / "custody.log", "kim")
    package = Package("E1", "a", "", 1, 1, "ab" * 32)
    written.write([RunStarted("triage"), package], packs={"proxylogon": "1.2"})
    written.write([Taken(HOSTILE, "00", 1), Note("opened")])
    with Chain(written.path) as chain:
        chain.append(["recovered: 1 bytes"])
    return written.path


def _written(log: Path, form: str, *kinds: str, since: str = "") -> str:
    stream = io.StringIO(newline="")
    assert write_lines(log, form, kinds, since, stream) == ""
    return stream.getvalue()


def test_text_is_a_line_for_each(log: Path) -> None:
    """With names that cannot do anything to a terminal."""
    lines = _written(log, "text").splitlines()
    assert len(lines) == 5
    assert "=x{LF}{ESC}[2J{TAB}{U+202E}\\udc80" in lines[2]
    assert lines[3].endswith("note          kim  opened")
    assert "recovered" in lines[4]


def test_json_is_what_the_log_says(log: Path) -> None:
    """In ASCII, with line and hash; the names as they were."""
    text = _written(log, "json")
    assert text.isascii()
    found = json.loads(text)
    assert [one["line"] for one in found] == [1, 2, 3, 4, 5]
    assert found[1]["packs"] == {"proxylogon": "1.2"}
    assert found[2]["path"] == HOSTILE.replace("\udc80", "\\udc80")
    assert found[4]["text"] == "recovered: 1 bytes"
    assert json.loads(_written(log, "json", "plan")) == []


def test_csv_is_for_a_spreadsheet(log: Path) -> None:
    """With formulas made harmless."""
    found = list(csv.DictReader(io.StringIO(_written(log, "csv"), newline="")))
    assert tuple(found[0]) == COLUMNS
    assert found[1]["packs"] == "proxylogon 1.2"
    assert found[2]["text"].startswith("'=x{LF}")
    assert found[4]["kind"] == "other"


def test_kinds_and_times_are_chosen(log: Path) -> None:
    """A line that is no entry has no time, and is shown with all kinds."""
    assert len(_written(log, "text", "note", "taken").splitlines()) == 2
    assert len(_written(log, "text", since="2999-01-01T00:00:00Z").splitlines()) == 1
    assert len(_written(log, "text", since="2020-01-01T00:00:00Z").splitlines()) == 5


def test_where_the_log_stops_to_hold_is_said(log: Path) -> None:
    """What stands before is shown."""
    log.write_bytes(log.read_bytes().replace(b"opened", b"closed"))
    stream = io.StringIO()
    assert write_lines(log, "text", (), "", stream).startswith("line 4: its hash does not fit")
    assert len(stream.getvalue().splitlines()) == 3
    assert [row.number for row in rows(log, log.stat().st_size)] == [1, 2, 3]


def test_lists_beside_the_log_are_found(log: Path) -> None:
    """Only those that it names by a hash, and that are there."""
    kept = log.with_name("custody-manifests") / f"{'ab' * 32}.txt"
    assert manifests_of(log, log.stat().st_size) == []
    kept.parent.mkdir()
    kept.touch()
    (kept.parent / "other.txt").touch()
    CustodyLog(log, "kim").write([Package("E1", "a", "", 1, 1, "../custody-manifests/other")])
    assert manifests_of(log, log.stat().st_size) == [kept]
