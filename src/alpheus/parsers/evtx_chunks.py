"""The 64 KiB chunks of an event log file: found, judged, and mended where only their frame broke.

An event log file is a header of 4 KiB and chunks of 64 KiB. A chunk is a header of 512 bytes and
records that lie end to end; a record is `2A 2A 00 00`, its size, its number, its content and its
size again. A chunk is read on its own, so that damage in one costs nothing in another; where a
header is stale (a live copy) or destroyed, or one record's size is wrong, the frame is rebuilt from
the records themselves.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

FILE_MAGIC = b"ElfFile\x00"
CHUNK_MAGIC = b"ElfChnk\x00"
FILE_HEADER_SIZE = 4096
CHUNK_SIZE = 65536
_CHUNK_HEADER_SIZE = 512
_RECORD_MAGIC = b"**\x00\x00"
_RECORD_MINIMUM = 28
_ZEROS = bytes(CHUNK_SIZE)
_CHUNK_FIELDS = struct.Struct("<8sQQQQIIII")
_RECORD_FIELDS = struct.Struct("<4sIQ")
_SIZE = struct.Struct("<I")
_LINK_FIELDS = struct.Struct("<I4sIQ")
"""The copy of its size that ends a record, and the head of the next one."""
_FLAGS = 120
_DIRTY = 1
"""Place and bit of the file header's mark that the log was not closed: chunk headers are stale."""
_RECORDS_MAXIMUM = CHUNK_SIZE // _RECORD_MINIMUM


_Place = tuple[int, int, int]
"""What `RecordPlace` holds, without its names: there is one of every record."""


class RecordPlace(NamedTuple):
    """Where a record lies in its chunk, and its number."""

    start: int
    end: int
    number: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk as it can be read.

    `data` is mended; `offset` is that of the chunk in the file. `places` are those of the records
    whose frame is intact; `numbers` of those that should be there, by the chunk's header if it has
    one.
    """

    offset: int
    data: bytes
    places: Sequence[_Place]
    numbers: Sequence[int]
    damage: str | None = None

    @property
    def records(self) -> tuple[RecordPlace, ...]:
        """The records whose frame is intact, by name."""
        return tuple(map(RecordPlace._make, self.places))


def file_header() -> bytes:
    """A header under which a single chunk can be given to a reader of whole files."""
    fields = struct.pack("<8sQQQIHHHH76xI", FILE_MAGIC, 0, 0, 1, 128, 1, 3, FILE_HEADER_SIZE, 1, 0)
    return (fields + struct.pack("<I", zlib.crc32(fields[:120]))).ljust(FILE_HEADER_SIZE, b"\x00")


def chunks(stream: BinaryIO) -> Iterator[Chunk]:
    """Every chunk of a file, and every region that should be one; zero-filled space is passed.

    Chunks are looked for at their places; where one is not, the next is looked for at any offset.
    """
    buffer = read_fully(stream, FILE_HEADER_SIZE)
    promised, flags = _header(buffer)
    live = bool(flags & _DIRTY)
    offset = 0
    if not buffer.startswith(CHUNK_MAGIC):
        offset, buffer = len(buffer), b""
    while True:
        buffer += read_fully(stream, CHUNK_SIZE - len(buffer))
        if not buffer:
            break
        length = min(CHUNK_SIZE, len(buffer))
        if not buffer.startswith(CHUNK_MAGIC):
            buffer += read_fully(stream, 2 * CHUNK_SIZE - len(buffer))
            length = _distance_to_chunk(buffer, min(CHUNK_SIZE, len(buffer)))
        content = buffer[:length]
        if content.startswith(CHUNK_MAGIC) or content != _ZEROS[:length]:
            yield _chunk(offset, content, live=live)
        offset += length
        buffer = buffer[length:]
    while offset < FILE_HEADER_SIZE + promised * CHUNK_SIZE:
        yield Chunk(offset, b"", (), (), "chunk missing at the end of the file")
        offset += CHUNK_SIZE


def _header(buffer: bytes) -> tuple[int, int]:
    """How many chunks the file's header promises, and its flags; what it cannot say is not known.

    A header of a file that was not closed is older than the file.
    """
    if not buffer.startswith(FILE_MAGIC) or len(buffer) <= _FLAGS:
        return 0, _DIRTY
    flags = buffer[_FLAGS]
    return (0 if flags & _DIRTY else int.from_bytes(buffer[42:44], "little")), flags


def read_fully(stream: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, fewer only at the end of the file."""
    parts = []
    while size > 0:
        part = stream.read(size)
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _distance_to_chunk(buffer: bytes, length: int) -> int:
    """How far to go from a place that holds no chunk: to the next place, or to a chunk nearer."""
    if buffer[CHUNK_SIZE:].startswith(CHUNK_MAGIC):
        return length
    found = buffer.find(CHUNK_MAGIC, 1)
    while found > 0:
        header = buffer[found + 40 : found + 44]
        if header == b"\x80\x00\x00\x00":  # the header's own size: not a quotation in a record
            return min(found, length) if found < length else length
        found = buffer.find(CHUNK_MAGIC, found + 1)
    return length


