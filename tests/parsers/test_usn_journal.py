"""A change journal gives one event per record with a relevant name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import Event, Skipped
from alpheus.parsers import usn_journal
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.usn_journal import UsnJournal
from evidence_file import FileOnDisk
from ntfs_records import reference, usn_record

_TIME = datetime(2021, 3, 3, 7, 0, tzinfo=UTC)
_CREATE = 0x00000100
_NAMES = st.text(st.characters(codec="utf-16-le", exclude_characters="\x00"), max_size=60)


def _read(content: bytes, folder: Path) -> tuple[list[Event], list[Skipped]]:
    path = folder / "$J"
    path.write_bytes(content)
    records = list(UsnJournal().parse(FileOnDisk(path), ReadOptions()))
    events = [record for record in records if isinstance(record, Event)]
    return events, [record for record in records if isinstance(record, Skipped)]


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(_NAMES, st.sampled_from([2, 3]), st.integers(0, 3), st.integers(0, 10**9)),
        max_size=20,
    ),
    st.sampled_from([1 << 10, 1 << 12, 1 << 20]),
)
def test_what_was_written_is_read(
    tmp_path: Path, rows: list[tuple[str, int, int, int]], block: int
) -> None:
    """Both versions, with holes between records, at any size of a block."""
    content = bytes(4096)
    written = []
    for stem, version, hole, seconds in rows:
        name, time = f"{stem}.aspx", _TIME + timedelta(seconds=seconds)
        written.append((name, time, len(content)))
        content += usn_record(name, _CREATE, time, version=version) + bytes(hole * 1024)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(usn_journal, "_BLOCK", block)
        patch.setattr(usn_journal, "_ZEROS", bytes(block))
        events, losses = _read(content, tmp_path)
    assert losses == []
    found = [
        (event.fields["TargetFilename"], event.time, event.citation.offset) for event in events
    ]
    assert found == written


def test_actions_and_references(tmp_path: Path) -> None:
    """Reasons by name, references as entry and sequence; other names are left out."""
    reason = 0x00002000 | 0x80000000
    own, parent = reference(77, 3), reference(40, 2)
    content = usn_record("x.zip", reason, _TIME, file=own, parent=parent, usn=9)
    events, losses = _read(content + usn_record("notes.txt", reason, _TIME), tmp_path)
    assert losses == []
    (event,) = events
    assert event.source == "usnjrnl"
    assert event.fields == {
        "TargetFilename": "x.zip",
        "Action": "RENAME_NEW_NAME|CLOSE",
        "FileReference": "77-3",
        "ParentReference": "40-2",
    }
    assert event.host is None
    assert event.citation.text == "USN 9 RENAME_NEW_NAME|CLOSE x.zip parent 40-2"


def test_a_sparse_journal_is_passed_quickly_and_without_loss(tmp_path: Path) -> None:
    """64 MiB of hole before the first record."""
    hole = 64 << 20
    path = tmp_path / "$J"
    with path.open("wb") as stream:
        stream.seek(hole)
        stream.write(usn_record("a.aspx", _CREATE, _TIME))
    (event,) = UsnJournal().parse(FileOnDisk(path), ReadOptions())
    assert isinstance(event, Event)
    assert event.citation.offset == hole


def test_a_corrupt_record_costs_itself(tmp_path: Path) -> None:
    """Reading goes on at the next record that can be true; the loss has its offset."""
    record = usn_record("a.aspx", _CREATE, _TIME)
    broken = record[:4] + b"\xff\xff\xff\xff" + record[8:]
    events, losses = _read(record + broken + record + record[:40], tmp_path)
    assert len(events) == 2
    assert [(loss.offset, loss.count) for loss in losses] == [(len(record), 2)]


def test_a_journal_of_whole_blocks_is_read_to_its_end(tmp_path: Path) -> None:
    """Its last record stands at the very end of a block."""
    record = usn_record("a.aspx", _CREATE, _TIME)
    events, losses = _read(bytes((1 << 20) - len(record)) + record, tmp_path)
    assert (len(events), losses) == (1, [])


def test_records_without_names_are_no_loss(tmp_path: Path) -> None:
    """Version 4 tells ranges of bytes."""
    ranges = (80).to_bytes(4, "little") + (4).to_bytes(2, "little") + bytes(74)
    events, losses = _read(ranges + usn_record("a.aspx", _CREATE, _TIME), tmp_path)
    assert (len(events), losses) == (1, [])


@pytest.mark.parametrize(
    ("path", "recognised"),
    [
        ("C/$Extend/$UsnJrnl%3A$J", True),
        ("C/$Extend/$UsnJrnl:$J", True),
        ("C/$Extend/$J", True),
        ("C/$Extend/$UsnJrnl_$J", True),
        ("swap.bin", False),
        ("C/x$J.txt", False),
    ],
)
def test_a_hole_at_the_beginning_is_told_by_the_name(path: str, recognised: bool) -> None:
    """Zeros say nothing; a first record says all."""
    assert UsnJournal().recognise(bytes(65536), path) is recognised
    head = bytes(512) + usn_record("a.txt", 1, _TIME)
    assert UsnJournal().recognise(head, "swap.bin")
    assert not UsnJournal().recognise(b"MZ" + bytes(100), "$J")
    assert not UsnJournal().recognise(b"", "$J")


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.integers(0, 799), st.integers(0, 255)), max_size=15), st.integers(0, 800)
)
def test_no_damage_raises(tmp_path: Path, changes: list[tuple[int, int]], length: int) -> None:
    """Altered and cut journals give events and losses."""
    content = bytearray(usn_record("abc.aspx", _CREATE, _TIME) * 10)
    for place, value in changes:
        content[place] = value
    _read(bytes(content[:length]), tmp_path)
