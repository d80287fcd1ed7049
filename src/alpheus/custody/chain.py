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
import re
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from alpheus.errors import EvidenceNotFoundError, OutputError

START = "0" * 64
_BLOCK = 1 << 16
_LONGEST = 1 << 26
"""Bytes of a line; a file without a shorter one is none of ours."""

WHOLE = 1 << 26
"""Bytes of a log that is checked whole before it is written on; of a longer one only the end is."""

_TAIL = 1 << 20
_RETRY = 0.02
_TORN = re.compile(rb"[1-9]\d{0,18}(\t([0-9a-f]{0,64}|[0-9a-f]{64}\t[^\n]*))?\0*|\0+")
"""What a kill, or the loss of power, leaves of a line."""

_HASH = re.compile("[0-9a-f]{64}")
_FOREIGN = "{}: the last line is none of this log; keep it and start another"
_OTHER = "it is another line than the one that was noted: the log was written anew"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """Where a log stops being what was written. `line` counts from 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Link:
    """A line of a log that was read. `fault` says why it does not hold, or is empty."""

    number: int
    hash: str
    text: str
    fault: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What checking a log found: how many lines hold, the last hash that does, the first fault."""

    lines: int
    head: str
    fault: ChainFault | None


class Chain:
    """The writing end of a log. One process at a time; opening locks the file.

    `wait`: seconds for which another process is waited for. Raises OutputError when the file cannot
    be opened or written, is in use, is no file, or has a last line that belongs to no chain.
    """

    def __init__(self, path: Path, *, wait: float = 0) -> None:
        self._path = path
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY | _NO_WAITING
        try:
            self._file = os.open(path, flags, 0o600)
        except OSError as error:
            raise failed(path, error) from error
        try:
            self._lock(time.monotonic() + wait)
            self.sequence, self.head, torn = self._end()
            if torn:
                self.append([f"recovered: {torn} bytes of an unfinished line were cut off"])
        except BaseException as error:
            os.close(self._file)
            if isinstance(error, OSError) and not isinstance(error, OutputError):
                raise failed(path, error) from error
            raise

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

    def close(self, *, sync: bool = True) -> None:
        """Bring all to disk (unless that may wait) and let go of the file."""
        if self._file >= 0:
            if sync:
                self.sync()
            os.close(self._file)
            self._file = -1

    def _lock(self, until: float) -> None:
        if not stat.S_ISREG(os.fstat(self._file).st_mode):
            message = f"{self._path} is no file; name one that lines can be added to"
            raise OutputError(message)
        try:
            import fcntl  # noqa: PLC0415 - not on Windows
        except ImportError:
            return
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() < until:
                    time.sleep(_RETRY)
                    continue
                message = f"{self._path} is being written by another run; wait until it has ended"
                raise OutputError(message) from error
            except OSError as error:
                raise failed(self._path, error) from error
            return

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
            if block > _LONGEST:
                raise OutputError(_FOREIGN.format(self._path))
            block *= 4
        whole = tail.rfind(b"\n") + 1
        sequence, head = self._last(tail[:whole])
        torn = len(tail) - whole
        if torn:
            if not _TORN.fullmatch(tail, whole):
                raise OutputError(_FOREIGN.format(self._path))
            os.ftruncate(self._file, size - torn)
        return sequence, head, torn

    def _last(self, lines: bytes) -> tuple[int, str]:
        if not lines:
            return 0, START
        last = lines.rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")
        parts = last.split("\t", 2)
        if len(parts) != 3 or not parts[0].isdecimal() or not _HASH.fullmatch(parts[1]):
            raise OutputError(_FOREIGN.format(self._path))
        return int(parts[0]), parts[1]


def read_chain(path: Path) -> Iterator[str]:
    """The texts of a log, oldest first, unchecked. Raises EvidenceNotFoundError."""
    for line in _lines(path):
        raw = line.removesuffix(b"\n").decode("utf-8", "replace")
        yield raw.partition("\t")[2].partition("\t")[2]


def walk_chain(path: Path, *, size: int | None = None) -> Iterator[Link]:
    """Every line of a log, oldest first; the first that does not hold is the last that is given.

    `size`: bytes of it that count, when others write on meanwhile. Raises EvidenceNotFoundError.
    """
    head = START
    for number, line in enumerate(_lines(path, size), 1):
        fault = _fault(line, number, head)
        _, found, text = (line.removesuffix(b"\n").split(b"\t", 2) + [b""] * 2)[:3]
        link = Link(
            number, found.decode("ascii", "replace"), text.decode("utf-8", "replace"), fault
        )
        yield link
        if fault:
            return
        head = link.hash


def check_chain(path: Path, *, reaches: tuple[int, str] | None = None) -> ChainReport:
    """Whether a log is as it was written. Raises EvidenceNotFoundError.

    `reaches`: a line and its hash that were noted elsewhere, and which the log must have.
    """
    lines, wanted = reaches or (0, START)
    head, count = START, 0
    for link in walk_chain(path):
        if link.fault:
            return ChainReport(count, head, ChainFault(link.number, link.fault))
        head, count = link.hash, link.number
        if count == lines and head != wanted:
            return ChainReport(count - 1, head, ChainFault(count, _OTHER))
    if count < lines:
        fault = f"{lines:,} lines were noted, and the log ends before"
        return ChainReport(count, head, ChainFault(count + 1, fault))
    return ChainReport(count, head, None)


def end_fault(path: Path, *, whole: int = WHOLE) -> ChainFault | None:
    """The first fault of a log that is to be written on. Raises EvidenceNotFoundError.

    Of a log of more than `whole` bytes the last lines alone are checked.
    """
    if path.stat().st_size <= whole:
        return check_chain(path).fault
    lines = _last_lines(path)
    number, head = 0, ""
    for line in lines:
        sequence, _, rest = line.partition(b"\t")
        if head:
            number += 1
            if reason := _fault(line, number, head):
                return ChainFault(number, reason)
        elif sequence.isdigit() and len(sequence) < 20:
            number = int(sequence)
        head = rest[:64].decode("ascii", "replace")
    return None


def _last_lines(path: Path) -> Iterator[bytes]:
    """Whole lines at the end; the first of them is not checked, but what follows it."""
    with path.open("rb") as stream:
        stream.seek(-min(_TAIL, path.stat().st_size), os.SEEK_END)
        stream.readline()
        yield from stream


def _fault(line: bytes, number: int, head: str) -> str:
    """Compared byte by byte: what decodes to the same text is not the same line."""
    if not line.endswith(b"\n"):
        return "it has no end: it was cut, or is being written"
    parts = line[:-1].split(b"\t", 2)
    if len(parts) != 3:
        return "this is no line of a log of this kind"
    sequence, found, text = parts
    if sequence != str(number).encode():
        shown = sequence[:20].decode("ascii", "replace")
        return f"line {number} should stand here, not {shown}: lines are missing or moved"
    whole = b"%s\n%s\t%s" % (head.encode(), sequence, text)
    if sha256(whole).hexdigest().encode() != found:
        return "its hash does not fit: it, or the line before it, was changed"
    return ""


def _lines(path: Path, size: int | None = None) -> Iterator[bytes]:
    left = size
    try:
        with path.open("rb") as stream:
            for line in stream:
                if left is not None:
                    left -= len(line)
                    if left <= 0:
                        yield line[: len(line) + left]
                        return
                yield line
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
_NO_WAITING: int = getattr(os, "O_NONBLOCK", 0)
