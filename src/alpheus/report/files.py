"""A set of files is written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from alpheus.errors import OutputError

Writer = Callable[[TextIO], None]

_REMEDIES = {
    errno.ENOSPC: "no space is left there; free some, or choose another folder",
    errno.EDQUOT: "the disk quota is used up; free some space, or choose another folder",
    errno.EACCES: "permission denied; choose a folder that you may write to",
    errno.EPERM: "permission denied; choose a folder that you may write to",
    errno.EROFS: "the file system is read-only; choose another folder",
    errno.ENOTDIR: "a part of the path is a file; choose another folder",
    errno.EEXIST: "a file stands where the folder should be; choose another folder",
    errno.EISDIR: "a folder stands where the file should be; remove it, or choose another folder",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter path",
}


def write_files(folder: Path, writers: Mapping[str, Writer]) -> dict[str, Path]:
    """Write each named file of a folder, which is made if it is missing; return their paths.

    All are written to temporary names beside their targets, brought to disk, and only then
    renamed: an error or an interruption before that leaves the folder as it was. Mode 0600, UTF-8.
    Raises OutputError.
    """
    for name in writers:
        refuse_device(folder / name)
    temporary: dict[str, Path] = {}
    at = folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, write in writers.items():
            at = folder / name
            temporary[name] = folder / f".{name}.{secrets.token_hex(6)}.part"
            bring_to_disk(temporary[name], write)
        for name in writers:
            at = folder / name
            temporary[name].replace(at)
            del temporary[name]
        _sync_folder(folder)
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, error.strerror or str(error))
        raise OutputError(f"Cannot write {at}: {remedy}.") from error
    finally:
        for path in temporary.values():
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return {name: folder / name for name in writers}


def refuse_device(path: Path) -> None:
    """Raise OutputError where a device, a pipe or a socket stands, or a link of /dev (stdout).

    A file that is renamed to such a name would take its place, for every program.
    """
    in_system = path.parent.resolve() == Path(os.devnull).parent
    if not (in_system and path.is_symlink()):
        try:
            kind = path.stat().st_mode
        except (OSError, ValueError):
            return  # nothing is there, or nothing can be told of it: writing will say what is wrong
        if stat.S_ISREG(kind) or stat.S_ISDIR(kind):
            return
    raise OutputError(f"{path} is no file, and would be replaced; name a file")


def bring_to_disk(path: Path, write: Writer) -> None:
    """Write a file under a name that nobody looks for yet, such as one that an earlier run left.

    Nothing of it is lost afterwards, but its name. Mode 0600, UTF-8. Raises OSError.
    """
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
        write(stream)
        stream.flush()
        os.fsync(stream.fileno())


def give_name(written: Path, name: Path) -> None:
    """Give a file that is on disk its name, in the same folder, and keep that. Raises OSError."""
    written.replace(name)
    _sync_folder(name.parent)


def make_once(path: Path, write: Writer) -> None:
    """Make a file where there is none; of several programs that do so at once, one has made it.

    It has all of its content from the moment at which it is there. Raises OSError.
    """
    new = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    bring_to_disk(new, write)
    try:
        os.link(new, path)
    except FileExistsError:
        pass  # another was quicker
    finally:
        new.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Bring the renames to disk, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
