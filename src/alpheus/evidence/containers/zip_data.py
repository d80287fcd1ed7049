"""The content of one member of a ZIP archive: decrypted, decompressed, checked."""

from __future__ import annotations

import bz2
import io
import lzma
import struct
from collections.abc import Callable
from types import SimpleNamespace
from typing import BinaryIO, Protocol, cast

from alpheus.evidence.containers.zip_headers import DESCRIPTOR_FOLLOWS, Entry, data_offset
from alpheus.evidence.decoding import Decoder, Input, Stored, Zstandard, decoded, xz_decoder
from alpheus.evidence.inflate import RAW, crc32, inflater
from alpheus.evidence.reading import FullReader, Section

_CRYPTO_HEADER = 12
_AES_SALTS = {1: 8, 2: 12, 3: 16}
_AES_CHECK = 10
_TRIAL = 1 << 16
_STORED = 0
_LZMA = 14


class UnsupportedMethodError(OSError):
    """The compression method is not supported."""


class _Decrypter(Protocol):
    def decrypt(self, data: bytes) -> bytes: ...


def open_entry(
    opened: Callable[[], BinaryIO], entry: Entry, password: bytes | None = None
) -> BinaryIO:
    """The content, forward only. Raises OSError, also at its end if the checksum is wrong.

    `password` is one that `fits`, for an encrypted entry.
    """
    stream = opened()
    try:
        start = data_offset(stream, entry)
        section = Section(entry.name, stream, start, entry.compressed)
        raw: Input = section
        if password is not None:
            raw = _Decrypted(_decrypted(section, entry, password), section)
        if raw is section and entry.method == _STORED:
            return cast("BinaryIO", _Checked(entry, cast("BinaryIO", section)))
        decoder = _decoder(entry.method, raw.read)
    except BaseException:
        stream.close()
        raise
    plain = decoded(entry.name, raw, decoder)
    return cast("BinaryIO", _Checked(entry, plain))


def open_stored(opened: Callable[[], BinaryIO], entry: Entry) -> BinaryIO:
    """A seekable window on content that is neither compressed nor encrypted."""
    stream = opened()
    try:
        start = data_offset(stream, entry)
    except BaseException:
        stream.close()
        raise
    return cast("BinaryIO", Section(entry.name, stream, start, entry.compressed))


def fits(opened: Callable[[], BinaryIO], entry: Entry, password: bytes) -> bool:
    """Whether a password is right: by its check bytes, and the first block of content.

    The old encryption has a check of one byte, which a wrong password passes once in 256.
    """
    try:
        with open_entry(opened, entry, password) as stream:
            stream.read(_TRIAL)
            stream.read(1)  # an error behind the block, such as a wrong checksum, shows now
    except _WrongPasswordError:
        return False
    except OSError as error:
        return isinstance(error, UnsupportedMethodError) or entry.aes is not None
    return True


class _WrongPasswordError(OSError):
    pass


def _decrypted(section: Section, entry: Entry, password: bytes) -> Callable[[int], bytes]:
    if entry.aes is not None:
        return _aes(section, entry, password)
    from pyzipper.zipfile import CRCZipDecrypter  # noqa: PLC0415 - only for encrypted or odd members

    info = SimpleNamespace(
        filename=entry.name,
        use_datadescripter=bool(entry.flags & DESCRIPTOR_FOLLOWS),
        _raw_time=entry.time,
        CRC=entry.crc or 0,
    )
    decrypter = _decrypter(CRCZipDecrypter, info, password, section.read(_CRYPTO_HEADER) or b"")
    return lambda wanted: decrypter.decrypt(section.read(wanted) or b"")


def _aes(section: Section, entry: Entry, password: bytes) -> Callable[[int], bytes]:
    from pyzipper.zipfile_aes import AESZipDecrypter  # noqa: PLC0415 - only for encrypted or odd members

    header = _AES_SALTS.get(entry.aes or 0, 16) + 2
    info = SimpleNamespace(filename=entry.name, wz_aes_strength=entry.aes)
    decrypter = _decrypter(AESZipDecrypter, info, password, section.read(header) or b"")
    left = max(0, entry.compressed - header - _AES_CHECK)

    def read(wanted: int) -> bytes:
        nonlocal left
        data = section.read(min(wanted, left)) or b""
        if data:
            left -= len(data)
            return decrypter.decrypt(data)
        return b""

    return read


