"""Windows events as XML text, one after another, whatever stands between them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import Event, Skipped
from alpheus.parsers import xml_events
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.xml_events import XmlEvents
from evidence_file import FileOnDisk

_EVENT = (
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">\n<System>'
    '<Provider Name="Microsoft-Windows-Sysmon"/><EventID Qualifiers="0">1</EventID>'
    "<Level>4</Level>"
    '<TimeCreated SystemTime="2021-03-03T06:59:20.5Z"/><EventRecordID>{0}</EventRecordID>'
    "<Channel>Forwarded</Channel><Computer>EX01</Computer><Security/></System><EventData>"
    '<Data Name="CommandLine">a &amp; b é</Data><Data Name="Empty"/></EventData></Event>'
)


def _read(content: bytes, folder: Path) -> tuple[list[Event], list[Skipped]]:
    path = folder / "events.xml"
    path.write_bytes(content)
    records = list(XmlEvents().parse(FileOnDisk(path), ReadOptions()))
    events = [record for record in records if isinstance(record, Event)]
    return events, [record for record in records if isinstance(record, Skipped)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("layout", ["{}", '<?xml version="1.0"?>\n<Events>{}</Events>'])
def test_every_event_of_an_export(tmp_path: Path, encoding: str, layout: str) -> None:
    """Event Viewer's export and bare events, in any encoding."""
    text = layout.format("\n".join(_EVENT.format(number) for number in range(3)))
    content = text.encode(encoding)
    assert XmlEvents().recognise(content, "x")
    events, losses = _read(content, tmp_path)
    assert losses == []
    assert [event.fields["EventRecordID"] for event in events] == ["0", "1", "2"]
    assert events[0].source == "sysmon"
    assert events[0].fields["CommandLine"] == "a & b é"
    assert "Empty" not in events[0].fields
    assert events[1].citation.line == events[0].citation.line + 2  # type: ignore[operator] # XML has lines


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    """A declaration never reaches the parser; an entity in a record makes it a loss."""
    hostile = (
        '<?xml version="1.0"?><!DOCTYPE Events [<!ENTITY a "' + "x" * 1000 + '">'
        '<!ENTITY b SYSTEM "file:///etc/hostname">]><Events>'
        + _EVENT.format("1").replace("a &amp; b", "&a;")
        + _EVENT.format("2").replace("a &amp; b", "&b;")
        + _EVENT.format("3")
        + "</Events>"
    )
    events, losses = _read(hostile.encode(), tmp_path)
    assert [event.fields["EventRecordID"] for event in events] == ["3"]
    assert [(loss.reason, loss.count) for loss in losses] == [("event that is not valid XML", 2)]


def test_a_broken_event_does_not_hide_its_neighbours(tmp_path: Path) -> None:
    """One without an end, one that is no XML, one that is cut off."""
    good = _EVENT.format("1")
    content = f"<Event><System>{good}<Event><a></b></Event>{good}{good[:200]}".encode()
    events, losses = _read(content, tmp_path)
    assert len(events) == 2
    assert sorted(loss.count for loss in losses) == [1, 2]


def test_an_endless_event_costs_no_memory(tmp_path: Path) -> None:
    """Beyond the bound it is a loss, and reading goes on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_events, "_BLOCK", 1000)
        patch.setattr(xml_events, "_EVENT_LIMIT", 10_000)
        content = f"<Event><System>{'x' * 50_000}\n{_EVENT.format('7')}".encode()
        events, losses = _read(content, tmp_path)
    assert [event.fields["EventRecordID"] for event in events] == ["7"]
    assert [loss.offset for loss in losses] == [0]


def test_deep_nesting_is_a_loss(tmp_path: Path) -> None:
    """It exhausts no stack."""
    events, losses = _read(b"<Event>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</Event>", tmp_path)
    assert (events, len(losses)) == ([], 1)


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 600), st.binary(min_size=1, max_size=3)), max_size=6))
def test_no_damage_raises(tmp_path: Path, changes: list[tuple[int, bytes]]) -> None:
    """Altered text gives events and losses."""
    content = bytearray(_EVENT.format("1").encode() * 2)
    for place, value in changes:
        content[place : place + len(value)] = value
    _read(bytes(content), tmp_path)


@pytest.mark.parametrize("head", [b"", b"<html>", b"<EventX>", b"<?xml?><Events/>", b"Event"])
def test_other_files_are_not_recognised(head: bytes) -> None:
    """Other XML is left to others."""
    assert not XmlEvents().recognise(head, "events.xml")
