"""What reaches the disk, and when: folders as well as files."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from alpheus.errors import VaultError

BINARY: int = getattr(os, "O_BINARY", 0)
_DIRECTORY: int = getattr(os, "O_DIRECTORY", 0)


def sync_folder(folder: Path) -> None:
    """Bring names in a folder to disk, where the platform can."""
    try:
        number = os.open(folder, os.O_RDONLY | _DIRECTORY)
    except OSError:
        return
    try:
        sync_names(number)
    finally:
        os.close(number)


def sync_names(folder: int) -> None:
    """The same of an open folder. Raises OSError where the disk fails."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.EBADF, errno.ENOTSUP}:
            raise


def locked(file: Path, in_use: str) -> int:
    """An open file that nobody else can lock until it is closed. Raises VaultError, OSError."""
    number = os.open(file, os.O_RDWR | os.O_CREAT | BINARY, 0o600)
    try:
        _lock(number)
    except OSError as error:
        os.close(number)
        raise VaultError(in_use) from error
    return number


def _lock(number: int) -> None:
    with contextlib.suppress(ImportError):
        import fcntl  # noqa: PLC0415 - not on Windows

        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    import msvcrt  # noqa: PLC0415 - on Windows alone

    msvcrt.locking(number, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
