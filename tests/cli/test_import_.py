"""`alpheus import`."""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import stat
from pathlib import Path

import pytest

from alpheus.cli import import_
from alpheus.errors import EvidenceError, EvidenceNotFoundError, UsageError

CONTENT = (
    "timestamp,ip,port,hostname,tag,asn,geo,region,city,naics,sic,sector,version,servername,url\n"
    "2021-03-15 03:04:05,192.0.2.7,443,mail.example.org,exchange;cve-2021-26855,1,DE,,,,,,"
    "15.1.2176,MADEUP,\n"
    "2021-03-15 03:04:05,nowhere,443,,exchange,1,DE,,,,,,15.1.2176,MADEUP,\n"
)


def run(*arguments: object) -> int:
    """The command with its own parser; the tests of the whole program show the rest."""
    parser = argparse.ArgumentParser()
    import_.add_to(parser.add_subparsers())
    options = parser.parse_args(["import", *map(str, arguments)])
    return int(options.run(options))


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report with a good row and a bad one."""
    path = tmp_path / "2021-03-15-scan_exchange-x.csv"
    path.write_text(CONTENT)
    return path


def test_lines_and_the_count(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON on standard output; the count and every bad row on standard error; status 0."""
    assert run(report, "--tlp", "amber", "--source", "national CERT") == 0
    printed = capsys.readouterr()
    (line,) = printed.out.splitlines()
    found = json.loads(line)
    assert found["address"] == "192.0.2.7"
    assert found["provenance"]["tlp"] == "TLP:AMBER"
    assert found["provenance"]["source"] == "national CERT"
    assert "shadowserver: 1 imported, 1 not" in printed.err
    assert "line 3: the ip is no address" in printed.err


def test_every_format(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CSV, a table, a summary."""
    assert run(report, "--format", "csv") == 0
    assert "192.0.2.7" in capsys.readouterr().out
    assert run(report, "--format", "summary") == 0
    assert "observations   1" in capsys.readouterr().out
    assert run(report, "--format", "table") == 0
    assert "192.0.2.7" in capsys.readouterr().out


def test_into_a_file(report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole, and for its owner alone; the losses into another."""
    output, lost = tmp_path / "new" / "out.jsonl", tmp_path / "lost.csv"
    assert run(report, report, "-o", output, "--losses", lost) == 0
    assert len(output.read_text().splitlines()) == 2
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    rows = list(csv.reader(lost.read_text().splitlines()))
    assert rows == [["file", "record", "reason"], *[[str(report), "3", "the ip is no address"]] * 2]
    assert capsys.readouterr().out == ""


def test_many_bad_rows_are_told_in_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first by their number, the rest by their reason."""
    path = tmp_path / "list"
    path.write_text("ip\n" + "?\n" * 500)
    assert run(path) == 0
    told = capsys.readouterr().err.splitlines()
    assert len(told) == import_.LISTED + 4
    assert "480 more; in all 500 x neither" in told[-1]


def test_what_cannot_be_opened(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Alone it is the failure; beside others it is told, and the status is 3."""
    odd = tmp_path / "odd"
    odd.write_text("hello")
    with pytest.raises(EvidenceError, match="none of the kinds") as raised:
        run(odd)
    assert raised.value.exit_status == 3
    with pytest.raises(EvidenceNotFoundError):
        run(tmp_path / "none", "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    for files in ([odd, report], [report, odd]):
        assert run(*files) == 3
        printed = capsys.readouterr()
        assert "none of the kinds" in printed.err
        assert len(printed.out.splitlines()) == 1


def test_a_kind_may_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the content does not tell; one that is none is wrong usage, so is a label."""
    path = tmp_path / "list.gz"
    path.write_bytes(gzip.compress(b"mail.a.example\n\0\n"))
    assert run(path, "--kind", "csv") == 0
    assert json.loads(capsys.readouterr().out)["names"] == ["mail.a.example"]
    for wrong in (("--kind", "x"), ("--tlp", "x")):
        with pytest.raises(SystemExit) as raised:
            run(path, *wrong)
        assert raised.value.code == 2


def test_no_input_is_overwritten(report: Path) -> None:
    """Under any name of it."""
    for option in ("-o", "--losses"):
        with pytest.raises(UsageError, match="choose another name"):
            run(report, option, report.parent / "." / report.name)
    assert report.read_text() == CONTENT


def test_a_terminal_is_not_told_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file's name and its cells are strangers' words."""
    path = tmp_path / "x\x1b[2J.csv"
    path.write_text("ip,exchange_version,note\n192.0.2.7,15.1.2176,\x1b[2J\u202e\n?,,\n")
    for form in import_.FORMATS:
        run(path, "--format", form)
        printed = capsys.readouterr()
        assert "\x1b[2J" not in printed.out + printed.err
