"""Blocks of whole lines from a stream, in bounded memory whatever the length of a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from alpheus.errors import LimitError
from alpheus.scan.native import Bounds, Room

if TYPE_CHECKING:
    from io import RawIOBase

BLOCK_SIZE = 1 << 20
LONGEST_LINE = 16 << 20
OVERLAP = 64 << 10
"""How many bytes two pieces of an overlong line share, so that a match at the cut is found."""

READ_ERRORS = (OSError, LimitError)
"""What a stream of evidence may raise in the middle: damage, a bound, a truncated archive."""

_rooms: list[Room] = []
_spare: list[bytearray] = []
"""Buffers of the usual size that nobody uses: a new one costs more than a small file."""


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes `data[start:end]`, valid until the next block is asked for.

    They are whole lines, of which only the last of a file may lack its line end; or, if `piece`,
    part of one line that is too long, and `last` tells that the line ends with it. `offset` is
    where the block begins in the stream, `line` the number of its first line, from 1, and `bounds`
    those of its lines, where they are known.
    """

    data: bytearray
    start: int
    end: int
    offset: int
    line: int
    bounds: Bounds | None = None
    piece: bool = False
    last: bool = False


class BlockReader:
    """Reads a stream once. An error of the stream ends the reading and is kept in `error`.

    `head` is what was already read of it. The buffer is used again by the next reader, so a block
    must not be kept. Lines are found and counted only if they are `numbered`.
    """

    def __init__(
        self,
        stream: BinaryIO,
        block_size: int = BLOCK_SIZE,
        longest_line: int = LONGEST_LINE,
        overlap: int = OVERLAP,
        head: bytes = b"",
        *,
        numbered: bool = True,
    ) -> None:
        self._stream = cast("RawIOBase", stream)
        self._size = block_size
        self._longest = max(longest_line, block_size)
        self._overlap = min(overlap, block_size // 2)
        self._numbered = numbered
        self._room = _rooms.pop() if _rooms else Room()
        self._buffer = _buffer(max(block_size, len(head)))
        self._buffer[: len(head)] = head
        self._filled = len(head)
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
                break
            elif len(self._buffer) < self._longest:
                room = min(len(self._buffer), self._longest - len(self._buffer))
                self._buffer.extend(bytes(room))
            else:
                yield from self._pieces()
        if len(self._buffer) == BLOCK_SIZE and not _spare:
            _spare.append(self._buffer)
        self._buffer = bytearray()
        if not _rooms:
            _rooms.append(self._room)

    def _fill(self) -> None:
        with memoryview(self._buffer) as view:
            while self._filled < len(view) and not self._ended:
                try:
                    count = self._stream.readinto(view[self._filled :]) or 0
                except READ_ERRORS as error:
                    self.error = error
                    count = 0
                self._filled += count
                self._ended = not count

    def _lines(self, cut: int) -> Block:
        line, bounds = self.lines + 1, None
        if self._numbered:
            bounds = self._room.find(self._buffer, 0, cut)
            self.lines += bounds.starts.size
        return Block(self._buffer, 0, cut, self._offset, line, bounds)

    def _drop(self, count: int) -> None:
        """Forget the first bytes; a buffer that a long line made grow shrinks again."""
        with memoryview(self._buffer) as view:
            rest = bytes(view[count : self._filled])
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


def _buffer(size: int) -> bytearray:
    try:
        return _spare.pop() if size == BLOCK_SIZE else bytearray(size)
    except IndexError:
        return bytearray(size)
