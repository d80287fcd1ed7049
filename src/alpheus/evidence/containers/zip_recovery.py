"""Members of a ZIP archive whose directory is missing, found by their own headers."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from alpheus.evidence.budget import Budget
from alpheus.evidence.containers.zip_headers import (
    CENTRAL,
    DESCRIPTOR,
    DESCRIPTOR_FOLLOWS,
    END,
    LOCAL,
    Entry,
    read_local,
)
from alpheus.evidence.members import Loss

_BLOCK = 1 << 20
_DESCRIPTOR_SIZES = (struct.Struct("<4sIII"), struct.Struct("<4sIQQ"))


def recover(stream: BinaryIO, budget: Budget) -> Iterator[Entry | Loss]:
    """Every member whose header is there, and a Loss that says where the archive ends.

    The content of the last one may be cut; what is left of it can be read.
    """
    length = stream.seek(0, 2)
    position = 0
    count = 0
    while position < length:
        budget.check_time()
        entry = read_local(stream, position)
        if entry is None:
            stream.seek(position)
            magic = stream.read(4)
            if magic in {CENTRAL, END, b"PK\x06\x06"}:
                break
            following = _find(stream, LOCAL, position + 1, budget)
            if following is None:
                break
            yield Loss("", "damaged; searched for the next member", position)
            position = following
            continue
        entry, position = _with_extent(stream, entry, length, budget)
        count += 1
        yield entry
    yield Loss(
        "",
        f"the directory is missing (truncated archive): {count} members were found by their own "
        "headers; what stood after this place is lost",
        min(position, length),
    )


def _with_extent(stream: BinaryIO, entry: Entry, length: int, budget: Budget) -> tuple[Entry, int]:
    """The entry with its sizes, and where the next one begins."""
    start = entry.data or 0
    if not entry.flags & DESCRIPTOR_FOLLOWS or entry.compressed:
        return entry, start + entry.compressed
    position = start
    while (found := _find(stream, DESCRIPTOR, position, budget)) is not None:
        position = found
        stream.seek(position)
        data = stream.read(_DESCRIPTOR_SIZES[-1].size)
        for layout in _DESCRIPTOR_SIZES:
            if len(data) >= layout.size:
                _, crc, compressed, size = layout.unpack_from(data)
                if compressed == position - start and (size or not compressed):
                    known = replace(
                        entry,
                        crc=None if entry.crc is None else crc,
                        compressed=compressed,
                        size=size,
                    )
                    return known, position + layout.size
        position += 1
    return replace(entry, crc=None, compressed=length - start, size=None), length


def _find(stream: BinaryIO, magic: bytes, start: int, budget: Budget) -> int | None:
    """Where `magic` stands next, at or after `start`."""
    stream.seek(start)
    base = start
    kept = b""
    while block := stream.read(_BLOCK):
        budget.check_time()
        data = kept + block
        found = data.find(magic)
        if found >= 0:
            return base - len(kept) + found
        base += len(block)
        kept = data[-(len(magic) - 1) :]
    return None
