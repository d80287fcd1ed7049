"""Records of a master file table: the fixed-up bytes, and the few attributes that Alpheus reads.

A record begins with `FILE`; the last two bytes of each of its 512-byte sectors are kept in an array
at its start and replaced by a counter, so that a torn write shows. Nothing here raises for bad
content.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = struct.Struct("<4sHHQHHHHIIQ")
_ARRAY = struct.Struct("<HH")
_SECTOR = 512
_STANDARD_INFORMATION = 0x10
_FILE_NAME = 0x30
_DATA = 0x80
_END = 0xFFFFFFFF
_DOS_NAME = 2
ENTRY_MASK = (1 << 48) - 1


@dataclass(frozen=True, slots=True)
class FileName:
    """One name of a file: its parent (reference with sequence), and creation as a FILETIME."""

    parent: int
    created: int
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class MftEntry:
    """One record. `base` is the entry it extends, 0 for none; times are FILETIMEs, 0 if absent."""

    sequence: int
    in_use: bool
    base: int
    created: int
    modified: int
    size: int | None
    names: tuple[FileName, ...]


def record_size(head: bytes) -> int | None:
    """Bytes per record by the first one: 1,024, or 4,096 on disks with such sectors."""
    if len(head) < 48 or head[:4] != b"FILE":
        return None
    size: int = _HEADER.unpack_from(head)[9]
    return size if size in (1024, 2048, 4096) else None


def is_directory(data: bytearray) -> bool:
    """Whether a record is, or was, that of a directory."""
    return bool(data[22] & 2)


def read_entry(data: bytearray) -> MftEntry:
    """Read a record that `fixed_up` gave."""
    _, _, _, _, sequence, _, first, flags, used, _, base = _HEADER.unpack_from(data)
    created = modified = 0
    size: int | None = None
    names: list[FileName] = []
    for kind, resident, attribute in _attributes(data, first, min(used, len(data))):
        if kind == _STANDARD_INFORMATION and len(resident) >= 16:
            created, modified = struct.unpack_from("<QQ", resident)
        elif kind == _FILE_NAME and (name := _file_name(resident)) is not None:
            names.append(name)
        elif kind == _DATA and attribute[9] == 0 and size is None:
            size = _data_size(attribute, resident)
    base &= ENTRY_MASK
    return MftEntry(sequence, bool(flags & 1), base, created, modified, size, tuple(names))


def fixed_up(raw: bytes) -> bytearray | None:
    """A record with the true last bytes of its sectors; None if it is none or a sector was torn."""
    if len(raw) < 48 or raw[:4] != b"FILE":
        return None
    array, count = _ARRAY.unpack_from(raw, 4)
    data = bytearray(raw)
    if count < 2 or (count - 1) * _SECTOR > len(raw) or array + 2 * count > len(raw):
        return None
    mark = raw[array : array + 2]
    for index in range(1, count):
        end = index * _SECTOR
        if raw[end - 2 : end] != mark:
            return None
        data[end - 2 : end] = raw[array + 2 * index : array + 2 * index + 2]
    return data


def _attributes(data: bytearray, place: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Type, resident content (b'' if it lies elsewhere) and the whole of each attribute."""
    while place + 24 <= end:
        kind, length = struct.unpack_from("<II", data, place)
        if kind == _END or length < 24 or length % 8 or place + length > len(data):
            return
        attribute = bytes(data[place : place + length])
        resident = b""
        if attribute[8] == 0:
            size, start = struct.unpack_from("<IH", attribute, 16)
            resident = attribute[start : start + size]
        yield kind, resident, attribute
        place += length


def _file_name(resident: bytes) -> FileName | None:
    """A name; None for the short DOS name that stands beside a long one."""
    if len(resident) < 66 or resident[65] == _DOS_NAME:
        return None
    parent, created = struct.unpack_from("<QQ", resident)
    size = struct.unpack_from("<Q", resident, 48)[0]
    encoded = resident[66 : 66 + 2 * resident[64]]
    return FileName(parent, created, size, encoded.decode("utf-16-le", "replace"))


def _data_size(attribute: bytes, resident: bytes) -> int | None:
    if attribute[8] == 0:
        return len(resident)
    if len(attribute) < 56:
        return None
    size: int = struct.unpack_from("<Q", attribute, 48)[0]
    return size
