"""Writes small event log files for tests: binary XML without templates, one chunk after another."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

Element = tuple[str, dict[str, str], "list[Element] | str"]
_FRAGMENT = b"\x0f\x01\x01\x00"


def _utf16(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def _name(text: str, position: int) -> bytes:
    """A name that stands where it is first used: its place, then the name itself."""
    return struct.pack("<IIH", position + 4, 0, 0) + _utf16(text) + b"\x00\x00"


def _element(element: Element, position: int) -> bytes:
    tag, attributes, content = element
    name = _name(tag, position + 5)
    body = b""
    start = position + 5 + len(name)
    if attributes:
        listed = b""
        for index, (key, value) in enumerate(attributes.items()):
            token = b"\x46" if index < len(attributes) - 1 else b"\x06"
            at = start + 4 + len(listed) + 1
            listed += token + _name(key, at) + b"\x05\x01" + _utf16(value)
        body += struct.pack("<I", len(listed)) + listed
    if isinstance(content, str):
        body += b"\x02" + (b"\x05\x01" + _utf16(content) if content else b"") + b"\x04"
    else:
        body += b"\x02"
        for child in content:
            body += _element(child, start + len(body))
        body += b"\x04"
    token = b"\x41" if attributes else b"\x01"
    return token + struct.pack("<I", len(name) + len(body)) + name + body


def event(
    number: int,
    *,
    provider: str = "Test-Provider",
    channel: str = "Application",
    event_id: str = "1",
    time: str = "2021-03-03T06:59:20.123456Z",
    computer: str = "ex01.example.test",
    data: Sequence[tuple[str | None, str]] = (),
) -> Element:
    """An event as elements; `data` are names (None for none) and values of EventData."""
    system: list[Element] = [
        ("Provider", {"Name": provider}, ""),
        ("EventID", {}, event_id),
        ("Level", {}, "4"),
        ("TimeCreated", {"SystemTime": time}, ""),
        ("EventRecordID", {}, str(number)),
        ("Channel", {}, channel),
        ("Computer", {}, computer),
    ]
    values: list[Element] = [
        ("Data", {} if name is None else {"Name": name}, value) for name, value in data
    ]
    return ("Event", {}, [("System", {}, system), ("EventData", {}, values)])


def chunk(events: Sequence[Element], first: int = 1) -> bytes:
    """A chunk of 64 KiB; records are numbered from `first`."""
    body = b""
    last_place = 512
    for number, content in enumerate(events, first):
        last_place = 512 + len(body)
        xml = _FRAGMENT + _element(content, last_place + 24 + len(_FRAGMENT)) + b"\x00"
        size = (24 + len(xml) + 4 + 7) & ~7
        head = struct.pack("<4sIQQ", b"**\x00\x00", size, number, 132_590_159_600_000_000)
        body += (head + xml).ljust(size - 4, b"\x00") + struct.pack("<I", size)
    last = first + len(events) - 1
    header = struct.pack(
        "<8sQQQQIIII", b"ElfChnk\x00", first, last, first, last, 128, last_place,
        512 + len(body), zlib.crc32(body),
    )  # fmt: skip
    content = header.ljust(512, b"\x00") + body
    assert len(content) <= 65536
    return content.ljust(65536, b"\x00")


def log(chunks: Sequence[bytes], *, dirty: bool = False) -> bytes:
    """A whole file."""
    header = struct.pack(
        "<8sQQQIHHHH76xI", b"ElfFile\x00", 0, max(len(chunks) - 1, 0), 1, 128, 1, 3, 4096,
        len(chunks), int(dirty),
    )  # fmt: skip
    return (header + struct.pack("<I", zlib.crc32(header[:120]))).ljust(4096, b"\x00") + b"".join(
        chunks
    )