def _decrypter(
    kind: Callable[[SimpleNamespace, bytes, bytes], object],
    info: SimpleNamespace,
    password: bytes,
    header: bytes,
) -> _Decrypter:
    try:
        return cast("_Decrypter", kind(info, password, header))
    except (RuntimeError, LookupError, struct.error) as error:
        message = f"{info.filename}: wrong password"
        raise _WrongPasswordError(message) from error


class _Decrypted:
    """Content that is decrypted while it is read, forward only."""

    def __init__(self, read: Callable[[int], bytes], section: Section) -> None:
        self.read = read
        self.close = section.close

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, /) -> int:
        raise io.UnsupportedOperation(str(offset))


class _Checked(FullReader):
    """Compares the checksum at the end. Closes the stream with itself."""

    def __init__(self, entry: Entry, plain: BinaryIO) -> None:
        super().__init__(entry.name)
        self._expected = entry.crc
        self._plain = plain
        self._crc = 0
        self._done = 0

    def _fill(self, view: memoryview) -> int:
        count: int = cast("io.RawIOBase", self._plain).readinto(view) or 0
        self._crc = crc32(view[:count], self._crc)
        self._done += count
        if not count and self._expected is not None and self._crc != self._expected:
            message = f"{self.label}: wrong checksum at the end of {self._done} bytes (damaged)"
            raise OSError(message)
        return count

    def close(self) -> None:
        """Close the stream below as well."""
        if not self.closed:
            self._plain.close()
        super().close()


def _decoder(method: int, read: Callable[[int], bytes | None]) -> Decoder:
    if method == _LZMA:
        return _lzma(read)
    if method not in _METHODS:
        message = f"compression method {method} is not supported; unpack it and hand it in"
        raise UnsupportedMethodError(message)
    return _METHODS[method]()


def _lzma(read: Callable[[int], bytes | None]) -> Decoder:
    """LZMA in ZIP: a version, the length of the properties, the properties (APPNOTE 5.8.8)."""
    head = read(4) or b""
    properties = (read(int.from_bytes(head[2:4], "little")) or b"") if len(head) == 4 else b""
    if len(properties) != 5 or properties[0] >= 9 * 5 * 5:
        message = "damaged properties of LZMA"
        raise OSError(message)
    literal, size = properties[0], int.from_bytes(properties[1:], "little")
    if size > 1 << 28:
        message = f"a dictionary of {size} bytes is not supported; unpack it and hand it in"
        raise UnsupportedMethodError(message)
    options = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(size, 4096),
        "lc": literal % 9,
        "lp": literal // 9 % 5,
        "pb": literal // 45,
    }
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[options])


def _inflate64() -> Decoder:
    """Deflate64, which the Explorer of Windows uses for large files."""
    try:
        from inflate64 import Inflater  # noqa: PLC0415 - only for encrypted or odd members
    except ImportError as error:
        message = "deflate64 needs the package inflate64; unpack it and hand it in"
        raise UnsupportedMethodError(message) from error
    return _Inflate64(Inflater())


class _Inflate64:
    """`inflate64` with the manners of `Decoder`; fed in small pieces, since it has no bound."""

    _PIECE = 1 << 12
    unused_data = b""

    def __init__(self, inflater: Inflater64) -> None:
        self._inflater = inflater
        self._input = b""
        self._output = memoryview(b"")

    @property
    def eof(self) -> bool:
        return self._inflater.eof and not self._output

    @property
    def needs_input(self) -> bool:
        return not self._input and not self._output

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        self._input += data
        if not self._output and self._input:
            piece, self._input = self._input[: self._PIECE], self._input[self._PIECE :]
            self._output = memoryview(self._inflater.inflate(piece))
        output, self._output = self._output[:max_length], self._output[max_length:]
        return bytes(output)


class Inflater64(Protocol):
    """What the package inflate64 offers."""

    @property
    def eof(self) -> bool:
        """Whether the end was reached."""

    def inflate(self, data: bytes) -> bytes:
        """Everything that comes out of `data`."""


_METHODS: dict[int, Callable[[], Decoder]] = {
    _STORED: Stored,
    8: lambda: inflater(RAW),
    9: _inflate64,
    12: bz2.BZ2Decompressor,
    93: Zstandard,
    95: xz_decoder,
}
"""APPNOTE 4.4.5, without the methods of the time before 1993."""
