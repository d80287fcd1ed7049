"""Databases are opened, upgraded, locked and lost with one clear line."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from alpheus.cases import database as module
from alpheus.cases.database import Database, driver, open_database
from alpheus.cases.schema import HEAD, meta
from alpheus.errors import (
    DatabaseBusyError,
    DatabaseError,
    DatabaseFullError,
    DatabaseLostError,
    DatabaseVersionError,
    UsageError,
)
from postgresql_server import Server

ROW = {"key": "a", "value": "1"}


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_written_is_read_again(place: str) -> None:
    """By another opening of the same place; a second one upgrades nothing."""
    with open_database(place) as first, first.write() as connection:
        connection.execute(insert(meta).values(ROW))
    with open_database(place) as second, second.read() as connection:
        assert second.notes == ()
        assert connection.execute(select(meta.c.value)).scalar() == "1"


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    """All of it is kept, or nothing."""
    with pytest.raises(KeyError), database.write() as connection:
        connection.execute(insert(meta).values(ROW))
        raise KeyError
    with database.read() as connection:
        assert connection.execute(select(meta)).all() == []


def test_a_reader_sees_one_moment(database: Database) -> None:
    """What is written meanwhile does not show, and the writer does not wait for the reader."""
    with database.read() as reader:
        assert reader.execute(select(meta)).all() == []
        with database.write() as writer:
            writer.execute(insert(meta).values(ROW))
        assert reader.execute(select(meta)).all() == []


def test_one_works_at_a_time(place: str) -> None:
    """A second import or rebuild is told at once; the first's end lets it in."""
    with open_database(place) as one, open_database(place) as other:
        with one.work():
            with pytest.raises(DatabaseBusyError, match="under way"), other.work():
                pass
            with other.write():
                pass  # others may write a note meanwhile
        with other.work():
            pass


def test_one_drives_a_file_and_many_a_server(place: str) -> None:
    """What is left on a file by a driver that is gone is then known to be nobody's."""
    with open_database(place) as one, open_database(place) as other, one.drive():
        if one.is_sqlite:
            with pytest.raises(DatabaseBusyError, match="campaign run is under way"), other.drive():
                pass
        else:
            with other.drive():
                pass
        with other.work(), other.rows() as connection:
            connection.execute(insert(meta).values(ROW))


def test_a_second_writer_waits_and_is_told(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the first holds it for too long."""
    monkeypatch.setattr(module, "BUSY_SECONDS", 1)
    with open_database(place) as one, open_database(place) as other, one.write() as connection:
        connection.execute(insert(meta).values(ROW))
        with pytest.raises(DatabaseBusyError, match="held by another program"), other.write():
            pass


def test_a_newer_schema_is_refused(place: str) -> None:
    """What a newer program has written is not touched."""
    with open_database(place) as opened, opened.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseVersionError, match="newer Alpheus"):
        open_database(place)


def test_our_own_mistakes_stay_what_they_are(database: Database) -> None:
    """A wrong statement is no trouble of the database's."""
    with pytest.raises(DBAPIError), database.read() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """From the first moment, with all that lies beside; one that was open is closed."""
    file = tmp_path / "c.db"
    with open_database(file) as opened, opened.work(), opened.write() as connection:
        connection.execute(insert(meta).values(ROW))
        assert {_mode(path) for path in tmp_path.glob("c.db*")} == {0o600}
    file.chmod(0o644)
    open_database(file).close()
    assert _mode(file) == 0o600


def test_foreign_keys_are_kept(tmp_path: Path) -> None:
    """SQLite does so only when told; and readers are not held up by a writer."""
    with open_database(tmp_path / "c.db") as opened, opened.read() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_copy_is_kept_before_an_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file with older tables, for its owner alone, and said."""
    file = tmp_path / "c.db"
    open_database(file).close()
    monkeypatch.setattr(module, "HEAD", f"{HEAD}x")
    monkeypatch.setattr(module, "_migrate", lambda _: None)
    with open_database(file) as opened:
        assert f"c.db.before-{HEAD}x" in opened.notes[0]
    copy = tmp_path / f"c.db.before-{HEAD}x"
    assert _mode(copy) == 0o600
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM observations").fetchone() == (0,)
    connection.close()


def test_a_server_is_backed_up_by_its_operator(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that is said."""
    url = server.new()
    open_database(url).close()
    monkeypatch.setattr(module, "HEAD", f"{HEAD}x")
    monkeypatch.setattr(module, "_migrate", lambda _: None)
    with open_database(url) as opened:
        assert "pg_dump" in opened.notes[0]


def _foreign(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda file: file.write_bytes(b"no database" * 999), "is not a database of cases"),
        (lambda file: file.mkdir(), "is a folder"),
        (_foreign, "of another program"),
    ],
)
def test_what_is_no_database_of_cases_is_refused(tmp_path: Path, make, said: str) -> None:
    """With a line that names it; nothing is written into it."""
    file = tmp_path / "c.db"
    make(file)
    with pytest.raises(DatabaseError, match=said):
        open_database(file)


