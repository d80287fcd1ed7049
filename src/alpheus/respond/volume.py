"""A mounted volume, reached name by name, so that no link leads out of it.

Each folder on the way is opened inside the one before (openat) and never through a link; what is
found is held open, so that whoever exchanges a folder meanwhile changes nothing of what we hold.
What is mounted inside the volume is not entered: another volume, or a folder of the same disk.

Names are those of evidence, in which characters that are not text were replaced (U+FFFD) and upper
and lower case may differ: a name that is there as written is meant; else the only one that is the
same but for that. Two such are refused.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alpheus.errors import CleanError
from alpheus.evidence.address import TOP_FOLDERS, clean_address
from alpheus.respond.volume_identity import identity_of, mount_number

LONGEST = 1024
"""Folders below another: more are refused."""

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)  # fmt: skip


class RefusedPlaceError(Exception):
    """A place that is not touched; the message says why, in words that follow its path."""


class AbsentPlaceError(Exception):
    """Nothing is there."""


class LostFolderError(AbsentPlaceError):
    """Not even its folder is there, or the volume has none of the folders of Windows."""


@dataclass(frozen=True, slots=True)
class Place:
    """A name in a folder that is held open. `folder` is closed by whoever opened the place.

    `parts` is where it really is: the names on the disk, from the root.
    """

    folder: int
    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name itself."""
        return self.parts[-1]


class Volume:
    """The root of one volume. Raises CleanError where it is no folder.

    `identity` tells it from others, copies of it too.
    """

    def __init__(self, letter: str, root: Path) -> None:
        self.letter = letter
        self.root = root
        if os.open not in os.supports_dir_fd:
            message = (
                "this system cannot hold folders open against being exchanged; mount the volume "
                "on Linux or macOS, or take the files away by hand, as the plan says"
            )
            raise CleanError(message)
        try:
            self._root = os.open(root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            message = f"--root {letter}={root}: {why}; name the folder where the volume is mounted"
            raise CleanError(message) from error
        self._device = os.fstat(self._root).st_dev
        self._mount = mount_number(self._root)
        self.identity = identity_of(self._root, root)

    def close(self) -> None:
        """Let go of the root."""
        if self._root >= 0:
            os.close(self._root)
            self._root = -1

    @contextmanager
    def place(self, parts: Sequence[str]) -> Iterator[Place]:
        """A place by the names that evidence has for it.

        Raises LostFolderError where a folder on the way is not there, AbsentPlaceError where the
        name itself is not, and
        RefusedPlaceError where the way leads over a link, out of the volume, or to two places.
        """
        checked = _checked(parts)
        found: list[str] = []
        folder = os.dup(self._root)
        try:
            for part in checked[:-1]:
                name = _on_the_way(folder, part)
                below = self._enter(folder, name)
                os.close(folder)
                folder = below
                found.append(name)
            is_there = exists(folder, _on_disk(checked[-1]))
            if len(checked) == 1 and not is_there and not _is_windows(folder):
                raise LostFolderError(checked[0])
            found.append(_found(folder, checked[-1]))
            yield Place(folder, tuple(found))
        finally:
            os.close(folder)

    @contextmanager
    def folder(self, parts: Sequence[str]) -> Iterator[int]:
        """A folder by its very names. Raises as `place` does."""
        folder = os.dup(self._root)
        try:
            for part in _checked(parts) if parts else ():
                below = self._enter(folder, part)
                os.close(folder)
                folder = below
            yield folder
        finally:
            os.close(folder)

    def _enter(self, folder: int, name: str) -> int:
        try:
            below = os.open(name, _FOLDER, dir_fd=folder)
        except OSError as error:
            raise _refusal(error, f"{name!r} on the way is no folder, or a link") from error
        if os.fstat(below).st_dev == self._device and mount_number(below) == self._mount:
            return below
        os.close(below)
        message = f"{name!r} on the way is another volume, or folder, that is mounted there"
        raise RefusedPlaceError(message)


def open_file(place: Place, name: str = "") -> int:
    """Open a file that is no link. Raises as `Volume.place` does."""
    try:
        number = os.open(name or place.name, _FILE, dir_fd=place.folder)
    except OSError as error:
        raise _refusal(error, "it is a link, which is not followed") from error
    why = "" if stat.S_ISREG(os.fstat(number).st_mode) else "it is no file"
    if not why and mount_number(number) != mount_number(place.folder):
        why = "another file is mounted there"
    if why:
        os.close(number)
        raise RefusedPlaceError(why)
    return number


def exists(folder: int, name: str) -> bool:
    """Whether something of this very name is there, a link as well."""
    with contextlib.suppress(FileNotFoundError):
        os.lstat(name, dir_fd=folder)
        return True
    return False


def _checked(parts: Sequence[str]) -> Sequence[str]:
    if not parts or len(parts) > LONGEST:
        message = "it lies too deep, or nowhere"
        raise RefusedPlaceError(message)
    for part in parts:
        if part in {"", ".", ".."} or "/" in part or "\0" in part or not _is_name(part):
            message = f"{part!r} is no name of a file"
            raise RefusedPlaceError(message)
    return parts


def _is_name(part: str) -> bool:
    try:
        part.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _on_disk(part: str) -> str:
    """A name of evidence, which is UTF-8 on the disk, as the locale of this system has it."""
    return os.fsdecode(part.encode("utf-8", "surrogateescape"))


def _as_text(name: str) -> str:
    """The reverse: a name that this system gave, as evidence has it."""
    return os.fsencode(name).decode("utf-8", "surrogateescape")


def _on_the_way(folder: int, part: str) -> str:
    try:
        return _found(folder, part)
    except AbsentPlaceError as error:
        raise LostFolderError(part) from error


def _is_windows(root: int) -> bool:
    return not TOP_FOLDERS.isdisjoint(name.lower() for name in os.listdir(root))


def _found(folder: int, part: str) -> str:
    try:
        if exists(folder, _on_disk(part)):
            return _on_disk(part)
        names = os.listdir(folder)
    except OSError as error:
        raise _refusal(error, "its folder cannot be read") from error
    same = [name for name in names if clean_address(_as_text(name)) == part]
    same = same or [name for name in names if clean_address(_as_text(name)).upper() == part.upper()]
    if not same:
        raise AbsentPlaceError(part)
    if len(same) > 1:
        message = f"{len(same)} names fit {part!r}; remove by hand the one that is meant"
        raise RefusedPlaceError(message)
    return same[0]


def _refusal(error: OSError, why: str) -> Exception:
    if error.errno == errno.ENOENT:
        return AbsentPlaceError(str(error))
    if error.errno in {errno.ELOOP, errno.ENOTDIR, errno.EMLINK, errno.ENXIO}:
        return RefusedPlaceError(why)
    return RefusedPlaceError((error.strerror or str(error)).lower())
