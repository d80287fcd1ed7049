"""Many rows at a time, each once, numbered in their order."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, insert, select

from alpheus.cases.database import Database
from alpheus.cases.observations import Row, Rows
from alpheus.cases.observations_store import Store
from alpheus.cases.schema import facts, imports, observations
from alpheus.exposure.output.jsonl import encode
from exposure_runs import CLOSED, OPEN, observation

ROWS = Rows(datetime(2021, 4, 1, tzinfo=UTC))


def _rows(count: int, begin: int = 0) -> list[tuple[int, Row]]:
    builds = (OPEN, CLOSED, None)
    return [
        (n + 1, ROWS.of_line(encode(observation(f"192.0.2.{n}", builds[n % 3]))))
        for n in range(begin, begin + count)
    ]


def _add(database: Database, rows: list[tuple[int, Row]]) -> tuple[int, int]:
    with database.write() as connection:
        if connection.execute(select(imports.c.id)).scalar() is None:
            connection.execute(insert(imports).values(id=1, sha256="x"))
        return Store().add(connection, 1, rows)


def test_rows_come_back_as_they_went_in(database: Database) -> None:
    """Every column, numbered from 1 in the order given."""
    rows = _rows(9)
    assert _add(database, rows) == (9, 0)
    with database.read() as connection:
        found = connection.execute(select(observations).order_by(observations.c.id)).all()
        texts = dict(connection.execute(select(facts.c.id, facts.c.content)).all())
    assert [one.id for one in found] == list(range(1, 10))
    for one, (line, row) in zip(found, rows, strict=True):
        assert (bytes(one.digest), one.line, one.import_id) == (row.digest, line, 1)
        for name in ("kind", "seen", "address", "exchange", "build", "flags", "breach", "body"):
            assert getattr(one, name) == getattr(row, name)
        assert row.states is not None
        assert texts[one.facts_id] == row.states.text.decode()


def test_states_are_kept_once(database: Database) -> None:
    """However many servers have them."""
    _add(database, _rows(30))
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(facts)).scalar() == 3


def test_what_is_there_is_left_alone(database: Database) -> None:
    """Also twice in one go; new rows among old ones go on from the last number."""
    _add(database, _rows(5))
    assert _add(database, _rows(5)) == (0, 5)
    twice = _rows(4, begin=3)
    assert _add(database, [*twice, *twice]) == (2, 6)
    with database.read() as connection:
        query = select(observations.c.id, observations.c.address).order_by(observations.c.id)
        assert connection.execute(query).all()[-2:] == [(6, "192.0.2.5"), (7, "192.0.2.6")]


def test_many_are_asked_for_in_parts(database: Database) -> None:
    """More than a statement takes parameters."""
    rows = [(n, row._replace(digest=n.to_bytes(20, "big"))) for n, (_, row) in
            enumerate(_rows(1) * 1_201)]  # fmt: skip
    assert _add(database, rows) == (1_201, 0)
    assert _add(database, rows) == (0, 1_201)
