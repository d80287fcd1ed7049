"""What is interrupted leaves nothing half done, and can be done again."""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from alpheus.cases import derived_store
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database, open_database
from alpheus.cases.hand import Entry, enter
from alpheus.cases.rebuild import rebuild
from alpheus.cases.schema import acts, observations
from alpheus.cases.service import Cases, Filters
from alpheus.cli import main
from alpheus.errors import DatabaseLostError
from cases_filling import NOW, derived_rows, seen
from cases_filling import fill as fill_with
from copies import die, end_of_a_copy, on_a_full_disk
from exposure_runs import CLOSED, OPEN, write_lines
from filled_database import Fill, lay_down
from postgresql_server import Server

WORLD = [seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, CLOSED, 1), seen(1, OPEN, 3)]

Doing = Callable[[Cases], Any]
WHAT: dict[str, Doing] = {
    "act": lambda cases: cases.act(1, ActKind.STARTED, who="kim"),
    "many": lambda cases: cases.act_many([1, 2, 3], ActKind.STARTED, who="kim"),
    "matching": lambda cases: cases.act_many(
        Filters(), ActKind.STARTED, who="kim", code=cases.matching(Filters()).code
    ),
    "merge": lambda cases: cases.merge([1, 2], who="kim", why="so"),
    "split": lambda cases: cases.split(1, [4], who="kim", why="so"),
}


def _filled(place: str) -> None:
    with open_database(place) as database:
        fill_with(database, WORLD)
        rebuild(database, now=NOW)


def _state(database: Database) -> tuple[dict[str, Any], int, int]:
    with database.read() as connection:
        done = connection.execute(select(func.count()).select_from(acts)).scalar_one()
        seen_ones = connection.execute(select(func.count()).select_from(observations)).scalar_one()
    return derived_rows(database), done, seen_ones


@pytest.fixture
def fill() -> Fill:
    """Databases hold this world from the start."""
    return _filled


@pytest.mark.parametrize("what", WHAT)
def test_killed_in_the_midst_of_an_act(place: str, what: str) -> None:
    """The program is gone, the database as it was, and nobody is locked out."""
    with open_database(place) as database:
        before = _state(database)

    def die_before_it_is_counted() -> None:
        derived_store._count = die
        WHAT[what](Cases(open_database(place), lambda: NOW))

    assert end_of_a_copy(die_before_it_is_counted) == -signal.SIGKILL
    with open_database(place) as database:
        assert _state(database) == before
        WHAT[what](Cases(database, lambda: NOW))
        assert _state(database)[1] > before[1]


@pytest.mark.system
@pytest.mark.parametrize("what", WHAT)
def test_a_connection_that_is_lost_in_the_midst_of_an_act(
    server: Server, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Is told; nothing was done, and the next try does it."""
    place = server.new(_filled)
    with open_database(place) as database:
        before = _state(database)
        cases = Cases(database, lambda: NOW)
        real = derived_store._count

        def lose(connection: Any, *given: Any) -> None:
            number = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            with psycopg.connect(server.url("postgres"), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [number])
            real(connection, *given)

        with monkeypatch.context() as patch:
            patch.setattr(derived_store, "_count", lose)
            with pytest.raises(DatabaseLostError, match="see that its server runs"):
                WHAT[what](cases)
        assert _state(database) == before
        WHAT[what](cases)
        assert _state(database)[1] > before[1]


@pytest.mark.system
def test_a_connection_that_is_lost_while_an_entry_is_made(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry is in, or it is not; the same entry again is in once."""
    place = server.new(_filled)
    entry = Entry(names=("mail.org1.example",), build=CLOSED, seen="2021-03-09T00:00:00Z")
    with open_database(place) as database:
        before = _state(database)

        def lose(connection: Any, *_: Any) -> None:
            connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

        with monkeypatch.context() as patch:
            patch.setattr("alpheus.cases.observations_store.add_rows", lose)
            with pytest.raises(DatabaseLostError):
                enter(database, entry, "kim", now=NOW)
        assert _state(database) == before
        assert enter(database, entry, "kim", now=NOW).new
        assert not enter(database, entry, "kim", now=NOW).new


@pytest.mark.skipif(sys.platform != "linux", reason="files are bounded by a limit of Linux")
@pytest.mark.parametrize(
    "words",
    [
        ("import", "more.jsonl", "--later"),
        ("import", "more.jsonl"),
        ("rebuild",),
        ("merge", "1", "2", "--why", "so"),
        ("note", "1", "2", "3", "--why", "so"),
        ("add", "--address", "192.0.2.200"),
    ],
)
def test_a_full_disk(words: tuple[str, ...], tmp_path: Path) -> None:
    """Is told with what helps; what was there is there, and it can be done when there is room."""
    place = str(tmp_path / "c.db")
    write_lines(tmp_path / "more.jsonl", [seen(n % 250 + 1, OPEN, 5, servers=(f"RR{n:05d}",))
                                          for n in range(600)])  # fmt: skip
    lay_down(Path(place), _filled)
    asked = [str(tmp_path / word) if word.endswith(".jsonl") else word for word in words]
    room = 4096  # the journal beside the file cannot grow beyond a page
    command = ["case", asked[0], "--database", place, *asked[1:]]
    status, said = on_a_full_disk(room, lambda: main(command))
    assert status == 3, said
    assert "make room" in said
    assert "Traceback" not in said
    with open_database(place) as database:
        derived, done, count = _state(database)
        assert done == 0
        assert count in {4, 5, 604}
        assert {row[0] for row in derived["members"]} == {1, 2, 3, 4}
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != room
    assert main(command) == 0
