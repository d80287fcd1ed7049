"""Reads HTTP/1 responses from a stranger's bytes: incremental, bounded, lenient after the head.

The head decides: once it is complete its facts are worth keeping, so a body that breaks its own
framing ends as a truncated response and not as an error. Sources: RFC 9112 (framing, folding,
interim responses), RFC 9110 (content codings).
"""

from __future__ import annotations

import re
import zlib
from enum import Enum, auto

from alpheus.exposure.model import Response

HEAD_LIMIT = 64 * 1024
"""Bytes of all heads of one response, interim ones included."""
BODY_LIMIT = 256 * 1024
"""Bytes of body that are kept, after inflating."""
_FRAMING_LIMIT = 64 * 1024
"""Bytes of chunk sizes, chunk extensions and trailers of one response."""

_BEGIN = b"HTTP/"
_HEAD_END = re.compile(rb"\n\r?\n")
_STATUS = re.compile(r"HTTP/(\d)(?:\.(\d))?[ \t]+(\d{3})(?!\d)", re.ASCII)
_FOLD = re.compile(r"\r?\n[ \t]+")
_DIGITS = re.compile(r"[0-9]{1,18}")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?", re.DOTALL)
_LINE_LIMIT = 4096
_GZIP_OR_ZLIB = 47
_RAW_DEFLATE = -15

Headers = tuple[tuple[str, str], ...]


class ResponseError(ValueError):
    """What came is no HTTP, or its head is beyond bounds. The message is the reason."""


class _State(Enum):
    HEAD = auto()
    LENGTH = auto()
    CLOSE = auto()
    CHUNK_SIZE = auto()
    CHUNK_DATA = auto()
    CHUNK_END = auto()
    TRAILER = auto()


