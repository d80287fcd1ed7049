"""The records of an event log file as the native reader gives them, some hundreds at a time.

Chunks are read one by one, so that damage in one costs nothing in another; records of several are
taken together, since what is done once for many is cheap. What was not read is known by the numbers
of the records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from alpheus.parsers.evtx_chunks import Chunk, chunks, file_header
from alpheus.parsers.losses import Losses


class NativeRecord(NamedTuple):
    """A record as the native reader gives it; `text` is JSON."""

    number: int
    timestamp: str
    text: str


class NativeRecords:
    """Some records, column by column: an object for each would cost more than to read it."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.timestamps: list[str] = []
        self.texts: list[str] = []

    def __iter__(self) -> Iterator[NativeRecord]:
        return map(NativeRecord, self.numbers, self.timestamps, self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    def record(self, place: int) -> NativeRecord:
        """The record at a place."""
        return NativeRecord(self.numbers[place], self.timestamps[place], self.texts[place])

    def take(self, records: Iterator[dict[str, Any] | None]) -> None:
        """Add records that the native reader gives; those before an error of its are kept."""
        number, timestamp = self.numbers.append, self.timestamps.append
        text = self.texts.append
        for record in records:
            if record is not None:
                number(record["event_record_id"])
                timestamp(record["timestamp"])
                text(record["data"])

    def join(self, others: NativeRecords) -> None:
        """Add others behind these."""
        self.numbers += others.numbers
        self.timestamps += others.timestamps
        self.texts += others.texts


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

    def add(self, numbers: Sequence[int]) -> None:
        """Note records that the native reader gave."""
        self._numbers += numbers

    def fail(self, number: int) -> None:
        """Note that one of them is no event after all."""
        self._failed.append(number)

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


class RecordBatch(NativeRecords):
    """Records of some chunks, and what is to be told of those of which no more records come."""

    def __init__(self) -> None:
        super().__init__()
        self._characters = 0
        self._readings: list[tuple[int, Reading]] = []
        self._ended: list[Reading] = []

    def add(self, records: NativeRecords, reading: Reading) -> None:
        """Add records of one chunk."""
        reading.add(records.numbers)
        self._readings.append((len(self), reading))
        self.join(records)
        self._characters += sum(map(len, records.texts))

    def end(self, reading: Reading) -> None:
        """No more records of its chunk come."""
        self._ended.append(reading)

    def full(self) -> bool:
        """Whether the batch should be worked on before more is added."""
        return self._characters >= _CHARACTERS or len(self._ended) >= _CHUNKS

    def fail(self, place: int) -> None:
        """Note that the record at a place is no event after all."""
        reading = next(found for start, found in reversed(self._readings) if start <= place)
        reading.fail(self.numbers[place])

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


def native_records(chunk: Chunk) -> Iterator[NativeRecords]:
    """The records of one chunk, some at a time: a hostile chunk expands to more than memory.

    A bad record raises out of the native iterator, which can go on.
    """
    from evtx import PyEvtxParser  # noqa: PLC0415 - native code, loaded only where it is used

    if not chunk.places:
        return
    records: Iterator[dict[str, Any] | None] | None = None
    for _ in range(_STEPS_MAXIMUM):
        taken = NativeRecords()
        ended = False
        try:
            if records is None:
                content = BytesIO(_HEADER + chunk.data)
                records = iter(PyEvtxParser(content, number_of_threads=1).records_json())
            taken.take(islice(records, _TAKEN))
            ended = len(taken) < _TAKEN
        except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
            raise
        except BaseException:  # noqa: S110 - a panic of native code is no Exception; the caller counts
            pass
        yield taken
        if ended:
            return
