"""Folders for a while: private, gone when they are closed, and found again where a kill left them.

What lies in them may be evidence. A folder is held by a lock of the system as long as its process
lives, or one that was copied from it: who gets the lock of one may remove it, whatever numbers of
processes say by then.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PREFIX = "alpheus-scratch-"


@dataclass(frozen=True, slots=True)
class Left:
    """What processes left that are no more: folders, and bytes of the files in them."""

    folders: int = 0
    bytes: int = 0


class Scratch:
    """A folder of mode 0700 among temporary files, until it is closed."""

    def __init__(self) -> None:
        """Raises OSError where none can be made."""
        self._lock: int | None = None
        self._process = os.getpid()
        while True:
            self.path = _made()
            self._lock, is_ours = _held(self.path)
            if is_ours:
                return
            self.close()  # somebody has removed it meanwhile, or is about to

    def close(self) -> None:
        """Remove it, with what is in it; a copy of the process that made it only lets go of it."""
        lock, self._lock = self._lock, None
        if os.getpid() == self._process:
            shutil.rmtree(self.path, ignore_errors=True)
        if lock is not None:
            os.close(lock)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Such a folder until the end of the block. Raises OSError where none can be made."""
    found = Scratch()
    try:
        yield found.path
    finally:
        found.close()


def sweep() -> Left:
    """Remove what killed processes of this user left here; what is in use stays as it is."""
    folders = size = 0
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False):
                found = _removed(Path(entry.path))
                if found is not None:
                    folders, size = folders + 1, size + found
    return Left(folders, size)


def _made() -> Path:
    return Path(tempfile.mkdtemp(prefix=PREFIX))


def _held(path: Path) -> tuple[int | None, bool]:
    """The lock of a folder, where the system has such; and whether the folder is there and ours."""
    if os.name != "posix":
        return None, True
    lock = _opened(path)
    if lock is None:
        return None, False
    try:
        _take(lock)
    except BlockingIOError:
        return lock, False
    except OSError:
        return lock, True  # nobody gets a lock here, so nobody removes it
    return lock, _is_same(path, lock)


def _removed(path: Path) -> int | None:
    """Remove a folder that nobody holds; the bytes of its files, None where it was not removed."""
    lock = _opened(path) if os.name == "posix" else None
    if lock is None:
        return None
    try:
        if os.fstat(lock).st_uid != os.geteuid():
            return None
        _take(lock)
        if not _is_same(path, lock):
            return None
        size = sum(one.lstat().st_size for one in path.rglob("*") if one.is_file())
        shutil.rmtree(path, ignore_errors=True)
    except OSError:
        return None
    else:
        return None if path.exists() else size
    finally:
        os.close(lock)


def _opened(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None


def _take(lock: int) -> None:
    """Raises BlockingIOError where somebody has it, OSError where there are no locks."""
    import fcntl  # noqa: PLC0415 - of POSIX alone

    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_same(path: Path, lock: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(lock))
    except OSError:
        return False
