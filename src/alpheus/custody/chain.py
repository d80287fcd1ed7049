"""A log that only grows: every line carries a hash over itself and the line before.

    sequence TAB hash TAB text

`hash` is the SHA-256 (hex) of the previous line's hash, a line feed, and `sequence TAB text`. A
line that was changed, left out, moved or put in breaks the chain from there on; lines cut off at
the end show only against a head that was noted elsewhere (`Chain.head`). What a kill leaves of a
line that was being written is cut off, and said by a line, when the log is opened again.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from alpheus.errors import EvidenceNotFoundError, OutputError

START = "0" * 64
_BLOCK = 1 << 16
_OTHER = "it is another line than the one that was noted: the log was written anew"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """Where a log stops being what was written. `line` counts from 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What checking a log found: how many lines hold, the last hash that does, the first fault."""

    lines: int
    head: str
    fault: ChainFault | None


class Chain:
    """The writing end of a log. One process at a time; opening locks the file.

    Raises OutputError when the file cannot be opened or written, is in use, or has a last line
    that belongs to no chain.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)
        except OSError as error:
            raise failed(path, error) from error
        try:
            self._lock()
            self.sequence, self.head, torn = self._end()
        except BaseException:
            os.close(self._file)
            raise
        if torn:
            self.append([f"recovered: {torn} bytes of an unfinished line were cut off"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def append(self, texts: Iterable[str]) -> None:
        """Write lines, at once and in this order; they have left the process when it returns."""
        sequence, head = self.sequence, self.head
        lines = []
        for text in texts:
            sequence += 1
            body = f"{sequence}\t{_one_line(text)}"
            head = sha256(f"{head}\n{body}".encode()).hexdigest()
            lines.append(f"{sequence}\t{head}\t{body.partition(chr(9))[2]}\n")
        if not lines:
            return
        append_whole(self._file, self._path, "".join(lines).encode())
        self.sequence, self.head = sequence, head

    def sync(self) -> None:
        """Bring what was written to disk, so that it survives the loss of power as well."""
        with contextlib.suppress(OSError):
            os.fsync(self._file)

    def close(self) -> None:
        """Bring all to disk and let go of the file."""
        if self._file >= 0:
            self.sync()
            os.close(self._file)
            self._file = -1

    def _lock(self) -> None:
        try:
            import fcntl  # noqa: PLC0415 - not on Windows
        except ImportError:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = f"{self._path} is being written by another run; wait until it has ended"
            raise OutputError(message) from error

    def _end(self) -> tuple[int, str, int]:
        """Sequence and hash of the last whole line; cuts off what follows it."""
        size = os.fstat(self._file).st_size
        if not size:
            return 0, START, 0
        block = _BLOCK
        while True:
            start = max(0, size - block)
            os.lseek(self._file, start, os.SEEK_SET)
            tail = _read_all(self._file, size - start)
            if not start or tail.count(b"\n") > 1:
                break
            block *= 4
        whole = tail.rfind(b"\n") + 1
        torn = len(tail) - whole
        if torn:
            os.ftruncate(self._file, size - torn)
        if not whole:
            return 0, START, torn
        last = tail[:whole].rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")
        parts = last.split("\t", 2)
        if len(parts) != 3 or not parts[0].isdigit() or len(parts[1]) != 64:
            message = f"{self._path}: the last line is none of this log; keep it and start another"
            raise OutputError(message)
        return int(parts[0]), parts[1], torn


def read_chain(path: Path) -> Iterator[str]:
    """The texts of a log, oldest first, unchecked. Raises EvidenceNotFoundError."""
    for line in _lines(path):
        yield line.partition("\t")[2].partition("\t")[2]


def check_chain(path: Path, *, reaches: tuple[int, str] | None = None) -> ChainReport:
    """Whether a log is as it was written. Raises EvidenceNotFoundError.

    `reaches`: a line and its hash that were noted elsewhere, and which the log must have.
    """
    lines, wanted = reaches or (0, START)
    head, count = START, 0
    for number, line in enumerate(_lines(path), 1):
        fault = _fault(line, number, head)
        if fault:
            return ChainReport(count, head, ChainFault(number, fault))
        head, count = line.split("\t", 2)[1], number
        if number == lines and head != wanted:
            return ChainReport(count - 1, head, ChainFault(number, _OTHER))
    if count < lines:
        fault = f"{lines:,} lines were noted, and the log ends before"
        return ChainReport(count, head, ChainFault(count + 1, fault))
    return ChainReport(count, head, None)


def _fault(line: str, number: int, head: str) -> str:
    parts = line.split("\t", 2)
    if len(parts) != 3:
        return "this is no line of a log of this kind"
    sequence, found, text = parts
    if sequence != str(number):
        return f"line {number} should stand here, not {sequence[:20]}: lines are missing or moved"
    if sha256(f"{head}\n{sequence}\t{text}".encode()).hexdigest() != found:
        return "its hash does not fit: it, or the line before it, was changed"
    return ""


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as stream:
            for raw in stream:
                yield raw.decode("utf-8", "replace").removesuffix("\n")
    except OSError as error:
        message = f"{path} cannot be read: {(error.strerror or str(error)).lower()}"
        raise EvidenceNotFoundError(message) from error


def _one_line(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


def append_whole(file: int, path: Path, data: bytes) -> None:
    """Put bytes at the end of an open file, all of them or none. Raises OutputError."""
    before = os.fstat(file).st_size
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(file, view) :]
    except OSError as error:
        with contextlib.suppress(OSError):
            os.ftruncate(file, before)
        raise failed(path, error) from error


def _read_all(file: int, size: int) -> bytes:
    parts = []
    while size and (part := os.read(file, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def failed(path: Path, error: OSError) -> OutputError:
    """The error that says what could not be written, why, and what to do."""
    if error.errno == errno.ENOSPC:
        return OutputError(f"Cannot write {path}: no space is left there; free some and resume.")
    return OutputError(f"Cannot write {path}: {(error.strerror or str(error)).lower()}.")


_BINARY: int = getattr(os, "O_BINARY", 0)
