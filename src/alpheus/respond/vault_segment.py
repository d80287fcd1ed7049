"""One file of a vault while it is written: small records leave the process many at once."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from alpheus.respond.disk import BINARY, sync_folder

HELD = 1 << 20
"""Bytes that wait for others in memory."""


class Segment:
    """A new file, open for writing. Raises OSError, FileExistsError where there is one."""

    def __init__(self, path: Path) -> None:
        self._number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
        self._held = bytearray()
        self._written = 0
        sync_folder(path.parent)

    @property
    def end(self) -> int:
        """Where the next byte goes."""
        return self._written + len(self._held)

    def append(self, data: bytes) -> None:
        """Put bytes at the end."""
        self._held += data
        if len(self._held) >= HELD:
            self.flush()

    def set(self, offset: int, data: bytes) -> None:
        """Put bytes in the place of others."""
        self.flush()
        os.lseek(self._number, offset, os.SEEK_SET)
        self._put(data)
        os.lseek(self._number, 0, os.SEEK_END)

    def cut(self, offset: int) -> None:
        """Take away what stands from there on; where the disk fails it stays, and is no record."""
        with contextlib.suppress(OSError):
            if offset < self._written:
                os.ftruncate(self._number, offset)
                os.lseek(self._number, 0, os.SEEK_END)
                self._written = offset
        del self._held[max(0, offset - self._written) :]

    def flush(self) -> None:
        """Let all bytes leave the process."""
        if self._held:
            try:
                self._put(bytes(self._held))
            finally:
                self._held.clear()
                self._written = os.lseek(self._number, 0, os.SEEK_END)

    def sync(self) -> None:
        """Bring all to disk."""
        self.flush()
        os.fsync(self._number)

    def close(self) -> None:
        """Let go of the file; what was held is written, where the disk takes it."""
        if self._number >= 0:
            with contextlib.suppress(OSError):
                self.flush()
            os.close(self._number)
            self._number = -1

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._number, view) :]
