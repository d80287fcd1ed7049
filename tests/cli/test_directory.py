"""`alpheus directory`."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from pathlib import Path

import pytest

from alpheus.cli import directory
from alpheus.errors import EvidenceError, UsageError
from directory_samples import write

LIST = (
    "name,domain,network,contact\n"
    "First Bank,firstbank.example,192.0.2.0/28,it@elsewhere.example\n,x,,\n"
)
LINE = (
    '{"target":"a","address":"192.0.2.7","port":443,"names":["mail.firstbank.example"],'
    '"provenance":null}\n'
)


def run(*arguments: object) -> int:
    """The command with its own parser; the tests of the whole program show the rest."""
    parser = argparse.ArgumentParser()
    directory.add_to(parser.add_subparsers())
    options = parser.parse_args(["directory", *map(str, arguments)])
    return int(options.run(options))


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A directory of one bank."""
    (tmp_path / "list.csv").write_text(LIST)
    output = tmp_path / "new" / "made.directory"
    assert run("import", tmp_path / "list.csv", "-o", output) == 0
    return output


def test_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts and bad rows on standard error; nothing on standard output."""
    (tmp_path / "list.csv").write_text(LIST)
    assert run("import", tmp_path / "list.csv", "-o", tmp_path / "made") == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "customers: 1 imported, 2 not" in printed.err
    assert "line 3: no name" in printed.err
    assert (tmp_path / "made").exists()


def test_import_into_an_earlier_one(made: Path, tmp_path: Path) -> None:
    """A directory among the files is taken over; losses go to their file."""
    more = tmp_path / "more.csv"
    more.write_text("name,domain\nSecond Clinic,secondclinic.example\n,x\n")
    output, losses = tmp_path / "both", tmp_path / "lost.csv"
    assert run("import", made, more, "-o", output, "--losses", losses) == 0
    assert run("show", "First Bank", "-d", output) == 0
    assert run("show", "secondclinic.example", "-d", output) == 0
    assert len(list(csv.reader(io.StringIO(losses.read_text())))) == 3


def test_import_of_what_is_no_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others are imported and the status is 3; if there is none, nothing is written."""
    (tmp_path / "list.csv").write_text(LIST)
    bad, output = tmp_path / "bad", tmp_path / "out"
    bad.write_text("hello\n")
    assert run("import", tmp_path / "list.csv", bad, "-o", output) == 3
    assert "none of the lists" in capsys.readouterr().err
    with pytest.raises(EvidenceError):
        run("import", bad, "-o", tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_nothing_is_overwritten(made: Path) -> None:
    """An output that is an input, and a kind that is none, are refused."""
    with pytest.raises(UsageError, match="choose another name"):
        run("import", made, "-o", made)
    with pytest.raises(UsageError, match="choose another name"):
        run("owner", made, "-o", made)
    with pytest.raises(SystemExit):
        run("import", made, "--kind", "x", "-o", made)


@pytest.mark.parametrize(
    ("what", "said"),
    [("first bank", "firstbank.example"), ("mail.firstbank.example", "owner: First Bank (medium"),
     ("192.0.2.7", "claim: 192.0.2.0/28")],
)  # fmt: skip
def test_show(what: str, said: str, made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name, a host name, an address."""
    assert run("show", what, "-d", made) == 0
    assert said in capsys.readouterr().out


def test_show_of_nobody(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, with status 1."""
    assert run("show", "Nobody Inc.", "-d", made) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "nothing of 'Nobody Inc.'" in printed.err


def test_owner(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines with their owner, on standard output or in a file; counts on standard error."""
    lines = tmp_path / "lines.jsonl"
    lines.write_text(LINE)
    assert run("owner", lines, "-d", made) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)["ownership"]
    assert (found["owner"], found["sector"], found["confidence"]) == ("First Bank", "bank", "high")
    assert found["contacts"][0]["email"] == "it@elsewhere.example"
    assert "1 servers, 1 with an owner" in printed.err
    output = tmp_path / "out" / "owned.jsonl"
    assert run("owner", lines, "-d", made, "-o", output) == 0
    assert output.read_text() == printed.out


def test_owner_in_other_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CSV and counts; without a directory, names and rules alone decide."""
    lines = tmp_path / "lines.jsonl"
    lines.write_text(LINE)
    assert run("owner", lines, "--format", "csv") == 0
    header, row = csv.reader(io.StringIO(capsys.readouterr().out))
    assert dict(zip(header, row, strict=True))["owner"] == "firstbank.example"
    assert run("owner", lines, "--format", "summary") == 0
    assert "sector bank                  1" in capsys.readouterr().out


def test_owner_of_bad_lines(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are listed and the status is 3; the others are answered. Also of standard input."""

    class Input:
        buffer = io.BytesIO(b"{\n" + LINE.encode())

    monkeypatch.setattr(sys, "stdin", Input)
    assert run("owner") == 3
    printed = capsys.readouterr()
    assert "standard input: line 1: no observation" in printed.err
    assert len(printed.out.splitlines()) == 1
    with pytest.raises(EvidenceError):
        run("owner", tmp_path / "nothing")
    good = tmp_path / "lines.jsonl"
    good.write_text(LINE)
    assert run("owner", tmp_path / "nothing", good, "-d", write(tmp_path / "d")) == 3