class ResponseReader:
    """Gather the bytes of one response after another on one connection, to GETs only.

    After a response `keep_alive` says whether the connection may carry another request; the reader
    is then ready for the next response. Nothing is ever read that needs more than the two bounds.
    """

    __slots__ = (
        "_body", "_buffer", "_coding", "_framing", "_head_bytes", "_headers", "_left", "_reusable",
        "_searched", "_state", "_status", "keep_alive",
    )  # fmt: skip

    def __init__(self) -> None:
        self.keep_alive = False
        self._begin()

    def _begin(self) -> None:
        self._state = _State.HEAD
        self._buffer = b""
        self._searched = 0
        self._head_bytes = 0
        self._framing = 0
        self._left = 0
        self._body = bytearray()
        self._headers: Headers = ()
        self._status = 0
        self._coding = ""
        self._reusable = False

    def feed(self, data: bytes) -> Response | None:
        """Take what was received; the response once it is complete, else None.

        Raises ResponseError for what is no HTTP and for heads of more than 64 KB.
        """
        self._buffer = self._buffer + data if self._buffer else bytes(data)
        if self._state is _State.HEAD and not self._read_head():
            return None
        state = self._state
        if state is _State.LENGTH:
            return self._feed_length()
        if state is _State.CLOSE:
            return self._feed_close()
        return self._feed_chunks()

    def finish(self, *, cut: bool = False) -> Response | None:
        """What there is when no more bytes come: None if nothing had begun.

        `cut`: it was our own patience that ended, not the peer that closed; a body that the close
        would have ended is then truncated too. Raises ResponseError if the head is incomplete:
        half a header line could name a wrong build.
        """
        if self._state is _State.HEAD:
            if not self._buffer:
                return None
            raise ResponseError("the answer ended within its head")
        whole = self._state is _State.CLOSE and not cut
        return self._end(truncated=not whole, reusable=False)

    @property
    def has_head(self) -> bool:
        """Whether a complete head was read, so that `finish` gives a response."""
        return self._state is not _State.HEAD

    def _read_head(self) -> bool:
        """Read heads until one is final; False if it is not complete yet."""
        while True:
            buffer = self._buffer
            if not self._searched:
                trimmed = buffer.lstrip(b"\r\n")
                self._head_bytes += len(buffer) - len(trimmed)
                self._buffer = buffer = trimmed
                if buffer[:5] != _BEGIN[: len(buffer)]:
                    raise ResponseError("the answer is no HTTP")
            found = _HEAD_END.search(buffer, max(0, self._searched - 2))
            size = found.end() if found else len(buffer)
            if self._head_bytes + size > HEAD_LIMIT:
                raise ResponseError("the head of the answer is longer than 64 KB")
            if found is None:
                self._searched = size
                return False
            self._head_bytes += size
            self._searched = 0
            self._buffer = buffer[size:]
            if self._begin_body(buffer[: found.start()].decode("latin-1")):
                return True
            if not self._buffer:
                return False

    def _begin_body(self, head: str) -> bool:
        """Note the head and choose the framing; False for an interim response."""
        match = _STATUS.match(head)
        if match is None:
            raise ResponseError("the answer has no HTTP status line")
        status = int(match[3])
        if 100 <= status < 200 and status != 101:
            return False
        headers = _headers(head)
        fields = dict(reversed(headers))
        self._status, self._headers = status, headers
        self._coding = fields.get("content-encoding", "").strip().lower()
        modern = match[1] != "0" and (match[1] != "1" or (match[2] or "1") != "0")
        connection = fields.get("connection", "").lower()
        self._reusable = "close" not in connection and (modern or "keep-alive" in connection)
        if status in {101, 204, 304}:
            self._state, self._left = _State.LENGTH, 0
            self._reusable = self._reusable and status != 101
        elif "transfer-encoding" in fields:
            chunked = fields["transfer-encoding"].lower().rpartition(",")[2].strip() == "chunked"
            self._state = _State.CHUNK_SIZE if chunked else _State.CLOSE
        else:
            self._choose_length(headers)
        return True

    def _choose_length(self, headers: Headers) -> None:
        """A body of the stated length; up to the close where none, or nonsense, is stated."""
        stated = {value for name, value in headers if name == "content-length"}
        lengths = [int(text) for text in stated if _DIGITS.fullmatch(text)]
        self._state = _State.LENGTH if lengths else _State.CLOSE
        self._left = min(lengths, default=0)
        self._reusable = self._reusable and len(stated) == 1 and bool(lengths)

    def _feed_length(self) -> Response | None:
        room = min(self._left, BODY_LIMIT) - len(self._body)
        data = self._buffer
        if len(data) < room:
            self._body += data
            self._buffer = b""
            return None
        self._body += data[:room]
        self._buffer = data[room:]
        return self._end(truncated=self._left > BODY_LIMIT, reusable=self._reusable)

    def _feed_close(self) -> Response | None:
        self._body += self._buffer
        self._buffer = b""
        if len(self._body) <= BODY_LIMIT:
            return None
        return self._end(truncated=True, reusable=False)

    def _feed_chunks(self) -> Response | None:
        """Go through as many chunks as there are; a chunk that is none ends the response."""
        at = 0
        data = self._buffer
        while True:
            if self._state is _State.CHUNK_DATA:
                piece = data[at : at + self._left]
                self._body += piece
                at += len(piece)
                self._left -= len(piece)
                if len(self._body) > BODY_LIMIT:
                    return self._end(truncated=True, reusable=False)
                if self._left:
                    break
                self._state = _State.CHUNK_END
            end = data.find(b"\n", at)
            size = (end + 1 if end >= 0 else len(data)) - at
            if size > _LINE_LIMIT or self._framing + size > _FRAMING_LIMIT:
                return self._end(truncated=True, reusable=False)
            if end < 0:
                break
            self._framing += size
            line = data[at:end]
            at = end + 1
            if not self._read_line(line):
                self._buffer = data[at:]
                whole = self._state is _State.TRAILER
                return self._end(truncated=not whole, reusable=whole and self._reusable)
        self._buffer = data[at:]
        return None

    def _read_line(self, line: bytes) -> bool:
        """Read a line of the framing; False at the end, which is good after TRAILER only."""
        if self._state is _State.TRAILER:
            return line not in {b"", b"\r"}
        if self._state is _State.CHUNK_END:
            self._state = _State.CHUNK_SIZE
            return line in {b"", b"\r"}
        match = _CHUNK_SIZE.fullmatch(line)
        if match is None:
            return False
        self._left = int(match[1], 16)
        self._state = _State.CHUNK_DATA if self._left else _State.TRAILER
        return True

    def _end(self, *, truncated: bool, reusable: bool) -> Response:
        """The finished response; what is left over means that the peer does not keep in step."""
        body = bytes(self._body[:BODY_LIMIT])
        if body and self._coding in {"gzip", "x-gzip", "deflate"}:
            body, more = _inflate(body)
            truncated = truncated or more
        self.keep_alive = reusable and not truncated and not self._buffer.strip(b"\r\n")
        response = Response(self._status, self._headers, body, truncated)
        self._begin()
        return response


def _headers(head: str) -> Headers:
    """Names in lower case and values without surrounding blanks; lines without `:` are no header.

    A name is cut at blanks before its colon, as old proxies write them.
    """
    if "\n " in head or "\n\t" in head:
        head = _FOLD.sub(" ", head)
    found = []
    for line in head.split("\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            found.append((name.strip().lower(), value.strip()))
    return tuple(found)


def _inflate(body: bytes) -> tuple[bytes, bool]:
    """The inflated body within the bound, and whether it is incomplete; as it came if it is none.

    `deflate` is zlib by the standard and raw deflate in the field.
    """
    for window in (_GZIP_OR_ZLIB, _RAW_DEFLATE):
        inflater = zlib.decompressobj(window)
        try:
            return inflater.decompress(body, BODY_LIMIT), not inflater.eof
        except zlib.error:
            continue
    return body, True
