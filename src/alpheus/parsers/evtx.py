"""Windows event log files (`.evtx`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from alpheus.evidence.base import EvidenceFile
from alpheus.model import Citation, Event
from alpheus.parsers.base import Counted, ReadOptions, Wanted
from alpheus.parsers.event_fields import as_event
from alpheus.parsers.event_heads import read_heads
from alpheus.parsers.event_sections import from_sections
from alpheus.parsers.event_selection import Batch, EventSelection
from alpheus.parsers.event_time import from_text, to_utc
from alpheus.parsers.evtx_batches import NativeRecord, Reading, RecordBatch, batches, native_records
from alpheus.parsers.evtx_chunks import CHUNK_MAGIC, FILE_HEADER_SIZE, FILE_MAGIC, chunks
from alpheus.parsers.losses import Losses, Record, with_losses


class EventLogFile:
    """Reads event log files chunk by chunk, so that memory and any damage are bounded by one.

    The citation of an event is the number of its record in the file, which differs from
    `EventRecordID` in a log of forwarded events. A lost record counts in a `Skipped` whose offset
    is that of the first of its kind.
    """

    source = "windows-event"

    def recognise(self, head: bytes, path: str) -> bool:  # noqa: ARG002 - content decides
        """By the magic of the file, or of its first chunk where the header was overwritten."""
        return head.startswith((FILE_MAGIC, CHUNK_MAGIC)) or (
            head[FILE_HEADER_SIZE:].startswith(CHUNK_MAGIC)
        )

    def parse(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Record]:  # noqa: ARG002 - times are UTC
        """Every record of every chunk, then the losses."""
        losses = Losses(file)
        return with_losses(file, losses, _parse(file, losses))

    def parse_wanted(
        self,
        file: EvidenceFile,
        options: ReadOptions,  # noqa: ARG002 - times are UTC
        wanted: Wanted,
    ) -> Iterator[Record | Counted]:
        """Every record of every chunk, in full only where wanted, then the losses."""
        losses, selection = Losses(file), EventSelection(wanted)
        yield from with_losses(file, losses, _parse_wanted(file, losses, selection))
        yield from selection.counted()


def _parse(file: EvidenceFile, losses: Losses) -> Iterator[Record]:
    with file.open() as stream:
        for chunk in chunks(stream):
            read = Reading(chunk)
            for records in native_records(chunk):
                read.add(records.numbers)
                for record in records:
                    event = _event(file, record)
                    if event is None:
                        read.fail(record.number)
                    else:
                        yield event
            read.tell(losses)


def _parse_wanted(
    file: EvidenceFile, losses: Losses, selection: EventSelection
) -> Iterator[Record | Counted]:
    with file.open() as stream:
        for batch in batches(stream):
            yield from _sorted(file, batch, selection)
            batch.tell(losses)
            if selection.full():
                yield from selection.counted()


def _sorted(
    file: EvidenceFile, batch: RecordBatch, selection: EventSelection
) -> Iterator[Event | Counted]:
    """The wanted records as events; the others are counted."""
    kinds, times = read_heads(batch.texts)
    events = Batch(kinds, batch.texts, times, batch.timestamps.__getitem__)
    for step in selection.sort(events):
        if isinstance(step, Counted):
            yield step
            continue
        event = _event(file, batch.record(step))
        if event is None:
            batch.fail(step)
        else:
            selection.tell(event.source, event.host)
            yield event


def _event(file: EvidenceFile, record: NativeRecord) -> Event | None:
    """One record as an event; None if its content is no event."""
    try:
        root = msgspec.json.decode(record.text)
        parsed = from_sections(root["Event"])
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if parsed is None:
        return None
    if parsed.time is None:
        written = from_text(record.timestamp)
        parsed = replace(parsed, time=to_utc(written) if written else None)
    return as_event(parsed, Citation(file.evidence, file.path, record_id=record.number))
