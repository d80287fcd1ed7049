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
import sys
from collections.abc import Iterable
from pathlib import Path

from alpheus import __version__
from alpheus.evidence.file import fingerprint_of

_PACKAGE = Path(__file__).resolve().parents[1]
_PACKS = _PACKAGE / "knowledge" / "packs"
_KEPT = 20_000
_ALLOWED_BUILTINS = frozenset({"set", "frozenset"})
_SCHEMA = """
CREATE TABLE IF NOT EXISTS said (key TEXT PRIMARY KEY, value BLOB NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS said_at ON said (at);
"""


def cache_folder() -> Path:
    """Where the store lies: `ALPHEUS_CACHE`, or the user's cache folder."""
    given = os.environ.get("ALPHEUS_CACHE")
    if given:
        return Path(given)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "alpheus"


def program_version() -> str:
    """Changes whenever the program or its tables may have changed; rules are looked at apart."""
    files = (p for p in _PACKAGE.rglob("*") if _PACKS not in p.parents)
    return fingerprint_of_files(files)


def rules_version(extra: Iterable[Path] = ()) -> str:
    """Changes whenever a rule of the packs or of the operator may have changed."""
    return fingerprint_of_files(p for root in (_PACKS, *extra) for p in (root, *root.rglob("*")))


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


class Memory:
    """The store. Use `Memory.open()`; a None in its place remembers nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, folder: Path | None = None) -> Memory | None:
        """Open the store, or None if it cannot be used here."""
        place = folder or cache_folder()
        try:
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
                "SELECT value FROM said WHERE key = ?", (key,)
            ).fetchone()
            return None if row is None else _Unpickler(io.BytesIO(row[0])).load()
        except (sqlite3.Error, pickle.UnpicklingError, EOFError, AttributeError, ImportError,
                IndexError, TypeError, ValueError):  # fmt: skip
            return None

    def remember(self, key: str, value: object) -> None:
        """Keep something; what was kept longest ago makes room."""
        try:
            self._connection.execute(
                "INSERT OR REPLACE INTO said SELECT ?, ?, coalesce(max(at), 0) + 1 FROM said",
                (key, pickle.dumps(value, protocol=5)),
            )
        except (sqlite3.Error, pickle.PicklingError):
            return

    def begin(self) -> None:
        """Begin to write many at once."""
        self._try("BEGIN")

    def commit(self) -> None:
        """Make lasting what was written since `begin`, and drop what is oldest."""
        self._try(f"DELETE FROM said WHERE at <= (SELECT max(at) FROM said) - {_KEPT}")  # noqa: S608 - a constant
        self._try("COMMIT")

    def close(self) -> None:
        """Let go of the store."""
        self._connection.close()

    def _try(self, statement: str) -> None:
        try:
            self._connection.execute(statement)
        except sqlite3.Error:
            return


class _Unpickler(pickle.Unpickler):
    """Makes nothing but our own records, times and plain containers."""

    def find_class(self, module: str, name: str) -> object:
        """The class, if it is one of those that results are made of. Raises UnpicklingError."""
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
