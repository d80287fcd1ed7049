"""A database of cases for the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alpheus.cli import main
from cases_filling import seen
from exposure_runs import CLOSED, OPEN, write_lines


def filled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three servers in the database that the environment names, the first seen twice."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ALPHEUS_DATABASE", str(folder / "c.db"))
    file = write_lines(folder / "a.jsonl", [seen(1, OPEN, 1), seen(2, OPEN, 1),
                                            seen(3, CLOSED, 1), seen(1, OPEN, 3)])  # fmt: skip
    assert main(["case", "import", str(file), "--who", "kim"]) == 0


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> dict[int, dict]:
    """The servers of the database by their numbers."""
    capsys.readouterr()
    assert main(["case", "list", "--format", "jsonl", *options]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {row["id"]: row for row in rows}
