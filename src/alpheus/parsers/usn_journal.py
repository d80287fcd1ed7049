"""The change journal of an NTFS volume, `$UsnJrnl:$J`, record versions 2 and 3.

Names only: the journal holds no paths, the parent stands in `ParentReference` as
`entry-sequence`. Most of a `$J` is a hole that reads as zeros; it is passed at memory speed and is
no loss. Format: MS-FSCC 2.3.62 USN_RECORD.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from alpheus.evidence.base import EvidenceFile
from alpheus.model import Citation, Event, TimeBasis
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.event_time import from_filetime
from alpheus.parsers.evtx_chunks import read_fully
from alpheus.parsers.filesystem_names import is_relevant
from alpheus.parsers.losses import Losses, Record, with_losses

_BLOCK = 1 << 20
_ZEROS = bytes(_BLOCK)
_NOT_ZERO = re.compile(rb"[^\x00]")
_VERSION = re.compile(rb"[\x02\x03]\x00\x00\x00")
_HEAD = struct.Struct("<IHH")
_REFERENCES = {2: struct.Struct("<8xQQ"), 3: struct.Struct("<8xQ8xQ8x")}
_TAIL = struct.Struct("<QQIIIIHH")
"""USN, time, reason, source, security id, attributes, length of the name, place of the name."""
_TAIL_PLACE = {2: 24, 3: 40}
_NAME_PLACE = {2: 60, 3: 76}
_RANGES = 4
"""Version 4 tells which bytes of a file changed, and no name."""
_LENGTH_MAXIMUM = 76 + 2 * 65535
_CORRUPT = "damaged record of the change journal"
_JOURNAL_NAME = re.compile(
    r"(?:^|[/\\:_])\$(?:J|UsnJrnl(?:(?:%3A|[:_.-])\$J)?)(?:\.bin)?$", re.IGNORECASE
)

_REASONS = (
    (0x00000001, "DATA_OVERWRITE"),
    (0x00000002, "DATA_EXTEND"),
    (0x00000004, "DATA_TRUNCATION"),
    (0x00000010, "NAMED_DATA_OVERWRITE"),
    (0x00000020, "NAMED_DATA_EXTEND"),
    (0x00000040, "NAMED_DATA_TRUNCATION"),
    (0x00000100, "FILE_CREATE"),
    (0x00000200, "FILE_DELETE"),
    (0x00000400, "EA_CHANGE"),
    (0x00000800, "SECURITY_CHANGE"),
    (0x00001000, "RENAME_OLD_NAME"),
    (0x00002000, "RENAME_NEW_NAME"),
    (0x00004000, "INDEXABLE_CHANGE"),
    (0x00008000, "BASIC_INFO_CHANGE"),
    (0x00010000, "HARD_LINK_CHANGE"),
    (0x00020000, "COMPRESSION_CHANGE"),
    (0x00040000, "ENCRYPTION_CHANGE"),
    (0x00080000, "OBJECT_ID_CHANGE"),
    (0x00100000, "REPARSE_POINT_CHANGE"),
    (0x00200000, "STREAM_CHANGE"),
    (0x00400000, "TRANSACTED_CHANGE"),
    (0x00800000, "INTEGRITY_CHANGE"),
    (0x80000000, "CLOSE"),
)


@dataclass(frozen=True, slots=True)
class _UsnRecord:
    length: int
    file: int
    parent: int
    usn: int
    time: int
    reason: int
    name: str


class UsnJournal:
    """Reads change journals; the citation is the byte offset of the record in the file."""

    source = "usnjrnl"

    def recognise(self, head: bytes, path: str) -> bool:
        """By a first record, or by the stream's name where the file begins with a hole."""
        first = _NOT_ZERO.search(head)
        if first is None:
            return bool(head) and _JOURNAL_NAME.search(path) is not None
        return _record(head, first.start() & ~7) is not None

    def parse(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Record]:  # noqa: ARG002 - times are UTC
        """An event per record with a relevant name, then the losses."""
        losses = Losses(file)
        return with_losses(file, losses, _parse(file, losses))


def _parse(file: EvidenceFile, losses: Losses) -> Iterator[Record]:
    buffer, base = b"", 0
    with file.open() as stream:
        while block := read_fully(stream, _BLOCK):
            if not buffer and block == _ZEROS:
                base += len(block)
                continue
            buffer += block
            used = yield from _records(file, buffer, base, losses, last=False)
            buffer, base = buffer[used:], base + used
        yield from _records(file, buffer, base, losses, last=True)


def _records(
    file: EvidenceFile, buffer: bytes, base: int, losses: Losses, *, last: bool
) -> Generator[Event, None, int]:
    """The events of what is in memory; returns how much of it needs no more bytes."""
    place = 0
    safe = len(buffer) - (0 if last else _LENGTH_MAXIMUM)
    while (found := _NOT_ZERO.search(buffer, place)) is not None:
        place = found.start() & ~7
        if place >= safe:
            return place
        record = _record(buffer, place)
        if record is None:
            losses.add(_CORRUPT, base + place)
            place = _next_record(buffer, place + 8, safe)
            continue
        if is_relevant(record.name):
            yield _event(file, record, base + place)
        place += record.length
    return len(buffer) & ~7


def _record(buffer: bytes, place: int) -> _UsnRecord | None:
    """The record at `place`, or None if there is none that can be true."""
    if place + _NAME_PLACE[2] > len(buffer):
        return None
    length, major, minor = _HEAD.unpack_from(buffer, place)
    if major == _RANGES and minor == 0 and _NAME_PLACE[2] < length <= 4096 and length % 8 == 0:
        return _UsnRecord(length, 0, 0, 0, 0, 0, "")
    name_place = _NAME_PLACE.get(major)
    if name_place is None or minor or length % 8 or place + length > len(buffer):
        return None
    if not name_place < length <= _LENGTH_MAXIMUM:
        return None
    own, parent = _REFERENCES[major].unpack_from(buffer, place)
    usn, time, reason, _, _, _, size, at = _TAIL.unpack_from(buffer, place + _TAIL_PLACE[major])
    if at < name_place or not size or size % 2 or at + size > length:
        return None
    name = buffer[place + at : place + at + size].decode("utf-16-le", "replace")
    return _UsnRecord(length, own, parent, usn, time, reason, name)


def _next_record(buffer: bytes, place: int, safe: int) -> int:
    """Where the next record that can be true begins; `safe` if none does before it."""
    for found in _VERSION.finditer(buffer, place + 4):
        start = found.start() - 4
        if start >= safe:
            break
        if start % 8 == 0 and _record(buffer, start) is not None:
            return start
    return max(place, safe & ~7)


def _event(file: EvidenceFile, record: _UsnRecord, offset: int) -> Event:
    action = "|".join(name for bit, name in _REASONS if record.reason & bit)
    fields = {
        "TargetFilename": record.name,
        "Action": action,
        "FileReference": reference(record.file),
        "ParentReference": reference(record.parent),
    }
    text = f"USN {record.usn} {action} {record.name} parent {fields['ParentReference']}"
    citation = Citation(file.evidence, file.path, offset=offset, text=text[:4000])
    time = from_filetime(record.time)
    return Event("usnjrnl", time, TimeBasis.UTC, None, fields, citation)


def reference(value: int) -> str:
    """A file reference as `entry-sequence`."""
    return f"{value & 0xFFFFFFFFFFFF}-{value >> 48}"
