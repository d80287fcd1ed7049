"""Deflate and its checksum: ISA-L where it is installed; zlib elsewhere, and for damaged data."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from typing import Protocol, cast

RAW = -15
"""Deflate without a header."""

GZIP = 31
"""Deflate with the header and the checksum of gzip."""


class _Igzip(Protocol):
    """What `isal.igzip_lib.IgzipDecompressor` offers; the manners of `bz2`."""

    eof: bool
    needs_input: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Isal(Protocol):
    """What `isal.igzip_lib` offers."""

    IsalError: type[Exception]
    DECOMP_DEFLATE: int
    DECOMP_GZIP: int

    def IgzipDecompressor(self, flag: int, hist_bits: int) -> _Igzip: ...  # noqa: N802 - a class


def _isal() -> tuple[_Isal | None, Callable[[bytes, int], int]]:
    """ISA-L and its CRC-32, which is five times as fast as zlib's; it has no wheel everywhere."""
    try:
        igzip = importlib.import_module("isal.igzip_lib")
        checksum = importlib.import_module("isal.isal_zlib").crc32
    except ImportError:
        return None, zlib.crc32
    return cast("_Isal", igzip), checksum


_ISAL, _CRC32 = _isal()
_WINDOW_BITS = 15


class DamagedDeflateError(Exception):
    """The compressed data is damaged; what the failing step gave is lost with it."""


def crc32(data: bytes | bytearray | memoryview, value: int = 0) -> int:
    """The CRC-32 of `data`, going on from `value`."""
    return _CRC32(data, value)  # type: ignore[arg-type]


def inflater(wbits: int) -> Inflate | CarefulInflate:
    """The fastest decoder there is for `RAW` or `GZIP`."""
    return CarefulInflate(wbits) if _ISAL is None else Inflate(_ISAL, wbits)


class Inflate:
    """ISA-L with the manners of `Decoder`. Raises DamagedDeflateError.

    Where the data is cut, its last symbol may be missing: ISA-L looks ahead before it gives one.
    """

    def __init__(self, isal: _Isal, wbits: int) -> None:
        self.wbits = wbits
        flag = isal.DECOMP_GZIP if wbits == GZIP else isal.DECOMP_DEFLATE
        self._error = isal.IsalError
        self._decoder = isal.IgzipDecompressor(flag, _WINDOW_BITS)

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed stream was reached."""
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed before there is more output."""
        return self._decoder.needs_input

    @property
    def unused_data(self) -> bytes:
        """What followed the end."""
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most `max_length` bytes."""
        try:
            return self._decoder.decompress(data, max_length)
        except self._error as error:
            raise DamagedDeflateError(str(error)) from error


class CarefulInflate:
    """`zlib` with the manners of `Decoder`: gives all that comes before a damage, then raises.

    Twice as slow as `Inflate`, which cannot step back.
    """

    def __init__(self, wbits: int) -> None:
        self._decoder = zlib.decompressobj(wbits)
        self._failure: zlib.error | None = None
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
        if self._failure is not None:
            raise self._failure
        data = self._decoder.unconsumed_tail + data
        before = self._decoder.copy()
        try:
            output = self._decoder.decompress(data, max(max_length, 0))
        except zlib.error as error:
            self._failure = error
            self.needs_input = False
            return self._before_damage(before, data, max(max_length, 0))
        self.needs_input = not self._decoder.unconsumed_tail and len(output) < max_length
        return output

    def _before_damage(self, before: zlib._Decompress, data: bytes, most: int) -> bytes:
        """The output of the longest beginning of `data` that decodes."""
        good, bad, output = 0, len(data), b""
        while bad - good > 1:
            middle = (good + bad) // 2
            try:
                output = before.copy().decompress(data[:middle], most)
                good = middle
            except zlib.error:
                bad = middle
        return output
