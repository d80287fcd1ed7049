"""Archives and images inside a package: how to read them, and which files are parts of others."""

from __future__ import annotations

import re
from pathlib import Path

from alpheus.evidence.file import HEAD_BYTES, MemberFile
from alpheus.evidence.magic import Kind, ewf_segment, kind_of
from alpheus.evidence.members import Member, Source

_EXTENT = re.compile(r"(?P<stem>.+)-(?:flat|[sf]\d{3}|delta)\.vmdk\Z", re.IGNORECASE | re.DOTALL)
_SPLIT = re.compile(r"(?P<stem>.+)\.(?P<number>\d{3})\Z", re.DOTALL)
_SEGMENT = re.compile(r"(?P<stem>.+)\.(?P<kind>[es]x?)(?!01)\w\w\Z", re.IGNORECASE | re.DOTALL)


def nested_source(file: MemberFile, member: Member, kind: Kind) -> Source:
    """How the content of `file` is read as a container; copied only if there is no other way.

    Raises LimitError if the copy would be too large, and OSError.
    """
    name = file.path.rpartition("/")[2]
    if member.path is not None:
        path = member.path
        return Source(
            name,
            lambda: path.open("rb"),
            lambda: path.open("rb"),
            path,
            member.modified,
            beside=True,
        )
    if kind in {Kind.TAR, Kind.COMPRESSED}:
        return Source(name, file.raw, modified=member.modified)
    if kind is not Kind.IMAGE and member.seekable is not None:
        return Source(name, member.open, member.seekable, modified=member.modified, far=member.far)
    with file.local() as copy:  # the copy stays until the file is released
        return Source(name, lambda: copy.open("rb"), lambda: copy.open("rb"), copy, member.modified)


def belongs_to_sibling(path: Path | None) -> bool:
    """Whether a file of a folder is a later part of a disk image that lies beside it."""
    if path is None:
        return False
    for pattern, head in ((_EXTENT, _has_descriptor), (_SPLIT, _has_first), (_SEGMENT, _has_e01)):
        found = pattern.match(path.name)
        if found and head(path, found):
            return True
    return False


def _has_descriptor(path: Path, found: re.Match[str]) -> bool:
    return _kind(path.with_name(f"{found['stem']}.vmdk")) is Kind.IMAGE


def _has_first(path: Path, found: re.Match[str]) -> bool:
    first = {"000": "000", "001": "001"}.get(found["number"])
    if first is not None:
        return False
    return any(_kind(path.with_name(f"{found['stem']}.{n}")) is Kind.IMAGE for n in ("001", "000"))


def _has_e01(path: Path, found: re.Match[str]) -> bool:
    first = path.with_name(f"{found['stem']}.{found['kind']}01")
    return _kind(first) is Kind.IMAGE and (ewf_segment(_head(path)) or 1) > 1


def _kind(path: Path) -> Kind | None:
    return kind_of(_head(path))


def _head(path: Path) -> bytes:
    try:
        if path.is_symlink() or not path.is_file():
            return b""
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError:
        return b""
