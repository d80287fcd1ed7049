"""One database of cases: a file of SQLite, or PostgreSQL for a team.

The file is for its owner alone (mode 0600): it is a list of targets. Whoever writes is alone; who
reads sees the state of one moment and is never held up by the writer.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from alpheus.cases.failures import told
from alpheus.cases.moment import Moment
from alpheus.cases.remembered import OPTION, Memo, Remembered
from alpheus.cases.schema import HEAD
from alpheus.errors import DatabaseBusyError, DatabaseError, DatabaseVersionError, UsageError

PRIVATE = 0o600
BUSY_SECONDS = 30
"""How long to wait for another writer."""

_APPLICATION = 0x416C7068
"""What marks a file of SQLite as ours."""

_PREPARED = 500
"""Statements that PostgreSQL keeps ready for a connection."""

_WRITER = 7_021_001
_WORKER = 7_021_002
_VERSION = "SELECT version_num FROM alembic_version"
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")


class Database:
    """An open database. `notes` are sentences for the operator, such as where a backup lies."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine = engine
        self.place = place
        self.notes: tuple[str, ...] = ()
        self._here = threading.local()
        self._remembered = Remembered()

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment, that of `moment` where there is. DatabaseError."""
        held = self._moment
        with told(self.place), self._reading() if held is None else held.read() as connection:
            yield connection

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Let all that this thread reads meanwhile be of one moment, in one transaction.

        It begins with the first that is read, and anew after this thread has written something.
        """
        if self._moment is not None:
            yield
            return
        held = self._here.moment = Moment(self._reading)
        try:
            yield
        finally:
            self._here.moment = None
            with told(self.place):
                held.end()

    @property
    def _moment(self) -> Moment | None:
        found: Moment | None = getattr(self._here, "moment", None)
        return found

    def _renew(self) -> None:
        """Let what this thread reads from now on know what it has written."""
        if self._moment is not None:
            self._moment.renew()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            options: dict[str, Any] = {OPTION: Memo(self._remembered)}
            if not self.is_sqlite:
                options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            connection = connection.execution_options(**options)  # noqa: PLW2901 - the same one
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction of the only writer: all of it is kept, or nothing. Raises DatabaseError."""
        with told(self.place), self.engine.connect() as connection:
            connection = connection.execution_options(writes=True)  # noqa: PLW2901 - the same one
            with connection.begin():
                if not self.is_sqlite:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITER})"))
                yield connection
        self._renew()

    @contextmanager
    def rows(self) -> Iterator[Connection]:
        """A transaction that changes rows which it locks itself, beside the writer of cases.

        SQLite has one writer, whoever it is. Raises DatabaseError.
        """
        with told(self.place), self.engine.connect() as connection:
            connection = connection.execution_options(writes=True)  # noqa: PLW2901 - the same one
            with connection.begin():
                yield connection
        self._renew()

    @contextmanager
    def work(self) -> Iterator[None]:
        """Be the only one that imports, rebuilds or purges; ends with the program, however it ends.

        Raises DatabaseBusyError at once when another does.
        """
        message = f"{self.place}: another import, rebuild or purge is under way; wait for its end"
        if self.is_sqlite:
            with _alone(Path(f"{self.engine.url.database}.work"), message):
                yield
            return
        with told(self.place), self.engine.connect() as connection:
            taken = connection.execute(text(f"SELECT pg_try_advisory_lock({_WORKER})")).scalar()
            connection.commit()
            if not taken:
                raise DatabaseBusyError(message)
            try:
                yield
            finally:
                with contextlib.suppress(DBAPIError):
                    connection.execute(text(f"SELECT pg_advisory_unlock({_WORKER})"))
                    connection.commit()

    @contextmanager
    def drive(self) -> Iterator[None]:
        """Be the only driver of a campaign run on a file of SQLite; a server has many.

        Raises DatabaseBusyError at once when there is another.
        """
        message = f"{self.place}: another campaign run is under way; wait for its end, or stop it"
        if not self.is_sqlite:
            yield
            return
        with _alone(Path(f"{self.engine.url.database}.run"), message):
            yield

    def in_turn(self, connection: Connection, what: int) -> None:
        """Until they end, transactions that call this of one number wait for one another.

        For those that change many rows in an order of their own.
        """
        if not self.is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITER}, {what})"))

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def let_go(self) -> None:
        """Let go of connections that a copy of this process could spoil; later calls make others.

        The library of SQLite knows of locks by process; those to a server are left alone by copies.
        """
        if self.is_sqlite:
            self.engine.dispose()

    def again(self) -> Database:
        """The same by connections of its own, for a process that is a copy of this one."""
        return Database(_engine(self.engine.url), self.place)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(place: str | Path, *, create: bool = True) -> Database:
    """Open a file or a URL `postgresql://user@host/name`; its tables are made or upgraded.

    The password of a server may stand in PGPASSWORD or `~/.pgpass`. Before the tables of a file
    that is in use are changed, a copy of it is laid beside. `create=False` refuses a file that is
    not there. Raises UsageError for another kind of URL, DatabaseError for all else.
    """
    url = _url(place)
    shown = url.database or "" if url.drivername == "sqlite" else url.render_as_string()
    if url.drivername == "sqlite":
        _prepare_file(Path(shown), create=create)
    database = Database(_engine(url), shown)
    try:
        with told(shown):
            database.notes = _upgrade(database)
    except BaseException:
        database.close()
        raise
    return database


def _url(place: str | Path) -> URL:
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(Path(place).absolute()))
    try:
        url = make_url(place)
    except ArgumentError:
        message = "the address of the database cannot be read; write postgresql://user@host/name"
        raise UsageError(message) from None
    if url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return URL.create("sqlite", database=str(Path(url.database).absolute()))
    raise UsageError(f"{url.drivername}: a database is a file or postgresql://user@host/name")


def _engine(url: URL) -> Engine:
    if url.drivername == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
        return engine
    # A query of a page is answered sooner than it is compiled (jit).
    options = f"-c lock_timeout={BUSY_SECONDS}s -c timezone=UTC -c client_min_messages=error"
    options += " -c jit=off"
    try:
        engine = create_engine(
            url, pool_pre_ping=True, connect_args={"connect_timeout": 10, "options": options}
        )
    except ImportError:
        raise UsageError(
            "PostgreSQL needs psycopg; install it with: pip install 'alpheus[postgresql]'"
        ) from None
    event.listen(engine, "connect", _prepare_more)
    return engine


def _prepare_more(connection: Any, _: object) -> None:  # noqa: ANN401 - psycopg's
    """Let all that pages ask stay prepared: they are more than psycopg keeps by itself."""
    connection.prepared_max = _PREPARED


def _set_up(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where we say
    for pragma in (
        "foreign_keys = ON", "synchronous = NORMAL", "temp_store = MEMORY", "cache_size = -65536",
        "mmap_size = 1073741824", "trusted_schema = OFF", "wal_autocheckpoint = 16384",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_file(file: Path, *, create: bool) -> None:
    """Make an empty file that only its owner may read, or see that an old one is so."""
    if file.is_dir():
        raise DatabaseError(f"{file}: is a folder; name a file in it")
    if not (create or file.exists()):
        raise DatabaseError(
            f"{file}: is not there; alpheus case import or alpheus campaign run makes it"
        )
    try:
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE))
        elif os.name == "posix" and file.stat().st_mode & 0o077:
            file.chmod(PRIVATE)
    except FileExistsError:
        return  # another program made it just now
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DatabaseError(f"{file}: {reason}; see to the folder and its permissions") from error


def _upgrade(database: Database) -> tuple[str, ...]:
    """Bring the lasting tables up to date; what to tell of it."""
    with database.engine.connect() as connection:
        found = _revision(connection)
        if database.is_sqlite:
            _check_owner(connection, database.place, found)
    if found == HEAD:
        return ()
    if found > HEAD:
        raise DatabaseVersionError(
            f"{database.place}: was written by a newer Alpheus (revision {found}, this one knows "
            f"{HEAD}); use that one"
        )
    if database.is_sqlite:
        _mark(database)
    note = _back_up(database, found) if found else ""
    with database.write() as connection:
        if _revision(connection) != HEAD:  # another program may have been quicker
            _migrate(connection)
    return (note,) if note else ()


def _revision(connection: Connection) -> str:
    """The revision of the tables, '' where there are none."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return ""
    return str(connection.execute(text(_VERSION)).scalar() or "")


