"""How one file is taken from its place and put back, so that a kill leaves one of two states.

Away: its content is in the vault, on disk, before its name is touched. Then it is renamed aside
within its folder, looked at again under that name, which nobody knows, and only then unlinked. If
it is not the file that was kept, it gets its name back.

Back: it is written whole under a name aside, given its times, and then linked to its name, which
must be free.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator
from hashlib import sha256
from secrets import token_hex

from alpheus.respond.journal import Kept, names
from alpheus.respond.metadata import set_metadata
from alpheus.respond.volume import (
    AbsentPlaceError,
    Place,
    RefusedPlaceError,
    Volume,
    exists,
    open_file,
)

_BLOCK = 1 << 18
_OTHER = "it is another file than the one that the assessment saw"


def new_name() -> str:
    """A name aside, which nobody guesses and no web server serves."""
    return f".alpheus-{token_hex(8)}.kept"


def pieces(number: int) -> Iterator[bytes]:
    """The content of an open file, from its beginning. Raises RefusedPlaceError."""
    try:
        os.lseek(number, 0, os.SEEK_SET)
        while piece := os.read(number, _BLOCK):
            yield piece
    except OSError as error:
        message = f"it cannot be read: {(error.strerror or str(error)).lower()}"
        raise RefusedPlaceError(message) from error


def hashed(number: int) -> str:
    """Its SHA-256, in hex."""
    found = sha256()
    for piece in pieces(number):
        found.update(piece)
    return found.hexdigest()


def take_away(volume: Volume, kept: Kept) -> None:
    """Take away a file that is in the vault: also one that a killed run left on the way.

    Raises RefusedPlaceError where another file is in its place; then nothing has changed.
    """
    parts = names(kept.parts)
    with volume.folder(parts[:-1]) as folder:
        place = Place(folder, parts)
        if not exists(folder, kept.aside):
            if not exists(folder, place.name):
                return
            os.rename(place.name, kept.aside, src_dir_fd=folder, dst_dir_fd=folder)
        try:
            _is_the_one(place, kept.aside, kept.sha256)
        except (RefusedPlaceError, OSError):
            _give_back(folder, kept.aside, place.name)
            raise
        os.unlink(kept.aside, dir_fd=folder)


def clear_away(volume: Volume, kept: Kept) -> None:
    """Remove what a killed undo left beside the place of a file that is gone, and in the vault."""
    with (
        contextlib.suppress(AbsentPlaceError, RefusedPlaceError, FileNotFoundError),
        volume.folder(names(kept.parts)[:-1]) as folder,
    ):
        os.unlink(kept.aside, dir_fd=folder)


def put_back(volume: Volume, kept: Kept, content: Iterable[bytes]) -> tuple[str, ...]:
    """Put a file back as it was. Tells what could not be given back to it.

    Raises RefusedPlaceError where something is in its place, and AbsentPlaceError where its
    folder is gone.
    """
    parts = names(kept.parts)
    with volume.folder(parts[:-1]) as folder:
        if exists(folder, kept.aside):
            os.unlink(kept.aside, dir_fd=folder)
        if exists(folder, parts[-1]):
            with contextlib.suppress(RefusedPlaceError, AbsentPlaceError):
                _is_the_one(Place(folder, parts), parts[-1], kept.sha256)
                return ()
            message = "something else is there now; move it away first"
            raise RefusedPlaceError(message)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        number = os.open(kept.aside, flags, 0o600, dir_fd=folder)
        try:
            left = _fill(number, kept, content)
        except BaseException:
            os.close(number)
            with contextlib.suppress(OSError):
                os.unlink(kept.aside, dir_fd=folder)
            raise
        os.close(number)
        _give_back(folder, kept.aside, parts[-1])
        return left


def _fill(number: int, kept: Kept, content: Iterable[bytes]) -> tuple[str, ...]:
    for piece in content:
        view = memoryview(piece)
        while view:
            view = view[os.write(number, view) :]
    left = set_metadata(number, kept.metadata)
    os.fsync(number)
    return left


def _is_the_one(place: Place, name: str, address: str) -> None:
    number = open_file(place, name)
    try:
        if not stat.S_ISREG(os.fstat(number).st_mode) or hashed(number) != address:
            raise RefusedPlaceError(_OTHER)
    finally:
        os.close(number)


def _give_back(folder: int, aside: str, name: str) -> None:
    """Rename, but never over something. Where a volume has no second names, a look must do."""
    try:
        os.link(aside, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError as error:
        message = f"something else is there now; it lies beside it as {aside}"
        raise RefusedPlaceError(message) from error
    except OSError:
        if exists(folder, name):
            message = f"something else is there now; it lies beside it as {aside}"
            raise RefusedPlaceError(message) from None
        os.rename(aside, name, src_dir_fd=folder, dst_dir_fd=folder)
        return
    os.unlink(aside, dir_fd=folder)
