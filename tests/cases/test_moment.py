"""What one answer is made of is read in one transaction, which knows what its thread wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from threading import Thread

import pytest
from sqlalchemy import Connection, event, insert, select, text

from alpheus.cases.database import Database, driver, open_database
from alpheus.cases.schema import meta
from alpheus.errors import DatabaseLostError, RefusedError
from postgresql_server import Server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One of each kind."""
    if request.param == "sqlite":
        place = str(tmp_path_factory.mktemp("moment") / "c.db")
    else:
        server: Server = request.getfixturevalue("postgresql")
        place = server.new()
    with open_database(place) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _empty(database: Database) -> None:
    with database.write() as connection:
        connection.execute(meta.delete())


def _keys(connection: Connection) -> list[str]:
    return list(connection.execute(select(meta.c.key).order_by(meta.c.key)).scalars())


def _put(database: Database, key: str) -> None:
    with database.write() as connection:
        connection.execute(insert(meta).values(key=key, value=""))


def _elsewhere(database: Database, key: str) -> None:
    other = Thread(target=_put, args=(database, key))
    other.start()
    other.join()


def test_all_that_is_read_is_of_one_moment(database: Database) -> None:
    """What others write meanwhile is there in the next."""
    with database.moment():
        with database.read() as connection:
            assert _keys(connection) == []
        _elsewhere(database, "a")
        with database.read() as connection:
            assert _keys(connection) == []
    with database.moment(), database.read() as connection:
        assert _keys(connection) == ["a"]


def test_it_is_one_transaction(database: Database) -> None:
    """Also of readers within readers, and of moments within moments."""
    begun: list[Connection] = []

    def begin(connection: Connection) -> None:
        begun.append(connection)

    event.listen(database.engine, "begin", begin)
    try:
        with (
            database.moment(), database.read() as first, database.moment(),
            database.read() as second,
        ):  # fmt: skip
            assert second is first
        assert len(begun) == 1
        with database.read(), database.read():
            assert len(begun) == 3  # without a moment each has its own
    finally:
        event.remove(database.engine, "begin", begin)


def test_nothing_is_begun_for_nothing(database: Database) -> None:
    """A page that asks the database nothing has no transaction."""
    before = database.engine.pool.checkedout()  # type: ignore[attr-defined]
    with database.moment():
        assert database.engine.pool.checkedout() == before  # type: ignore[attr-defined]


def test_what_a_thread_writes_it_reads(database: Database) -> None:
    """Whatever it read before; who still reads goes on with what was."""
    with database.moment():
        with database.read() as connection:
            assert _keys(connection) == []
            _put(database, "a")
            assert _keys(connection) == []
        with database.read() as connection:
            assert _keys(connection) == ["a"]
        with database.rows() as connection:
            connection.execute(insert(meta).values(key="b", value=""))
        with database.read() as connection:
            assert _keys(connection) == ["a", "b"]


def test_a_failure_does_not_spoil_what_follows(database: Database) -> None:
    """PostgreSQL refuses all in a transaction in which something failed."""
    with database.moment():
        with suppress(Exception), database.read() as connection:
            connection.execute(text("SELECT 1 FROM nowhere"))
        with database.read() as connection:
            assert _keys(connection) == []
        with suppress(RefusedError), database.read():
            raise RefusedError("no")
        with database.read() as connection:
            assert _keys(connection) == []
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_other_threads_have_their_own(database: Database) -> None:
    """A moment is of the thread that began it."""
    found: list[Connection] = []

    def read() -> None:
        with database.read() as connection:
            found.append(connection)

    with database.moment(), database.read() as mine:
        other = Thread(target=read)
        other.start()
        other.join()
        assert found
        assert found[0] is not mine


def test_a_connection_that_breaks_meanwhile(postgresql: Server) -> None:
    """One line, and the next reader has another one."""
    with open_database(postgresql.new()) as opened, opened.moment():
        with pytest.raises(DatabaseLostError), opened.read() as connection:
            number = driver(connection).info.backend_pid
            with opened.engine.connect() as other:
                other.execute(text(f"SELECT pg_terminate_backend({number})"))
            _keys(connection)
        with opened.read() as connection:
            assert _keys(connection) == []
