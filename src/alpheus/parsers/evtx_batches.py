"""The records of an event log file as the native reader gives them, some hundreds at a time.

Chunks are read one by one, so that damage in one costs nothing in another; records of several are
taken together, since what is done once for many is cheap. What was not read is known by the numbers
of the records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO

from alpheus.parsers.evtx_chunks import Chunk, chunks, file_header
from alpheus.parsers.losses import Losses

NativeRecord = dict[str, Any]
"""`event_record_id`, `timestamp`, and the event as JSON in `data`."""

_STEPS_MAXIMUM = 10_000
"""More than a chunk can hold records: beyond it the native reader no longer advances."""
_TAKEN = 256
"""Records that are taken at a time; a chunk of small ones holds thousands."""
_CHARACTERS = 1 << 18
_CHUNKS = 16
"""A batch is full with so much text, or records of so many chunks."""
_HEADER = file_header()


class Reading:
    """Which records of one chunk were read."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._numbers: list[int] = []
        self._failed: list[int] = []

    def add(self, records: list[NativeRecord]) -> None:
        """Note records that the native reader gave."""
        self._numbers += [record["event_record_id"] for record in records]

    def fail(self, record: NativeRecord) -> None:
        """Note that one of them is no event after all."""
        self._failed.append(record["event_record_id"])

    def tell(self, losses: Losses) -> None:
        """Count what was not read of the chunk, once all of it that can be read was."""
        chunk, lost = self._chunk, self._lost()
        if chunk.damage is not None:
            losses.add(chunk.damage, chunk.offset, max(len(lost), 1))
        elif lost:
            starts = {place.number: place.start for place in chunk.records}
            start = starts.get(lost[0], 0)
            losses.add("record that could not be read", chunk.offset + start, len(lost))

    def _lost(self) -> list[int]:
        promised = self._chunk.numbers
        if not self._failed and self._numbers == list(promised):
            return []
        read = Counter(self._numbers)
        read.subtract(self._failed)
        return [number for number in promised if read[number] <= 0]


class RecordBatch:
    """Records of some chunks, and what is to be told of those of which no more records come."""

    def __init__(self) -> None:
        self.records: list[NativeRecord] = []
        self.characters = 0
        self._readings: list[tuple[int, Reading]] = []
        self._ended: list[Reading] = []

    def add(self, records: list[NativeRecord], reading: Reading) -> None:
        """Add records of one chunk."""
        reading.add(records)
        self._readings.append((len(self.records), reading))
        self.records += records
        self.characters += sum([len(record["data"]) for record in records])

    def end(self, reading: Reading) -> None:
        """No more records of its chunk come."""
        self._ended.append(reading)

    def full(self) -> bool:
        """Whether the batch should be worked on before more is added."""
        return self.characters >= _CHARACTERS or len(self._ended) >= _CHUNKS

    def fail(self, place: int) -> None:
        """Note that the record at a place is no event after all."""
        reading = next(found for start, found in reversed(self._readings) if start <= place)
        reading.fail(self.records[place])

    def tell(self, losses: Losses) -> None:
        """Count what was not read of the chunks that ended, once the batch was worked on."""
        for reading in self._ended:
            reading.tell(losses)


def batches(stream: BinaryIO) -> Iterator[RecordBatch]:
    """All records of a file; where it cannot be read further, those before come all the same."""
    batch = RecordBatch()
    try:
        for chunk in chunks(stream):
            reading = Reading(chunk)
            for records in native_records(chunk):
                batch.add(records, reading)
                if batch.full():
                    yield batch
                    batch = RecordBatch()
            batch.end(reading)
            if batch.full():
                yield batch
                batch = RecordBatch()
    except Exception:
        yield batch
        raise
    yield batch


def native_records(chunk: Chunk) -> Iterator[list[NativeRecord]]:
    """The records of one chunk, some at a time: a hostile chunk expands to more than memory.

    A bad record raises out of the native iterator, which can go on.
    """
    from evtx import PyEvtxParser  # noqa: PLC0415 - native code, loaded only where it is used

    if not chunk.places:
        return
    records: Iterator[NativeRecord | None] | None = None
    for _ in range(_STEPS_MAXIMUM):
        taken: list[NativeRecord | None] = []
        ended = False
        try:
            if records is None:
                content = BytesIO(_HEADER + chunk.data)
                records = iter(PyEvtxParser(content, number_of_threads=1).records_json())
            taken.extend(islice(records, _TAKEN))  # keeps what came before an error
            ended = len(taken) < _TAKEN
        except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
            raise
        except BaseException:  # noqa: S110 - a panic of native code is no Exception; the caller counts
            pass
        yield [record for record in taken if isinstance(record, dict)]
        if ended:
            return
