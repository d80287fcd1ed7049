"""Windows event log files (`.evtx`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import islice
from typing import Any

import msgspec

from alpheus.evidence.base import EvidenceFile
from alpheus.model import Citation, Event
from alpheus.parsers.base import Counted, ReadOptions, Wanted
from alpheus.parsers.event_fields import as_event
from alpheus.parsers.event_heads import Head, event_id_of, read_heads
from alpheus.parsers.event_sections import from_sections
from alpheus.parsers.event_selection import EventSelection, Group
from alpheus.parsers.event_time import from_text, to_utc
from alpheus.parsers.evtx_chunks import (
    CHUNK_MAGIC,
    FILE_HEADER_SIZE,
    FILE_MAGIC,
    Chunk,
    chunks,
    file_header,
)
from alpheus.parsers.losses import Losses, Record, with_losses

_STEPS_MAXIMUM = 10_000
"""More than a chunk can hold records: beyond it the native reader no longer advances."""
_BATCH = 256
"""Records that are taken together; a chunk of small ones holds thousands."""


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
    header = file_header()
    with file.open() as stream:
        for chunk in chunks(stream):
            seen: set[int] = set()
            for record in _records(header, chunk):
                event = _event(file, record)
                if event is not None:
                    seen.add(int(record["event_record_id"]))
                    yield event
            _count_lost(chunk, seen, losses)


def _parse_wanted(
    file: EvidenceFile, losses: Losses, selection: EventSelection
) -> Iterator[Record | Counted]:
    header = file_header()
    with file.open() as stream:
        for chunk in chunks(stream):
            seen: set[int] = set()
            for batch in _batches(header, chunk):
                yield from _sorted(file, batch, seen, selection)
            _count_lost(chunk, seen, losses)
            if selection.full():
                yield from selection.counted()


def _count_lost(chunk: Chunk, seen: set[int], losses: Losses) -> None:
    lost = [number for number in chunk.numbers if number not in seen]
    if chunk.damage is not None:
        losses.add(chunk.damage, chunk.offset, max(len(lost), 1))
    elif lost:
        starts = {place.number: place.start for place in chunk.records}
        losses.add(
            "record that could not be read", chunk.offset + starts.get(lost[0], 0), len(lost)
        )


def _sorted(
    file: EvidenceFile,
    batch: list[dict[str, Any]],
    seen: set[int],
    selection: EventSelection,
) -> Iterator[Event | Counted]:
    """The wanted records as events; the others are counted."""
    texts = [record["data"] for record in batch]
    heads = read_heads(texts)
    groups = [None if head is None else _group(head, selection) for head in heads]
    found = selection.found(groups, texts)
    counted: dict[Group, None] = {}
    for place, group in enumerate(groups):
        if group is not None and place not in found:
            wanted = group.wanted
            if wanted is False or (wanted is not True and not wanted.late(texts[place])):
                if group not in counted:
                    counted[group] = None
                    fresh = selection.tell(group.source, group.host)
                    if fresh is not None:
                        yield fresh
                group.unwanted.append(place)
                continue
        event = _event(file, batch[place])
        if event is not None:
            seen.add(int(batch[place]["event_record_id"]))
            selection.tell(event.source, event.host)
            yield event
    for group in counted:
        _count(group, batch, heads, seen, selection)


def _group(head: Head, selection: EventSelection) -> Group:
    provider = head.provider.attributes.name
    return selection.group(provider, head.channel, event_id_of(head), head.computer)


def _count(
    group: Group,
    batch: list[dict[str, Any]],
    heads: list[Head | None],
    seen: set[int],
    selection: EventSelection,
) -> None:
    places, group.unwanted = group.unwanted, []
    times = [head.created.attributes.time for place in places if (head := heads[place])]
    selection.count(group, times, [str(batch[place].get("timestamp", "")) for place in places])
    seen.update(int(batch[place]["event_record_id"]) for place in places)


def _records(header: bytes, chunk: Chunk) -> Iterator[dict[str, Any]]:
    """The records of one chunk."""
    for batch in _batches(header, chunk):
        yield from batch


def _batches(header: bytes, chunk: Chunk) -> Iterator[list[dict[str, Any]]]:
    """The records of one chunk, some at a time: a hostile chunk expands to more than memory.

    A bad record raises out of the native iterator, which can go on.
    """
    from evtx import PyEvtxParser  # noqa: PLC0415 - native code, loaded only where it is used

    if not chunk.records:
        return
    records: Iterator[dict[str, Any] | None] | None = None
    for _ in range(_STEPS_MAXIMUM):
        batch: list[dict[str, Any] | None] = []
        ended = False
        try:
            if records is None:
                content = BytesIO(header + chunk.data)
                records = iter(PyEvtxParser(content, number_of_threads=1).records_json())
            batch.extend(islice(records, _BATCH))  # keeps what came before an error
            ended = len(batch) < _BATCH
        except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
            raise
        except BaseException:  # noqa: S110 - a panic of native code is no Exception; the caller counts
            pass
        yield [record for record in batch if isinstance(record, dict)]
        if ended:
            return


def _event(file: EvidenceFile, record: dict[str, Any]) -> Event | None:
    """One record as an event; None if its content is no event."""
    try:
        root = msgspec.json.decode(record["data"])
        parsed = from_sections(root["Event"])
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if parsed is None:
        return None
    if parsed.time is None:
        written = from_text(str(record.get("timestamp", "")))
        parsed = replace(parsed, time=to_utc(written) if written else None)
    number = int(record["event_record_id"])
    return as_event(parsed, Citation(file.evidence, file.path, record_id=number))
