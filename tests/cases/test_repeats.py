"""Lines that say again what is known are kept as where they stand, and not as observations."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from alpheus.cases import repeats as module
from alpheus.cases.database import Database
from alpheus.cases.observations_import import import_file
from alpheus.cases.purge import purge
from alpheus.cases.rebuild import rebuild
from alpheus.cases.repeats import add, forget, places_of
from alpheus.cases.schema import imports, observations, repeats
from alpheus.cases.service import Cases
from alpheus.exposure.imports import ImportOptions
from cases_filling import NOW, fill, seen
from exposure_runs import OPEN

HEAD = "ip,hostname,version,timestamp\n"


def _row(number: int, day: int) -> str:
    return f"192.0.2.{number},mail{number}.town.example,15.1.2176.4,2021-03-{day:02d} 10:00:00\n"


def _list(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text(HEAD + "".join(rows))
    return path


def _runs(database: Database) -> list[tuple[int, ...]]:
    r = repeats.c
    with database.read() as connection:
        query = select(r.import_id, r.line, r.observation, r.lines).order_by(r.import_id, r.line)
        return [tuple(row) for row in connection.execute(query)]


def test_a_list_that_grows_adds_what_is_new(database: Database, tmp_path: Path) -> None:
    """Yesterday's rows are known, wherever they stand now; both files are told of each."""
    first = [_row(n, 4) for n in range(1, 6)]
    import_file(database, _list(tmp_path, "2021-03-04-victims.csv", first), "kim")
    grown = _list(tmp_path, "2021-03-05-victims.csv", [_row(9, 5), *first, _row(10, 5)])
    done = import_file(database, grown, "lou")
    assert (done.added, done.known, done.lost) == (2, 5, 0)
    assert _runs(database) == [(2, 3, 1, 5)]
    rebuild(database, now=NOW)
    (source,) = Cases(database, lambda: NOW).show(3).sources
    assert (Path(source["file"]).name, source["line"]) == ("2021-03-04-victims.csv", 4)
    (place,) = source["also"]
    assert (place.file, place.line, place.who) == (str(grown), 5, "lou")
    assert import_file(database, grown, "kim").before
    assert len(_runs(database)) == 1


def test_which_list_it_is_counts(database: Database, tmp_path: Path) -> None:
    """Two lists that say the same are two, unless their source was named and is one."""
    first, both = [_row(1, 4)], [_row(1, 4), _row(2, 4)]
    assert import_file(database, _list(tmp_path, "a.csv", first), "kim").added == 1
    assert import_file(database, _list(tmp_path, "b.csv", [_row(2, 4), *first]), "kim").added == 2
    again = import_file(database, _list(tmp_path, "a.csv", both), "kim")
    assert (again.added, again.known) == (1, 1)
    for number, name in enumerate(("c.csv", "d.csv")):
        named = ImportOptions(source="a partner")
        path = _list(tmp_path, name, [_row(3, 4)] * (number + 1))
        done = import_file(database, path, "kim", options=named)
        assert (done.added, done.known) == ((1, 0), (0, 2))[number]


def test_a_row_with_another_time_is_new(database: Database, tmp_path: Path) -> None:
    """It was seen again."""
    import_file(database, _list(tmp_path, "a-2021-03-04.csv", [_row(1, 4)]), "kim")
    done = import_file(database, _list(tmp_path, "a-2021-03-05.csv", [_row(1, 5)]), "kim")
    assert (done.added, done.known) == (1, 0)


def _fill(database: Database, count: int) -> None:
    fill(database, [seen(n, OPEN, 1) for n in range(1, count + 1)])
    with database.write() as connection:
        connection.execute(insert(imports).values(sha256="y", file="b.csv", who="kim"))


def test_runs(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines and observations that go on together are one, up to a bound."""
    monkeypatch.setattr(module, "LONGEST", 3)
    _fill(database, 9)
    lines = [(1, 1), (2, 2), (3, 3), (4, 4), (6, 5), (7, 9), (7, 8)]
    with database.write() as connection:
        add(connection, 2, lines)
        add(connection, 2, [])
    assert _runs(database) == [(2, 1, 1, 3), (2, 4, 4, 1), (2, 6, 5, 1), (2, 7, 9, 1),
                               (2, 7, 8, 1)]  # fmt: skip
    with database.read() as connection:
        found = places_of(connection, range(1, 10))
    assert {(place.line, number) for number, mine in found.items() for place in mine} == {*lines}


def test_what_is_forgotten_is_told_nowhere(database: Database) -> None:
    """Of the other observations of a run it is told still."""
    _fill(database, 6)
    with database.write() as connection:
        add(connection, 2, [(n, n) for n in range(1, 7)])
        forget(connection, [2, 5])
        forget(connection, [])
    assert _runs(database) == [(2, 1, 1, 1), (2, 3, 3, 2), (2, 6, 6, 1)]
    rebuild(database, now=NOW)
    purge(database, before="2022-01-01T00:00:00Z")
    assert _runs(database) == []
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(observations)).scalar() == 0
