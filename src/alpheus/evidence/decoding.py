"""Decompression of streams in bounded memory, with everything delivered that was decodable."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast

from alpheus.evidence.reading import PullReader

_INPUT = 1 << 16
_OUTPUT = 1 << 20
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


class Inflate:
    """`zlib` with the manners of `Decoder`. `wbits` is 31 for gzip, -15 for raw deflate."""

    def __init__(self, wbits: int) -> None:
        self._decoder = zlib.decompressobj(wbits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed stream was reached."""
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        """What followed the end."""
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most `max_length` bytes; raises zlib.error."""
        tail = self._decoder.unconsumed_tail
        output = self._decoder.decompress(tail + data if tail else data, max(max_length, 0))
        self.needs_input = not self._decoder.unconsumed_tail and len(output) < max_length
        return output


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

    @property
    def eof(self) -> bool:
        """Whether the end of the frame was reached and all of it was handed out."""
        return self._decoder.eof and not self._output

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed before there is more output."""
        return not self._input and not self._output

    @property
    def unused_data(self) -> bytes:
        """What followed the end."""
        return self._decoder.unused_data + bytes(self._input)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most `max_length` bytes; may be empty although more is to come."""
        if data:
            self._input = memoryview(bytes(self._input) + data)
        if not self._output and self._input:
            piece, self._input = self._input[: self._PIECE], self._input[self._PIECE :]
            self._output = memoryview(self._decoder.decompress(bytes(piece)))
        output, self._output = self._output[:max_length], self._output[max_length:]
        return bytes(output)


DECODERS: dict[str, Callable[[], Decoder]] = {
    "gz": lambda: Inflate(31),
    "bz2": bz2.BZ2Decompressor,
    "xz": xz_decoder,
    "zst": Zstandard,
}


def decompressed(kind: str, name: str, raw: BinaryIO) -> BinaryIO:
    """The content of a compressed file (`gz`, `bz2`, `xz`, `zst`), all its streams in turn.

    Forward only. Where the input is damaged or cut, what came before is delivered, then OSError.
    """
    return decoded(name, raw.read, DECODERS[kind], again=DECODERS[kind], close=raw.close)


def decoded(
    name: str,
    read: Callable[[int], bytes],
    make: Callable[[], Decoder],
    *,
    again: Callable[[], Decoder] | None = None,
    close: Callable[[], None] | None = None,
) -> BinaryIO:
    """A stream of what comes out of one decoder, or of several in turn if `again` is given."""
    steps = _Steps(read, make(), again)
    return cast("BinaryIO", PullReader(name, steps.pull, close))


class _Steps:
    def __init__(
        self,
        read: Callable[[int], bytes],
        decoder: Decoder,
        again: Callable[[], Decoder] | None,
    ) -> None:
        self._read = read
        self._decoder = decoder
        self._again = again
        self._pending = b""

    def pull(self, wanted: int) -> bytes:
        """The next output, at most `wanted` bytes; empty at the end."""
        while True:
            if self._decoder.eof and not self._next_stream():
                return b""
            data = b""
            if self._decoder.needs_input:
                data, self._pending = self._pending or self._read(_INPUT), b""
                if not data:
                    if isinstance(self._decoder, Stored):
                        return b""
                    message = "the compressed data ends in the middle (truncated)"
                    raise EOFError(message)
            if output := self._decoder.decompress(data, min(wanted, _OUTPUT)):
                return output

    def _next_stream(self) -> bool:
        if self._again is None:
            return False
        rest = self._decoder.unused_data
        while not rest.strip(b"\x00"):
            rest = self._read(_INPUT)
            if not rest:
                return False
        self._pending = rest.lstrip(b"\x00")
        self._decoder = self._again()
        return True
