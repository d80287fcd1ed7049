"""The master file table of an NTFS volume, `$MFT`: one event per name that can matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from alpheus.evidence.base import EvidenceFile
from alpheus.model import Citation, Event, TimeBasis
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.event_time import from_filetime
from alpheus.parsers.evtx_chunks import read_fully
from alpheus.parsers.filesystem_names import is_relevant, may_be_relevant
from alpheus.parsers.losses import Losses, Record, with_losses
from alpheus.parsers.mft_entries import (
    ENTRY_MASK,
    FileName,
    MftEntry,
    fixed_up,
    is_directory,
    read_entry,
    record_size,
)

_RECORDS_AT_ONCE = 1024
_DIRECTORIES_MAXIMUM = 1_000_000
_DEPTH_MAXIMUM = 256
_ROOT = 5
_ORPHAN = "\\$Orphan"
_DAMAGED = "damaged record of the master file table"
_FULL = "directory beyond the first million: paths below it are incomplete"


class MasterFileTable:
    r"""Reads a table in two passes: the directories, then the names; the citation is the entry.

    `Created` and `Modified` come from $STANDARD_INFORMATION, which tools can forge;
    `NameCreated` from $FILE_NAME, which they rarely do. A path whose directory is gone begins with
    `\$Orphan`. Records of other names are counted in one last event (`names-not-listed`).
    """

    source = "mft"

    def recognise(self, head: bytes, path: str) -> bool:  # noqa: ARG002 - content decides
        """A first record that is intact, of a known size, and followed by another."""
        size = record_size(head)
        if size is None or fixed_up(head[:size]) is None:
            return False
        return len(head) <= size or head[size : size + 4] in (b"FILE", b"BAAD", bytes(4))

    def parse(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Record]:  # noqa: ARG002 - times are UTC
        """Every relevant name, then the losses."""
        losses = Losses(file)
        return with_losses(file, losses, _parse(file, losses))


def names_in_use(path: Path) -> tuple[dict[str, set[str]], datetime | None]:
    """Relevant names in use by folder (`/inetpub/wwwroot`, lower case), and the latest time.

    That is the latest change of a directory, UTC. Damaged records are passed over. Raises OSError.
    """
    directories = _Directories()
    newest = 0
    for number, data in _records(path, None):
        if is_directory(data):
            entry = read_entry(data)
            directories.add(number, entry)
            newest = max(newest, entry.modified if entry.in_use else 0)
    found: dict[str, set[str]] = {}
    for _, data in _records(path, None):
        if is_directory(data) or not may_be_relevant(data):
            continue
        entry = read_entry(data)
        for name in entry.names if entry.in_use else ():
            if is_relevant(name.name):
                folder = directories.path(name.parent).replace("\\", "/").lower()
                found.setdefault(folder, set()).add(name.name.lower())
    return found, from_filetime(newest)


def _parse(file: EvidenceFile, losses: Losses) -> Iterator[Record]:
    with file.local() as path:
        directories = _Directories()
        for number, data in _records(path, losses):
            if is_directory(data) and not directories.add(number, read_entry(data)):
                losses.add(_FULL, None)
        others = 0
        for number, data in _records(path, None):
            if is_directory(data):
                continue
            listed = False
            for event in _events(file, number, data, directories):
                listed = True
                yield event
            others += not listed
    yield _summary(file, others)


def _records(path: Path, losses: Losses | None) -> Iterator[tuple[int, bytearray]]:
    """Every intact record with its number; damage is counted where `losses` is given."""
    with path.open("rb") as stream:
        size = record_size(stream.read(48)) or 1024
        stream.seek(0)
        number = 0
        while block := read_fully(stream, size * _RECORDS_AT_ONCE):
            for start in range(0, len(block), size):
                raw = block[start : start + size]
                data = fixed_up(raw)
                if data is not None:
                    yield number, data
                elif losses is not None and raw.count(0) != len(raw):
                    losses.add(_DAMAGED, number * size)
                number += 1


@dataclass(slots=True)
class _Directories:
    """Name and parent of every directory, packed into one bytes object each."""

    _packed: dict[int, bytes] = field(default_factory=dict)

    def add(self, number: int, entry: MftEntry) -> bool:
        """Keep a directory; False when there is no room for more."""
        if len(self._packed) >= _DIRECTORIES_MAXIMUM:
            return False
        if entry.names and not entry.base:
            name = entry.names[-1]
            sequence = entry.sequence.to_bytes(2, "little") + bytes([entry.in_use])
            encoded = name.name.encode("utf-8", "surrogatepass")
            self._packed[number] = sequence + name.parent.to_bytes(8, "little") + encoded
        return True

    def path(self, parent: int) -> str:
        r"""The path of a directory without a drive; `\$Orphan` for what is gone."""
        parts: list[str] = []
        for _ in range(_DEPTH_MAXIMUM):
            number, sequence = parent & ENTRY_MASK, parent >> 48
            if number == _ROOT:
                return "".join(f"\\{part}" for part in reversed(parts))
            packed = self._packed.get(number)
            if packed is None or not _is_same(packed, sequence):
                break
            parts.append(packed[11:].decode("utf-8", "surrogatepass"))
            parent = int.from_bytes(packed[3:11], "little")
        return _ORPHAN + "".join(f"\\{part}" for part in reversed(parts))


def _is_same(packed: bytes, sequence: int) -> bool:
    """Whether the directory is the one referred to: deleting one raises its sequence by one."""
    own, in_use = int.from_bytes(packed[:2], "little"), packed[2]
    return own == sequence or (not in_use and own == sequence + 1)


def _events(
    file: EvidenceFile, number: int, data: bytearray, directories: _Directories
) -> Iterator[Event]:
    if may_be_relevant(data):
        entry = read_entry(data)
        for name in entry.names:
            if is_relevant(name.name):
                yield _event(file, number, entry, name, directories)


def _event(
    file: EvidenceFile, number: int, entry: MftEntry, name: FileName, directories: _Directories
) -> Event:
    created = from_filetime(entry.created)
    times = {
        "Created": created,
        "Modified": from_filetime(entry.modified),
        "NameCreated": from_filetime(name.created),
    }
    fields = {
        "TargetFilename": f"{directories.path(name.parent)}\\{name.name}",
        "Size": str(name.size if entry.size is None else entry.size),
        "InUse": "true" if entry.in_use else "false",
        **{key: time.isoformat() for key, time in times.items() if time is not None},
    }
    text = " ".join(f"{key}={value}" for key, value in fields.items())[:4000]
    number = entry.base or number
    citation = Citation(file.evidence, file.path, record_id=number, text=text)
    time = created or times["NameCreated"]
    return Event("mft", time, TimeBasis.UTC, None, fields, citation)


def _summary(file: EvidenceFile, others: int) -> Event:
    """How many names were seen that are not listed."""
    fields = {"Action": "names-not-listed", "Count": str(others)}
    citation = Citation(file.evidence, file.path)
    return Event("mft", None, TimeBasis.UTC, None, fields, citation)
