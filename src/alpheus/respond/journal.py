"""What was done of a plan, line by line, before and after it is done.

The journal lies in the vault, one for each plan, as a log whose lines are bound to each other
(`custody/chain`). It is what a run goes on from after a kill, and what `clean undo` goes by.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, MutableMapping
from pathlib import Path
from typing import Self
from urllib.parse import quote_from_bytes, unquote_to_bytes

import msgspec

from alpheus.custody.chain import Chain, check_chain, failed, read_chain
from alpheus.errors import VaultError
from alpheus.respond.disk import sync_file
from alpheus.respond.metadata import Metadata, Times


class Kept(msgspec.Struct, frozen=True, omit_defaults=True, tag="kept", tag_field="do"):
    """A file is in the vault, and will now be taken away. `aside`: its name on the way out.

    `parts` are its names on the disk, percent-encoded. `good` is the SHA-256 of the product's own
    file that takes its place, and which is in the vault as well; '' for none.
    """

    id: int
    volume: str
    parts: tuple[str, ...]
    sha256: str
    aside: str
    metadata: Metadata
    good: str = ""


class Folder(msgspec.Struct, frozen=True, tag="folder", tag_field="do"):
    """The times of a folder before the first file was taken from it, or after the last."""

    volume: str
    parts: tuple[str, ...]
    times: Times
    after: bool = False


class Gone(msgspec.Struct, frozen=True, tag="gone", tag_field="do"):
    """A file is no longer in its place."""

    id: int


class Stayed(msgspec.Struct, frozen=True, tag="stayed", tag_field="do"):
    """A file was put back to its name, or left there: it was not the one that was kept."""

    id: int
    why: str


class Back(msgspec.Struct, frozen=True, tag="back", tag_field="do"):
    """A file is in its place again, by `clean undo`."""

    id: int


class Returning(msgspec.Struct, frozen=True, tag="returning", tag_field="do"):
    """Files are being put back into a folder that nobody has changed since; it gets its times."""

    volume: str
    parts: tuple[str, ...]


class Returned(msgspec.Struct, frozen=True, tag="returned", tag_field="do"):
    """A folder is as it was before the plan."""

    volume: str
    parts: tuple[str, ...]


class Begun(msgspec.Struct, frozen=True, tag="begun", tag_field="do"):
    """A run: who, when (UTC, ISO 8601), what, with which version of the program."""

    who: str
    when: str
    what: str
    plan: str
    version: str


Entry = Begun | Kept | Folder | Gone | Stayed | Back | Returning | Returned
_DECODER = msgspec.json.Decoder(Entry)
_KEPT = msgspec.json.Decoder(Kept)
FolderKey = tuple[str, tuple[str, ...]]


class _Files(MutableMapping[int, Kept]):
    """Files by their numbers; each as JSON, which needs a fifth of the memory."""

    def __init__(self) -> None:
        self._texts: dict[int, bytes] = {}

    def __getitem__(self, number: int) -> Kept:
        return _KEPT.decode(self._texts[number])

    def __setitem__(self, number: int, kept: Kept) -> None:
        self._texts[number] = msgspec.json.encode(kept)

    def __delitem__(self, number: int) -> None:
        del self._texts[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, number: object) -> bool:
        return number in self._texts


class Journal:
    """The journal of one plan, open for writing, and what it says so far."""

    def __init__(self, folder: Path, digest: str) -> None:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise failed(folder, error) from error
        path = folder / f"{digest}.log"
        self.kept: MutableMapping[int, Kept] = _Files()
        self.gone: set[int] = set()
        self.folders: dict[FolderKey, Times] = {}
        self.left: dict[FolderKey, Times] = {}
        self.returning: set[FolderKey] = set()
        self._path = path
        self._chain = Chain(path)
        try:
            self._sync()  # what a killed run wrote last may not be on disk yet, and is relied on
            for entry in _entries(path):
                self._take(entry)
        except BaseException:
            self._chain.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._chain.close()

    def write(self, entries: Iterable[Entry], *, sync: bool) -> None:
        """Take entries down; with `sync` they are on disk when it returns. Raises OutputError."""
        taken = tuple(entries)
        self._chain.append(msgspec.json.encode(entry).decode() for entry in taken)
        if sync:
            self._sync()
        for entry in taken:
            self._take(entry)

    def _sync(self) -> None:
        try:
            sync_file(self._path)
        except OSError as error:
            raise failed(self._path, error) from error

    @property
    def unfinished(self) -> tuple[Kept, ...]:
        """Files that are in the vault and may or may not be gone: the work of a killed run."""
        return tuple(self.kept[number] for number in self.kept if number not in self.gone)

    def _take(self, entry: Entry) -> None:
        if isinstance(entry, Kept):
            self.kept[entry.id] = entry
            self.gone.discard(entry.id)
        elif isinstance(entry, Gone):
            self.gone.add(entry.id)
        elif isinstance(entry, Stayed | Back):
            self.kept.pop(entry.id, None)
            self.gone.discard(entry.id)
        elif isinstance(entry, Folder | Returning | Returned):
            self._take_folder(entry)

    def _take_folder(self, entry: Folder | Returning | Returned) -> None:
        key = (entry.volume, entry.parts)
        if isinstance(entry, Returning):
            self.returning.add(key)
        elif isinstance(entry, Returned):
            self.returning.discard(key)
            self.folders.pop(key, None)
            self.left.pop(key, None)
        elif entry.after:
            self.left[key] = entry.times
            self.returning.discard(key)
        else:
            self.folders.setdefault(key, entry.times)


def is_begun(folder: Path, digest: str) -> bool:
    """Whether this plan was ever carried out with the vault whose journals lie there."""
    return (folder / f"{digest}.log").is_file()


def _entries(path: Path) -> Iterator[Entry]:
    report = check_chain(path)
    if report.fault:
        message = f"{path}, line {report.fault.line}: {report.fault.reason}; use a copy of it"
        raise VaultError(message)
    for number, text in enumerate(read_chain(path), 1):
        if not text.startswith("{"):
            continue
        try:
            yield _DECODER.decode(text)
        except msgspec.DecodeError as error:
            message = f"{path}, line {number}: it is of a newer program: {error}"
            raise VaultError(message) from error


def written(parts: Iterable[str]) -> tuple[str, ...]:
    """Names on the disk, whatever bytes they are of, as text."""
    return tuple(quote_from_bytes(os.fsencode(part), safe=" ()[]{},;=+!#$&'@~") for part in parts)


def names(parts: Iterable[str]) -> tuple[str, ...]:
    """The names again."""
    return tuple(os.fsdecode(unquote_to_bytes(part)) for part in parts)
