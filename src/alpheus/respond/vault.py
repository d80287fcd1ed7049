"""A vault: what was taken away, by its SHA-256, encrypted, never overwritten.

    vault.json      how the passphrase becomes a key, and whether it is the right one
    segments/N      records one after another: their header, then sealed pieces
    lock            held by whoever uses the vault

A header is `ALV1`, the name of the content (a keyed hash of its SHA-256), the salt of its key, and
the length of what follows (8 bytes, big-endian; 0 while it is being written). A segment that a kill
left unfinished is not written to any more; what `sync` has brought to disk is whole.
"""

from __future__ import annotations

import hmac
import os
import struct
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from alpheus.custody.chain import failed
from alpheus.errors import VaultError
from alpheus.respond.disk import BINARY, locked, sync_folder
from alpheus.respond.vault_cipher import PIECE, TAG, new_salt, sealed_size
from alpheus.respond.vault_folder import make, sealer_of

SEGMENT = 256 << 20
"""Bytes after which a new segment is begun."""

_MAGIC = b"ALV1"
_HEADER = struct.Struct(">4s32s16sQ")


class ChangedError(Exception):
    """What was read is not what should have been kept; nothing of it is in the vault."""


class _Record(NamedTuple):
    segment: int
    offset: int
    salt: bytes
    size: int


class Vault:
    """An open vault. One program at a time; use as a context manager.

    Raises VaultError for a wrong passphrase, a vault in use, or a folder that is none.
    """

    def __init__(self, folder: Path, passphrase: bytes, *, create: bool = False) -> None:
        self.folder = folder
        if not passphrase:
            message = f"{folder}: a vault needs a passphrase: set ALPHEUS_VAULT_PASSPHRASE"
            raise VaultError(message)
        if create:
            make(folder, passphrase)
        self._sealer = sealer_of(folder, passphrase)
        self._lock = locked(folder / "lock", f"{folder} is in use; wait until that has ended")
        self._stream: BinaryIO | None = None
        self._segment = 0
        self._records = self._scan()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it; what was not brought to disk may be lost with the power."""
        if self._lock >= 0:
            if self._stream is not None:
                self._stream.close()
            os.close(self._lock)
            self._lock = -1

    def __contains__(self, address: str) -> bool:
        return self._sealer.name(bytes.fromhex(address)) in self._records

    def keep(self, address: str, pieces: Iterable[bytes]) -> int:
        """Put content in, once. Gives its size in bytes.

        `address` is the SHA-256 that it must have, in hex; raises ChangedError where it has
        another, and OutputError where the vault cannot be written: then nothing of it stays.
        """
        name, counted = self._sealer.name(bytes.fromhex(address)), _Counted(pieces)
        if name in self._records:
            for _ in counted:
                pass
            counted.must_be(address)
            return counted.size
        try:
            stream, begin = self._room()
            salt = new_salt()
            try:
                stream.write(_HEADER.pack(_MAGIC, name, salt, 0))
                for sealed in self._sealer.seal(salt, counted):
                    stream.write(sealed)
                counted.must_be(address)
                _finish(stream, begin, name, salt, counted.size)
            except BaseException:
                _take_back(stream, begin)
                raise
        except OSError as error:
            raise failed(self._path(self._segment), error) from error
        size = sealed_size(counted.size)
        self._records[name] = _Record(self._segment, begin + _HEADER.size, salt, size)
        return counted.size

    def read(self, address: str) -> Iterator[bytes]:
        """Content, piece by piece, checked against its address at the end.

        Raises VaultError where it is not in the vault, or not as it was put in.
        """
        found = self._records.get(self._sealer.name(bytes.fromhex(address)))
        if found is None:
            message = f"{self.folder}: {address} is not in this vault"
            raise VaultError(message)
        counted = _Counted(self._sealer.open(found.salt, self._sealed(found)))
        try:
            yield from counted
            counted.must_be(address)
        except (ValueError, ChangedError) as error:
            message = f"{self._path(found.segment)}: {address} is not as it was kept; use a copy"
            raise VaultError(message) from error

    def sync(self) -> None:
        """Bring all that was kept to disk. Raises OutputError."""
        if self._stream is None:
            return
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise failed(self._path(self._segment), error) from error

    def _room(self) -> tuple[BinaryIO, int]:
        """Where the next record goes: this program writes to segments that it has begun."""
        if self._stream is not None:
            end = self._stream.seek(0, os.SEEK_END)
            if end < SEGMENT:
                return self._stream, end
            self.sync()
            self._stream.close()
        self._segment += 1
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY
        number = os.open(self._path(self._segment), flags, 0o600)
        self._stream = os.fdopen(number, "r+b")
        sync_folder(self.folder / "segments")
        return self._stream, 0

    def _path(self, segment: int) -> Path:
        return self.folder / "segments" / f"{segment:06d}"

    def _scan(self) -> dict[bytes, _Record]:
        found: dict[bytes, _Record] = {}
        for path in sorted((self.folder / "segments").iterdir()):
            if not path.name.isdigit():
                continue
            self._segment = max(self._segment, int(path.name))
            with path.open("rb") as stream:
                for name, record in _headers(stream, int(path.name)):
                    found.setdefault(name, record)
        return found

    def _sealed(self, record: _Record) -> Iterator[bytes]:
        with self._path(record.segment).open("rb") as stream:
            stream.seek(record.offset)
            left = record.size
            while left and (piece := stream.read(min(PIECE + TAG, left))):
                left -= len(piece)
                yield piece


def _finish(stream: BinaryIO, begin: int, name: bytes, salt: bytes, size: int) -> None:
    """Say how long it is: from now on it is a record."""
    stream.seek(begin)
    stream.write(_HEADER.pack(_MAGIC, name, salt, sealed_size(size)))
    stream.seek(0, os.SEEK_END)
    stream.flush()


def _take_back(stream: BinaryIO, begin: int) -> None:
    """Cut off a record that could not be finished; else it stays, and is none by its length."""
    try:
        stream.seek(begin)
        stream.truncate()
    except OSError:
        stream.seek(0, os.SEEK_END)


class _Counted:
    """Pieces, with their size and hash."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._hash = sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._hash.update(piece)
            self.size += len(piece)
            yield piece

    def must_be(self, address: str) -> None:
        """Raises ChangedError where it is not."""
        if not hmac.compare_digest(self._hash.hexdigest(), address):
            raise ChangedError(self._hash.hexdigest())


def _headers(stream: BinaryIO, segment: int) -> Iterator[tuple[bytes, _Record]]:
    """Whole records, up to the first that is none."""
    size, offset = os.fstat(stream.fileno()).st_size, 0
    while offset + _HEADER.size <= size:
        stream.seek(offset)
        magic, name, salt, length = _HEADER.unpack(stream.read(_HEADER.size))
        end = offset + _HEADER.size + length
        if magic != _MAGIC or not length or end > size:
            return
        yield name, _Record(segment, offset + _HEADER.size, salt, length)
        offset = end
