"""What a file is, by its first bytes."""

from __future__ import annotations

import struct
from enum import StrEnum


class Kind(StrEnum):
    """Containers that can be opened."""

    ZIP = "zip"
    TAR = "tar"
    COMPRESSED = "compressed"
    SEVEN_ZIP = "7z"
    IMAGE = "disk image"


COMPRESSIONS = {
    "gz": b"\x1f\x8b\x08",
    "bz2": b"BZh",
    "xz": b"\xfd7zXZ\x00",
    "zst": b"\x28\xb5\x2f\xfd",
}
"""Compression formats of a single stream, and how they begin."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04", b"PK00PK\x03\x04")
_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
_IMAGES = (
    b"EVF\x09\x0d\x0a\xff\x00",
    b"EVF2\x0d\x0a\x81\x00",
    b"KDMV",
    b"COWD",
    b"# Disk DescriptorFile",
    b"conectix",
    b"vhdxfile",
    b"QFI\xfb",
)
_BOOT_FILE_SYSTEMS = (b"NTFS    ", b"-FVE-FS-", b"EXFAT   ", b"ReFS\x00\x00\x00\x00")
_SECTOR = 512
_TAR_CHECKSUM = slice(148, 156)


ENDS = (".zip", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".e01", ".vhd", ".vhdx",
        ".vmdk", ".qcow2", ".dd", ".raw", ".img")  # fmt: skip
"""How names of containers end."""

_OF_OTHERS = (".img", ".raw", ".dd")


def why_none(name: str, head: bytes) -> str:
    """Why a file that is called like a container is none, for people; '' for any other file."""
    if not name.lower().endswith(ENDS) or kind_of(head) is not None:
        return ""
    why = "does not begin like one" if head else "is empty"
    return f"is called like an archive or disk image, and {why}; fetch it again, whole"


def is_broken(name: str, head: bytes) -> bool:
    """Whether a file inside a package is called like an archive and holds neither one nor text.

    Endings that other files have as well (`.img`, `.raw`, `.dd`) do not count.
    """
    if name.lower().endswith(_OF_OTHERS) or not why_none(name, head):
        return False
    return not head or b"\0" in head or not _is_text(head)


def _is_text(head: bytes) -> bool:
    try:
        head[:-4].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def kind_of(head: bytes) -> Kind | None:
    """The container that begins with `head` (4,096 bytes are enough), or None for a plain file."""
    if head.startswith(_ZIP):
        return Kind.ZIP
    if head.startswith(_SEVEN_ZIP):
        return Kind.SEVEN_ZIP
    if compression_of(head):
        return Kind.COMPRESSED
    if is_tar(head):
        return Kind.TAR
    if head.startswith(_IMAGES) or _is_raw_image(head):
        return Kind.IMAGE
    return None


def compression_of(head: bytes) -> str | None:
    """`gz`, `bz2`, `xz`, `zst`, or None."""
    for name, magic in COMPRESSIONS.items():
        if head.startswith(magic):
            if name == "bz2" and head[4:10] not in {b"1AY&SY", b"\x17rE8P\x90"}:
                continue
            return name
    return None


def is_tar(head: bytes) -> bool:
    """Whether a tar header with a right checksum begins `head`; the oldest tars have no magic."""
    block = head[:_SECTOR]
    if len(block) < _SECTOR or not block[0]:
        return False
    try:
        stated = int(block[_TAR_CHECKSUM].strip(b"\x00 ") or b"x", 8)
    except ValueError:
        return False
    return stated == sum(block[:148]) + 8 * 0x20 + sum(block[156:])


def ewf_segment(head: bytes) -> int | None:
    """The number of this segment of an EWF image (E01 is 1), or None if it is not one."""
    if head.startswith(b"EVF\x09\x0d\x0a\xff\x00") and len(head) >= 11:
        return int(struct.unpack_from("<H", head, 9)[0])
    return None


def _is_raw_image(head: bytes) -> bool:
    if len(head) < _SECTOR or head[510:512] != b"\x55\xaa":
        return False
    return head[3:11] in _BOOT_FILE_SYSTEMS or _has_partition_table(head)


def _has_partition_table(head: bytes) -> bool:
    used = 0
    for offset in range(446, 510, 16):
        status, kind, start, count = struct.unpack_from("<B3xB3xII", head, offset)
        if status not in {0x00, 0x80}:
            return False
        if kind:
            if not start or not count:
                return False
            used += 1
    return used > 0
