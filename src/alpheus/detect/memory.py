"""Remembers what unchanged evidence said, so that asking again is free.

A result is found again only under the same content, address, knowledge and options. Content is
taken as unchanged while the file system says so; a file whose times or size changed is read again.
The store holds text of evidence: it lies in the user's cache folder with mode 0700, and may be
deleted at any time. A store that is damaged or cannot be written is not used.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sqlite3
import stat
from collections.abc import Callable, Iterable
from contextlib import closing
from enum import Enum
from functools import cache
from pathlib import Path

from alpheus import __version__
from alpheus.evidence.file import fingerprint_of
from alpheus.knowledge.installed import installed
from alpheus.scan.compiled import cache_folder

_PACKAGE = Path(__file__).resolve().parents[1]
_PACKS = _PACKAGE / "knowledge" / "packs"
_KEPT_BYTES = 1 << 30
"""How large the store may become; a file of a log takes one to a few thousand bytes of it."""

_DROPPED = 10
"""One in so many entries is dropped when the store is full: those that were kept longest ago."""

_ALLOWED_BUILTINS = frozenset({"set", "frozenset"})
_SCHEMA = """
CREATE TABLE IF NOT EXISTS said (key BLOB PRIMARY KEY, value BLOB NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS said_at ON said (at);
"""


@cache
def program_version() -> str:
    """Changes whenever the program or its tables may have changed; rules are looked at apart.

    As it was when first asked for: a running program does not change.
    """
    files = (p for p in _PACKAGE.rglob("*") if _PACKS not in p.parents)
    return fingerprint_of_files(files)


def rules_version(extra: Iterable[Path] = ()) -> str:
    """Changes whenever a rule of the packs or of the operator, or what is installed, may have."""
    roots = (_PACKS, installed().folder, *extra) if installed().number else (_PACKS, *extra)
    return fingerprint_of_files(p for root in roots for p in (root, *root.rglob("*")))


def fingerprint_of_files(paths: Iterable[Path]) -> str:
    """A hash over what the file system says of files, not over their content."""
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(paths):
        try:
            status = path.stat()
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode) and path.suffix != ".pyc":
            digest.update(f"{path}:{fingerprint_of(status)}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def fingerprint_of_evidence(paths: Iterable[Path]) -> str:
    """A hash over what the file system says of everything at and below `paths`.

    Links are not followed. What cannot be listed counts by its name alone.
    """
    digest = hashlib.sha256(__version__.encode())
    for path in paths:
        digest.update(os.fsencode(path.absolute()))
        try:
            status = path.stat()
        except OSError:
            continue
        digest.update(fingerprint_of(status).encode())
        if stat.S_ISDIR(status.st_mode):
            _add_tree(digest.update, os.fspath(path))
    return digest.hexdigest()


def _add_tree(update: Callable[[bytes], None], root: str) -> None:
    """Every entry of a folder and of those below it, one folder's names in memory at a time."""
    waiting = [root]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in found:
            update(os.fsencode(entry.path) + b"\0")
            try:
                update(fingerprint_of(entry.stat(follow_symlinks=False)).encode())
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
            except OSError:
                continue


class Memory:
    """The store. Use `Memory.open()`; a None in its place remembers nothing.

    Between `begin` and `commit` nothing is written, so that several processes may remember at
    once: each holds the store for the moment of a `commit` only.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: list[tuple[bytes, bytes]] | None = None

    @classmethod
    def open(cls, folder: Path | None = None) -> Memory | None:
        """Open the store, or None if it cannot be used here."""
        try:
            place = folder or cache_folder()
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            connection = sqlite3.connect(
                place / "said.sqlite", timeout=20, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            connection.executescript(_SCHEMA)
            (place / "said.sqlite").chmod(0o600)
        except (OSError, sqlite3.Error):
            return None
        return cls(connection)

    def recall(self, key: str) -> object | None:
        """What was remembered under a key; None if nothing, or nothing readable, was."""
        try:
            row = self._connection.execute(
                "SELECT value FROM said WHERE key = ?", (_digest(key),)
            ).fetchone()
            return None if row is None else _Unpickler(io.BytesIO(row[0])).load()
        except (sqlite3.Error, pickle.UnpicklingError, EOFError, AttributeError, ImportError,
                IndexError, TypeError, ValueError):  # fmt: skip
            return None

    def remember(self, key: str, value: object) -> None:
        """Keep something; what was kept longest ago makes room."""
        try:
            entry = (_digest(key), pickle.dumps(value, protocol=5))
        except pickle.PicklingError:
            return
        if self._waiting is None:
            self._write([entry])
        else:
            self._waiting.append(entry)

    def begin(self) -> None:
        """Begin to gather what is written at once by `commit`."""
        self._waiting = []

    def commit(self) -> None:
        """Make lasting what was gathered since `begin`, and drop what is oldest."""
        waiting, self._waiting = self._waiting, None
        if waiting:
            self._write(waiting)

    def close(self) -> None:
        """Let go of the store."""
        self._connection.close()

    def _write(self, entries: list[tuple[bytes, bytes]]) -> None:
        try:
            with closing(self._connection.cursor()) as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                cursor.executemany(
                    "INSERT OR REPLACE INTO said SELECT ?, ?, coalesce(max(at), 0) + 1 FROM said",
                    entries,
                )
                if self._size() > _KEPT_BYTES:
                    cursor.execute(
                        "DELETE FROM said WHERE at <= (SELECT min(at) + (max(at) - min(at)) / ?"
                        " FROM said)",
                        (_DROPPED,),
                    )
                cursor.execute("COMMIT")
        except sqlite3.Error:
            if self._connection.in_transaction:
                self._connection.rollback()

    def _size(self) -> int:
        """Bytes in use of the store."""
        pages, free, size = (
            int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size


def _digest(key: str) -> bytes:
    """Keys are kept as hashes: they are long, and may hold passwords."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _member(kind: object, name: str) -> Enum:
    """A member of an enumeration, and no other attribute of anything."""
    if isinstance(kind, type) and issubclass(kind, Enum) and name in kind.__members__:
        return kind[name]
    message = f"{kind!r}.{name} is not part of a result"
    raise pickle.UnpicklingError(message)


class _Unpickler(pickle.Unpickler):
    """Makes nothing but our own records, times and plain containers."""

    def find_class(self, module: str, name: str) -> object:
        """The class, if it is one of those that results are made of. Raises UnpicklingError."""
        if (module, name) == ("builtins", "getattr"):
            return _member  # how Python 3.11.0 to 3.11.3 write a member of an enumeration
        if module == "builtins" and name in _ALLOWED_BUILTINS:
            return super().find_class(module, name)
        if module in ("datetime", "pathlib", "_pathlib", "pathlib._local"):
            return super().find_class(module, name)
        if module.startswith("alpheus.") and not name.startswith("_"):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        message = f"{module}.{name} is not part of a result"
        raise pickle.UnpicklingError(message)
