"""Blocks of whole lines from a stream, in bounded memory whatever the length of a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from alpheus.errors import LimitError
from alpheus.scan.native import BARE_CR, Bounds, Room

if TYPE_CHECKING:
    from io import RawIOBase

BLOCK_SIZE = 1 << 20
LONGEST_LINE = 16 << 20
OVERLAP = 64 << 10
"""How many bytes two pieces of an overlong line share, so that a match at the cut is found."""

READ_ERRORS = (OSError, LimitError)
"""What a stream of evidence may raise in the middle: damage, a bound, a truncated archive."""

_CR, _LF = b"\r\n"
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
    must not be kept. Lines are found and counted only if they are `numbered`. LF ends a line, and
    CR LF; with `bare_cr` any CR does, which is written over with LF.
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
        bare_cr: bool = False,
    ) -> None:
        self._stream = cast("RawIOBase", stream)
        self._size = block_size
        self._longest = max(longest_line, block_size)
        self._overlap = min(overlap, block_size // 2)
        self._numbered = numbered
        self._bare_cr = bare_cr
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
            cut = self._filled if self._ended else self._cut()
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

    def _cut(self) -> int:
        """Behind the last line that has ended; a CR at the end may be half of a line end."""
        cut, end = self._buffer.rfind(b"\n", 0, self._filled) + 1, self._filled
        if not self._bare_cr:
            return cut
        while end > cut and self._buffer[end - 1] == _CR:
            end -= 1
        return max(cut, self._buffer.rfind(b"\r", cut, end) + 1)

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
            bounds = self._bounds(cut)
            self.lines += bounds.starts.size
        return Block(self._buffer, 0, cut, self._offset, line, bounds)

    def _bounds(self, cut: int) -> Bounds:
        if self._bare_cr and self._buffer[cut - 1] == _CR:
            self._buffer[cut - 1] = _LF
        bounds = self._room.find(self._buffer, 0, cut)
        if not self._bare_cr or not bounds.bare:
            return bounds
        self._buffer[:cut] = BARE_CR.sub(b"\n", self._buffer[:cut])
        return self._room.find(self._buffer, 0, cut)

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
            newline = self._first_end()
            end = newline or self._filled
            complete = newline > 0 or self._ended
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

    def _first_end(self) -> int:
        """Behind the first line end; 0 if there is none."""
        end = self._buffer.find(b"\n", 0, self._filled) + 1
        if not self._bare_cr:
            return end
        bare = self._buffer.find(b"\r", 0, end or self._filled) + 1
        return bare if bare and bare + 1 != end else end

    def _piece(self, start: int, end: int, *, last: bool) -> Block:
        return Block(
            self._buffer, start, end, self._offset + start, self.lines, piece=True, last=last
        )


def _buffer(size: int) -> bytearray:
    try:
        return _spare.pop() if size == BLOCK_SIZE else bytearray(size)
    except IndexError:
        return bytearray(size)
