"""What reaches the disk, and when: folders as well as files."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from alpheus.errors import VaultError

BINARY: int = getattr(os, "O_BINARY", 0)
_DIRECTORY: int = getattr(os, "O_DIRECTORY", 0)
Item = TypeVar("Item")
Found = TypeVar("Found")

_FEW = 128
"""Files that are open for other reasons, at most."""

TOGETHER = 16
"""Threads that wait for the disk at once."""


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


def sync_file(file: Path) -> None:
    """Bring a file to disk that others may have written. Raises OSError."""
    number = os.open(file, os.O_RDONLY | BINARY)
    try:
        sync_names(number)
    finally:
        os.close(number)


def sync_names(folder: int) -> None:
    """The same of an open folder or file. Raises OSError where the disk fails."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.EBADF, errno.ENOTSUP}:
            raise


def at_once(work: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """Work on many items by several threads; what is found, in their order.

    A disk that is asked by several at once does its part for all of them together: freeing and
    synchronising small files goes many times as fast. (Making them does not.)
    """
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(min(TOGETHER, len(items))) as threads:
        return list(threads.map(work, items))


def sync_each(numbers: Sequence[int]) -> list[OSError | None]:
    """Bring open files and folders to disk, and say of each why it is not, where it is not.

    All are begun before the first is waited for: then few commits of the file system do for all.
    """
    for number in numbers:
        _begin(number)
    return at_once(_why_not, numbers)


def _begin(number: int) -> None:
    """Have what was written to an open file on its way to disk; nothing waits, nothing is sure."""
    with contextlib.suppress(OSError, AttributeError):
        os.posix_fadvise(number, 0, 0, os.POSIX_FADV_DONTNEED)


def _why_not(number: int) -> OSError | None:
    try:
        sync_names(number)
    except OSError as error:
        return error
    return None


def most_open(wanted: int) -> int:
    """How many files may be held open at once: so many, or what the system leaves for that."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return min(wanted, _FEW)
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return wanted
    return max(16, min(wanted, (allowed - _FEW) // 2))


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
