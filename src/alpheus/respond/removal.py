"""How one file is taken from its place and put back, so that a kill leaves one of two states.

Away: its content is in the vault, on disk, before its name is touched. Then it is renamed aside
within its folder, looked at again under that name, which nobody knows, and only then unlinked. If
it is not the file that was kept, it gets its name back.

Back: it is written whole under another name aside, given its times, brought to disk, and then
linked to its name, which must be free. A file of the product comes in the same way (`exchange`).
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator
from hashlib import sha256
from secrets import token_hex
from typing import NamedTuple

from alpheus.respond.disk import sync_names
from alpheus.respond.journal import Kept, names
from alpheus.respond.metadata import HOLE, Metadata, set_metadata
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
_TAKEN = "something else is there now; move it away first"
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Aside(NamedTuple):
    """A file that lies whole beside its place, open, and what could not be given back to it."""

    number: int
    left: tuple[str, ...]


def new_name() -> str:
    """A name aside, which nobody guesses and no web server serves."""
    return f".alpheus-{token_hex(8)}.kept"


def good_name(kept: Kept) -> str:
    """The name aside of the product's file that takes its place."""
    return kept.aside.removesuffix(".kept") + ".good"


def back_name(kept: Kept) -> str:
    """The name aside under which it is written again: whatever has it is in the vault as well."""
    return kept.aside.removesuffix(".kept") + ".back"


def _out_name(kept: Kept) -> str:
    """The name aside of the product's file on its way out again."""
    return kept.aside.removesuffix(".kept") + ".out"


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
        _take_away(Place(folder, parts), kept.aside, kept.sha256)


def exchange(volume: Volume, kept: Kept, content: Iterable[bytes]) -> None:
    """Take a file away and put the product's own in its place, which is `content`.

    It gets the rights of the file before. Raises as `take_away` does; then nothing has changed.
    """
    parts = names(kept.parts)
    with volume.folder(parts[:-1]) as folder:
        place, good = Place(folder, parts), good_name(kept)
        _unlink(folder, good)
        _settle(place, _out_name(kept), kept.good)
        if _is_there(place, kept.good):
            if exists(folder, kept.aside) and _is_there(Place(folder, (kept.aside,)), kept.sha256):
                _unlink(folder, kept.aside)
            return
        number = _written(folder, good, content)
        try:
            _rights(number, kept.metadata)
            sync_names(number)
            _take_away(place, kept.aside, kept.sha256)
        except BaseException:
            _unlink(folder, good)
            raise
        finally:
            os.close(number)
        _give_name(folder, good, place.name)


def clear_away(volume: Volume, kept: Kept) -> None:
    """Remove what undo wrote beside the place of a file that is gone, and in the vault."""
    with (
        contextlib.suppress(AbsentPlaceError, RefusedPlaceError),
        volume.folder(names(kept.parts)[:-1]) as folder,
    ):
        _unlink(folder, back_name(kept))


def lay_aside(volume: Volume, kept: Kept, content: Iterable[bytes]) -> Aside | None:
    """Write a file beside its place, as it was; None where it is in its place already.

    It is not on disk yet. Raises RefusedPlaceError where something is in its place, and
    AbsentPlaceError where its folder is gone.
    """
    parts = names(kept.parts)
    with volume.folder(parts[:-1]) as folder:
        place, back = Place(folder, parts), back_name(kept)
        _unlink(folder, back)
        if kept.good:
            _unlink(folder, good_name(kept))
            _settle(place, _out_name(kept), kept.good)
        _return_from_aside(place, kept)
        if exists(folder, place.name) and not (kept.good and _is_there(place, kept.good)):
            if _is_there(place, kept.sha256):
                return None
            raise RefusedPlaceError(_TAKEN)
        number = _written(folder, back, content, holes=kept.metadata.has_holes)
        try:
            return Aside(number, set_metadata(number, kept.metadata))
        except BaseException:
            os.close(number)
            _unlink(folder, back)
            raise


