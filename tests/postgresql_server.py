"""A PostgreSQL of its own for a run of tests: in a folder, on a socket, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import count
from pathlib import Path

import psycopg

from filled_database import Fill

_ADDRESS_IN_FILE_SYSTEM = 1  # port: part of the socket's name alone
_PATIENCE = 60
_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30
_numbers = count()


def programs() -> Path | None:
    """The folder of the newest server that is installed."""
    found = shutil.which("postgres")
    if found:
        return Path(found).parent
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


class Server:
    """A running server; one that was killed can be started again."""

    def __init__(self, folder: Path, command: list[str | Path], user: str | None) -> None:
        self.folder = folder
        self._command = command
        self._user = user
        self._filled: dict[Fill, str] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers; what one that was killed left behind ends first."""
        end = time.monotonic() + _PATIENCE
        while True:
            if self.process is not None:
                self.process.wait(_PATIENCE)
            with (self.folder / "log").open("ab") as log:
                self.process = subprocess.Popen(
                    self._command, user=self._user, cwd=self.folder, stdout=log, stderr=log
                )
            try:
                _wait(self)
            except RuntimeError:
                if time.monotonic() > end or "in use" not in (self.folder / "log").read_text():
                    raise
                time.sleep(0.2)
            else:
                return

    @cached_property
    def _copying(self) -> str:
        """How a database is copied: files as they are, which older servers do in any case."""
        with psycopg.connect(self.url("postgres")) as connection:
            return " STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""

    @property
    def pid(self) -> int:
        """Its first process."""
        assert self.process is not None
        return self.process.pid

    def is_gone(self) -> bool:
        """Whether it has ended."""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """End it without waiting for anybody."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait(_PATIENCE)

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{name}?host={self.folder}&port={_ADDRESS_IN_FILE_SYSTEM}"

    def new(self, fill: Fill | None = None) -> str:
        """The address of a database: without tables, or as `fill` fills it, which it does once."""
        template = "template1"
        if fill is not None:
            if fill not in self._filled:
                url = self.new()
                fill(url)
                self._filled[fill] = self._name(url)
            template = self._filled[fill]
        name = f"cases{next(_numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}{self._copying}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Let go of a database: hundreds of them take a minute to remove in the end."""
        self._do(f"DROP DATABASE {self._name(url)} WITH (FORCE)")

    @staticmethod
    def _name(url: str) -> str:
        return url.partition("@/")[2].partition("?")[0]

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]


def _user() -> str | None:
    """Who may run it: the superuser may not."""
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _memory() -> Path | None:
    """A folder in memory with room for many small databases, where there is one."""
    with suppress(OSError):
        if shutil.disk_usage(_MEMORY).free > _ROOM and os.access(_MEMORY, os.W_OK):
            return _MEMORY
    return None


@contextmanager
def running(binaries: Path, *, lasting: bool = False, in_memory: bool = False) -> Iterator[Server]:
    """Start a server; it keeps nothing safe, and is quick.

    What a `lasting` one has said is written survives that its processes are killed. One
    `in_memory` makes and drops small databases at a third of the cost, where memory is a folder.
    """
    place = (_memory() if in_memory else None) or "/tmp"
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=place))  # a socket's name must be short
    user = _user()
    if user:
        shutil.chown(folder, user)
    try:
        subprocess.run(
            [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust",
             "-E", "UTF8", "--locale=C", "--no-sync"],
            user=user, cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        settings = {
            "listen_addresses": "", "unix_socket_directories": folder, "fsync": "off",
            "port": _ADDRESS_IN_FILE_SYSTEM, "full_page_writes": "off", "max_connections": 40,
            "synchronous_commit": "off", "max_wal_size": "4GB", "shared_buffers": "512MB",
        }  # fmt: skip
        if in_memory:
            # Its databases live for one test: nobody tidies them, and none fills many buffers.
            settings |= {
                "autovacuum": "off", "wal_level": "minimal", "max_wal_senders": "0",
                "max_wal_size": "256MB", "shared_buffers": "64MB",
            }  # fmt: skip
        if lasting:
            settings |= {"synchronous_commit": "on", "full_page_writes": "on"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        command = [binaries / "postgres", "-D", folder / "data", *options]
        server = Server(folder, command, user)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Server) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(server.url("postgres")).close()
        except psycopg.OperationalError:
            if (
                time.monotonic() > end
                or server.process is None
                or server.process.poll() is not None
            ):
                raise RuntimeError((server.folder / "log").read_text("utf-8", "replace")) from None
            time.sleep(0.05)
        else:
            return
