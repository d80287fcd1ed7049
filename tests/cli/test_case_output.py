"""Servers for people and programs: what others wrote does no harm there."""

from __future__ import annotations

import csv
import io
import json

import pytest

from alpheus.cases.service_listing import SHOWN
from alpheus.cli.case_output import write_servers

HOSTILE = {**dict.fromkeys(SHOWN, ""), "id": 1, "name": "=cmd|x\x1b[2J", "organisation": "[red]"}


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
        assert "\x1b" not in said
    else:
        assert json.loads(said)["name"] == HOSTILE["name"]
        assert "\x1b" not in said
