"""What a file has beside its content: times, owner, rights, and what else its volume keeps."""

from __future__ import annotations

import contextlib
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping

import msgspec

_ATTRIBUTE = 1 << 16
"""The longest value that Linux has."""

_UNIT = 512
HOLE = 4096
"""Bytes of the smallest hole that counts: a block of most file systems."""

UNLISTED = (
    "system.ntfs_acl", "system.ntfs_attrib", "system.ntfs_crtime",  # ntfs-3g
    "system.ntfs_security",  # ntfs3 of the kernel; its attributes are called as those of ntfs-3g
    "system.smb3_ntsd", "system.cifs_acl",  # SMB; each with its owner, or without
    "user.cifs.dosattrib", "user.cifs.creationtime",
)  # fmt: skip
"""What a mounted Windows volume has, and does not list: ACL, attributes, time of creation."""


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """Times in nanoseconds since 1970, UTC; `attributes` are extended ones, in base64.

    On a mounted Windows volume the ACL, the attributes (hidden, read-only) and the time of creation
    are among them, where the driver gives them out (see `UNLISTED`), and so are further streams
    that it shows as `user.…`.

    `blocks` are those that it takes on the disk, of 512 bytes, where the system says so; `names`
    how many it has on its volume: hard links, and on NTFS the short one.
    """

    size: int
    mode: int
    user: int
    group: int
    accessed: int
    modified: int
    attributes: Mapping[str, str] = {}
    blocks: int | None = None
    names: int = 1

    @property
    def has_holes(self) -> bool:
        """Whether it takes less than its size on the disk: zeros in it are not written there."""
        return self.blocks is not None and self.size - self.blocks * _UNIT >= HOLE


class Times(msgspec.Struct, frozen=True):
    """Of a folder, in nanoseconds since 1970, UTC."""

    accessed: int
    modified: int


def metadata_of(number: int, found: os.stat_result) -> Metadata:
    """Of an open file, and what `fstat` said of it before it was read."""
    return Metadata(
        size=found.st_size, mode=found.st_mode & 0o7777, user=found.st_uid, group=found.st_gid,
        accessed=found.st_atime_ns, modified=found.st_mtime_ns, attributes=_attributes(number),
        blocks=getattr(found, "st_blocks", None), names=max(found.st_nlink, 1),
    )  # fmt: skip


def times_of(folder: int) -> Times:
    """Of an open folder."""
    found = os.fstat(folder)
    return Times(found.st_atime_ns, found.st_mtime_ns)


def set_metadata(number: int, known: Metadata) -> tuple[str, ...]:
    """Give an open file what it had. Tells what could not be given back.

    The times come last: whatever is written afterwards changes them.
    """
    left = []
    here = os.fstat(number)
    if known.names > 1:
        left.append(f"its other names (it had {known.names}: hard links, or a short one)")
    if known.has_holes and here.st_size - here.st_blocks * _UNIT < HOLE:
        left.append("its holes, which take space on the disk now")
    if (here.st_uid, here.st_gid) != (known.user, known.group):
        try:
            os.fchown(number, known.user, known.group)
        except (OSError, AttributeError):
            left.append(f"its owner {known.user}:{known.group}")
    with contextlib.suppress(OSError, AttributeError):
        os.fchmod(number, known.mode)
    if os.fstat(number).st_mode & 0o7777 != known.mode:
        left.append(f"its mode {known.mode:o}")
    for name, value in known.attributes.items():  # after the mode, which a driver keeps in the ACL
        try:
            os.setxattr(number, name, b64decode(value))
        except (OSError, AttributeError, ValueError):
            left.append(f"the attribute {name}")
    os.utime(number, ns=(known.accessed, known.modified))
    return tuple(left)


def _attributes(number: int) -> dict[str, str]:
    found: dict[str, str] = {}
    with contextlib.suppress(OSError, AttributeError):
        for name in dict.fromkeys((*os.listxattr(number), *UNLISTED)):
            with contextlib.suppress(OSError):
                value = os.getxattr(number, name)
                if len(value) <= _ATTRIBUTE:
                    found[name] = b64encode(value).decode()
    return found
