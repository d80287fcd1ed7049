"""Windows events in JSON files of any layout and encoding."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import Event, Skipped
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.json_events import JsonEvents
from evidence_file import FileOnDisk

_RECORD = {
    "EventID": 1,
    "SourceName": "Microsoft-Windows-Sysmon",
    "Hostname": "EX01",
    "EventTime": "2021-03-03 06:59:20",
    "CommandLine": "cmd é 雪",
}
_FOUR = [{**_RECORD, "RecordNumber": number} for number in range(4)]


def _read(content: bytes, folder: Path) -> tuple[list[Event], list[Skipped]]:
    path = folder / "events.json"
    path.write_bytes(content)
    records = list(JsonEvents().parse(FileOnDisk(path), ReadOptions(timezone=UTC)))
    events = [record for record in records if isinstance(record, Event)]
    return events, [record for record in records if isinstance(record, Skipped)]


_LAYOUTS = {
    "lines": "\n".join(json.dumps(record, ensure_ascii=False) for record in _FOUR),
    "array on lines": "[" + ",\n".join(json.dumps(record) for record in _FOUR) + "]\r\n",
    "array": json.dumps(_FOUR),
    "pretty array": json.dumps(_FOUR, indent=2, ensure_ascii=False),
    "evtx_dump": "\n".join(
        f"Record {number}\n{json.dumps(record, indent=2)}" for number, record in enumerate(_FOUR)
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("layout", _LAYOUTS)
def test_every_layout_and_encoding(tmp_path: Path, layout: str, encoding: str) -> None:
    """The same four events, without loss."""
    content = _LAYOUTS[layout].encode(encoding)
    assert JsonEvents().recognise(content[:65536], "x.txt")
    events, losses = _read(content, tmp_path)
    assert losses == []
    assert [event.fields["EventRecordID"] for event in events] == ["0", "1", "2", "3"]
    assert {event.fields["CommandLine"] for event in events} == {"cmd é 雪"}
    assert {event.source for event in events} == {"sysmon"}


def test_broken_lines_are_counted_with_the_place_of_the_first(tmp_path: Path) -> None:
    """Lines around them are read, with their true numbers; the citation is the line as found."""
    good = json.dumps(_RECORD)
    content = f'{good}\n{{"EventID": 1,\n{good[:-9]}\n{{"a": 1}}\n{good}'.encode()
    events, losses = _read(content, tmp_path)
    assert [event.citation.line for event in events] == [1, 5]
    assert events[0].citation.text == good
    assert [(loss.reason, loss.offset, loss.count) for loss in losses] == [
        ("line or object that is not valid JSON", len(good) + 1, 2),
        ("JSON object that is no Windows event", content.index(b'{"a"'), 1),
    ]


def test_a_line_in_cp1252_is_read(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are taken for Windows'."""
    line = json.dumps(_RECORD) + "\n" + json.dumps({**_RECORD, "User": "né"}, ensure_ascii=False)
    events, losses = _read(line.replace("雪", "").encode("cp1252"), tmp_path)
    assert losses == []
    assert events[1].fields["User"] == "né"


@pytest.mark.parametrize(
    "head",
    [b"", b"{}", b'{"name": "x"}', b"EventID", b"<Event>", b'function(){"EventID"}', b"\x00" * 64],
)
def test_other_files_are_not_recognised(head: bytes) -> None:
    """Neither by their name nor by a word."""
    assert not JsonEvents().recognise(head, "Security.json")


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.binary(min_size=1, max_size=2)), max_size=5),
    st.integers(0, 600),
)
def test_no_damage_raises(tmp_path: Path, changes: list[tuple[int, bytes]], length: int) -> None:
    """Truncated and altered files give events and losses."""
    content = bytearray(_LAYOUTS["lines"].encode())
    for place, value in changes:
        content[place : place + len(value)] = value
    events, losses = _read(bytes(content[:length]), tmp_path)
    assert all(event.source for event in events)
    assert all(loss.count > 0 for loss in losses)


def test_deeply_nested_json_is_a_loss(tmp_path: Path) -> None:
    """It exhausts no stack."""
    hostile = '{"EventID":' * 100_000 + "}" * 100_000
    events, losses = _read(f"{json.dumps(_RECORD)}\n{hostile}".encode(), tmp_path)
    assert len(events) == 1
    assert sum(loss.count for loss in losses) == 1
