"""The headers of a ZIP archive, read one at a time (PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
DESCRIPTOR = b"PK\x07\x08"
ENCRYPTED = 0x0001
DESCRIPTOR_FOLLOWS = 0x0008
STRONG_ENCRYPTION = 0x2040
UTF8 = 0x0800
AES_METHOD = 99

_LOCAL_HEADER = struct.Struct("<4s2xHHHHIIIHH")
_CENTRAL_HEADER = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END_HEADER = struct.Struct("<4sHHHHIIH")
_END64_LOCATOR = struct.Struct("<4sIQI")
_END64_HEADER = struct.Struct("<4sQHHIIQQQQ")
_COMMENT_LIMIT = 0xFFFF
_SHORT_COMMENT = 1_000
_UNKNOWN32 = 0xFFFFFFFF
_UNIX = 3
_KIND_OF_FILE = 0o170000
_LINK = 0o120000
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One member. `method` is that of the content, also when encrypted with AES.

    `crc` is None where it says nothing (AES, version 2). `data` is the offset of the content
    where it is known already (recovered members).
    """

    name: str
    flags: int
    method: int
    crc: int | None
    compressed: int
    size: int | None
    header: int
    time: int = 0
    modified: datetime | None = None
    aes: int | None = None
    link: bool = False
    folder: bool = False
    data: int | None = None

    @property
    def encrypted(self) -> bool:
        """Whether a password is needed."""
        return bool(self.flags & ENCRYPTED)


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory is. `shift` is the length of what stands before the archive."""

    start: int
    size: int
    shift: int


class DamagedDirectoryError(Exception):
    """The central directory is not what it should be; `offset` says where."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"damaged directory at offset {offset}")
        self.offset = offset


def find_directory(stream: BinaryIO) -> Directory | None:
    """Find the central directory from the end of the archive; None if it is not there."""
    length = stream.seek(0, 2)
    for most in (_SHORT_COMMENT, _COMMENT_LIMIT):  # hardly any archive has a long one
        tail_start = max(0, length - _END_HEADER.size - most)
        stream.seek(tail_start)
        tail = stream.read(_END_HEADER.size + most)
        found = tail.rfind(END)
        if found >= 0:
            break
    if found < 0 or len(tail) - found < _END_HEADER.size:
        return None
    _, _, _, _, _, size, offset, _ = _END_HEADER.unpack_from(tail, found)
    end = tail_start + found
    wide = _find_zip64(stream, end)
    if wide is not None:
        end, size, offset = wide
    start = end - size
    shift = start - offset
    if start < 0 or shift < 0:
        return None
    stream.seek(start)
    if size and stream.read(4) != CENTRAL:
        return None
    return Directory(start, size, shift)


def _find_zip64(stream: BinaryIO, end: int) -> tuple[int, int, int] | None:
    """Where the zip64 end record is, and the size and offset of the directory that it states."""
    if end < _END64_LOCATOR.size:
        return None
    stream.seek(end - _END64_LOCATOR.size)
    magic, _, offset, _ = _END64_LOCATOR.unpack(stream.read(_END64_LOCATOR.size))
    if magic != b"PK\x06\x07":
        return None
    for position in (offset, end - _END64_LOCATOR.size - _END64_HEADER.size):
        if not 0 <= position <= end:
            continue
        stream.seek(position)
        data = stream.read(_END64_HEADER.size)
        if len(data) == _END64_HEADER.size and data.startswith(b"PK\x06\x06"):
            fields = _END64_HEADER.unpack(data)
            return position, fields[8], fields[9]
    return None


def read_directory(stream: BinaryIO, directory: Directory) -> Iterator[Entry]:
    """Every entry of the central directory, one in memory at a time.

    Raises DamagedDirectoryError where the directory breaks off.
    """
    position = directory.start
    end = directory.start + directory.size
    while position < end:
        stream.seek(position)
        data = stream.read(_CENTRAL_HEADER.size)
        if len(data) < _CENTRAL_HEADER.size or not data.startswith(CENTRAL):
            raise DamagedDirectoryError(position)
        fields = _CENTRAL_HEADER.unpack(data)
        names, extras, comments = fields[10], fields[11], fields[12]
        name, extra = stream.read(names), stream.read(extras)
        position += _CENTRAL_HEADER.size + names + extras + comments
        yield _central_entry(fields, name, extra, directory.shift)


