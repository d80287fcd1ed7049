"""`alpheus audit`: whether the log of the console holds, and what is in it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete, update

from alpheus.cases.console_schema import audit as table
from alpheus.cases.database import Database, open_database
from alpheus.cli import main
from alpheus.web.access import audit

COUNT = 4


@pytest.fixture
def filled(place: str, database: Database) -> str:
    """A log of some entries, on either database; where it is."""
    for number in range(1, COUNT + 1):
        with database.write() as connection:
            audit.note(connection, time=f"2021-03-12T09:00:0{number}Z", who=f"mia{number % 2}",
                       action="looked", object_=f"server {number}", why="=1+1\x1b[2J")  # fmt: skip
    return place


def _changed(place: str, *changes: object) -> None:
    with open_database(place) as opened, opened.write() as connection:
        for change in changes:
            connection.execute(change)  # type: ignore[call-overload]


def _printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["audit", *arguments]) == status
    return capsys.readouterr().out


def test_a_log_that_holds_is_told_with_its_head(
    filled: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The head is to be noted elsewhere; the status is 0."""
    assert "the log holds: 4 entries, head " in _printed(capsys, "verify", "--database", filled)


@pytest.mark.parametrize(
    "column", ["time", "who", "action", "object", "detail", "previous", "hash"]
)
def test_a_change_of_any_column_is_named(
    filled: str, column: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first entry that does not hold; the status is 1."""
    value = table.c[column] + "x"
    _changed(filled, update(table).where(table.c.id == 3).values({column: value}))
    printed = _printed(capsys, "verify", "--database", filled, status=1)
    assert "entry 3 is not what was taken down" in printed
    assert "2 entries before it hold" in printed


def test_what_was_left_out_moved_or_cut_off_shows(
    filled: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The end against a head that was noted before."""
    head = _printed(capsys, "verify", "--database", filled).split()[-1]
    _changed(filled, delete(table).where(table.c.id == COUNT))
    assert "holds: 3 entries" in _printed(capsys, "verify", "--database", filled)
    printed = _printed(capsys, "verify", "--database", filled, "--head", head, status=1)
    assert f"the head {head} is not in it" in printed
    moves = [update(table).where(table.c.id == old).values(id=new)
             for old, new in ((1, 99), (2, 1), (99, 2))]  # fmt: skip
    _changed(filled, *moves)
    assert "entry 1 is not what" in _printed(capsys, "verify", "--database", filled, status=1)
    _changed(filled, delete(table).where(table.c.id == 1))
    assert "entry 1 is not there" in _printed(capsys, "verify", "--database", filled, status=1)


def test_the_newest_are_listed_first_and_shown_inert(
    filled: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of one person where asked."""
    lines = _printed(capsys, "list", "--database", filled, "--who", "mia1").splitlines()
    assert [line.split()[0] for line in lines] == ["3", "1"]
    assert "why: =1+1{ESC}[2J" in lines[0]
    assert len(_printed(capsys, "list", "--database", filled, "--most", "2").splitlines()) == 2
    assert _printed(capsys, "list", "--database", filled, "--action", "none") == ""


def test_the_whole_log_is_written_with_its_hashes(
    filled: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As JSON lines, in its order, to standard output or into a file."""
    printed = _printed(capsys, "export", "--database", filled)
    rows = [msgspec.json.decode(line) for line in printed.splitlines()]
    assert [row["id"] for row in rows] == [1, 2, 3, 4]
    assert rows[1]["previous"] == rows[0]["hash"]
    _printed(capsys, "export", "--database", filled, "-o", str(tmp_path / "log.jsonl"))
    assert (tmp_path / "log.jsonl").read_text("utf-8") == printed


def test_a_database_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not made: it would be a log that holds."""
    absent = tmp_path / "absent.db"
    assert main(["audit", "verify", "--database", str(absent)]) == 3
    assert "is not there" in capsys.readouterr().err
    assert not absent.exists()
