"""A list as it lies on disk: unpacked, in UTF-8, in pieces of bounded size.

Gzip and Zstandard are told by their first bytes. A byte order mark is removed; UTF-16 becomes
UTF-8. What cannot be unpacked to its end is a `Loss`; all before it is read.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

import zstandard

from alpheus.errors import EvidenceError, EvidenceNotFoundError
from alpheus.evidence.magic import compression_of
from alpheus.exposure.imports.model import ImportOptions, Loss

BLOCK = 1 << 20
LINE_LIMIT = 8 << 20
"""Bytes of a line; a longer one is a loss, and costs no more memory than this."""

_MOST_EXPANDED = 600
_EXPANSION_FREE = 1 << 30
_ZSTD_WINDOW = 1 << 27
_PACKED = 1 << 10
"""Bytes that are unpacked at a time; a bomb makes no more of them than some tens of megabytes."""

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_DAMAGED = (OSError, EOFError, zlib.error, zstandard.ZstdError)


class Source:
    """A file to import. `losses` is filled while it is read. Raises EvidenceError.

    `notes` says how it is understood, in sentences, from when its first record is read.
    `sha256` is that of the file as it lies there. The file may be read more than once; a change
    between two readings is not noticed, but the hash is that of the first.
    """

    def __init__(self, path: Path, options: ImportOptions | None = None) -> None:
        self.path = path
        self.name = path.name
        self.options = options or ImportOptions()
        self.losses: list[Loss] = []
        self.notes: list[str] = []
        try:
            with path.open("rb") as stream:
                self.sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
                self.size = stream.tell()
        except FileNotFoundError as error:
            raise EvidenceNotFoundError(f"{path}: no such file") from error
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise EvidenceError(f"{path}: cannot be read: {reason}") from error
        self.head = b"".join(self._beginning())
        self.losses.clear()

    def _beginning(self) -> Iterator[bytes]:
        """About the first megabyte."""
        length = 0
        for block in self.blocks():
            yield block[:BLOCK]
            length += len(block)
            if length >= BLOCK:
                return

    def blocks(self) -> Iterator[bytes]:
        """The content from its beginning, as UTF-8 if it was UTF-16."""
        blocks = self._unpacked()
        first = next(blocks, b"")
        encoding = _UTF16.get(first[:2])
        if encoding is None:
            yield first.removeprefix(codecs.BOM_UTF8)
            yield from blocks
            return
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        yield decoder.decode(first[2:]).encode("utf-8", "replace")
        for block in blocks:
            yield decoder.decode(block).encode("utf-8", "replace")

    def _unpacked(self) -> Iterator[bytes]:
        total = 0
        try:
            with self.path.open("rb") as packed:
                for block in _pieces(packed):
                    total += len(block)
                    yield block
                    if total > _EXPANSION_FREE and total > _MOST_EXPANDED * self.size:
                        reason = f"unpacks to more than {_MOST_EXPANDED} times its size"
                        self.losses.append(Loss(0, f"{reason}: the rest is not read"))
                        return
        except _DAMAGED as error:
            reason = f"damaged or cut off after {total:,} unpacked bytes"
            self.losses.append(Loss(0, f"{reason}: {str(error).lower() or 'no end'}"))


def _pieces(packed: BufferedReader) -> Iterator[bytes]:
    """What is in a file, as it comes: all that can be unpacked, whatever becomes of the rest."""
    compression = compression_of(packed.read(16))
    packed.seek(0)
    if compression == "zst":
        yield from _zstd_pieces(packed)
        return
    stream = gzip.GzipFile(fileobj=packed) if compression == "gz" else packed
    # Not `read`: it throws away what it had when the rest cannot be unpacked.
    while block := stream.read1(BLOCK):
        yield block


def _zstd_pieces(packed: BufferedReader) -> Iterator[bytes]:
    """The frames one after the other. Raises EOFError where the last has no end."""
    decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    frame = None
    while data := packed.read(_PACKED):
        while data:
            frame = frame or decoder.decompressobj()
            if piece := frame.decompress(data):
                yield piece
            data = frame.unused_data if frame.eof else b""
            frame = None if frame.eof else frame
    if frame is not None:
        raise EOFError


def lines(source: Source, limit: int = LINE_LIMIT) -> Iterator[bytes | None]:
    """The lines without their ends; None stands for one that is longer than `limit` bytes."""
    pending: list[bytes] = []
    length = 0
    skipping = False
    for block in source.blocks():
        parts = block.split(b"\n")
        if len(parts) > 1:
            yield None if skipping else b"".join((*pending, parts[0]))
            yield from parts[1:-1]
            pending, length, skipping = [], 0, False
        pending.append(parts[-1])
        length += len(parts[-1])
        if length > limit:
            pending, skipping = [], True
    if skipping:
        yield None
    elif length:
        yield b"".join(pending)
