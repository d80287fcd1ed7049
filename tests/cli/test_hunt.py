"""`alpheus hunt`."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from alpheus.cli import main
from timelines import timeline

Capture = pytest.CaptureFixture[str]
LOG = (
    b"#Fields: date time cs-method cs-uri-stem c-ip sc-status\n"
    b"2021-03-03 06:59:20 POST /ecp/y.js 198.51.100.7 241\n"
    b"2021-03-03 07:00:20 GET /owa/ 203.0.113.9 200\n"
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one timeline."""
    folder = tmp_path_factory.mktemp("results")
    timeline(folder / "EX01.parquet", {"W3SVC1/u_ex210303.log": LOG})
    return folder


def test_a_question_in_each_form_of_output(results: Path, capsys: Capture) -> None:
    """A condition, printed as a table, for a spreadsheet, and for a program."""
    assert main(["hunt", "status = 241", str(results)]) == 0
    found = capsys.readouterr()
    assert "/ecp/y.js" in found.out
    assert "1 row of 1 timeline" in found.err
    assert (
        main(["hunt", "SELECT url FROM timeline ORDER BY time", str(results), "--format", "csv"])
        == 0
    )
    assert list(csv.reader(io.StringIO(capsys.readouterr().out))) == [
        ["url"], ["/ecp/y.js"], ["/owa/"]
    ]  # fmt: skip
    assert main(["hunt", "SELECT time, url FROM timeline ORDER BY time", "--limit", "1",
                 str(results / "EX01.parquet"), "--format", "jsonl"]) == 0  # fmt: skip
    found = capsys.readouterr()
    assert json.loads(found.out) == {"time": "2021-03-03T06:59:20Z", "url": "/ecp/y.js"}
    assert "there are more: --limit" in found.err


def test_a_rule_from_a_file(results: Path, tmp_path: Path, capsys: Capture) -> None:
    """Its rows carry its name."""
    rule = tmp_path / "rule.yml"
    rule.write_text(
        "title: Asked\nlogsource: {category: webserver}\nlevel: high\n"
        "detection: {a: {cs-uri-stem|endswith: .js}, condition: a}\n"
    )
    assert main(["hunt", str(rule), str(results)]) == 0
    assert "Asked" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["status = 241"], "name a question, then timelines"),
        (["status = 241", "gone"], "gone: is not there"),
        (["DROP VIEW timeline", "."], "this is DROP"),
        (["SELECT * FROM read_text('/etc/passwd')", "."], "read_text() is not for it"),
        (["nonsense = 1", "."], "not found"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_in_one_line(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, words: list[str], reason: str
) -> None:
    """Exit status 2, or 3 where there is nothing to ask."""
    monkeypatch.chdir(results)
    assert main(["hunt", *words]) == (3 if "gone" in words else 2)
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line


def test_a_saved_hunt_is_listed_explained_and_asked(results: Path, capsys: Capture) -> None:
    """With the values that it needs."""
    assert main(["hunt", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 12
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("requests-of ") for line in lines)
    assert main(["hunt", "--list", "requests-of"]) == 0
    told = capsys.readouterr().out
    assert "--with address=: an address as logs write it" in told
    assert "WHERE client = $address" in told
    assert max(map(len, told.partition("SELECT")[0].splitlines())) <= 80
    asked = ["hunt", "--saved", "requests-of", str(results)]
    assert main([*asked, "--with", "address=203.0.113.9", "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["url"] == "/owa/"
    assert main(asked) == 2
    assert "needs --with address=VALUE" in capsys.readouterr().err
    assert main(["hunt", "client = $who", "--with", "who=203.0.113.9", str(results)]) == 0
    assert "1 row of" in capsys.readouterr().err
    for wrong in (["--saved", "nothing", str(results)], ["--list", "nothing"],
                  ["--saved", "requests-of"], ["client = $who", str(results)]):  # fmt: skip
        assert main(["hunt", *wrong]) == 2
    with pytest.raises(SystemExit):
        main(["hunt", "x = 1", "--with", "no", str(results)])


def test_what_is_cut_is_told(results: Path, capsys: Capture) -> None:
    """A value that is too long, and an answer."""
    assert main(["hunt", "SELECT repeat('x', 40000) AS a", str(results), "--format", "jsonl"]) == 0
    found = capsys.readouterr()
    assert json.loads(found.out) == {"a": "x" * 32_000 + "…"}
    assert "1 value is cut after 32,000 characters; ask for a part" in found.err
    question = "SELECT repeat('x', 10000) AS a FROM range(10000)"
    status = main(["hunt", question, str(results), "--limit", "10000", "--max-memory", "64"])
    found = capsys.readouterr()
    assert status == 1
    assert found.err.endswith("the answer would take more than 64 MiB; ask for fewer columns or "
                              "rows, or allow --max-memory\n")  # fmt: skip
    assert 6_000 < len(found.out.splitlines()) < 6_713


@pytest.mark.skipif(sys.platform != "linux", reason="memory of a process is bounded on Linux")
def test_one_value_that_is_too_large_costs_the_answer(results: Path, capsys: Capture) -> None:
    """Which is told as other bounds are."""
    question = "SELECT range(50000000) AS a"
    assert main(["hunt", question, str(results), "--max-memory", "600"]) == 1
    assert "the answer takes more than 600 MiB; ask for less" in capsys.readouterr().err
