"""JSON objects out of a stream in bounded memory: one on a line, in an array, or pretty-printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import add
from typing import BinaryIO

OBJECT_LIMIT = 16 << 20
"""Bytes of one object; a longer one is a loss."""

_BLOCK = 1 << 18
_TOGETHER = 1000
"""Bytes, and objects of any size, that are taken at a time."""
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}"]', re.DOTALL)
_FRESH_OBJECT = re.compile(rb"\n[ \t]*+\{")
_RESTARTS = 100
TOO_LONG = "record longer than 16 MiB"
UNFINISHED = "record that does not end"


@dataclass(frozen=True, slots=True)
class JsonText:
    """The text of what should be one object, where it begins, or why there is none.

    `line` counts from 1; `offset` is in bytes of UTF-8.
    """

    line: int
    offset: int
    content: bytes
    loss: str | None = None


@dataclass(frozen=True, slots=True)
class JsonBatch:
    """Texts that were read together, and the loss that follows them."""

    contents: Sequence[bytes]
    lines: Sequence[int]
    offsets: Sequence[int]
    loss: JsonText | None = None

    def text(self, place: int) -> JsonText:
        """The text at a place."""
        return JsonText(self.lines[place], self.offsets[place], self.contents[place])

    def texts(self) -> Iterator[JsonText]:
        """All of them, then the loss."""
        yield from map(JsonText, self.lines, self.offsets, self.contents)
        if self.loss is not None:
            yield self.loss


def objects_on_lines(stream: BinaryIO) -> Iterator[JsonText]:
    """One text per line that is not blank, without the brackets and commas of an array."""
    for batch in lines_together(stream):
        yield from batch.texts()


def lines_together(stream: BinaryIO) -> Iterator[JsonBatch]:
    """What `objects_on_lines` gives, block by block."""
    number, offset, overlong = 1, 0, 0
    pending = bytearray()
    while block := stream.read(_BLOCK):
        if b"\n" not in block:
            pending += block
            if len(pending) + overlong > OBJECT_LIMIT:
                overlong, pending = overlong + len(pending), bytearray()
            continue
        *lines, rest = (bytes(pending) + block).split(b"\n")
        pending = bytearray(rest)
        if overlong + len(lines[0]) > OBJECT_LIMIT:
            yield JsonBatch((), (), (), JsonText(number, offset, b"", TOO_LONG))
            number, offset = number + 1, offset + overlong + len(lines.pop(0)) + 1
        overlong = 0
        yield _batch(lines, number, offset)
        number, offset = number + len(lines), offset + sum(map(len, lines)) + len(lines)
    if overlong:
        yield JsonBatch((), (), (), JsonText(number, offset, b"", TOO_LONG))
    else:
        yield _batch([bytes(pending)], number, offset)


def _batch(lines: Sequence[bytes], number: int, offset: int) -> JsonBatch:
    """Lines that follow each other, the first of them at `number` and `offset`."""
    contents = [
        line if line.startswith(b"{") and line.endswith(b"}") else trimmed(line) for line in lines
    ]
    numbers: Sequence[int] = range(number, number + len(lines))
    offsets = list(map(add, accumulate(map(len, lines), initial=offset), range(len(lines))))
    if b"" in contents:
        kept = [place for place, content in enumerate(contents) if content]
        contents = [contents[place] for place in kept]
        numbers = [numbers[place] for place in kept]
        offsets = [offsets[place] for place in kept]
    return JsonBatch(contents, numbers, offsets)


def trimmed(line: bytes | bytearray) -> bytes:
    """A line without blanks and without what an array writes around its objects."""
    content = bytes(line).strip()
    if content[:1] in b"[,":
        content = content.lstrip(b"[, \t")
    if content.endswith((b",", b"}]", b"},]")) or content == b"]":
        content = content.rstrip(b"], \t")
    return content


class _Splitter:
    """Finds objects by their braces, outside strings; keeps no more than one object and a block."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scan = 0
        self._depth = 0
        self._line = 1
        self._offset = 0
        self._restarts = 0

    def feed(self, block: bytes) -> Iterator[JsonText]:
        """Take more text; give every object that is now complete."""
        self._buffer += block
        while self._depth or self._begin():
            token = _TOKEN.search(self._buffer, self._scan)
            if token is None:
                self._scan = len(self._buffer)
                break
            if token[0] == b'"':
                self._scan = token.start()  # the rest of this string is still to come
                break
            self._scan = token.end()
            self._depth += {b"{": 1, b"}": -1}.get(token[0], 0)
            if not self._depth:
                yield JsonText(self._line, self._offset, bytes(self._buffer[: self._scan]))
                self._drop(self._scan)
        if len(self._buffer) > OBJECT_LIMIT:
            yield from self._give_up(TOO_LONG)

    def end(self) -> Iterator[JsonText]:
        """The file has ended: what is unfinished is a loss, what stands behind it is not."""
        while self._depth:
            yield from self._give_up(UNFINISHED)
            yield from self.feed(b"")

    def _begin(self) -> bool:
        start = self._buffer.find(b"{")
        self._drop(start if start >= 0 else len(self._buffer))
        self._depth = int(start >= 0)
        self._scan = self._depth
        return start >= 0

    def _give_up(self, reason: str) -> Iterator[JsonText]:
        yield JsonText(self._line, self._offset, b"", reason)
        self._restarts += 1
        fresh = _FRESH_OBJECT.search(self._buffer, 1) if self._restarts < _RESTARTS else None
        self._drop(fresh.start() + 1 if fresh else len(self._buffer))
        self._depth = 0

    def _drop(self, length: int) -> None:
        self._line += self._buffer.count(b"\n", 0, length)
        self._offset += length
        del self._buffer[:length]
        self._scan = 0


def objects_by_braces(stream: BinaryIO) -> Iterator[JsonText]:
    """One text per outermost object, whatever stands between them."""
    splitter = _Splitter()
    while block := stream.read(_BLOCK):
        yield from splitter.feed(block)
    yield from splitter.end()


def objects_together(stream: BinaryIO) -> Iterator[JsonBatch]:
    """What `objects_by_braces` gives, some at a time, also before an error of the stream."""
    held: list[JsonText] = []
    size = 0
    try:
        for text in objects_by_braces(stream):
            if text.loss is None:
                held.append(text)
                size += len(text.content)
                if size < _BLOCK and len(held) < _TOGETHER:
                    continue
            taken, held, size = held, [], 0
            yield _joined(taken, None if text.loss is None else text)
    except Exception:
        yield _joined(held, None)
        raise
    yield _joined(held, None)


def _joined(texts: Sequence[JsonText], loss: JsonText | None) -> JsonBatch:
    return JsonBatch(
        [text.content for text in texts],
        [text.line for text in texts],
        [text.offset for text in texts],
        loss,
    )
