"""A generation of installed knowledge: made whole beside the others, then used all at once."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from alpheus.errors import AlpheusError, KnowledgeError, OutputError
from alpheus.knowledge.installed import (
    CURRENT,
    GENERATIONS,
    RECORD,
    Installed,
    generation,
    installed,
    record_of,
)

if os.name == "posix":
    import fcntl

KEPT = 3
"""Generations left on the disk, the one in use among them."""

METADATA = "metadata"
_DRAFT = ".draft"


class Draft:
    """A generation being made; nothing of it counts before `take_into_use`.

    `mended` says what was damaged of the state before, and what is gone on from; '' for nothing.
    """

    def __init__(self, place: Path, folder: Path, before: Installed, mended: str = "") -> None:
        self._place = place
        self.folder = folder
        self.before = before
        self.mended = mended

    def take_into_use(self, content: Installed) -> Installed:
        """Make the draft lasting, and the one in use. Returns it with folder and number."""
        number = self.before.number + 1
        final = self._place / GENERATIONS / str(number)
        (self.folder / RECORD).write_bytes(record_of(content))
        _sync_tree(self.folder)
        if final.exists():
            shutil.rmtree(final)
        self.folder.rename(final)
        _sync(final.parent)
        _replace(self._place / CURRENT, f"{number}\n".encode())
        _drop_old(final.parent, number)
        return Installed(content.packs, content.tables, content.installed_at, final, number)


@contextmanager
def drafting(place: Path) -> Iterator[Draft]:
    """A draft that begins empty; one program at a time. Left unfinished, it leaves nothing.

    Raises OutputError where the folder cannot be written, or another program is installing.
    """
    try:
        (place / GENERATIONS).mkdir(parents=True, exist_ok=True)
        with _alone(place):
            folder = place / GENERATIONS / _DRAFT
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                yield Draft(place, folder, *_before(place))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        if isinstance(error, AlpheusError):
            raise
        message = f"{place}: {error.strerror or error}; nothing was installed"
        raise OutputError(message) from error


def _before(place: Path) -> tuple[Installed, str]:
    """The state in use. Of a damaged one, the newest generation that is whole, and what is told."""
    try:
        return installed(place), ""
    except KnowledgeError as error:
        damaged = str(error).split("; install")[0]
    numbers = sorted(
        (int(one.name) for one in (place / GENERATIONS).iterdir() if one.name.isdigit()),
        reverse=True,
    )
    for number in numbers:
        with contextlib.suppress(KnowledgeError):
            whole = generation(place, number)
            return replace(whole, number=numbers[0]), f"{damaged}; went on from state {number}"
    return Installed(number=max(numbers, default=0)), f"{damaged}; began anew"


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    with (place / "lock").open("wb") as lock:
        if os.name == "posix":
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = f"{place}: another program is installing packs; try again when it ended"
                raise OutputError(message) from error
        yield


def _drop_old(generations: Path, newest: int) -> None:
    for path in generations.iterdir():
        if path.name.isdigit() and int(path.name) <= newest - KEPT:
            shutil.rmtree(path, ignore_errors=True)


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.is_dir() and not path.is_symlink():
        path.rmdir()  # a damage that only holds up; one that is not empty is told
    draft.replace(path)
    _sync(path.parent)


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        if not path.is_symlink():
            _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    """Make a file or the entries of a folder lasting, where the system can."""
    if os.name != "posix" and path.is_dir():
        return
    with contextlib.suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
