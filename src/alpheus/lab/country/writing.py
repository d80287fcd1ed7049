"""Files of lists, in memory that does not grow with them, and the line of truth for each record."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any, BinaryIO

import msgspec

from alpheus.errors import OutputError, UsageError
from alpheus.lab.country import truth
from alpheus.lab.country.listing import Group, Listing

_SHUFFLED = 512
"""So many records of a file wait, and one of them by chance is written next."""
_DUPLICATE = 0.015
_DAMAGED = 0.002
_ENCODE = msgspec.json.Encoder().encode


class Books:
    """The files of truth, and the figures that are added up."""

    def __init__(self, folder: Path) -> None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} exists already; name an empty or new folder")
        self.folder = folder
        self.rows = self.observations = self.unreadable = 0
        self.by_kind: dict[str, int] = {}
        self._files: dict[str, BinaryIO] = {}

    def write(self, name: str, line: bytes) -> None:
        """Add a line to one of the files of truth."""
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = create(self.folder / name)
        file.write(line)

    def record(self, path: str, number: int, rest: bytes) -> None:
        """Write down whom a record is about; `rest` is an object of JSON."""
        place = _ENCODE({"file": path, "row": number})
        self.write(truth.ROWS, place[:-1] + b"," + rest[1:] + b"\n")

    def count(self, kind: str, group: Group | None) -> None:
        """Count a record; None: one that nobody can read."""
        self.rows += 1
        self.by_kind[kind] = self.by_kind.get(kind, 0) + 1
        if group is None:
            self.unreadable += 1
        else:
            self.observations += len(group)

    def close(self) -> None:
        """Close every file."""
        for file in self._files.values():
            file.close()


class ListFile:
    """One list while it is written: records come in any order and leave in another."""

    def __init__(self, books: Books, listing: Listing) -> None:
        self.listing = listing
        self._books = books
        self._waiting: list[tuple[bytes, bytes]] = []
        self._written = 0
        self._file = create(books.folder / truth.LISTS / listing.path)
        self._file.write(listing.form.header())

    def add(self, group: Group, rng: Random) -> bool:
        """Add a record, perhaps twice, perhaps broken; whether it can be read."""
        form, kind = self.listing.form, self.listing.kind
        chance = rng.random()
        damaged = form.damaged(group, rng) if chance < _DAMAGED else None
        if damaged is not None:
            self._books.count(kind, None)
            self._put(damaged, truth.unreadable(group), rng)
            return False
        record = form.record(group)
        self._books.count(kind, group)
        self._put(record, truth.row(group), rng)
        if chance > 1 - _DUPLICATE:
            again = truth.row(group)
            again["errors"] = sorted({*again["errors"], "duplicate"})
            self._books.count(kind, group)
            self._put(record, again, rng)
        return True

    def _put(self, record: bytes, line: dict[str, Any], rng: Random) -> None:
        self._waiting.append((record, _ENCODE(line)))
        if len(self._waiting) > _SHUFFLED:
            self._write_one(rng)

    def _write_one(self, rng: Random) -> None:
        place = int(rng.random() * len(self._waiting))
        self._waiting[place], self._waiting[-1] = self._waiting[-1], self._waiting[place]
        record, rest = self._waiting.pop()
        self._written += 1
        self._file.write(record)
        number = self._written + self.listing.path.endswith(".csv")
        self._books.record(self.listing.path, number, rest)

    def close(self, rng: Random) -> None:
        """Write what waits, and the end."""
        while self._waiting:
            self._write_one(rng)
        self._file.write(self.listing.form.footer())
        self._file.close()


def create(path: Path) -> BinaryIO:
    """A new file, with its folder. Raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb", buffering=16_384)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error}") from error
