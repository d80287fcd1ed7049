"""What was done of a plan, line by line, before and after it is done.

The journal lies in the vault, one for each plan, as a log whose lines are bound to each other
(`custody/chain`). It is what a run goes on from after a kill, and what `clean undo` goes by.

What it says holds for the volume that was mounted under a letter then (`Mounted`): a rehearsal on a
copy says nothing of the server. A journal shows what is so of the volumes that are mounted now.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import quote_from_bytes, unquote_to_bytes

import msgspec

from alpheus.custody.chain import Chain, check_chain, failed, read_chain
from alpheus.errors import VaultError
from alpheus.respond.disk import sync_file
from alpheus.respond.metadata import Metadata, Times
from alpheus.respond.volume_identity import Identity


class Kept(msgspec.Struct, frozen=True, omit_defaults=True, tag="kept", tag_field="do"):
    """A file is in the vault, and will now be taken away. `aside`: its name on the way out.

    `parts` are its names on the disk, percent-encoded. `good` is the SHA-256 of the product's own
    file that takes its place, and which is in the vault as well; '' for none. `adopted`: it was
    taken from another volume, and is put into this one on purpose.
    """

    id: int
    volume: str
    parts: tuple[str, ...]
    sha256: str
    aside: str
    metadata: Metadata
    good: str = ""
    adopted: bool = False


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


class Undoing(msgspec.Struct, frozen=True, tag="undoing", tag_field="do"):
    """`clean undo` is at work on this volume; killed, it leaves names aside.

    `ended`: a run of apply has seen to them.
    """

    volume: str
    ended: bool = False


class Begun(msgspec.Struct, frozen=True, tag="begun", tag_field="do"):
    """A run: who, when (UTC, ISO 8601), what, with which version of the program."""

    who: str
    when: str
    what: str
    plan: str
    version: str


class Mounted(msgspec.Struct, frozen=True, tag="mounted", tag_field="do"):
    """From here on this letter is of this volume; `identity` and `place` are of `Identity`."""

    volume: str
    identity: str
    place: str


Entry = Begun | Mounted | Kept | Folder | Gone | Stayed | Back | Returning | Returned | Undoing
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


class _Shelved(NamedTuple):
    """What is so of a volume that is not mounted now."""

    kept: _Files
    gone: frozenset[int]
    folders: dict[FolderKey, Times]
    left: dict[FolderKey, Times]
    returning: frozenset[FolderKey]
    undoing: bool


_UNNAMED = Mounted("", "", "a volume that an older program did not name")
_NOTHING = _Shelved(_Files(), frozenset(), {}, {}, frozenset(), undoing=False)


class Journal:
    """The journal of one plan, open for writing, and what it says so far of these volumes."""

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
        self.undoing: set[str] = set()
        self._mounted: dict[str, Mounted] = {}
        self._shelf: dict[Mounted, _Shelved] = {}
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

    def mount(self, volumes: Mapping[str, Identity]) -> None:
        """From here on, all that is said and asked is of these volumes. Raises OutputError."""
        self.write([
            Mounted(letter, *identity) for letter, identity in volumes.items()
            if self._of(letter).identity != identity.key
        ], sync=False)  # fmt: skip

    def is_known(self, letter: str, identity: Identity) -> bool:
        """Whether a run was ever on this volume."""
        return any(one.volume == letter and one.identity == identity.key
                   for one in (*self._mounted.values(), *self._shelf))  # fmt: skip

    def elsewhere(self, number: int) -> Mounted | None:
        """The volume that a file is gone from, which is none of those that are mounted."""
        return next((one for one, shelved in self._shelf.items() if number in shelved.gone), None)

    def last_of(self, letter: str) -> Mounted | None:
        """The last volume of this letter that files are gone from, whether mounted or not."""
        if any(self.kept[number].volume == letter for number in self.gone):
            return self._of(letter)
        return next((one for one, shelved in reversed(self._shelf.items())
                     if one.volume == letter and shelved.gone), None)  # fmt: skip

    def adopt(self) -> None:
        """Files that are gone from other volumes count as gone from these; the last is meant."""
        found = {number: shelved.kept[number] for shelved in self._shelf.values()
                 for number in shelved.gone if number not in self.kept}  # fmt: skip
        adopted = [msgspec.structs.replace(kept, adopted=True) for kept in found.values()]
        self.write([*adopted, *(Gone(kept.id) for kept in adopted)], sync=True)

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
        elif isinstance(entry, Mounted):
            self._mount(entry)
        elif isinstance(entry, Undoing):
            (self.undoing.discard if entry.ended else self.undoing.add)(entry.volume)
        elif isinstance(entry, Gone):
            self.gone.add(entry.id)
        elif isinstance(entry, Stayed | Back):
            self.kept.pop(entry.id, None)
            self.gone.discard(entry.id)
        elif isinstance(entry, Folder | Returning | Returned):
            self._take_folder(entry)

    def _of(self, letter: str) -> Mounted:
        return self._mounted.get(letter, msgspec.structs.replace(_UNNAMED, volume=letter))

    def _mount(self, entry: Mounted) -> None:
        """Put by what is so of the volume before, and take out what is known of this one."""
        letter, before = entry.volume, self._of(entry.volume)
        shelved = self._put_by(letter)
        if shelved != _NOTHING or before.identity:
            self._shelf[before] = shelved
        known = next((one for one in self._shelf if one.volume == letter
                      and one.identity == entry.identity), None)  # fmt: skip
        found = self._shelf.pop(known) if known else _NOTHING
        self.kept.update(found.kept)
        self.gone |= found.gone
        self.folders |= found.folders
        self.left |= found.left
        self.returning |= found.returning
        self.undoing |= {letter} if found.undoing else set()
        self._mounted[letter] = entry

    def _put_by(self, letter: str) -> _Shelved:
        kept = _Files()
        for number in [one for one, file in self.kept.items() if file.volume == letter]:
            kept[number] = self.kept.pop(number)
        gone = self.gone & kept.keys()
        self.gone -= gone
        folders, left = (
            {key: known.pop(key) for key in [*known] if key[0] == letter}
            for known in (self.folders, self.left)
        )
        returning = {key for key in self.returning if key[0] == letter}
        self.returning -= returning
        undoing = letter in self.undoing
        self.undoing.discard(letter)
        return _Shelved(kept, frozenset(gone), folders, left, frozenset(returning), undoing)

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
