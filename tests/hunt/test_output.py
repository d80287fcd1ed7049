"""An answer is harmless to look at, to open in a spreadsheet, and whole for a program."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime

from alpheus.hunt import output

WHEN = datetime(2021, 3, 3, 6, 59, 20)  # noqa: DTZ001 - as DuckDB gives times
HOSTILE = "\x1b[31m\u202e=cmd()"


def test_a_table_fits_80_columns_and_is_inert() -> None:
    """What is too long is cut off; a column without any value is left out."""
    rows = [(WHEN, "EX01", "/owa/" + "x" * 100, None, HOSTILE), (None, "EX02", "", None, "y")]
    lines = list(output.text_lines(["time", "server", "url", "none", "agent"], rows))
    assert lines[0].split() == ["time", "server", "url", "agent"]
    assert all(len(line) <= 80 and line.isprintable() for line in lines)
    assert "2021-03-03 06:59:20" in lines[2]
    assert "xxx…" in lines[2]
    assert "{ESC}" in lines[2]
    assert list(output.text_lines(["a"], [])) == []


def test_many_columns_are_shown_field_by_field() -> None:
    """Without those that a row has not."""
    names = [f"column{at}" for at in range(12)]
    lines = list(
        output.text_lines(names, [("v" * 30,) * 11 + (None,), (None,) * 11 + ("x" * 200,)])
    )
    assert lines[:2] == [f"column0   {'v' * 30}", f"column1   {'v' * 30}"]
    assert lines[11] == ""
    assert lines[12].endswith("…")
    assert max(map(len, lines)) == 80


def test_no_cell_begins_a_formula() -> None:
    """Nor does any hold a character that does something."""
    stream = io.StringIO()
    output.write_csv(["=name", "x"], [("=1+1", HOSTILE), ("@a", {"k": ["-1"]})], stream)
    rows = list(csv.reader(io.StringIO(stream.getvalue())))
    assert rows == [["'=name", "x"], ["'=1+1", "{ESC}[31m{U+202E}=cmd()"], ["'@a", '{"k": ["-1"]}']]


def test_json_lines_keep_what_was_found() -> None:
    """Text as it is; times in ISO 8601 UTC; a map as an object."""
    stream = io.StringIO()
    row = (WHEN, HOSTILE, {"a": "b"}, 7, None, [date(2021, 3, 3)], "\ud800", True)
    output.write_jsonl([*"abcdefgh"], [row], stream)
    (line,) = stream.getvalue().splitlines()
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == {
        "a": "2021-03-03T06:59:20Z", "b": HOSTILE, "c": {"a": "b"}, "d": 7, "e": None,
        "f": ["2021-03-03"], "g": "\ud800", "h": True,
    }  # fmt: skip
