"""Questions that are put into words once give what a statement gives, on both kinds of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import DBAPIError

from alpheus.cases.database import Database, driver, open_database
from alpheus.cases.questions import OneOf, Question
from alpheus.cases.schema import imports, meta
from alpheus.errors import DatabaseLostError
from postgresql_server import Server

KEYS = ["a", "b", 'c" or 1', "d", "ü"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One of each kind, with some rows."""
    place = str(tmp_path_factory.mktemp("questions") / "c.db")
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql")
        place = server.new()
    with open_database(place) as opened:
        with opened.write() as connection:
            connection.execute(insert(meta), [{"key": key, "value": f"of {key}"} for key in KEYS])
            for number in range(1, 6):
                connection.execute(insert(imports).values(id=number, sha256=str(number)))
        yield opened


_AFTER = Question(
    select(meta).where(meta.c.key > bindparam("key")).order_by(meta.c.key).limit(bindparam("most"))
)
_SOME = Question(select(imports.c.id).where(OneOf(imports.c.id, "numbers")).order_by(imports.c.id))
_NAMED = Question(select(meta.c.key).where(OneOf(meta.c.key, "keys")).order_by(meta.c.key))


def test_rows_have_the_names_of_their_columns(database: Database) -> None:
    """By name and by place, as dicts, one alone, and one value alone."""
    with database.read() as connection:
        rows = _AFTER.rows(connection, key="a", most=2)
        assert [(row.key, row[1]) for row in rows] == [("b", "of b"), (KEYS[2], f"of {KEYS[2]}")]
        assert _AFTER.dicts(connection, key="a", most=1) == [{"key": "b", "value": "of b"}]
        assert _AFTER.first(connection, key="a", most=2).value == "of b"
        assert _AFTER.value(connection, key="a", most=2) == "b"
        assert _AFTER.column(connection, key="a", most=9) == KEYS[1:]
        assert _AFTER.first(connection, key="ü", most=2) is None
        assert _AFTER.value(connection, key="ü", most=2) is None


def test_a_list_is_one_value_however_long_it_is(database: Database) -> None:
    """Numbers and texts, also none, many, and those with signs of SQL and JSON in them."""
    with database.read() as connection:
        assert _SOME.column(connection, numbers=[4, 2, 99]) == [2, 4]
        assert _SOME.column(connection, numbers=[]) == []
        assert _SOME.column(connection, numbers=[1, 1, 1]) == [1]
        assert len(_SOME.column(connection, numbers=list(range(50_000)))) == 5
        assert _NAMED.column(connection, keys=["ü", KEYS[2], "no"]) == [KEYS[2], "ü"]


def test_a_list_is_looked_up_in_an_index(database: Database) -> None:
    """Not compared with every row."""
    if not database.is_sqlite:
        return  # PostgreSQL reads so small a table as a whole, whatever it has
    with database.read() as connection:
        _SOME.rows(connection, numbers=[1])
        said = _SOME._written["sqlite"]._text
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", ("[1]",)).all()
    assert any("SEARCH imports" in str(row) for row in plan)


def test_it_sees_what_its_transaction_wrote(database: Database) -> None:
    """It goes by the same connection."""
    with database.write() as connection:
        connection.execute(insert(meta).values(key="z", value="new"))
        assert _AFTER.value(connection, key="ü", most=1) is None
        assert _AFTER.value(connection, key="y", most=1) == "z"
        connection.execute(meta.delete().where(meta.c.key == "z"))


def test_errors_are_those_of_a_connection(database: Database) -> None:
    """So that they are told as such; and the database is asked again afterwards."""
    wrong = Question(select(text("a")).select_from(text("nowhere")))
    with pytest.raises(DBAPIError, match="nowhere"), database.read() as connection:
        wrong.rows(connection)
    with database.read() as connection:
        assert _AFTER.value(connection, key="a", most=1) == "b"


def test_a_connection_that_breaks(postgresql: Server) -> None:
    """It is told in one line, and not used again."""
    with open_database(postgresql.new()) as opened:
        with pytest.raises(DatabaseLostError), opened.read() as connection:
            number = driver(connection).info.backend_pid
            with opened.engine.connect() as other:
                other.execute(text(f"SELECT pg_terminate_backend({number})"))
            _AFTER.rows(connection, key="", most=1)
        with opened.read() as connection:
            assert _AFTER.rows(connection, key="", most=1) == []
