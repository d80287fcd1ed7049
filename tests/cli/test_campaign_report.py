"""`alpheus campaign report`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cli import main
from alpheus.fleet.ledger import Ledger
from fleet_filling import RECIPE, finished, registered


@pytest.fixture
def place(tmp_path: Path) -> str:
    """A database with two victims of one hand."""
    place = str(tmp_path / "c.db")
    with open_database(place, create=True) as database:
        ledger = Ledger(database)
        registered(ledger, 3)
        ledger.settle(finished(ledger.claim(RECIPE, 3, "w"), [2, 3]), "mia")
    return place


def _printed(capsys: pytest.CaptureFixture[str], place: str, *words: str) -> str:
    assert main(["campaign", "report", "--database", place, *words]) == 0
    return capsys.readouterr().out


def test_each_form_tells_the_same_hand(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """For people, for programs, for a spreadsheet, a ticket and a browser."""
    assert "Hand 1: 2 servers" in _printed(capsys, place)
    (hand,) = json.loads(_printed(capsys, place, "--format", "json"))["hands"]["hands"]
    assert [one["signs"][0] for one in hand["members"]] == [0, 0]
    rows = list(csv.DictReader(io.StringIO(_printed(capsys, place, "--format", "csv"))))
    assert {one["server"] for one in rows if one["hand"] == "1"} == {"srv0002", "srv0003"}
    assert "### Hand 1: 2 servers" in _printed(capsys, place, "--format", "markdown")
    assert "<h3>Hand 1: 2 servers" in _printed(capsys, place, "--format", "html")


def test_it_is_written_in_other_languages(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where people read it; what programs read has one form."""
    german = _printed(capsys, place, "--format", "markdown", "--language", "de")
    assert "### Hand 1: 2 Server, hohe Sicherheit" in german
    assert "What" not in german
    spanish = _printed(capsys, place, "--format", "html", "--language", "es")
    assert '<html lang="es">' in spanish
    assert "Mano 1: 2 servidores, confianza alta" in spanish
    assert main(["campaign", "report", "--database", place, "--language", "de"]) == 2
    assert "text is written in English" in capsys.readouterr().err
