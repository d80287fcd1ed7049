"""What a file has beside its content: times, owner, rights, and what else its volume keeps."""

from __future__ import annotations

import contextlib
import errno
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping

import msgspec

from alpheus.respond.volume import RefusedPlaceError

_SHORT_NAME = "system.ntfs_dos_name"
_STREAMS = "ntfs.streams.list"
"""What ntfs-3g tells of streams that it does not give out as attributes."""

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


_LOST = (
    "its stream or attribute {} would be lost ({}): keep it by hand, with its SHA-256, remove it "
    "from the file, and run again with streams_interface=xattr"
)


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """Times in nanoseconds since 1970, UTC; `attributes` are extended ones, in base64.

    On a mounted Windows volume the ACL, the attributes (hidden, read-only) and the time of creation
    are among them, where the driver gives them out (see `UNLISTED`), and so are further streams
    that it shows as `user.…`.

    `blocks` are those that it takes on the disk, of 512 bytes, where the system says so; `names`
    how many it has on its volume: hard links, and on NTFS the short one, which is `short` where the
    driver tells it. `inode` is the number that all its names lead to, where there are several.
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
    short: str = ""
    inode: int = 0

    @property
    def others(self) -> int:
        """How many more names lead to the content, the short one of this name not counted."""
        return max(0, self.names - 1 - bool(self.short))

    @property
    def has_holes(self) -> bool:
        """Whether it takes less than its size on the disk: zeros in it are not written there."""
        return self.blocks is not None and self.size - self.blocks * _UNIT >= HOLE


class Times(msgspec.Struct, frozen=True):
    """Of a folder, in nanoseconds since 1970, UTC."""

    accessed: int
    modified: int


def metadata_of(number: int, found: os.stat_result) -> Metadata:
    """Of an open file, and what `fstat` said of it before it was read.

    Raises RefusedPlaceError where it has a stream or attribute that this mount does not give out:
    it would be lost.
    """
    return Metadata(
        size=found.st_size, mode=found.st_mode & 0o7777, user=found.st_uid, group=found.st_gid,
        accessed=found.st_atime_ns, modified=found.st_mtime_ns, attributes=_attributes(number),
        blocks=getattr(found, "st_blocks", None), names=max(found.st_nlink, 1),
        short=_short_name(number) if found.st_nlink > 1 else "",
        inode=found.st_ino if found.st_nlink > 1 else 0,
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
    if known.others:
        left.append(f"its other names (it had {known.names}: hard links, or a short one)")
    elif known.short:
        left.append(f"its short name {known.short}")
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
    try:
        listed = os.listxattr(number)
    except (OSError, AttributeError):  # this volume, or this system, has none
        listed = []
    for name in listed:
        try:
            found[name] = b64encode(os.getxattr(number, name)).decode()
        except OSError as error:
            if error.errno != errno.ENODATA:
                raise RefusedPlaceError(_LOST.format(name, _words(error))) from error
    for name in UNLISTED:
        with contextlib.suppress(OSError, AttributeError):
            found[name] = b64encode(os.getxattr(number, name)).decode()
    hidden = [one for one in _streams(number) if f"user.{one}" not in found]
    if hidden:
        raise RefusedPlaceError(_LOST.format(hidden[0], "this mount shows streams as files"))
    return found


def _streams(number: int) -> list[str]:
    try:
        names = os.getxattr(number, _STREAMS)
    except (OSError, AttributeError):
        return []
    return [os.fsdecode(one) for one in names.split(b"\0") if one]


def _short_name(number: int) -> str:
    try:
        return os.fsdecode(os.getxattr(number, _SHORT_NAME))
    except (OSError, AttributeError):
        return ""


def _words(error: OSError) -> str:
    """A value of more than 64 KB is an argument list that is too long."""
    if error.errno in {errno.E2BIG, errno.ERANGE}:
        return "it has more than 64 KB"
    return (error.strerror or str(error)).lower()
