"""Files, and what comes by standard input, into the database of cases."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
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


def test_import_straight_into_a_database(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The same servers as by way of lines; nothing is written to standard output."""
    (tmp_path / "list.csv").write_text(LIST)
    assert main(["import", "--database", "d.db", "--source", "national CERT", "list.csv"]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "list.csv: 1 new, 0 known, 1 not" in printed.err
    assert "line 3: the ip is no address" in printed.err
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


def test_a_file_of_which_nothing_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """Ends with status 3, and every line is told; one good line is enough for 0."""
    Path("none.csv").write_text("ip\nlocalhost\n127.0.0.1\n")
    assert main(["case", "import", "none.csv"]) == 3
    said = capsys.readouterr().err
    assert "none.csv: 0 new, 0 known, 2 not" in said
    assert "127.0.0.1 is the machine itself" in said
    Path("one.csv").write_text("ip\nlocalhost\n10.0.0.5\n")
    assert main(["case", "import", "one.csv"]) == 0
    assert "private addresses, which nobody reaches from outside" in capsys.readouterr().err


def test_what_is_wrong_in_lines_of_observations(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What leads to no server is refused; what else cannot be read is told with its line."""
    good = seen(1, OPEN, 1)
    wrong = [
        replace(good, address="999.1.1.1"), replace(good, port=99_999_999),
        replace(good, address="", names=(), servers=(), tls=None),
        replace(good, address="", names=("weird",), servers=(), tls=None),
        replace(good, address="127.0.0.1"),
        replace(good, time="yesterday", names=("x" * 300, "mail.a.example")),
        replace(good, time="2099-01-01T00:00:00Z", address="10.0.0.5"),
    ]  # fmt: skip
    file = write_lines(tmp_path / "a.jsonl", wrong)
    with open_database(tmp_path / "c.db") as database:
        assert import_all(database, [file], "kim") == 0
    said = capsys.readouterr().err
    assert "2 new, 0 known, 5 not" in said
    for line, reason in enumerate(
        ("'999.1.1.1' is no address", "99999999 is no port from 0 to 65535",
         "neither an address nor a name", "neither an address nor a name",
         "127.0.0.1 is the machine itself or none, and no server"), start=1,
    ):  # fmt: skip
        assert f"line {line}: {reason}" in said
    for told in ("line 6 'yesterday'", "line 6 'xxx", "line 7 '2099-01-01T00:00:00Z'",
                 "line 7 '10.0.0.5'"):  # fmt: skip
        assert told in said