def put_back(volume: Volume, kept: Kept) -> None:
    """Give its name to a file that lies aside, on disk. Raises RefusedPlaceError.

    The product's file, if it was put there, goes: it is in the vault.
    """
    parts = names(kept.parts)
    with volume.folder(parts[:-1]) as folder:
        back = back_name(kept)
        try:
            if kept.good:
                _take_away(Place(folder, parts), _out_name(kept), kept.good)
            _give_name(folder, back, parts[-1])
        except (RefusedPlaceError, OSError):
            _unlink(folder, back)
            raise


def _return_from_aside(place: Place, kept: Kept) -> None:
    """What a killed run had renamed, and had not looked at yet, gets its name back."""
    if exists(place.folder, kept.aside) and not exists(place.folder, place.name):
        _give_name(place.folder, kept.aside, place.name)


def _settle(place: Place, aside: str, address: str) -> None:
    """Finish what a killed run began with a name aside, where there is one."""
    if exists(place.folder, aside):
        _take_away(place, aside, address)


def _take_away(place: Place, aside: str, address: str) -> None:
    if _has_both_names(place, aside):
        _give_name(place.folder, aside, place.name)  # a killed run was about to
    if not exists(place.folder, aside):
        if not exists(place.folder, place.name):
            return
        os.rename(place.name, aside, src_dir_fd=place.folder, dst_dir_fd=place.folder)
    try:
        _is_the_one(place, aside, address)
        os.unlink(aside, dir_fd=place.folder)
    except (RefusedPlaceError, OSError):
        _give_name(place.folder, aside, place.name)
        raise


def _written(folder: int, name: str, content: Iterable[bytes], *, holes: bool = False) -> int:
    """A new file, open, with this content; where that fails nothing of it is left.

    With `holes` blocks of zeros are left out, which then take no space.
    """
    number = os.open(name, _NEW, 0o600, dir_fd=folder)
    try:
        for piece in content:
            for part in _blocks(piece) if holes else (piece,):
                _write(number, part, hole=holes and part == bytes(len(part)))
        if holes:
            os.ftruncate(number, os.lseek(number, 0, os.SEEK_CUR))
    except BaseException:
        os.close(number)
        _unlink(folder, name)
        raise
    return number


def _write(number: int, part: bytes, *, hole: bool) -> None:
    if hole:
        os.lseek(number, len(part), os.SEEK_CUR)
        return
    view = memoryview(part)
    while view:
        view = view[os.write(number, view) :]


def _blocks(piece: bytes) -> Iterator[bytes]:
    if piece == bytes(len(piece)):
        yield piece
        return
    yield from (piece[at : at + HOLE] for at in range(0, len(piece), HOLE))


def _rights(number: int, known: Metadata) -> None:
    """Those of the file before, and the time of now: it is another file."""
    set_metadata(number, known)
    os.utime(number)


def _unlink(folder: int, name: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def _is_there(place: Place, address: str) -> bool:
    try:
        _is_the_one(place, place.name, address)
    except (RefusedPlaceError, AbsentPlaceError):
        return False
    return True


def _is_the_one(place: Place, name: str, address: str) -> None:
    number = open_file(place, name)
    try:
        if not stat.S_ISREG(os.fstat(number).st_mode) or hashed(number) != address:
            raise RefusedPlaceError(_OTHER)
    finally:
        os.close(number)


def _give_name(folder: int, aside: str, name: str) -> None:
    """Rename, but never over something. Where a volume has no second names, a look must do."""
    try:
        os.link(aside, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if exists(folder, name):
            if _are_one(folder, aside, name):
                os.unlink(aside, dir_fd=folder)
                return
            message = f"something else is there now; it lies beside it as {aside}"
            raise RefusedPlaceError(message) from error
        os.rename(aside, name, src_dir_fd=folder, dst_dir_fd=folder)
        return
    os.unlink(aside, dir_fd=folder)


def _has_both_names(place: Place, aside: str) -> bool:
    both = exists(place.folder, aside) and exists(place.folder, place.name)
    return both and _are_one(place.folder, aside, place.name)


def _are_one(folder: int, one: str, other: str) -> bool:
    """Whether two names are of one file: a run was killed between giving one and taking one."""
    first, second = os.lstat(one, dir_fd=folder), os.lstat(other, dir_fd=folder)
    return os.path.samestat(first, second)
