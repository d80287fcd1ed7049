"""Encodings of text logs: UTF-8 with or without BOM, UTF-16 either way, cp1252, stray bytes.

Nothing here raises for bad content and nothing is lost: what is not valid in an encoding is passed
on or shown as it can be shown.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import wraps
from itertools import islice
from typing import BinaryIO, TypeVar, cast

HEAD_SIZE = 64 * 1024
"""How many bytes of a file its kind is recognised from."""

Given = TypeVar("Given")
Answer = TypeVar("Answer")

_PROBE = 4096
_BARE_CR = re.compile(r"\r(?![\r\n])")
_BARE_CR_BYTES = re.compile(rb"\r(?![\r\n])")
_CHUNK = 1 << 20


class Encoding(StrEnum):
    """What the first bytes of a text log say. `UTF_8` is also everything that is not UTF-16."""

    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"


def detect(head: bytes) -> tuple[Encoding, int]:
    """The encoding of a file that begins with `head`, and the length of its byte-order mark.

    UTF-16 without a mark is told by NULs in every second byte.
    """
    if head.startswith(codecs.BOM_UTF8):
        return Encoding.UTF_8, 3
    if head.startswith(codecs.BOM_UTF16_LE):
        return Encoding.UTF_16_LE, 2
    if head.startswith(codecs.BOM_UTF16_BE):
        return Encoding.UTF_16_BE, 2
    probe = head[:_PROBE]
    pairs = len(probe) // 2
    if pairs >= 4 and 0 in probe:
        even, odd = probe[: pairs * 2 : 2].count(0), probe[1 : pairs * 2 : 2].count(0)
        if odd > 0.6 * pairs and even < 0.05 * pairs:
            return Encoding.UTF_16_LE, 0
        if even > 0.6 * pairs and odd < 0.05 * pairs:
            return Encoding.UTF_16_BE, 0
    return Encoding.UTF_8, 0


def decode_line(raw: bytes) -> str:
    """One line as text: UTF-8, or else Windows cp1252 with C1 controls for its five holes."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(_CP1252[byte] for byte in raw)


def remembered(function: Callable[[Given], Answer]) -> Callable[[Given], Answer]:
    """Remembers the last answer, for as long as the very same object is asked about.

    Every kind of log looks at the same head, and to compare or to hash it would cost more.
    """
    last: list[tuple[Given, Answer]] = []

    @wraps(function)
    def asked(given: Given) -> Answer:
        if not last or last[0][0] is not given:
            last[:] = [(given, function(given))]
        return last[0][1]

    return asked


@remembered
def decode_head(head: bytes) -> str:
    """The first bytes of a file as text, for recognition, without NULs before them.

    Lines end with LF or CR LF, also where the file ends them with CR alone.
    """
    encoding, mark = detect(head)
    if encoding is not Encoding.UTF_8:
        wide = head[mark:].decode(encoding, errors="replace")
        return _BARE_CR.sub("\n", wide) if ends_lines_with_cr(head) else wide
    text = head[mark:].lstrip(b"\0")
    if ends_lines_with_cr(head):
        text = _BARE_CR_BYTES.sub(b"\n", text)
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        lines = text.split(b"\n")
    return "\n".join(decode_line(line) for line in lines)


class HeadLines:
    """The lines of a head that are not blank, without line ends; cut off as they are asked for."""

    def __init__(self, head: str) -> None:
        self._head = head
        self._at = 0
        self._lines: list[str] = []

    def __iter__(self) -> Iterator[str]:
        """All lines from the first one on."""
        number = 0
        while number < len(self._lines) or self._read():
            yield self._lines[number]
            number += 1

    def first(self, count: int) -> list[str]:
        """At most the first `count` lines."""
        return list(islice(self, count))

    def _read(self) -> bool:
        """Cut off one more line; False at the end."""
        while self._at <= len(self._head):
            end = self._head.find("\n", self._at)
            end = len(self._head) if end < 0 else end
            line = self._head[self._at : end]
            self._at = end + 1
            if line.strip():
                self._lines.append(line.rstrip("\r"))
                return True
        return False


@remembered
def head_lines(head: str) -> HeadLines:
    """The lines of a head; every kind of log asks for those of the same one."""
    return HeadLines(head)


def utf8_stream(stream: BinaryIO, head: bytes) -> BinaryIO:
    """A stream of UTF-8 without mark over `head` and the rest of `stream`, read as it is asked for.

    `head` is what was already read from `stream`. A file that is not UTF-16 is passed through
    byte for byte, so lines of other encodings survive for `decode_line`. Errors of `stream` pass.
    """
    encoding, mark = detect(head)
    if encoding is Encoding.UTF_8:
        return cast("BinaryIO", _Chain(stream, head[mark:]))
    return cast("BinaryIO", io.BufferedReader(_Recoded(stream, head[mark:], encoding), _CHUNK))


def ends_lines_with_cr(head: bytes) -> bool:
    """Whether a file that begins with `head` ends most lines with CR alone, as on old Macs."""
    encoding, mark = detect(head)
    text = head[mark:]
    if encoding is not Encoding.UTF_8:
        text = text.decode(encoding, errors="replace").encode("utf-8", "surrogatepass")
    if b"\r" not in text:
        return False
    # The LF of a CR at the very end may stand behind the head.
    bare = text.count(b"\r") - text.count(b"\r\n") - (len(head) >= HEAD_SIZE and text[-1:] == b"\r")
    return bare > text.count(b"\n")


class _Chain:
    """Gives back what was read ahead, then reads on. One copy less than a buffered reader."""

    def __init__(self, stream: BinaryIO, head: bytes) -> None:
        self._stream = stream
        self._head = head

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; b'' at the end."""
        if not self._head:
            return self._stream.read(size)
        cut = len(self._head) if size < 0 else size
        part, self._head = self._head[:cut], self._head[cut:]
        return part + self._stream.read() if size < 0 else part

    def close(self) -> None:
        """Close the stream below."""
        self._stream.close()


class _Recoded(io.RawIOBase):
    """UTF-16 as UTF-8. Lone surrogates are kept; half a character at the end becomes U+FFFD."""

    def __init__(self, stream: BinaryIO, head: bytes, encoding: Encoding) -> None:
        self._stream = stream
        self._pending: bytes = head
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="surrogatepass")
        self._encoded = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override] # io stubs ask for WriteableBuffer, which has no length
        while not self._encoded and not self._ended:
            self._encoded = self._next()
        count = min(len(target), len(self._encoded))
        target[:count] = self._encoded[:count]
        self._encoded = self._encoded[count:]
        return count

    def _next(self) -> bytes:
        raw = self._pending or self._stream.read(_CHUNK)
        self._pending = b""
        if raw:
            text = self._decoder.decode(raw)
        else:
            self._ended = True
            text = "\ufffd" if self._decoder.getstate()[0] else ""
        return text.encode("utf-8", errors="surrogatepass")


_CP1252 = tuple(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(256))
