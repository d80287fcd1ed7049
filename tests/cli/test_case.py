"""`alpheus case` from the first list to a closed case."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpheus.cli import main
from cases_filling import seen
from exposure_runs import CLOSED, OPEN, write_lines


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", str(tmp_path / "c.db"))


@pytest.fixture
def filled(tmp_path: Path) -> None:
    """Three servers, the first seen twice."""
    _fill(tmp_path)


def _fill(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.jsonl", [seen(1, OPEN, 1), seen(2, OPEN, 1),
                                              seen(3, CLOSED, 1), seen(1, OPEN, 3)])  # fmt: skip
    assert main(["case", "import", str(file), "--who", "kim"]) == 0


def _listed(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict]:
    capsys.readouterr()
    assert main(["case", "list", "--format", "jsonl", *options]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_import_says_what_it_did(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """And that a file is in already; one that is not there does not stop the others."""
    _fill(tmp_path)
    said = capsys.readouterr().err
    assert "a.jsonl: 4 new, 0 known, 0 not" in said
    assert "4 observations are 3 servers" in said
    (tmp_path / "bad.jsonl").write_bytes((tmp_path / "a.jsonl").read_bytes() + b"{}\n")
    assert main(["case", "import", "a.jsonl", "no.jsonl", "bad.jsonl"]) == 3
    said = capsys.readouterr().err
    assert "a.jsonl: is in already" in said
    assert "no.jsonl: is not there" in said
    assert "bad.jsonl: 0 new, 4 known, 1 not" in said
    assert "bad.jsonl: line 5" in said


def test_import_can_leave_servers_for_later(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What waits is said until a rebuild."""
    file = write_lines(tmp_path / "a.jsonl", [seen(1, OPEN, 1)])
    assert main(["case", "import", str(file), "--later"]) == 0
    assert main(["case", "list"]) == 3
    assert "alpheus case rebuild" in capsys.readouterr().err
    assert main(["case", "rebuild", "--cve", "CVE-2022-41040"]) == 0
    assert len(_listed(capsys)) == 1


def test_a_rebuild_as_of_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What has been open for long by then is more urgent."""
    file = write_lines(tmp_path / "a.jsonl", [seen(1, OPEN, 1)])
    assert main(["case", "import", str(file), "--later"]) == 0
    urgent = []
    for when in ("2021-03-02", "2031-03-02"):
        assert main(["case", "rebuild", "--as-of", when]) == 0
        urgent.append(_listed(capsys)[0]["priority"])
    assert urgent[0] < urgent[1]
    with pytest.raises(SystemExit):
        main(["case", "rebuild", "--as-of", "yesterday"])


@pytest.mark.usefixtures("filled")
def test_list_filters_and_forms(capsys: pytest.CaptureFixture[str]) -> None:
    """As lines, as a table with its bound, as CSV."""
    assert {one["id"] for one in _listed(capsys, "--patch", "vulnerable")} == {1, 2}
    assert [one["id"] for one in _listed(capsys, "--sort", "name", "--limit", "2")] == [1, 2]
    assert [one["id"] for one in _listed(capsys, "--text", "qq0003")] == [3]
    assert main(["case", "list", "--limit", "1"]) == 0
    said = capsys.readouterr().out
    assert "more with --limit" in said
    assert main(["case", "list", "--format", "csv"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].startswith("id,name,")
    assert len(rows) == 4


@pytest.mark.usefixtures("filled")
def test_a_case_from_open_to_closed(capsys: pytest.CaptureFixture[str]) -> None:
    """Assigned, noted, mitigated, closed, opened again; what is not allowed ends with 2."""
    tomorrow = str((datetime.now(UTC) + timedelta(days=1)).date())
    for words in (
        ["assign", "1", "lou"],
        ["note", "1", "--why", "called them"],
        ["note", "1", "--why", "EOMT", "--as", "mitigated", "--when", "2021-03-05"],
        ["close", "1", "--why", "switched off", "--as", "gone"],
        ["reopen", "1", "--why", "it is back"],
        ["close", "2", "--why", "a lab", "--false-positive-until", tomorrow],
    ):
        assert main(["case", *words]) == 0, words
    found = {one["id"]: one for one in _listed(capsys)}
    assert (found[1]["assignee"], found[1]["work"], found[1]["patch"]) == (
        "lou", "reopened", "mitigated",
    )  # fmt: skip
    assert found[2]["work"] == "false-positive"
    assert main(["case", "close", "1", "--why", "so", "--as", "done"]) == 0
    assert main(["case", "close", "1", "--why", "so", "--as", "done"]) == 2
    assert "server 1: closed: the case is closed already" in capsys.readouterr().err


@pytest.mark.usefixtures("filled")
def test_merge_split_and_show(capsys: pytest.CaptureFixture[str]) -> None:
    """Every number leads to the server; show tells why it is one."""
    assert main(["case", "merge", "1", "2", "--why", "same rack"]) == 0
    assert main(["case", "split", "1", "2", "--why", "it was not"]) == 0
    capsys.readouterr()
    assert main(["case", "show", "4"]) == 0
    said = capsys.readouterr().out
    assert "Server 1  QQ0001XY" in said
    assert "same server because" in said
    assert "a.jsonl:4" in said.replace("\n      ", "")
    assert main(["case", "show", "4", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["server"]["id"] == 1
    assert main(["case", "show", "99"]) == 2


@pytest.mark.usefixtures("filled")
def test_purge_asks_to_be_meant(capsys: pytest.CaptureFixture[str]) -> None:
    """And says what to forget."""
    assert main(["case", "purge"]) == 2
    assert main(["case", "purge", "--server", "1"]) == 2
    assert main(["case", "purge", "--server", "1", "--yes"]) == 0
    assert main(["case", "purge", "--before", "2000-01-01", "--yes"]) == 0
    assert {one["id"] for one in _listed(capsys)} == {2, 3}


def test_a_database_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Is not made by asking it; one line."""
    assert main(["case", "list", "--database", "no.db"]) == 3
    assert (
        "no.db: is not there; alpheus case import or alpheus campaign run makes it"
        in capsys.readouterr().err
    )
    assert not Path("no.db").exists()
