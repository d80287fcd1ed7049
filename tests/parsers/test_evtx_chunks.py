"""Chunks are found at their places, judged, and mended where only their frame broke."""

from __future__ import annotations

import io
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.evtx_chunks import Chunk, chunks, read_fully
from evtx_writer import chunk, event, log

_LOG = log([chunk([event(n) for n in range(1, 6)]), chunk([event(n) for n in range(6, 9)], 6)])
_SECOND = 4096 + 65536


def _chunks(content: bytes) -> list[Chunk]:
    return list(chunks(io.BytesIO(content)))


def _numbers(content: bytes) -> list[list[int]]:
    return [[place.number for place in found.records] for found in _chunks(content)]


def test_a_sound_file_has_its_chunks_and_no_damage() -> None:
    """Offsets are those in the file."""
    found = _chunks(_LOG)
    assert [part.offset for part in found] == [4096, _SECOND]
    assert [list(part.numbers) for part in found] == [[1, 2, 3, 4, 5], [6, 7, 8]]
    assert all(part.damage is None for part in found)


def test_zero_filled_space_is_no_chunk_and_no_loss() -> None:
    """A log is allocated ahead."""
    assert len(_chunks(_LOG + bytes(5 * 65536))) == 2
    assert len(_chunks(log([bytes(65536), chunk([event(1)])]))) == 1


def test_a_destroyed_chunk_header_is_rebuilt_from_the_records() -> None:
    """The damage is told, and the records are still there."""
    content = bytearray(_LOG)
    content[4096 : 4096 + 512] = bytes(512)
    first, second = _chunks(bytes(content))
    assert first.damage == "chunk without a valid header"
    assert [place.number for place in first.records] == [1, 2, 3, 4, 5]
    assert first.data[:8] == b"ElfChnk\x00"
    assert second.damage is None


def test_one_wrong_size_does_not_hide_the_records_behind_it() -> None:
    """The frame is rebuilt across the gap; the lost number is still expected."""
    content = bytearray(_LOG)
    place = _chunks(_LOG)[0].records[2].start
    struct.pack_into("<I", content, 4096 + place + 4, 0)
    found = _chunks(bytes(content))[0]
    assert [record.number for record in found.records] == [1, 2, 4, 5]
    assert list(found.numbers) == [1, 2, 3, 4, 5]


def test_remnants_behind_the_stated_end_are_not_records() -> None:
    """An exported chunk keeps what its buffer held before; in a file left open they are live."""
    content = bytearray(log([chunk([event(n) for n in range(1, 6)])]))
    third = _chunks(bytes(content))[0].records[2]
    struct.pack_into("<QQQQ", content, 4096 + 8, 1, 3, 1, 3)
    struct.pack_into("<I", content, 4096 + 48, third.end)
    assert _numbers(bytes(content)) == [[1, 2, 3]]
    content[120] = 1
    assert _numbers(bytes(content)) == [[1, 2, 3, 4, 5]]


def test_chunks_that_moved_are_found() -> None:
    """Bytes missing in the middle shift all that follows."""
    destroyed = b"\xff" * 1000
    found = _chunks(_LOG[:_SECOND] + destroyed + _LOG[_SECOND:])
    assert [(part.offset, part.damage is None) for part in found][:3] == [
        (4096, True),
        (_SECOND, False),
        (_SECOND + 1000, True),
    ]
    assert [record.number for record in found[2].records] == [6, 7, 8]


def test_a_quoted_magic_is_no_chunk() -> None:
    """An attacker may write the magic into a record of a chunk whose header is then destroyed."""
    content = bytearray(log([chunk([event(1, data=[("x", "ElfChnk")])]), chunk([event(2)], 2)]))
    content[4096:4104] = b"damaged!"
    content[4096 + 40000 : 4096 + 40008] = b"ElfChnk\x00"
    assert [part.offset for part in _chunks(bytes(content))] == [4096, _SECOND]


def test_a_file_may_begin_with_a_chunk_or_end_anywhere() -> None:
    """The file's header is not needed; what is cut off is told."""
    assert _numbers(chunk([event(1)])) == [[1]]
    cut = _chunks(_LOG[: 4096 + 1200])
    assert cut[0].damage == "chunk cut off by the end of the file"
    missing = _chunks(_LOG[:_SECOND])
    assert [part.damage for part in missing] == [None, "chunk missing at the end of the file"]
    assert missing[1].offset == _SECOND
    (headless,) = _chunks(b"ElfFile\x00")
    assert headless.damage == "chunk missing at the end of the file"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(_LOG) - 1), st.integers(0, 255)), min_size=1, max_size=20
    ),
    st.integers(0, len(_LOG)),
)
def test_no_damage_raises(changes: list[tuple[int, int]], length: int) -> None:
    """Flipped and missing bytes give other chunks, never an exception; records lie in order."""
    content = bytearray(_LOG)
    for place, value in changes:
        content[place % 8000] = value
    for found in _chunks(bytes(content[:length])):
        ends = [512, *(record.end for record in found.records)]
        assert all(record.start >= end for record, end in zip(found.records, ends, strict=False))
        assert len(found.data) in (0, 65536)


def test_reading_fully_joins_short_reads() -> None:
    """A stream may give less than was asked for."""

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(3, size or 0))

    assert read_fully(Slow(b"0123456789"), 8) == b"01234567"
    assert read_fully(Slow(b"01"), 8) == b"01"
