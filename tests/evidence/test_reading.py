"""Streams over content."""

from __future__ import annotations

import hashlib
import io
import os

import pytest

from alpheus.errors import LimitError
from alpheus.evidence.base import Limits
from alpheus.evidence.budget import Budget
from alpheus.evidence.reading import (
    BEGUN_LIMIT,
    REPLAY_LIMIT,
    Begun,
    ContentReader,
    PullReader,
    Replay,
    Section,
)


def _failing_after(data: bytes) -> PullReader:
    source = io.BytesIO(data)

    def pull(wanted: int) -> bytes:
        if block := source.read(min(wanted, 7)):
            return block
        message = "gone"
        raise EOFError(message)

    return PullReader("x.log", pull)


def test_reads_are_filled() -> None:
    """A read gives all that was asked for although the source gives small pieces."""
    pieces = iter([b"ab", b"cdef", b"g", b""])
    stream = PullReader("x", lambda _wanted: next(pieces))
    assert stream.read(5) == b"abcde"
    assert stream.read(5) == b"fg"


def test_what_came_before_an_error_is_delivered() -> None:
    """The error of a codec becomes OSError with the name, after the last good byte, each time."""
    stream = _failing_after(b"0123456789")
    assert stream.read(100) == b"0123456789"
    for _ in range(2):
        with pytest.raises(OSError, match=r"x\.log: damaged content: gone"):
            stream.read(1)


def test_content_is_hashed_to_its_end() -> None:
    """The hash is reported once the end was seen; the count with every read."""
    data = os.urandom(100_000)
    notes: list[tuple[int, str | None]] = []
    budget = Budget(Limits())
    reader = ContentReader("x", io.BytesIO(data), budget, lambda *note: notes.append(note))
    assert reader.read(50_000) == data[:50_000]
    assert notes[-1] == (50_000, None)
    assert reader.read() == data[50_000:]
    assert notes[-1] == (100_000, hashlib.sha256(data).hexdigest())


def test_limit_while_reading() -> None:
    """The bound per file stops the reading with LimitError."""
    budget = Budget(Limits(file_bytes=10))
    reader = ContentReader("x", io.BytesIO(b"y" * 100), budget, lambda *_note: None)
    with pytest.raises(LimitError):
        reader.read()


def test_section_is_a_window() -> None:
    """A section reads and seeks inside its window, and closes the file below."""
    below = io.BytesIO(b"..hello..")
    section = Section("x", below, 2, 5)
    assert section.read() == b"hello"
    assert section.seek(-2, io.SEEK_END) == 3
    assert section.read(10) == b"lo"
    assert section.tell() == 5
    section.close()
    assert below.closed


def test_section_says_that_the_file_is_cut() -> None:
    """Content that the file does not hold is an error after what it does hold."""
    section = Section("x", io.BytesIO(b"abc"), 1, 10)
    assert section.read(10) == b"bc"
    with pytest.raises(OSError, match="truncated"):
        section.read(1)


def test_head_of_a_forward_stream_is_read_again() -> None:
    """Up to the limit a file of a forward-only container can be opened again and read on."""
    data = os.urandom(REPLAY_LIMIT + 1000)
    replay = Replay("x", io.BytesIO(data))
    assert replay.reader().read(4096) == data[:4096]
    again = replay.reader()
    assert again.read(100) == data[:100]
    assert again.read(len(data)) == data[100:]
    with pytest.raises(OSError, match="read forward"):
        replay.reader()
    replay.close()


def test_two_readers_of_one_forward_stream() -> None:
    """Readers share what was kept; the slower one gets the same bytes."""
    replay = Replay("x", io.BytesIO(b"abcdef"))
    first, second = replay.reader(), replay.reader()
    assert first.read(4) == b"abcd"
    assert second.read(6) == b"abcdef"
    assert first.read(2) == b"ef"


def test_a_begun_stream_goes_on_with_its_next_reader() -> None:
    """What was read comes again, then the rest; one that was read further is closed."""
    data = os.urandom(3 * BEGUN_LIMIT)
    below = io.BytesIO(data)
    kept: list[tuple[object, bytearray]] = []

    def begun(head: bytearray) -> Begun:
        return Begun("x", below, head, lambda *what: kept.append(what))

    with begun(bytearray()) as first:
        assert first.read(100) == data[:100]
        assert first.read(50) == data[100:150]
    ((stream, head),) = kept
    assert (stream, bytes(head)) == (below, data[:150])
    with begun(head) as second:
        assert second.read(200) == data[:200]
        assert second.read() == data[200:]
    assert len(kept) == 1
    assert below.closed


def test_a_begun_stream_that_failed_is_not_handed_on() -> None:
    """The next reader begins anew and fails at the same place."""
    kept: list[object] = []
    stream = Begun("x", _failing_after(b"0123"), bytearray(), lambda *what: kept.append(what))  # type: ignore[arg-type]
    assert stream.read(100) == b"0123"
    stream.close()
    assert kept == []
