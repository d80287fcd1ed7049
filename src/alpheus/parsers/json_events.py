"""Windows events as JSON: objects on lines, in an array, or pretty-printed; see `json_dialects`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import tzinfo

import msgspec

from alpheus.evidence.base import EvidenceFile
from alpheus.model import Citation, Event
from alpheus.parsers.base import Counted, ReadOptions, Wanted
from alpheus.parsers.encoding import (
    HEAD_SIZE,
    Encoding,
    decode_head,
    decode_line,
    detect,
    utf8_stream,
)
from alpheus.parsers.event_fields import TEXT_LIMIT, WindowsEvent, as_event
from alpheus.parsers.event_selection import Batch, EventSelection
from alpheus.parsers.evtx_chunks import read_fully
from alpheus.parsers.json_dialects import read_event
from alpheus.parsers.json_heads import HeadReader
from alpheus.parsers.json_objects import (
    JsonBatch,
    JsonText,
    lines_together,
    objects_by_braces,
    objects_on_lines,
    objects_together,
    trimmed,
)
from alpheus.parsers.losses import Losses, Record, with_losses

_MARKS = re.compile(r'"(?:EventID|event_id|winlog|EventRecordID)"|"Event"\s*:\s*\{\s*"')
_START = re.compile(r"[\ufeff\s]*(?:Record \d+\s+)?[\[{]")
"""An object or an array; `evtx_dump` announces each object by its number."""
_BROKEN = "line or object that is not valid JSON"
_FOREIGN = "JSON object that is no Windows event"


class JsonEvents:
    """Reads Windows events from JSON in UTF-8 or UTF-16; the citation is the line of a record."""

    source = "windows-event"

    def recognise(self, head: bytes, path: str) -> bool:  # noqa: ARG002 - content decides
        """An object or array whose beginning holds a name that only event records use."""
        text = decode_head(head)
        return _START.match(text) is not None and _MARKS.search(text) is not None

    def parse(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Record]:
        """Every event, then the losses; `options.timezone` is the zone of times without one."""
        losses = Losses(file)
        return with_losses(file, losses, _parse(file, options.timezone, losses))

    def parse_wanted(
        self, file: EvidenceFile, options: ReadOptions, wanted: Wanted
    ) -> Iterator[Record | Counted]:
        """Every event, in full only where wanted, then the losses."""
        losses, selection = Losses(file), EventSelection(wanted)
        events = _parse_wanted(file, options.timezone, losses, selection)
        yield from with_losses(file, losses, events)
        yield from selection.counted()


class _Reading:
    """Reads the events of one file in full, and counts what is none."""

    def __init__(
        self, file: EvidenceFile, timezone: tzinfo | None, losses: Losses, *, exact: bool
    ) -> None:
        self._file = file
        self._timezone = timezone
        self._losses = losses
        self._exact = exact

    def event(self, text: JsonText) -> Event | None:
        """The event in a text; what is none is a loss."""
        event = text.loss or _read(text.content, self._timezone)
        if isinstance(event, str):
            self._losses.add(event, text.offset if self._exact else None)
            return None
        quoted = decode_line(text.content[: 4 * TEXT_LIMIT])[:TEXT_LIMIT]
        citation = Citation(self._file.evidence, self._file.path, line=text.line, text=quoted)
        return as_event(event, citation)


def _parse(file: EvidenceFile, timezone: tzinfo | None, losses: Losses) -> Iterator[Record]:
    with file.open() as raw:
        head = read_fully(raw, HEAD_SIZE)
        split = objects_on_lines if _on_lines(head) else objects_by_braces
        reading = _Reading(file, timezone, losses, exact=_exact(head))
        for text in split(utf8_stream(raw, head)):
            event = reading.event(text)
            if event is not None:
                yield event


def _parse_wanted(
    file: EvidenceFile, timezone: tzinfo | None, losses: Losses, selection: EventSelection
) -> Iterator[Record | Counted]:
    with file.open() as raw:
        head = read_fully(raw, HEAD_SIZE)
        split = lines_together if _on_lines(head) else objects_together
        reading = _Reading(file, timezone, losses, exact=_exact(head))
        heads = HeadReader(timezone)
        for batch in split(utf8_stream(raw, head)):
            yield from _sorted(batch, heads, reading, selection)
            if batch.loss is not None:
                reading.event(batch.loss)
            if selection.full():
                yield from selection.counted()


def _sorted(
    batch: JsonBatch, reader: HeadReader, reading: _Reading, selection: EventSelection
) -> Iterator[Event | Counted]:
    """The wanted records as events; the others are counted."""
    texts = [_strictly(content) for content in batch.contents]
    heads = reader.read(batch.contents, texts)
    events = Batch(
        [kind for kind, _ in heads], [text or "" for text in texts], [time for _, time in heads]
    )
    for step in selection.sort(events):
        if isinstance(step, Counted):
            yield step
            continue
        event = reading.event(batch.text(step))
        if event is not None:
            selection.tell(event.source, event.host)
            yield event


def _strictly(content: bytes) -> str | None:
    """A text in UTF-8; None if it is not in that encoding."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _exact(head: bytes) -> bool:
    """Whether offsets are those of the file."""
    return detect(head)[0] is Encoding.UTF_8


def _on_lines(head: bytes) -> bool:
    """Whether the beginning holds a line that is one whole event."""
    for line in decode_head(head).encode("utf-8", "surrogatepass").split(b"\n"):
        content = trimmed(line.removeprefix(b"\xef\xbb\xbf"))
        if content.startswith(b"{") and not isinstance(_read(content, None), str):
            return True
    return False


def _leniently(content: bytes) -> object:
    """What strict JSON refuses and writers write all the same: lone surrogates, NaN; else None."""
    try:
        found: object = json.loads(decode_line(content), strict=False)
    except (ValueError, RecursionError):
        return None
    return found


def _read(content: bytes, timezone: tzinfo | None) -> WindowsEvent | str:
    """The event in a text, or why there is none."""
    try:
        record = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        try:
            record = msgspec.json.decode(decode_line(content))
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            record = _leniently(content)
    if record is None:
        return _BROKEN
    event = read_event(record, timezone) if isinstance(record, dict) else None
    return _FOREIGN if event is None else event
