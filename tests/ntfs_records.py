"""Writes records of NTFS for tests: of the master file table, and of the change journal."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def filetime(time: datetime) -> int:
    """100 ns since 1601."""
    return (time - _EPOCH) // timedelta(microseconds=1) * 10


def reference(entry: int, sequence: int) -> int:
    """A file reference."""
    return entry | sequence << 48


def _attribute(kind: int, content: bytes) -> bytes:
    length = (24 + len(content) + 7) & ~7
    head = struct.pack("<IIBBHHHIHH", kind, length, 0, 0, 24, 0, 0, len(content), 24, 0)
    return (head + content).ljust(length, b"\x00")


def file_name(name: str, parent: int, created: datetime, *, size: int = 0, space: int = 3) -> bytes:
    """A $FILE_NAME attribute; `space` 2 is the short DOS name."""
    stamp = filetime(created)
    content = struct.pack("<QQQQQQQIIBB", parent, stamp, stamp, stamp, stamp, size, size, 0, 0,
                          len(name.encode("utf-16-le")) // 2, space)  # fmt: skip
    return _attribute(0x30, content + name.encode("utf-16-le"))


def mft_record(
    *attributes: bytes,
    sequence: int = 1,
    in_use: bool = True,
    directory: bool = False,
    base: int = 0,
    created: datetime | None = None,
    modified: datetime | None = None,
    data: bytes | None = None,
) -> bytes:
    """A record of 1,024 bytes with its fix-ups."""
    body = b""
    if created is not None:
        stamps = (filetime(created), filetime(modified or created), 0, 0)
        body += _attribute(0x10, struct.pack("<QQQQ", *stamps).ljust(72, b"\x00"))
    body += b"".join(attributes)
    if data is not None:
        body += _attribute(0x80, data)
    body += struct.pack("<II", 0xFFFFFFFF, 0)
    flags = in_use | directory << 1
    head = struct.pack("<4sHHQHHHHIIQHHI", b"FILE", 48, 3, 0, sequence, 1, 56, flags,
                       56 + len(body), 1024, base, 9, 0, 0)  # fmt: skip
    raw = bytearray((head.ljust(56, b"\x00") + body).ljust(1024, b"\x00"))
    assert len(raw) == 1024
    raw[48:50] = b"\x07\x00"
    for index in (1, 2):
        raw[48 + 2 * index : 50 + 2 * index] = raw[512 * index - 2 : 512 * index]
        raw[512 * index - 2 : 512 * index] = b"\x07\x00"
    return bytes(raw)


def usn_record(
    name: str,
    reason: int,
    time: datetime,
    *,
    file: int = 1,
    parent: int = 2,
    usn: int = 0,
    version: int = 2,
) -> bytes:
    """A record of version 2 or 3."""
    encoded = name.encode("utf-16-le")
    place = {2: 60, 3: 76}[version]
    length = (place + len(encoded) + 7) & ~7
    references = (
        struct.pack("<QQ", file, parent)
        if version == 2
        else struct.pack("<QQQQ", file, 0, parent, 0)
    )
    rest = struct.pack("<QQIIIIHH", usn, filetime(time), reason, 0, 0, 32, len(encoded), place)
    record = struct.pack("<IHH", length, version, 0) + references + rest + encoded
    return record.ljust(length, b"\x00")