def test_what_is_not_there_is_not_made_by_readers(tmp_path: Path) -> None:
    """A wrong name shows; and so does a folder that is not there."""
    with pytest.raises(DatabaseError, match="is not there"):
        open_database(tmp_path / "c.db", create=False)
    with pytest.raises(DatabaseError, match="no such file or directory"):
        open_database(tmp_path / "no" / "c.db")


@pytest.mark.parametrize("url", ["mysql://a/b", "sqlite://", "://", "postgresql+nothing://a/b"])
def test_other_addresses_are_refused(url: str) -> None:
    """A database is a file or PostgreSQL."""
    with pytest.raises(UsageError):
        open_database(url)


def test_an_address_of_sqlite_is_its_file(tmp_path: Path) -> None:
    """`sqlite:///file` is the file."""
    open_database(f"sqlite:///{tmp_path}/c.db").close()
    assert (tmp_path / "c.db").is_file()


def test_a_server_that_is_not_there() -> None:
    """One line, without the password."""
    with pytest.raises(DatabaseLostError) as caught:
        open_database("postgresql://me:secret@127.0.0.1:9/cases")
    assert "secret" not in str(caught.value)
    assert "see that its server runs" in str(caught.value)


def test_a_database_that_the_server_does_not_have(server: Server) -> None:
    """Its remedy is named."""
    with pytest.raises(DatabaseError, match="createdb"):
        open_database(server.url("nowhere"))


def test_a_connection_that_breaks(server: Server) -> None:
    """In the middle of writing: one line, nothing half-done, and the next one works."""
    with open_database(server.new()) as opened:
        with (
            pytest.raises(DatabaseLostError, match="connection broke"),
            opened.write() as connection,
        ):
            connection.execute(insert(meta).values(ROW))
            own = driver(connection).info.backend_pid
            with opened.engine.connect() as other:
                other.execute(text(f"SELECT pg_terminate_backend({own})"))
            connection.execute(select(meta))
        with opened.read() as connection:
            assert connection.execute(select(meta)).all() == []


def test_a_full_disk(tmp_path: Path) -> None:
    """One line, and the transaction is undone."""
    with open_database(tmp_path / "c.db") as opened:
        with pytest.raises(DatabaseFullError, match="make room"), opened.write() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
            connection.execute(insert(meta).values(key="b", value="x" * 100_000))
        with opened.read() as connection:
            assert connection.execute(select(meta)).all() == []


def test_a_killed_writer_leaves_nothing_and_no_lock(tmp_path: Path) -> None:
    """Neither half a transaction nor a lock outlives the program."""
    file = tmp_path / "c.db"
    program = (
        "import os, signal, sys\n"
        "from sqlalchemy import insert\n"
        "from alpheus.cases.database import open_database\n"
        "from alpheus.cases.schema import meta\n"
        "database = open_database(sys.argv[1])\n"
        "with database.work(), database.write() as connection:\n"
        "    connection.execute(insert(meta).values(key='a', value='1'))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(file)], check=False)
    assert ended.returncode == -9
    with open_database(file) as opened, opened.work(), opened.write() as connection:
        assert connection.execute(select(meta)).all() == []
