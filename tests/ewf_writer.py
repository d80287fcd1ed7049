"""Writes a disk image in the EWF format of EnCase 6 (E01), for tests.

After the "Expert Witness Compression Format" specification of libewf: a file header, then sections
that each name the next; sizes are little-endian, checksums are Adler-32.
"""

from __future__ import annotations

import struct
import zlib

_SECTORS_PER_CHUNK = 64
_SECTOR = 512
_HEADER = "1\nmain\nc\tn\ta\te\tt\tav\tov\tm\tu\tp\n\t\t\t\t\t\t\t\t\t0\n\n"


def ewf(data: bytes) -> bytes:
    """The whole of `data` (whole sectors) as one compressed segment."""
    chunk = _SECTORS_PER_CHUNK * _SECTOR
    pieces = [zlib.compress(data[start : start + chunk]) for start in range(0, len(data), chunk)]
    volume = struct.pack(
        "<B3xIIIQ", 1, len(pieces), _SECTORS_PER_CHUNK, _SECTOR, len(data) // _SECTOR
    )
    volume = volume.ljust(1048, b"\x00")
    parts = [
        ("header", zlib.compress(_HEADER.encode("ascii"))),
        ("volume", volume + _checksum(volume)),
        ("sectors", b"".join(pieces)),
    ]
    image = bytearray(b"EVF\x09\x0d\x0a\xff\x00" + struct.pack("<BHH", 1, 1, 0))
    for name, body in parts:
        start = len(image) + 76
        image += _section(name, len(image), body)
    offsets = []
    for piece in pieces:
        offsets.append(struct.pack("<I", start | 1 << 31))
        start += len(piece)
    head = struct.pack("<I4xQ4x", len(pieces), 0)
    entries = b"".join(offsets)
    table = head + _checksum(head) + entries + _checksum(entries)
    for name in ("table", "table2"):
        image += _section(name, len(image), table)
    done = struct.pack("<16sQQ40x", b"done", len(image), 0)
    return bytes(image + done + _checksum(done))


def _section(name: str, offset: int, body: bytes) -> bytes:
    size = 76 + len(body)
    descriptor = struct.pack("<16sQQ40x", name.encode("ascii"), offset + size, size)
    return descriptor + _checksum(descriptor) + body


def _checksum(data: bytes) -> bytes:
    return struct.pack("<I", zlib.adler32(data))
