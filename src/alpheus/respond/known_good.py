"""Files of the product, found by their hashes in a folder: installation media, a clean server."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from alpheus.errors import CleanError
from alpheus.respond.model import FileAction

_BLOCK = 1 << 18
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_OPEN |= getattr(os, "O_NONBLOCK", 0)


class KnownGood:
    """What a folder has of the files that a plan puts in place. Raises CleanError.

    Only files that are called like one of them are read; a file counts by its hash alone.
    """

    def __init__(self, folder: Path | None, actions: Iterable[FileAction]) -> None:
        self._found: dict[str, Path] = {}
        if folder is None:
            return
        if not folder.is_dir():
            message = f"--known-good {folder} is no folder; name one with the product's own files"
            raise CleanError(message)
        wanted = {one.parts[-1].lower() for one in actions if one.good}
        for path in _named(folder, wanted):
            try:
                address = _hash(path)
            except OSError:
                continue
            self._found.setdefault(address, path)

    def for_file(self, action: FileAction) -> str:
        """The hash of a file that may take its place; '' where there is none."""
        return next((one for one in action.good if one in self._found), "")

    def content(self, address: str) -> Iterator[bytes]:
        """A file again: whoever keeps it looks at its hash. Raises OSError."""
        return _content(self._found[address])


def _named(folder: Path, wanted: set[str]) -> Iterator[Path]:
    if not wanted:
        return
    for here, _, names in os.walk(folder):
        for name in sorted(names):
            if name.lower() in wanted:
                yield Path(here, name)


def _hash(path: Path) -> str:
    found = sha256()
    for piece in _content(path):
        found.update(piece)
    return found.hexdigest()


def _content(path: Path) -> Iterator[bytes]:
    number = os.open(path, _OPEN)
    try:
        while piece := os.read(number, _BLOCK):
            yield piece
    finally:
        os.close(number)