def _check_owner(connection: Connection, place: str, revision: str) -> None:
    if revision:
        return
    mark = connection.exec_driver_sql("PRAGMA application_id").scalar()
    held = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
    if held and mark != _APPLICATION:
        raise DatabaseError(f"{place}: is a database of another program; name another file")


def _mark(database: Database) -> None:
    """Make the file ours, and let readers read while there is a writer."""
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA application_id = {_APPLICATION}")
        cursor.execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()


def _back_up(database: Database, revision: str) -> str:
    if not database.is_sqlite:
        return (
            f"the tables of {database.place} go from revision {revision} to {HEAD}; "
            "its backup is yours to make, with pg_dump"
        )
    copy = Path(f"{database.place}.before-{HEAD}")
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE))
    with (
        contextlib.closing(sqlite3.connect(database.place)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    return (
        f"the tables of {database.place} went from revision {revision} to {HEAD}; "
        f"as it was before, it lies in {copy}"
    )


def _migrate(connection: Connection) -> None:
    # Slow to load, and needed once in the life of a database.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


@contextmanager
def _alone(lock: Path, message: str) -> Iterator[None]:
    """Hold the lock of an empty database, which the system lets go by itself."""
    with contextlib.closing(sqlite3.connect(lock, timeout=0, isolation_level=None)) as held:
        with contextlib.suppress(OSError):
            lock.chmod(PRIVATE)
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise DatabaseBusyError(message) from error
        yield


def driver(connection: Connection) -> Any:  # noqa: ANN401 - sqlite3's or psycopg's
    """The driver's own connection, for what is quicker without a layer in between."""
    return connection.connection.driver_connection
