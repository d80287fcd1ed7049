"""Whether a worker is still there: each holds a lock on a file, which the system lets go by itself.

Workers of one folder of uploads see each other's locks. Where there are none (other machines with
folders of their own, or a system without such locks), only their last word tells.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
from pathlib import Path
from typing import TextIO

from alpheus.report.files import make_once

PRIVATE_FOLDER = 0o700
_PRIVATE = 0o600
_FOLDER = "workers"
_STORE = "store"


class Presence:
    """One worker's lock. Raises OSError where the folder cannot be written to."""

    def __init__(self, uploads: Path) -> None:
        self._folder = uploads / _FOLDER
        make_private(self._folder)
        self.store = store_of(uploads)
        machine = "".join(c for c in socket.gethostname() if c.isalnum() or c in ".-")[:40]
        self.name = f"{self.store}.{machine}.{os.getpid()}.{secrets.token_hex(4)}"
        self._file = os.open(self._folder / self.name, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE)
        take_lock(self._file)

    def is_there(self, worker: str) -> bool | None:
        """Whether another worker of this folder is; None where that cannot be told."""
        if sys.platform == "win32" or not worker.startswith(f"{self.store}."):
            return None
        place = self._folder / Path(worker).name
        try:
            found = os.open(place, os.O_RDWR)
        except OSError:
            return False
        try:
            if not take_lock(found):
                return True
            place.unlink(missing_ok=True)
            return False
        finally:
            os.close(found)

    def end(self) -> None:
        """Be there no more."""
        (self._folder / self.name).unlink(missing_ok=True)
        os.close(self._file)


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are not there, for us alone."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def store_of(uploads: Path) -> str:
    """The name of a folder of uploads, by which those who share it know that they do."""
    make_private(uploads)
    place = uploads / _STORE
    if not place.exists():
        make_once(place, _named)
    return place.read_text("ascii").strip()


def _named(stream: TextIO) -> None:
    stream.write(secrets.token_hex(8))


def take_lock(file: int) -> bool:
    """Take the lock of an open file, unless another holds it."""
    if sys.platform == "win32":
        return True
    import fcntl  # noqa: PLC0415 - of POSIX alone

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
