"""A file on disk as an `EvidenceFile`, for tests of what reads evidence."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast


class _Hashing(io.RawIOBase):
    """Reads without seeking, as a member of an archive does, and hashes what it reads."""

    def __init__(self, owner: FileOnDisk) -> None:
        self._owner = owner
        self._stream = owner.on_disk.open("rb")
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._owner.bytes_read += len(data)
        self._hash.update(data)
        if not data:
            self._owner.sha256 = self._hash.hexdigest()
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


class FileOnDisk:
    """`on_disk` is read; `address` is its path in the imagined package, its name if left out."""

    def __init__(self, on_disk: Path, address: str | None = None, evidence: str = "e1") -> None:
        self.on_disk = on_disk
        self.path = on_disk.name if address is None else address
        self.evidence = evidence
        self.scope = ""
        self.sha256: str | None = None
        self.bytes_read = 0

    @property
    def size(self) -> int | None:
        return self.on_disk.stat().st_size

    @property
    def fingerprint(self) -> str | None:
        return None

    @property
    def modified(self) -> datetime | None:
        return datetime.fromtimestamp(self.on_disk.stat().st_mtime, UTC)

    def leave(self, head: bytes) -> bool:
        del head
        return False

    def open(self) -> BinaryIO:
        return cast("BinaryIO", io.BufferedReader(_Hashing(self)))

    @contextmanager
    def local(self) -> Iterator[Path]:
        yield self.on_disk
