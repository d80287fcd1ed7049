"""ZIP archives: by their directory, or from the members' own headers where that is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

from alpheus.errors import EvidenceFormatError, EvidencePasswordError
from alpheus.evidence.containers.zip_data import fits, open_entry, open_stored
from alpheus.evidence.containers.zip_headers import (
    STRONG_ENCRYPTION,
    DamagedDirectoryError,
    Entry,
    find_directory,
    read_directory,
)
from alpheus.evidence.containers.zip_recovery import recover
from alpheus.evidence.members import Access, Loss, Member, Source, Wanted, everything

_AROUND = 200
"""Bytes of the local header, its extra fields, and the descriptor behind a member."""

_TRIED_MEMBERS = 50
"""How many encrypted members are tried before all passwords are declared wrong."""


class ZipContainer:
    """A ZIP archive. Entries are read one at a time, however many there are."""

    volume = False
    single = False

    def __init__(self, source: Source, access: Access) -> None:
        if source.seekable is None:
            raise EvidenceFormatError(f"{source.name}: a zip archive needs a source that can seek")
        self._name = source.name
        self._open: Callable[[], BinaryIO] = source.seekable
        self._passwords = [word.encode("utf-8") for word in access.passwords]
        self._access = access
        with self._open() as stream:
            self._directory = find_directory(stream)
        self._far = source.far
        self.apart = self._far is None or self._directory is not None
        if self._directory is not None:
            if self._far is not None:
                self._far.keep_from(self._directory.start)
            self._check_passwords()

    def members(self) -> Iterator[Member | Loss]:
        """Every file; one that is encrypted without a fitting password is a Loss."""
        return self.part(everything)

    def part(self, wanted: Wanted) -> Iterator[Member | Loss]:
        """The files that are wanted, in the order of the directory."""
        with self._open() as stream:
            for item in self._items(stream):
                if isinstance(item, Loss):
                    if wanted(item.name, 0):
                        yield item
                elif not item.folder and wanted(item.name, item.size or item.compressed):
                    yield self._member(item)

    def folders(self) -> Iterator[str]:
        """Every folder that has an entry of its own."""
        with self._open() as stream:
            for item in self._items(stream):
                if isinstance(item, Entry) and item.folder:
                    yield item.name

    def expect(self, wanted: Callable[[str, int], bool | None]) -> None:
        """Tell the store what will be read: `wanted` says so of a name and size.

        It is asked of the same items as by `part`. None: some of it at least.
        """
        if self._far is not None and self._directory is not None:
            with self._open() as stream:
                self._far.plan(_extents(self._items(stream), self._directory.start, wanted))

    def _items(self, stream: BinaryIO) -> Iterator[Entry | Loss]:
        if self._directory is None:
            yield from recover(stream, self._access.budget)
            return
        try:
            yield from read_directory(stream, self._directory)
        except DamagedDirectoryError as error:
            reason = "the directory is damaged; members listed after this place are lost"
            yield Loss("", reason, error.offset)

    def _member(self, entry: Entry) -> Member | Loss:
        if entry.link:
            return Loss(entry.name, "symbolic link: not followed", entry.header)
        password: bytes | None = None
        if entry.encrypted:
            if entry.flags & STRONG_ENCRYPTION or (entry.method == 99 and entry.aes is None):
                reason = "encryption that is not supported; decrypt it and hand it in"
                return Loss(entry.name, reason, entry.header)
            password = self._password_for(entry)
            if password is None:
                return Loss(entry.name, self._no_password(), entry.header)
        stored = entry.method == 0 and not entry.encrypted
        return Member(
            entry.name,
            lambda: open_entry(self._open, entry, password),
            entry.size,
            entry.modified,
            seekable=(lambda: open_stored(self._open, entry)) if stored else None,
            mark=f"{entry.header}:{entry.compressed}:{entry.crc}",
        )

    def _password_for(self, entry: Entry) -> bytes | None:
        """The first password that fits; it is tried first for the next member."""
        for password in self._passwords:
            if fits(self._open, entry, password):
                self._passwords.remove(password)
                self._passwords.insert(0, password)
                return password
        return None

    def _check_passwords(self) -> None:
        """Raise EvidencePasswordError if not one member can be read for want of a password."""
        with self._open() as stream:
            files = (item for item in self._items(stream) if isinstance(item, Entry))
            found = False
            for entry in islice((file for file in files if not file.folder), _TRIED_MEMBERS):
                found = True
                if not entry.encrypted or self._password_for(entry) is not None:
                    return
        if found and self._all_encrypted():
            raise EvidencePasswordError(f"{self._name}: {self._no_password()}")

    def _all_encrypted(self) -> bool:
        with self._open() as stream:
            return all(
                entry.encrypted or entry.folder
                for entry in self._items(stream)
                if isinstance(entry, Entry)
            )

    def _no_password(self) -> str:
        if not self._passwords:
            return "encrypted; give the password with --password"
        return "encrypted, and no password that was given fits; give the right one with --password"


def _extents(
    items: Iterator[Entry | Loss], end: int, wanted: Callable[[str, int], bool | None]
) -> Iterator[tuple[int, int, bool]]:
    """Where members begin and end, with their headers, and whether all of each is read.

    Exactly up to the header of the next one; elsewhere with room for what the directory does not
    say: the fields of the header and what may stand behind the content.
    """
    before: tuple[int, int, bool] | None = None
    for item in items:
        if isinstance(item, Loss):
            wanted(item.name, 0)
            continue
        if before is not None:
            yield _bounded(before, item.header, end)
            before = None
        size = item.size or item.compressed
        sure = None if item.folder else wanted(item.name, size)
        if item.folder or sure is False:
            continue
        length = len(item.name.encode("utf-8", "replace")) + item.compressed + _AROUND
        before = (item.header, item.header + length, bool(sure))
    if before is not None:
        yield _bounded(before, end, end)


def _bounded(extent: tuple[int, int, bool], following: int, end: int) -> tuple[int, int, bool]:
    start, stop, sure = extent
    return start, min(stop, following if following > start else end), sure
