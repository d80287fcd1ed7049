"""Decompression of streams in bounded memory, with everything delivered that was decodable."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast

from alpheus.evidence.inflate import (
    GZIP,
    CarefulInflate,
    DamagedDeflateError,
    Inflate,
    inflater,
)
from alpheus.evidence.reading import PullReader

_INPUT = 1 << 16
_OUTPUT = 1 << 18
"""Bytes that are still in the cache of the processor when they are hashed."""

_LEAST_OUTPUT = 1 << 14
_XZ_MEMORY = 1 << 28
"""A dictionary of 256 MiB is more than any preset of xz asks for (the largest is 64 MiB)."""

_ZSTD_WINDOW = 1 << 27
"""What `zstd` itself accepts without being told."""


class Decoder(Protocol):
    """What `bz2` and `lzma` offer for decompression step by step."""

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed stream was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed before there is more output."""

    @property
    def unused_data(self) -> bytes:
        """What followed the end."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most `max_length` bytes."""


class Stored:
    """No compression, with the manners of `Decoder`; ends with its input."""

    eof = False
    needs_input = True
    unused_data = b""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:  # noqa: ARG002 - Decoder
        """The input itself, which is never longer than one block."""
        return data


def xz_decoder() -> Decoder:
    """A decoder of xz (and old lzma) streams with bounded memory."""
    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)


class Zstandard:
    """`zstandard` with the manners of `Decoder`: fed in small pieces, since it has no bound."""

    _PIECE = 512
    """A block of 128 KiB needs at least 4 bytes, so a piece gives at most 16 MiB."""

    def __init__(self) -> None:
        import zstandard  # noqa: PLC0415 - native library, on demand

        self._decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self._input = memoryview(b"")
        self._output = memoryview(b"")
        self._failure: Exception | None = None

    @property
    def eof(self) -> bool:
        """Whether the end of the frame was reached and all of it was handed out."""
        return self._decoder.eof and not self._output

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed before there is more output."""
        return not self._input and not self._output and self._failure is None

    @property
    def unused_data(self) -> bytes:
        """What followed the end."""
        return self._decoder.unused_data + bytes(self._input)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most `max_length` bytes; may be empty although more is to come."""
        if data:
            self._input = memoryview(bytes(self._input) + data)
        if not self._output:
            found = self._next(max_length)
            if len(found) <= max_length:
                return found
            self._output = memoryview(found)
        output, self._output = self._output[:max_length], self._output[max_length:]
        return bytes(output)

    def _next(self, wanted: int) -> bytes:
        """At least `wanted` bytes, if the input gives as much. An error comes after them."""
        if self._failure is not None:
            raise self._failure
        found: list[bytes] = []
        while self._input and wanted > 0 and not self._decoder.eof:
            piece, self._input = self._input[: self._PIECE], self._input[self._PIECE :]
            try:
                found.append(self._decoder.decompress(piece))
            except Exception as error:
                self._failure = error
                break
            wanted -= len(found[-1])
        return b"".join(found)


DECODERS: dict[str, Callable[[], Decoder]] = {
    "gz": lambda: inflater(GZIP),
    "bz2": bz2.BZ2Decompressor,
    "xz": xz_decoder,
    "zst": Zstandard,
}


def decompressed(
    kind: str, name: str, raw: BinaryIO, check: Callable[[], None] | None = None
) -> BinaryIO:
    """The content of a compressed file (`gz`, `bz2`, `xz`, `zst`), all its streams in turn.

    Forward only. Where the input is damaged or cut, what came before is delivered, then OSError.
    `check` is called before every step; what it raises ends the stream.
    """
    make = DECODERS[kind]
    steps = _Steps(raw, make(), again=make, check=check)
    return cast("BinaryIO", PullReader(name, steps.pull, raw.close))


def decoded(name: str, raw: Input, decoder: Decoder) -> BinaryIO:
    """A stream of what comes out of a decoder; closing it closes `raw`."""
    return cast("BinaryIO", PullReader(name, _Steps(raw, decoder).pull, raw.close))


class Input(Protocol):
    """What decoders read from; a stream, or what decrypts one."""

    def read(self, count: int, /) -> bytes | None:
        """At most `count` bytes; nothing only at the end."""

    def seekable(self) -> bool:
        """Whether the input can be read again from an earlier place."""

    def seek(self, offset: int, /) -> int:
        """Go back."""

    def close(self) -> None:
        """Let go of the input."""


class _Steps:
    """Decodes step by step: one stream, or several in a row if `again` is given."""

    def __init__(
        self,
        raw: Input,
        decoder: Decoder,
        *,
        again: Callable[[], Decoder] | None = None,
        check: Callable[[], None] | None = None,
    ) -> None:
        self._raw = raw
        self._decoder = decoder
        self._again = again
        self._check = check
        self._pending = b""
        self._read = 0
        """Bytes read of the input."""

        self._start = 0
        """Where the stream that is being decoded begins in it."""

        self._given = 0
        """Bytes that were given of this stream."""

        self._repeated = 0
        """Bytes of this stream that will come again and were given before."""

    def pull(self, wanted: int) -> bytes:
        """The next output; empty at the end."""
        most = max(min(wanted, _OUTPUT), _LEAST_OUTPUT)
        while True:
            if self._check is not None:
                self._check()
            if self._decoder.eof and not self._next_stream():
                return b""
            data = self._input() if self._decoder.needs_input else b""
            if data is None:
                return b""
            try:
                output = self._decoder.decompress(data, most)
            except DamagedDeflateError:
                if not self._raw.seekable():
                    raise
                self._go_back()
                continue
            if output := self._new(output):
                return output

    def _input(self) -> bytes | None:
        """The next input; None where the content ends with it. Raises EOFError."""
        data, self._pending = self._pending or self._more(), b""
        if data:
            return data
        if isinstance(self._decoder, Stored):
            return None
        message = "the compressed data ends in the middle (truncated)"
        raise EOFError(message)

    def _more(self) -> bytes:
        data = self._raw.read(_INPUT) or b""
        self._read += len(data)
        return data

    def _new(self, output: bytes) -> bytes:
        """The part of the output that was not given before."""
        repeated = min(self._repeated, len(output))
        self._repeated -= repeated
        self._given += len(output) - repeated
        return output[repeated:] if repeated else output

    def _go_back(self) -> None:
        """Decode this stream again with care: the failing step took what it had given with it."""
        assert isinstance(self._decoder, Inflate)
        self._decoder = CarefulInflate(self._decoder.wbits)
        self._raw.seek(self._start)
        self._read = self._start
        self._pending = b""
        self._repeated, self._given = self._given, self._given

    def _next_stream(self) -> bool:
        if self._again is None:
            return False
        rest = self._decoder.unused_data
        while not rest.strip(b"\x00"):
            rest = self._more()
            if not rest:
                return False
        self._pending = rest.lstrip(b"\x00")
        self._decoder = self._again()
        self._start = self._read - len(self._pending)
        self._given = self._repeated = 0
        return True
