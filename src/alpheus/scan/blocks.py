"""Blocks of whole lines from a stream, in bounded memory whatever the length of a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from alpheus.errors import LimitError

BLOCK_SIZE = 1 << 20
LONGEST_LINE = 16 << 20
OVERLAP = 64 << 10
"""How many bytes two pieces of an overlong line share, so that a match at the cut is found."""

READ_ERRORS = (OSError, LimitError)
"""What a stream of evidence may raise in the middle: damage, a bound, a truncated archive."""

_NEWLINE = 0x0A


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes `data[start:end]`, valid until the next block is asked for.

    They are whole lines, of which only the last of a file may lack its line end; or, if `piece`,
    part of one line that is too long, and `last` tells that the line ends with it. `offset` is
    where the block begins in the stream, `line` the number of its first line, from 1.
    """

    data: bytearray
    start: int
    end: int
    offset: int
    line: int
    piece: bool = False
    last: bool = False


class BlockReader:
    """Reads a stream once. An error of the stream ends the reading and is kept in `error`."""

    def __init__(
        self,
        stream: BinaryIO,
        block_size: int = BLOCK_SIZE,
        longest_line: int = LONGEST_LINE,
        overlap: int = OVERLAP,
    ) -> None:
        self._stream = stream
        self._size = block_size
        self._longest = max(longest_line, block_size)
        self._overlap = min(overlap, block_size // 2)
        self._buffer = bytearray(block_size)
        self._filled = 0
        self._offset = 0
        self._ended = False
        self.lines = 0
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[Block]:
        """Every byte once, except that pieces of an overlong line overlap."""
        while True:
            self._fill()
            cut = self._buffer.rfind(b"\n", 0, self._filled) + 1
            if self._ended:
                cut = self._filled
            if cut:
                yield self._lines(cut)
                self._drop(cut)
            elif self._ended:
                return
            elif len(self._buffer) < self._longest:
                room = min(len(self._buffer), self._longest - len(self._buffer))
                self._buffer.extend(bytes(room))
            else:
                yield from self._pieces()

    def _fill(self) -> None:
        while self._filled < len(self._buffer) and not self._ended:
            try:
                chunk = self._stream.read(len(self._buffer) - self._filled)
            except READ_ERRORS as error:
                self.error = error
                chunk = b""
            self._buffer[self._filled : self._filled + len(chunk)] = chunk
            self._filled += len(chunk)
            self._ended = not chunk

    def _lines(self, cut: int) -> Block:
        import numpy as np  # noqa: PLC0415 - heavy; counts ten times as fast as bytearray.count

        block = Block(self._buffer, 0, cut, self._offset, self.lines + 1)
        newlines = np.frombuffer(self._buffer, dtype=np.uint8, count=cut) == _NEWLINE
        self.lines += int(np.count_nonzero(newlines)) + (self._buffer[cut - 1] != _NEWLINE)
        return block

    def _drop(self, count: int) -> None:
        """Forget the first bytes; a buffer that a long line made grow shrinks again."""
        rest = self._buffer[count : self._filled]
        if len(self._buffer) > self._size:
            self._buffer = bytearray(max(self._size, len(rest)))
        self._buffer[: len(rest)] = rest
        self._filled = len(rest)
        self._offset += count

    def _pieces(self) -> Iterator[Block]:
        """The line that fills the whole buffer and goes on, cut up, to its end."""
        self.lines += 1
        step = self._size - self._overlap
        while True:
            newline = self._buffer.find(b"\n", 0, self._filled)
            end = newline + 1 if newline >= 0 else self._filled
            complete = newline >= 0 or self._ended
            at = 0
            while end - at >= self._size:
                yield self._piece(at, at + self._size, last=False)
                at += step
            if complete:
                yield self._piece(at, end, last=True)
                self._drop(end)
                return
            self._drop(at)
            self._fill()

    def _piece(self, start: int, end: int, *, last: bool) -> Block:
        return Block(
            self._buffer, start, end, self._offset + start, self.lines, piece=True, last=last
        )
