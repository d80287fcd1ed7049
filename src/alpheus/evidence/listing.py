"""Every file of a package that was read, by address, with hash and size: packed while it is kept.

As text a listing is what `sha256sum` writes and checks: hash, two spaces, address, sorted; a line
whose address holds a line end or a backslash begins with a backslash and has them escaped.
"""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LINES = 20_000
_BYTES = 4 << 20
"""After so many lines, or bytes of them, they are sorted and packed."""

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Listed:
    """The files of one package or of a part of one. `runs` are sorted and packed lines."""

    files: int = 0
    size: int = 0
    runs: tuple[bytes, ...] = ()


class Listing:
    """Takes down one file after the other."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._waiting = 0
        self._runs: list[bytes] = []
        self._files = 0
        self._size = 0

    def add(self, path: str, sha256: str, size: int) -> None:
        """A file that was read to its end: its address, hash and bytes."""
        line = b"%s\t%s\t%d" % (address(path), sha256.encode(), size)
        self._lines.append(line)
        self._waiting += len(line)
        self._files += 1
        self._size += size
        if len(self._lines) >= _LINES or self._waiting >= _BYTES:
            self._pack()

    def end(self) -> Listed:
        """All that was taken down."""
        self._pack()
        return Listed(self._files, self._size, tuple(self._runs))

    def _pack(self) -> None:
        if self._lines:
            self._runs.append(zlib.compress(b"\n".join(sorted(self._lines)), 1))
            self._lines, self._waiting = [], 0


def merged(parts: Sequence[Listed]) -> Iterator[tuple[bytes, str, int]]:
    """Address (see `address`), hash and size of every file of all parts, sorted by address."""
    runs = [_lines(run) for part in parts for run in part.runs]
    for line in runs[0] if len(runs) == 1 else heapq.merge(*runs):
        name, sha256, size = line.rsplit(b"\t", 2)
        yield name, sha256.decode(), int(size)


def text_line(name: bytes, sha256: str) -> bytes:
    """One line of the text."""
    mark = b"\\" if b"\\" in name else b""
    return b"%s%s  %s\n" % (mark, sha256.encode(), name)


def address(path: str) -> bytes:
    r"""An address as bytes of one line: `\\`, `\n` and `\r` stand for what they say."""
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a character of UTF-16 that came from no file system
        raw = path.encode("utf-8", "surrogatepass")
    return raw.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")


def unpacked(packed: bytes) -> Iterator[bytes]:
    """What was deflated, in pieces."""
    unpack = zlib.decompressobj()
    while packed:
        yield unpack.decompress(packed, _BLOCK)
        packed = unpack.unconsumed_tail
    yield unpack.flush()


def _lines(run: bytes) -> Iterator[bytes]:
    rest = b""
    for piece in unpacked(run):
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        yield from lines
    yield rest
