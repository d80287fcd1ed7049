"""Records of many chunks are taken together, and what was not read of each is told."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.parsers import evtx_batches
from alpheus.parsers.evtx_batches import Reading, RecordBatch, batches, native_records
from alpheus.parsers.evtx_chunks import chunks
from alpheus.parsers.losses import Losses
from evidence_file import FileOnDisk
from evtx_writer import chunk, event, log

_CHUNKS = [chunk([event(n) for n in range(first, first + 5)], first) for first in range(1, 100, 5)]


def _losses(tmp_path: Path) -> Losses:
    path = tmp_path / "a.evtx"
    path.write_bytes(b"")
    return Losses(FileOnDisk(path))


def _numbers(found: Iterator[RecordBatch]) -> list[list[int]]:
    return [batch.numbers for batch in found]


def test_records_of_several_chunks_come_together() -> None:
    """All, in their order, and no more chunks at a time than are allowed."""
    found = _numbers(batches(io.BytesIO(log(_CHUNKS))))
    assert [number for part in found for number in part] == list(range(1, 101))
    assert [len(part) for part in found] == [80, 20]


def test_much_text_is_not_held_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk may then come in parts."""
    monkeypatch.setattr(evtx_batches, "_CHARACTERS", 1)
    monkeypatch.setattr(evtx_batches, "_TAKEN", 2)
    found = _numbers(batches(io.BytesIO(log(_CHUNKS[:2]))))
    assert [part for part in found if part] == [[1, 2], [3, 4], [5], [6, 7], [8, 9], [10]]


def test_what_was_read_before_an_error_comes_before_it() -> None:
    """The error of the stream is for the caller."""

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 100_000:
                raise OSError("bad sector")
            return super().read(size)

    found = batches(Failing(log(_CHUNKS)))
    assert next(found).numbers == list(range(1, 11))
    with pytest.raises(OSError, match="bad sector"):
        next(found)


@pytest.mark.parametrize("characters", [1, 1 << 19])
def test_each_chunk_tells_what_was_not_read_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, characters: int
) -> None:
    """Records that the reader did not give, and those that were no events after all."""
    monkeypatch.setattr(evtx_batches, "_CHARACTERS", characters)
    content = bytearray(log(_CHUNKS[:3]))
    place = next(iter(chunks(io.BytesIO(content)))).records[1].start + 4096
    content[place + 24 : place + 60] = b"\xff" * 36
    losses = _losses(tmp_path)
    for batch in batches(io.BytesIO(content)):
        for at, record in enumerate(batch):
            assert batch.record(at) == record
            if record.number in {7, 15}:
                batch.fail(at)
        batch.tell(losses)
    (loss,) = losses.skipped()
    assert (loss.offset, loss.count) == (place, 3)


def test_a_number_that_was_read_once_is_not_lost(tmp_path: Path) -> None:
    """Though another record with it was no event."""
    found = next(iter(chunks(io.BytesIO(log(_CHUNKS[:1])))))
    losses, reading = _losses(tmp_path), Reading(found)
    for records in native_records(found):
        reading.add(records.numbers)
    reading.add([1])
    reading.fail(1)
    reading.tell(losses)
    assert list(losses.skipped()) == []
    reading.fail(1)
    reading.tell(losses)
    assert [loss.count for loss in losses.skipped()] == [1]
