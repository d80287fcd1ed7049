"""Servers for people and programs: what others wrote does no harm there."""

from __future__ import annotations

import csv
import io
import json

import pytest

from alpheus.cases.service_listing import SHOWN
from alpheus.cli.case_output import harmless, write_servers
from alpheus.report.visible import visible

HOSTILE = {
    **dict.fromkeys(SHOWN, ""),
    "id": 1,
    "name": "=cmd|x\x1b[2J[red]\u202e",
    "organisation": "\uff1d1+1",
}


@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_hostile_names(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No escape reaches a terminal, no formula a spreadsheet, and markup is text."""
    write_servers([HOSTILE], form, 5)
    said = capsys.readouterr().out
    if form == "table":
        assert "\x1b[2J" not in said
        assert "[red]" in said
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(said)))
        assert rows[0]["name"].startswith("'=cmd")
        assert rows[0]["organisation"].startswith("'")
        assert "\u202e" not in said
        assert "\x1b" not in said
    else:
        assert json.loads(said)["name"] == HOSTILE["name"]
        assert said.isprintable() or said.rstrip("\n").isprintable()
        assert "\u202e" not in said


@pytest.mark.parametrize(
    "text", ["", "a", "a\u202eb", "\U000e0041", "\x7f\x9b", "\u00e9", '"\\u202e"', "\ud800"]
)
def test_json_says_the_same_in_harmless_characters(text: str) -> None:
    """What turns, hides or moves is written as its number; the reader gets what was there."""
    written = harmless(json.dumps(text, ensure_ascii=False))
    assert json.loads(written) == text
    assert visible(written) == written


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_a_table_fits_its_screen(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """States are whole and names are folded; more room shows more."""
    monkeypatch.setenv("COLUMNS", str(width))
    row = {**HOSTILE, "name": "mail." + "very-long-name." * 5 + "example", "patch": "not-affected",
           "compromise": "not-determinable", "work": "false-positive",
           "due": "2021-03-05T17:00:00Z", "last_seen": "2021-03-05T17:00:00Z"}  # fmt: skip
    write_servers([row, row], "table", 1, "due")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert "not-determinable" in lines[1]
    assert ("organisation" in lines[0]) is (width >= 120)
    assert "2021-03-05 17:00" in lines[1]
    assert "more with --limit" in lines[-1] or "csv" in lines[-1]


def test_no_server(capsys: pytest.CaptureFixture[str]) -> None:
    """Is said, and no heading is shown."""
    write_servers([], "table", 5)
    assert capsys.readouterr().out == "no server fits\n"
