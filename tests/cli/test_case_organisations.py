"""`alpheus case organisations` and `organisation`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cases.rebuild import rebuild
from alpheus.cli import main
from alpheus.directory.model import Contact, Organisation
from alpheus.exposure.model import Pool
from cases_filling import NOW, fill, seen
from directory_samples import write
from exposure_runs import CLOSED, OPEN

HOSTILE = Organisation(
    "=cmd\x1b[2J [red]", "customers", domains=("org1.example",), sector="hospital", country="US",
    region="TX", contacts=(Contact("security", "soc@lakeview.example", "+1 555 0100"),),
)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Two organisations, one with a name that does harm where it can."""
    directory = write(tmp_path / "directory", [HOSTILE])
    with open_database(tmp_path / "cases.db") as database:
        fill(database, [seen(1, OPEN, 1), seen(2, CLOSED, 1)])
        rebuild(database, now=NOW, directory=str(directory))
    return str(tmp_path / "cases.db")


def _said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["case", *words]) == 0
    return capsys.readouterr().out


def test_a_list_as_a_table(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What others wrote is text; the limit is told."""
    said = _said(capsys, "organisations", "--database", place, "--limit", "1")
    assert "org1.example" in said
    assert "\x1b[2J" not in said
    assert "the first 1" in said
    only = _said(capsys, "organisations", "--database", place, "--open", "--sort", "name")
    assert "org2.example" not in only


@pytest.mark.parametrize("width", [80, 100, 115, 135])
def test_a_table_breaks_no_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """Keys are typed elsewhere and names are read: at any usual width they are whole."""
    name = "Grefakloufield Independent School District of the Northern Counties"
    entry = Organisation(name, "customers", domains=("org1.example",), sector="local-government",
                         country="US", region="TX")  # fmt: skip
    with open_database(tmp_path / "cases.db") as database:
        fill(database, [seen(1, OPEN, 1), seen(2, CLOSED, 1)])
        rebuild(database, now=NOW, directory=str(write(tmp_path / "directory", [entry])))
    monkeypatch.setenv("COLUMNS", str(width))
    said = _said(capsys, "organisations", "--database", str(tmp_path / "cases.db"))
    assert set(name.split()) <= set(said.split())
    assert {"org1.example", "org2.example", "compromised", "servers"} <= set(said.split())
    assert ("sector" in said.split()) == (width == 135)
    assert max(map(len, said.splitlines())) <= width


def test_a_list_for_programs(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON lines have all of it; no cell is a formula."""
    lines = _said(capsys, "organisations", "--database", place, "--format", "jsonl").splitlines()
    found = [json.loads(line) for line in lines]
    assert [one["key"] for one in found] == ["org1.example", "org2.example"]
    assert found[0]["contacts"][0]["email"] == "soc@lakeview.example"
    text = _said(capsys, "organisations", "--database", place, "--format", "csv",
                 "--country", "US", "--text", "org1")  # fmt: skip
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["name"].startswith("'=cmd")
    assert row["phones"].lstrip("'") == "+1 555 0100"


def test_one_organisation(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With how it is reached, and its servers."""
    said = _said(capsys, "organisation", "org1.example", "--database", place)
    assert "soc@lakeview.example" in said
    assert "1  QQ0001XY  vulnerable" in said
    assert "\x1b" not in said
    whole = json.loads(_said(capsys, "organisation", "org1.example", "--database", place,
                             "--format", "json"))  # fmt: skip
    assert [one["id"] for one in whole["servers"]] == [1]


def test_what_counts_by_no_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is told beside the number of servers, and in the list."""
    place = str(tmp_path / "cases.db")
    pool = Pool(("QQ0008XY", "QQ0009XY"), (OPEN, CLOSED), mixed=True)
    with open_database(tmp_path / "cases.db") as database:
        fill(database, [
            seen(5, OPEN, 5, servers=(), pool=pool, flags=("mixed-pool", "several-servers")),
            seen(5, OPEN, 6, servers=("QQ0008XY",)), seen(5, CLOSED, 7, servers=("QQ0009XY",)),
        ])  # fmt: skip
        rebuild(database, now=NOW)
    said = _said(capsys, "organisation", "org5.example", "--database", place)
    assert "servers           2, and 1 listed that counts by no server" in said
    assert said.count(", not counted by itself\n") == 1
    text = _said(capsys, "organisations", "--database", place, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["servers"], row["beside"]) == ("2", "1")


def test_one_that_is_not_there(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Says where keys are told."""
    assert main(["case", "organisation", "nobody", "--database", place]) != 0
    assert "alpheus case organisations" in capsys.readouterr().err


def test_show_tells_the_owner(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With reasons and contacts."""
    said = _said(capsys, "show", "1", "--database", place)
    assert "=cmd" in said
    assert "soc@lakeview.example" in said
