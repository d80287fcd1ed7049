"""Windows events as JSON: objects on lines, in an array, or pretty-printed; see `json_dialects`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import tzinfo

import msgspec

from alpheus.evidence.base import EvidenceFile
from alpheus.model import Citation
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.encoding import (
    HEAD_SIZE,
    Encoding,
    decode_head,
    decode_line,
    detect,
    utf8_stream,
)
from alpheus.parsers.event_fields import TEXT_LIMIT, WindowsEvent, as_event
from alpheus.parsers.evtx_chunks import read_fully
from alpheus.parsers.json_dialects import read_event
from alpheus.parsers.json_objects import JsonText, objects_by_braces, objects_on_lines, trimmed
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


def _parse(file: EvidenceFile, timezone: tzinfo | None, losses: Losses) -> Iterator[Record]:
    with file.open() as raw:
        head = read_fully(raw, HEAD_SIZE)
        stream = utf8_stream(raw, head)
        split = objects_on_lines if _on_lines(head) else objects_by_braces
        exact = detect(head)[0] is Encoding.UTF_8
        for text in split(stream):
            offset = text.offset if exact else None
            if text.loss is not None:
                losses.add(text.loss, offset)
                continue
            event = _read(text, timezone)
            if isinstance(event, str):
                losses.add(event, offset)
            else:
                quoted = decode_line(text.content[: 4 * TEXT_LIMIT])[:TEXT_LIMIT]
                yield as_event(
                    event, Citation(file.evidence, file.path, line=text.line, text=quoted)
                )


def _on_lines(head: bytes) -> bool:
    """Whether the beginning holds a line that is one whole event."""
    for line in decode_head(head).encode("utf-8", "surrogatepass").split(b"\n"):
        content = trimmed(line.removeprefix(b"\xef\xbb\xbf"))
        if content.startswith(b"{") and not isinstance(_read(JsonText(1, 0, content), None), str):
            return True
    return False


def _leniently(content: bytes) -> object:
    """What strict JSON refuses and writers write all the same: lone surrogates, NaN; else None."""
    try:
        found: object = json.loads(decode_line(content), strict=False)
    except (ValueError, RecursionError):
        return None
    return found


def _read(text: JsonText, timezone: tzinfo | None) -> WindowsEvent | str:
    """The event in a text, or why there is none."""
    try:
        record = msgspec.json.decode(text.content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        try:
            record = msgspec.json.decode(decode_line(text.content))
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            record = _leniently(text.content)
    if record is None:
        return _BROKEN
    event = read_event(record, timezone) if isinstance(record, dict) else None
    return _FOREIGN if event is None else event
