"""Text logs in memory, read as evidence, for tests of `parsers` and `scan`."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from alpheus.parsers import TEXT_LOG_FORMATS
from alpheus.parsers.base import LineKind, ReadOptions, Row, TextLog, TextLogFormat
from alpheus.parsers.encoding import HEAD_SIZE, decode_head, decode_line
from alpheus.scan.needles import Needles
from alpheus.scan.textlog import Candidate, TextScan, scan_text_log

EVERYTHING = Needles(["."])


class GeneratedStream(io.RawIOBase):
    """Bytes made as they are read, so that a test needs no memory for them; may end in an error."""

    def __init__(self, chunks: Iterator[bytes], error: Exception | None = None) -> None:
        self._chunks = chunks
        self._rest = b""
        self._error = error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override] # io stubs ask for more
        if not self._rest:
            self._rest = next(self._chunks, b"")
            if not self._rest and self._error is not None:
                raise self._error
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


class MemoryFile:
    """An `EvidenceFile` whose content is given."""

    evidence = "e1"
    scope = ""
    size: int | None = None
    modified: datetime | None = None
    fingerprint: str | None = None
    sha256: str | None = None
    bytes_read = 0

    def __init__(self, content: bytes | BinaryIO, path: str = "log.log") -> None:
        self.path = path
        self._content = content

    def leave(self, head: bytes) -> bool:
        del head
        return False

    def open(self) -> BinaryIO:
        return io.BytesIO(self._content) if isinstance(self._content, bytes) else self._content

    def local(self) -> AbstractContextManager[Path]:
        raise NotImplementedError


def generated(chunks: Iterator[bytes], error: Exception | None = None) -> BinaryIO:
    """A stream over `chunks` that ends as they do, or in `error`."""
    return cast("BinaryIO", GeneratedStream(chunks, error))


def format_of(content: bytes, path: str = "log.log") -> TextLogFormat | None:
    """The first format of the registry that recognises the content."""
    head = decode_head(content[:HEAD_SIZE])
    return next((one for one in TEXT_LOG_FORMATS if one.recognise(head, path)), None)


def scan(
    content: bytes,
    path: str = "log.log",
    needles: Needles | Callable[[LineKind], Needles] = EVERYTHING,
    options: ReadOptions | None = None,
) -> tuple[TextScan, list[Candidate]]:
    """Recognise and scan; the default needles make every line a candidate."""
    log_format = format_of(content, path)
    assert log_format is not None, "nobody recognises this"
    candidates: list[Candidate] = []
    result = scan_text_log(
        MemoryFile(content, path),
        log_format,
        options or ReadOptions(),
        needles if callable(needles) else lambda _: needles,
        candidates.append,
    )
    assert_reconciled(result)
    return result, candidates


def assert_reconciled(result: TextScan) -> None:
    """Every line is a row, a directive, blank, or a counted loss."""
    counted = sum(tally.rows + tally.skipped for tally in result.tallies.values())
    assert counted + result.directives + result.blank == result.lines


def rows_of(content: bytes, path: str = "log.log", options: ReadOptions | None = None) -> list[Row]:
    """Every row, parsed line by line without the scanner."""
    log_format = format_of(content, path)
    assert log_format is not None, "nobody recognises this"
    log = log_format.start(decode_head(content[:HEAD_SIZE]), path, options or ReadOptions())
    if log_format.source == "iis":
        content = re.sub(rb"\r(?![\r\n])", b"\n", content)
    return list(parse(log, content.split(b"\n")))


def parse(log: TextLog, lines: Sequence[bytes]) -> Iterator[Row]:
    """The rows among some lines."""
    for raw in lines:
        text = decode_line(raw.rstrip(b"\r"))
        if text and not log.directive(text):
            row = log.row(text)
            if row is not None:
                yield row
