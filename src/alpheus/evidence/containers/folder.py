"""A folder, and a single file. Links are never followed; devices are never opened."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from alpheus.evidence.members import Loss, Member, Wanted, everything

_SPECIAL = (
    (stat.S_ISFIFO, "named pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISBLK, "block device"),
    (stat.S_ISCHR, "character device"),
)


class FolderContainer:
    """Walks a folder in the order of its names, one folder's names in memory at a time."""

    volume = False
    single = False
    apart = True

    def __init__(self, root: Path) -> None:
        self._root = root
        self._before = len(os.path.join(root, ""))  # noqa: PTH118 - the length of a text

    def members(self) -> Iterator[Member | Loss]:
        """Every file, depth first; what cannot be read is a Loss."""
        return self.part(everything)

    def part(self, wanted: Wanted) -> Iterator[Member | Loss]:
        """The files that are wanted, in the order of `members`."""
        waiting = [os.fspath(self._root)]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                if wanted(folder.rpartition(os.sep)[2], 0):
                    yield Loss(self._name(folder), f"folder not readable: {_strerror(error)}")
                continue
            below: list[str] = []
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    below.append(entry.path)
                elif wanted(entry.name, _size(entry)):
                    yield self._entry(entry)
            waiting.extend(reversed(below))

    def folders(self) -> Iterator[str]:
        """Every folder that can be read."""
        waiting = [os.fspath(self._root)]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    waiting += [one.path for one in entries if one.is_dir(follow_symlinks=False)]
            except OSError:
                continue  # `members` tells of it
            yield self._name(folder)

    def _entry(self, entry: os.DirEntry[str]) -> Member | Loss:
        name = self._name(entry.path)
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            return Loss(name, f"not readable: {_strerror(error)}")
        if stat.S_ISLNK(status.st_mode):
            return Loss(name, self._link_reason(Path(entry.path)))
        if not stat.S_ISREG(status.st_mode):
            return Loss(name, f"{_special(status.st_mode)}: not opened")
        if not os.access(entry.path, os.R_OK):
            return Loss(name, "not readable: permission denied")
        return file_member(Path(entry.path), name, status)

    def _link_reason(self, path: Path) -> str:
        try:
            inside = path.resolve().is_relative_to(self._root.resolve())
        except (OSError, RuntimeError):
            inside = False
        if inside:
            return "symbolic link: not followed (its target is read at its own place)"
        return "symbolic link that leads out of the folder: not followed"

    def _name(self, path: str) -> str:
        """The address of what was found at a path; that of the folder itself is `.`."""
        return path[self._before :].replace(os.sep, "/") or "."


class FileContainer:
    """A single plain file: a package of one."""

    volume = False
    single = False

    def __init__(self, path: Path) -> None:
        self._path = path

    def members(self) -> Iterator[Member | Loss]:
        """The file."""
        yield file_member(self._path, self._path.name, self._path.stat())


def file_member(path: Path, name: str, status: os.stat_result) -> Member:
    """A member that is a real file. It is opened only if it still is one."""
    return Member(
        name,
        lambda: open_regular(path, buffered=False),
        status.st_size,
        _modified(status),
        path=path,
        seekable=lambda: open_regular(path),
    )


def open_regular(path: Path, *, buffered: bool = True) -> BinaryIO:
    """Open without following a link or waiting for a pipe. Raises OSError if it is not a file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    stream = os.fdopen(descriptor, "rb") if buffered else io.FileIO(descriptor)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        stream.close()
        message = f"{path.name}: no longer a regular file"
        raise OSError(message)
    return cast("BinaryIO", stream)


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0


def _modified(status: os.stat_result) -> datetime | None:
    try:
        return datetime.fromtimestamp(status.st_mtime, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _special(mode: int) -> str:
    return next((name for test, name in _SPECIAL if test(mode)), "special file")


def _strerror(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
