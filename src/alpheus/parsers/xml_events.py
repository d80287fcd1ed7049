"""Windows events as XML text: IIS logging as ETW, `wevtutil` and Event Viewer exports.

Only what stands between `<Event` and `</Event>` is given to the XML parser, so that no declaration
of an entity can reach it; an entity that is not one of XML's own five is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from xml.parsers import expat

from alpheus.evidence.base import EvidenceFile
from alpheus.model import Citation
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.encoding import HEAD_SIZE, decode_head, decode_line, utf8_stream
from alpheus.parsers.event_fields import TEXT_LIMIT, WindowsEvent, as_event
from alpheus.parsers.event_sections import from_sections
from alpheus.parsers.evtx_chunks import read_fully
from alpheus.parsers.losses import Losses, Record, with_losses

_BLOCK = 1 << 20
_EVENT_LIMIT = 4 << 20
_DEPTH_LIMIT = 32
_RECOGNISED = re.compile(r"[\ufeff\s]*<(?:\?xml|Events?[\s>])")
_BEGIN = re.compile(rb"<Event(?=[\s>])")
_END = b"</Event>"
_BROKEN = "event that is not valid XML"
_UNFINISHED = "event that does not end"


class XmlEvents:
    """Reads `<Event>` elements, one after another; the citation is the line of a record."""

    source = "windows-event"

    def recognise(self, head: bytes, path: str) -> bool:  # noqa: ARG002 - content decides
        """XML whose beginning holds an event with a `System` section."""
        text = decode_head(head)
        return (
            _RECOGNISED.match(text) is not None
            and _BEGIN.search(head.replace(b"\x00", b"")) is not None
            and "<System>" in text
        )

    def parse(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Record]:  # noqa: ARG002 - times are UTC
        """Every event, then the losses; offsets are in bytes of UTF-8."""
        losses = Losses(file)
        return with_losses(file, losses, _parse(file, losses))


@dataclass(frozen=True, slots=True)
class _Text:
    line: int
    offset: int
    content: bytes


def _parse(file: EvidenceFile, losses: Losses) -> Iterator[Record]:
    with file.open() as raw:
        stream = utf8_stream(raw, read_fully(raw, HEAD_SIZE))
        for text in _texts(stream, losses):
            event = _read(text.content)
            if event is None:
                losses.add(_BROKEN, text.offset)
                continue
            quoted = " ".join(decode_line(text.content[: 4 * TEXT_LIMIT]).split())[:TEXT_LIMIT]
            yield as_event(event, Citation(file.evidence, file.path, line=text.line, text=quoted))


def _texts(stream: BinaryIO, losses: Losses) -> Iterator[_Text]:
    """The text of every event; what is longer than 4 MiB or does not end is a loss."""
    buffer = bytearray()
    line, offset = 1, 0
    while block := stream.read(_BLOCK):
        buffer += block
        place = 0
        while (begin := _BEGIN.search(buffer, place)) is not None:
            end = buffer.find(_END, begin.start())
            if end < 0:
                break
            inner = _last_begin(buffer, begin.start(), end)
            if inner > begin.start():
                losses.add(_UNFINISHED, offset + begin.start())
            end += len(_END)
            at_line = line + buffer.count(b"\n", 0, inner)
            yield _Text(at_line, offset + inner, bytes(buffer[inner:end]))
            place = end
        keep = begin.start() if begin is not None else max(place, len(buffer) - len(_END))
        if len(buffer) - keep > _EVENT_LIMIT:
            losses.add(_UNFINISHED, offset + keep)
            keep = len(buffer) - len(_END)
        line, offset = line + buffer.count(b"\n", 0, keep), offset + keep
        del buffer[:keep]
    if _BEGIN.search(buffer) is not None:
        losses.add(_UNFINISHED, offset)


def _last_begin(buffer: bytearray, begin: int, end: int) -> int:
    """Where the event that ends at `end` begins: a start tag before it never ended."""
    for found in _BEGIN.finditer(buffer, begin, end):
        begin = found.start()
    return begin


class _Tree:
    """Builds nested dictionaries with `#attributes` and `#text`, as JSON dialects have them."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._stack: list[dict[str, Any]] = [self.root]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) > _DEPTH_LIMIT:
            raise ValueError("elements nested too deeply")
        element: dict[str, Any] = {"#text": ""}
        if attributes:
            element["#attributes"] = attributes
        parent = self._stack[-1]
        name = name.rpartition(":")[2]
        known = parent.get(name)
        if known is None:
            parent[name] = element
        elif isinstance(known, list):
            known.append(element)
        else:
            parent[name] = [known, element]
        self._stack.append(element)

    def end(self, _name: str) -> None:
        element = self._stack.pop()
        if not element["#text"].strip() and len(element) > 1 + ("#attributes" in element):
            del element["#text"]

    def text(self, data: str) -> None:
        self._stack[-1]["#text"] = self._stack[-1].get("#text", "") + data


def _read(content: bytes) -> WindowsEvent | None:
    tree = _Tree()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    try:
        parser.Parse(decode_line(content).encode("utf-8", "replace"), True)  # noqa: FBT003 - no name for it
    except (expat.ExpatError, ValueError):
        return None
    event = tree.root.get("Event")
    return from_sections(event) if isinstance(event, dict) else None