def _central_entry(fields: tuple[int, ...], raw_name: bytes, extra: bytes, shift: int) -> Entry:
    made, flags, method, time = fields[1], fields[3], fields[4], fields[5]
    crc, compressed, size = fields[7], fields[8], fields[9]
    attributes, header = fields[15], fields[16]
    blocks = extra_blocks(extra)
    wide = iter(_quads(blocks.get(0x0001, b"")))
    size = next(wide, size) if size == _UNKNOWN32 else size
    compressed = next(wide, compressed) if compressed == _UNKNOWN32 else compressed
    header = next(wide, header) if header == _UNKNOWN32 else header
    name = decode_name(raw_name, flags, blocks)
    made_by_unix = made >> 8 == _UNIX
    entry = Entry(
        name=name,
        flags=flags,
        method=method,
        crc=crc,
        compressed=compressed,
        size=size,
        header=header + shift,
        time=time,
        modified=_modified(blocks),
        link=made_by_unix and (attributes >> 16) & _KIND_OF_FILE == _LINK,
        folder=name.endswith(("/", "\\")) and not size,
    )
    return _with_aes(entry, blocks)


def read_local(stream: BinaryIO, offset: int) -> Entry | None:
    """The entry as its local header states it, or None if there is none at `offset`."""
    stream.seek(offset)
    data = stream.read(_LOCAL_HEADER.size)
    if len(data) < _LOCAL_HEADER.size or not data.startswith(LOCAL):
        return None
    _, flags, method, time, _, crc, compressed, size, names, extras = _LOCAL_HEADER.unpack(data)
    raw_name, extra = stream.read(names), stream.read(extras)
    if len(raw_name) < names or len(extra) < extras:
        return None
    blocks = extra_blocks(extra)
    wide = iter(_quads(blocks.get(0x0001, b"")))
    size = next(wide, size) if size == _UNKNOWN32 else size
    compressed = next(wide, compressed) if compressed == _UNKNOWN32 else compressed
    name = decode_name(raw_name, flags, blocks)
    start = offset + _LOCAL_HEADER.size + names + extras
    entry = Entry(
        name=name,
        flags=flags,
        method=method,
        crc=crc,
        compressed=compressed,
        size=size,
        header=offset,
        time=time,
        modified=_modified(blocks),
        folder=name.endswith(("/", "\\")) and not size,
        data=start,
    )
    return _with_aes(entry, blocks)


def data_offset(stream: BinaryIO, entry: Entry) -> int:
    """Where the content of an entry begins. Raises OSError if its local header is not there."""
    if entry.data is not None:
        return entry.data
    stream.seek(entry.header)
    data = stream.read(_LOCAL_HEADER.size)
    if len(data) < _LOCAL_HEADER.size or not data.startswith(LOCAL):
        message = f"{entry.name}: no header at offset {entry.header} (damaged archive)"
        raise OSError(message)
    fields = _LOCAL_HEADER.unpack(data)
    return int(entry.header + _LOCAL_HEADER.size + fields[8] + fields[9])


def extra_blocks(extra: bytes) -> dict[int, bytes]:
    """The blocks of an extra field by their id, as far as they are well-formed."""
    blocks: dict[int, bytes] = {}
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        blocks.setdefault(kind, extra[position + 4 : position + 4 + length])
        position += 4 + length
    return blocks


def decode_name(raw: bytes, flags: int, blocks: dict[int, bytes]) -> str:
    """The name: as UTF-8 if it says so or is so, else in code page 437."""
    unicode_name = blocks.get(0x7075, b"")
    if len(unicode_name) > 5 and unicode_name[1:5] == struct.pack("<I", zlib.crc32(raw)):
        raw, flags = unicode_name[5:], UTF8
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace") if flags & UTF8 else raw.decode("cp437")


def _with_aes(entry: Entry, blocks: dict[int, bytes]) -> Entry:
    """What WinZip's block says about an encrypted member: version, strength, real method."""
    block = blocks.get(0x9901, b"")
    if entry.method != AES_METHOD or len(block) < 7:
        return entry
    version, strength, method = struct.unpack_from("<H2xBH", block)
    crc = entry.crc if version == 1 else None
    return replace(entry, method=method, aes=strength, crc=crc)


def _modified(blocks: dict[int, bytes]) -> datetime | None:
    """The UTC time of an NTFS or extended-timestamp block; the header's own has no zone."""
    ntfs = blocks.get(0x000A, b"")
    try:
        if len(ntfs) >= 16 and ntfs[4:8] == b"\x01\x00\x18\x00":
            ticks = struct.unpack_from("<Q", ntfs, 8)[0]
            return _FILETIME_EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
        extended = blocks.get(0x5455, b"")
        if len(extended) >= 5 and extended[0] & 1:
            return datetime.fromtimestamp(struct.unpack_from("<i", extended, 1)[0], UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return None


def _quads(block: bytes) -> list[int]:
    return [value for (value,) in struct.iter_unpack("<Q", block[: len(block) // 8 * 8])]
