"""A vault: what was taken away, by its SHA-256, encrypted, never overwritten.

    vault.json      how the passphrase becomes a key, and whether it is the right one
    segments/N      records one after another: their header, then sealed pieces
    lock            held by whoever uses the vault

A header is `ALV1`, the name of the content (a keyed hash of its SHA-256), the salt of its key, and
the length of what follows (8 bytes, big-endian; 0 while it is being written). A segment that a kill
left unfinished is not written to any more; what `sync` has brought to disk is whole. What an
earlier program has left is read again before it is relied on; of two records of one content the
later one counts.
"""

from __future__ import annotations

import hmac
import mmap
import os
import struct
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from alpheus.custody.chain import failed
from alpheus.errors import VaultError
from alpheus.respond.disk import BINARY, locked, sync_file
from alpheus.respond.vault_cipher import PIECE, TAG, new_salt, sealed_size
from alpheus.respond.vault_folder import LOCK, is_made, make, prepare, sealer_of
from alpheus.respond.vault_segment import Segment

SEGMENT = 256 << 20
"""Bytes after which a new segment is begun."""

_SMALL = 1 << 20
"""Bytes of a record that is put together in memory, and written whole."""

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
        self._segments = str(folder / "segments")
        if not passphrase:
            message = f"{folder}: a vault needs a passphrase: set ALPHEUS_VAULT_PASSPHRASE"
            raise VaultError(message)
        self._stream: Segment | None = None
        self._segment = 0
        self._sure: set[bytes] = set()
        self._lock = _held(folder, passphrase, create=create)
        try:
            if create:
                make(folder, passphrase)
            self._sealer = sealer_of(folder, passphrase)
            self._records = self._scan()
            self._last_to_disk()
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise failed(folder, error) from error
            raise

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
        if self.holds(address):
            for _ in counted:
                pass
            counted.must_be(address)
            return counted.size
        try:
            begin, salt = self._room(), new_salt()
            self._put(name, salt, counted, address)
        except OSError as error:
            raise failed(self._path(self._segment), error) from error
        size = sealed_size(counted.size)
        self._records[name] = _Record(self._segment, begin + _HEADER.size, salt, size)
        self._sure.add(name)
        return counted.size

    def holds(self, address: str) -> bool:
        """Whether content is in the vault, whole. What an earlier program left is read for that."""
        name = self._sealer.name(bytes.fromhex(address))
        if name not in self._sure and name in self._records:
            try:
                for _ in self.read(address):
                    pass
            except VaultError:
                del self._records[name]
            else:
                self._sure.add(name)
        return name in self._sure

    def read(self, address: str) -> Iterator[bytes]:
        """Content, piece by piece, checked against its address at the end.

        Raises VaultError where it is not in the vault, or not as it was put in.
        """
        found = self._records.get(self._sealer.name(bytes.fromhex(address)))
        if found is None:
            message = f"{self.folder}: {address} is not in this vault"
            raise VaultError(message)
        if self._stream is not None and found.segment == self._segment:
            self._flush()
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
            self._stream.sync()
        except OSError as error:
            raise failed(self._path(self._segment), error) from error

    def _flush(self) -> None:
        assert self._stream is not None
        try:
            self._stream.flush()
        except OSError as error:
            raise failed(self._path(self._segment), error) from error

    def _room(self) -> int:
        """Where the next record goes: this program writes to segments that it has begun."""
        if self._stream is not None:
            if self._stream.end < SEGMENT:
                return self._stream.end
            self.sync()
            self._stream.close()
            self._stream = None
        self._segment += 1
        self._stream = Segment(self._path(self._segment))
        return 0

    def _put(self, name: bytes, salt: bytes, counted: _Counted, address: str) -> None:
        """A record: whole at once where it is small, else its length comes last."""
        assert self._stream is not None
        stream, begin = self._stream, self._stream.end
        sealed = self._sealer.seal(salt, counted)
        held = bytearray(_HEADER.size)
        whole = True
        for piece in sealed:
            held += piece
            if len(held) > _SMALL:
                whole = False
                break
        if whole:
            counted.must_be(address)
            held[: _HEADER.size] = _HEADER.pack(_MAGIC, name, salt, sealed_size(counted.size))
            stream.append(bytes(held))
            return
        try:
            held[: _HEADER.size] = _HEADER.pack(_MAGIC, name, salt, 0)
            stream.append(bytes(held))
            for piece in sealed:
                stream.append(piece)
            counted.must_be(address)
            stream.set(begin, _HEADER.pack(_MAGIC, name, salt, sealed_size(counted.size)))
        except BaseException:
            stream.cut(begin)
            raise

    def _last_to_disk(self) -> None:
        """What a killed program wrote last may not be on disk yet, and is relied on now."""
        if self._segment:
            sync_file(self._path(self._segment))

    def _path(self, segment: int) -> Path:
        return self.folder / "segments" / f"{segment:06d}"

    def _scan(self) -> dict[bytes, _Record]:
        found: dict[bytes, _Record] = {}
        for path in sorted((self.folder / "segments").iterdir()):
            if not path.name.isdigit():
                continue
            self._segment = max(self._segment, int(path.name))
            with path.open("rb") as stream:
                found.update(_headers(stream, int(path.name)))
        return found

    def _sealed(self, record: _Record) -> Iterator[bytes]:
        number = os.open(f"{self._segments}/{record.segment:06d}", os.O_RDONLY | BINARY)
        try:
            os.lseek(number, record.offset, os.SEEK_SET)
            left = record.size
            while left and (piece := os.read(number, min(PIECE + TAG, left))):
                left -= len(piece)
                yield piece
        finally:
            os.close(number)


def _held(folder: Path, passphrase: bytes, *, create: bool) -> int:
    """The lock of a vault, before anything of it is read: it may be about to be made."""
    if create:
        prepare(folder, passphrase)
    elif not is_made(folder):
        sealer_of(folder, passphrase)
    try:
        return locked(folder / LOCK, f"{folder} is in use; wait until that has ended")
    except OSError as error:
        raise failed(folder, error) from error


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
    """Whole records; after one whose header is damaged, those that follow.

    A length that is wrong leads to no header, or past some: they are looked for from the record on
    of which it is. What looks like a header and is none has no content that opens.
    """
    size, offset, before = os.fstat(stream.fileno()).st_size, 0, 0
    while offset + _HEADER.size <= size:
        stream.seek(offset)
        magic, name, salt, length = _HEADER.unpack(stream.read(_HEADER.size))
        end = offset + _HEADER.size + length
        if magic == _MAGIC and length and end <= size:
            yield name, _Record(segment, offset + _HEADER.size, salt, length)
            offset, before = end, offset + _HEADER.size
            continue
        start = before or offset + 1
        before = 0
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            offset = whole.find(_MAGIC, start)
        if offset < 0:
            return
