"""`alpheus campaign stats`."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cli import main
from campaign_filling import campaign


@pytest.fixture(autouse=True)
def _filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", str(tmp_path / "c.db"))
    with open_database(tmp_path / "c.db") as database:
        campaign(database)


def _printed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    assert main(["campaign", "stats", *options]) == 0
    return capsys.readouterr().out


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence that matters first."""
    out = _printed(capsys)
    assert out.split("\n")[1].startswith("4 of 6 servers that had something to do are left")
    assert "people say, they are 1 server of 1 organisation." in out.replace("\n", " ")


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """All of it, or one table."""
    whole = json.loads(_printed(capsys, "--format", "json"))
    assert whole["schema"] == "alpheus.campaign/1"
    assert whole["remaining"]["left"] == 4
    table = json.loads(_printed(capsys, "--format", "json", "--by", "network"))
    assert {line["value"] for line in table["lines"]} == {"64501", "64502", ""}
    days = json.loads(_printed(capsys, "--format", "json", "--by", "day"))
    assert days["points"][-1]["left"] == 4


def test_csv(capsys: pytest.CaptureFixture[str]) -> None:
    """By a dimension, by day, or all in one row."""

    def read(*options: str) -> list[dict[str, str]]:
        out = _printed(capsys, "--format", "csv", *options)
        return list(csv.DictReader(io.StringIO(out)))

    assert {row["sector"] for row in read("--by", "sector")} == {"bank", "school", ""}
    assert len(read("--by", "day")) == 31
    (total,) = read()
    assert (total["servers"], total["victim_entries"]) == ("6", "3")


def test_tables_and_filters(capsys: pytest.CaptureFixture[str]) -> None:
    """As in lists of cases."""
    assert "school" in _printed(capsys, "--by", "sector")
    assert "school" not in _printed(capsys, "--by", "sector", "--sector", "bank")
    assert "Only sector bank." in _printed(capsys, "--sector", "bank")
    assert _printed(capsys, "--by", "day", "--network", "64502").count("2021-03") == 31


def test_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Beside what is printed."""
    main(["campaign", "stats", "--by", "sector", "--svg", "a.svg", "--png", "a.png", "--html",
          "a.html"])  # fmt: skip
    assert capsys.readouterr().err.count("written: a.") == 3
    assert {file.name for file in tmp_path.glob("a.*")} == {"a.svg", "a.png", "a.html"}


def test_a_database_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Is not made."""
    assert main(["campaign", "stats", "--database", "no.db"]) == 3
    assert "no.db" in capsys.readouterr().err


def test_what_the_console_shows_is_worked_out_ahead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And kept in the database; others come first, so it takes a low priority for itself."""
    capsys.readouterr()
    priorities: list[int] = []
    monkeypatch.setattr(os, "nice", priorities.append)
    assert main(["campaign", "prepare"]) == 0
    assert priorities == [10]
    assert "4 of 6 servers are left, as of " in capsys.readouterr().err
    assert main(["campaign", "prepare", "--database", str(tmp_path / "none.db")]) != 0