def _chunk(offset: int, content: bytes, *, live: bool) -> Chunk:
    """Judge one region and mend its frame."""
    data = bytearray(content.ljust(CHUNK_SIZE, b"\x00"))
    _, _, _, first, last, header_size, _, free, _ = _CHUNK_FIELDS.unpack_from(data)
    sound = content.startswith(CHUNK_MAGIC) and header_size == 128
    counted = sound and first <= last < first + _RECORDS_MAXIMUM
    places = _walk(data, free if counted else CHUNK_SIZE, live=live)
    damage = None
    if not sound:
        damage = "chunk without a valid header"
    elif len(content) < CHUNK_SIZE:
        damage = "chunk cut off by the end of the file"
    elif places and not counted:
        damage = "chunk whose header contradicts its records"
    if places:
        _mend(data, places)
    numbers = range(first, last + 1) if counted else [number for _, _, number in places]
    return Chunk(offset, bytes(data), places, numbers, damage)


def _walk(data: bytearray, free: int, *, live: bool) -> list[_Place]:
    """Records whose frame is intact, up to the stated end; beyond it lie remnants of older use.

    In a file that was not closed the stated end is stale: records that continue the count belong.
    """
    found = _chain(data, free)
    _, position, last = found[-1] if found else (0, _CHUNK_HEADER_SIZE, 0)
    while 0 <= position <= CHUNK_SIZE - _RECORD_MINIMUM:
        magic, size, number = _RECORD_FIELDS.unpack_from(data, position)
        end = position + size
        intact = (
            magic == _RECORD_MAGIC
            and _RECORD_MINIMUM <= size <= CHUNK_SIZE - position
            and _SIZE.unpack_from(data, end - 4)[0] == size
        )
        if position >= free and not (live and intact and number == last + 1):
            break
        if not intact or (found and number <= last):
            position = data.find(_RECORD_MAGIC, position + 1)
            continue
        found.append((position, end, number))
        position, last = end, number
    return found


def _chain(data: bytearray, free: int) -> list[_Place]:
    """The records, if they lie end to end without a flaw up to `free`; else none."""
    found: list[_Place] = []
    position, last, size = _CHUNK_HEADER_SIZE, -1, 0
    unpack, keep = _LINK_FIELDS.unpack_from, found.append
    while position < free and position <= CHUNK_SIZE - _RECORD_MINIMUM:
        copy, magic, following, number = unpack(data, position - 4)
        if magic != _RECORD_MAGIC or following < _RECORD_MINIMUM or number <= last:
            return []
        if copy != size and found:
            return []
        end = position + following
        keep((position, end, number))
        position, last, size = end, number, following
    sound = position == free <= CHUNK_SIZE and _SIZE.unpack_from(data, position - 4)[0] == size
    return found if sound else []


def _mend(data: bytearray, places: Sequence[_Place]) -> None:
    """Rebuild the frame so that a reader walks from each intact record to the next."""
    place, previous = _CHUNK_HEADER_SIZE, -1
    for start, end, _ in places:
        if start != place:
            gap = start - place
            if previous >= 0:
                struct.pack_into("<I", data, previous + 4, start - previous)
            elif gap >= _RECORD_MINIMUM:
                struct.pack_into("<4sIQ", data, place, _RECORD_MAGIC, gap, 0)
        previous, place = start, end
    data[:8] = CHUNK_MAGIC
    first, last = places[0][2], places[-1][2]
    struct.pack_into("<QQQQIII", data, 8, first, last, first, last, 128, previous, place)
