"""Files, and what comes by standard input, into the database of cases."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cli import main
from alpheus.cli.case_import import LISTED, import_all
from cases_commanded import listed
from cases_filling import seen
from exposure_runs import OPEN, write_lines

LIST = (
    "timestamp,ip,port,hostname,tag,asn,geo,region,city,naics,sic,sector,version,servername,url\n"
    "2021-03-15 03:04:05,192.0.2.7,443,mail.example.org,exchange,1,DE,,,,,,15.1.2176,MADEUP,\n"
    "2021-03-15 03:04:05,nowhere,443,,exchange,1,DE,,,,,,15.1.2176,MADEUP,\n"
)


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", str(tmp_path / "c.db"))


def _piped(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    stream = io.TextIOWrapper(io.BytesIO(content))
    monkeypatch.setattr(sys, "stdin", stream)


def test_lines_by_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What `alpheus import` writes goes in as it comes; the same again changes nothing."""
    (tmp_path / "list.csv").write_text(LIST)
    assert main(["import", "list.csv"]) == 0
    lines = capsys.readouterr().out.encode()
    for said in ("standard input: 1 new, 0 known, 0 not", "standard input: is in already"):
        _piped(monkeypatch, lines)
        assert main(["case", "import", "-"]) == 0
        assert said in capsys.readouterr().err
    (row,) = listed(capsys).values()
    assert row["name"] == "MADEUP"
    assert not list(tmp_path.glob("alpheus-*.jsonl"))


def test_import_straight_into_a_database(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The same servers as by way of lines; nothing is written to standard output."""
    (tmp_path / "list.csv").write_text(LIST)
    assert main(["import", "--database", "d.db", "--source", "national CERT", "list.csv"]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "list.csv: 1 new, 0 known, 1 not" in printed.err
    assert "line 2: the ip is no address" in printed.err
    assert "1 observation is 1 server" in printed.err
    assert main(["case", "show", "1", "--database", "d.db"]) == 0
    assert "national CERT" in capsys.readouterr().out
    assert main(["import", "--database", "d.db", "--later", "list.csv", "no.csv"]) == 3
    said = capsys.readouterr().err
    assert "list.csv: is in already" in said
    assert "no.csv: is not there" in said
    assert main(["import", "--database", "d.db", "-o", "x.jsonl", "list.csv"]) == 2


def test_a_long_list_of_losses_is_cut(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The first are told, the others counted."""
    file = write_lines(tmp_path / "a.jsonl", [seen(1, OPEN, 1)])
    file.write_bytes(file.read_bytes() + b"{}\n" * (LISTED + 5))
    with open_database(tmp_path / "c.db") as database:
        assert import_all(database, [file], "kim") == 0
    said = capsys.readouterr().err
    assert "a.jsonl: line 2:" in said
    assert "and 5 more lines that could not be read" in said
