"""Which volume a root is, however often it is mounted: a copy of it is another.

What a clean-up says of a file holds for one volume alone: `already` on a restored copy says nothing
of the live server. A volume is told by what it lies on (a disk by its own name, the file of an
image, a share), by the serial that its file system has, and by its root. Bit for bit the same
image in another place is another volume. Where a system says less, the same volume may look like
another one, never two like one for want of a look: then files are looked at anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
SYS = Path("/sys/class/block")
BY_ID = Path("/dev/disk/by-id")

_GENERATION = 0x80087601
"""FS_IOC_GETVERSION: tells a folder from a later one that was given the same number."""

_MOUNT = re.compile(rb"^mnt_id:\s*(\d+)", re.MULTILINE)
_HEAD = 512
"""Bytes within which that line stands: it is the third. This is asked for several times a file."""

_ESCAPED = re.compile(r"\\([0-7]{3})")


class Identity(NamedTuple):
    """`key` is the same for the same volume; `place` says where it is mounted, for people."""

    key: str
    place: str


class _Mount(NamedTuple):
    """What a file system lies on, as the system has it."""

    kind: str
    source: str


def identity_of(number: int, root: Path) -> Identity:
    """Of a root that is held open as `number`."""
    mount = _mount_of(number)
    parts = (mount.kind, *_beneath(mount.source), *_file_system(number, mount.source),
             *_folder(number))  # fmt: skip
    key = sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    where = f" ({mount.source}, {mount.kind})" if mount.source else ""
    return Identity(key, f"{root.absolute()}{where}")


def mount_number(number: int) -> str:
    """The number that Linux gives the mount on which an open file or folder is; elsewhere ''.

    A folder of the same disk that is mounted in another place (`mount --bind`) has another.
    """
    try:
        file = os.open(f"{PROC}/self/fdinfo/{number}", os.O_RDONLY)
    except OSError:
        return ""
    try:
        found = _MOUNT.search(os.read(file, _HEAD))
    finally:
        os.close(file)
    return found[1].decode("ascii") if found else ""


def _mount_of(number: int) -> _Mount:
    """By the number of its mount; where there is none nothing is known of it."""
    mount = mount_number(number)
    try:
        lines = (PROC / "self" / "mountinfo").read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return _Mount("", "")
    for line in lines.splitlines() if mount else ():
        words, _, rest = line.partition(" - ")
        if words.split(" ", 1)[0] == mount:
            kind, source, *_ = rest.split(" ")
            return _Mount(kind, _ESCAPED.sub(lambda one: chr(int(one[1], 8)), source))
    return _Mount("", "")


def _beneath(source: str) -> Iterator[str]:
    """The disk by a name that it keeps, the file of an image; else what was mounted, as written."""
    if not source.startswith("/") or source.startswith("//"):
        yield source
        return
    device = Path(os.path.realpath(source))
    block = SYS / device.name
    if not str(device).startswith("/dev/") or not block.exists():
        yield from _of_file(str(device))
    elif image := _text(block / "loop" / "backing_file"):
        yield from _of_file(image)
    elif process := _text(block / "pid"):
        yield from (str(device), _text(PROC / process / "cmdline"))
    else:
        yield _text(block / "dm" / "uuid") or _lasting(device) or str(device)


def _of_file(image: str) -> Iterator[str]:
    yield image
    try:
        known = Path(image).stat()
    except OSError:
        return
    yield from (str(known.st_dev), str(known.st_ino))


def _lasting(device: Path) -> str:
    """The first of the names by which a disk is known wherever it is put in."""
    try:
        links = sorted(BY_ID.iterdir())
    except OSError:
        return ""
    return next((one.name for one in links if os.path.realpath(one) == str(device)), "")


def _file_system(number: int, source: str) -> Iterator[str]:
    """Its own number; of NTFS the serial that Windows shows, where the device can be read."""
    try:
        yield str(os.fstatvfs(number).f_fsid)
    except (OSError, AttributeError):
        yield ""
    if source.startswith("/") and not source.startswith("//"):
        try:
            with Path(source).open("rb", buffering=0) as stream:
                head = stream.read(512)
        except OSError:
            return
        yield head[72:80].hex() if head[3:11] == b"NTFS    " else ""


def _folder(number: int) -> Iterator[str]:
    known = os.fstat(number)
    yield str(known.st_ino)
    born = getattr(known, "st_birthtime", None)
    if born is not None:
        yield f"{born}"
        return
    try:
        import fcntl  # noqa: PLC0415 - not on Windows

        generation = bytearray(8)
        fcntl.ioctl(number, _GENERATION, generation)
        yield generation[:4].hex()
    except (ImportError, OSError):
        yield ""


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "surrogateescape").strip("\n")
    except OSError:
        return ""
