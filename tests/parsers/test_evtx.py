"""Event log files are read to the last record that can be read, and what cannot is counted."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import BuildWitness, Event, Skipped, TimeBasis
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.evtx import EventLogFile
from evidence_file import FileOnDisk
from evtx_writer import chunk, event, log
from samples import SAMPLES, real

_DAMAGED = {
    "sample-with-zero-data-size-event.evtx": (449, 1),
    "sample_with_a_bad_chunk_magic.evtx": (298, 251),
    "sysmon.evtx": (358, 8),
}
"""Events that are read, and losses, in the public samples that are damaged."""

_LOG = log([chunk([event(n, data=[("x", str(n))]) for n in range(1, 8)])] * 2)


def _read(path: Path) -> tuple[list[Event], list[Skipped]]:
    records: list[Event | Skipped | BuildWitness] = list(
        EventLogFile().parse(FileOnDisk(path), ReadOptions())
    )
    events = [record for record in records if isinstance(record, Event)]
    return events, [record for record in records if isinstance(record, Skipped)]


def _read_bytes(content: bytes, folder: Path) -> tuple[list[Event], list[Skipped]]:
    path = folder / "a.evtx"
    path.write_bytes(content)
    return _read(path)


def test_recognised_by_content_alone() -> None:
    """By the file's magic, or the first chunk's where the header was overwritten."""
    parser = EventLogFile()
    assert parser.recognise(_LOG[:65536], "x.bin")
    assert parser.recognise(bytes(4096) + _LOG[4096:65536], "x.bin")
    assert not parser.recognise(b"x" * 65536, "Security.evtx")
    assert not parser.recognise(b"", "Security.evtx")


def test_an_event_as_it_is_written(tmp_path: Path) -> None:
    """Fields, time, host and citation."""
    one = event(
        5,
        provider="MSExchange CmdletLogs",
        channel="MSExchange Management",
        data=[(None, "Set-OabVirtualDirectory"), (None, ""), (None, "c")],
    )
    events, losses = _read_bytes(log([chunk([one], 5)]), tmp_path)
    assert not losses
    (found,) = events
    assert found.source == "msexchange-management"
    assert found.time == datetime(2021, 3, 3, 6, 59, 20, 123456, UTC)
    assert found.time_basis is TimeBasis.UTC
    assert found.host == "ex01.example.test"
    assert found.fields["Data"] == ("Set-OabVirtualDirectory", "", "c")
    assert found.fields["Cmdlet"] == "Set-OabVirtualDirectory"
    assert "Parameters" not in found.fields
    assert found.citation.record_id == 5
    assert found.citation.text.startswith("EventID=1 Provider=MSExchange CmdletLogs ")


def test_a_record_with_a_wrong_size_costs_one(tmp_path: Path) -> None:
    """Six of seven records of the chunk are read; the loss has an offset."""
    content = bytearray(_LOG)
    size = struct.unpack_from("<I", content, 4096 + 512 + 4)[0]
    struct.pack_into("<I", content, 4096 + 512 + size + 4, 0)
    events, losses = _read_bytes(bytes(content), tmp_path)
    assert [found.citation.record_id for found in events[:6]] == [1, 3, 4, 5, 6, 7]
    assert [(loss.count, loss.reason) for loss in losses] == [(1, "record that could not be read")]


def test_a_record_with_broken_content_costs_one(tmp_path: Path) -> None:
    """The place of the record is told."""
    content = bytearray(_LOG)
    size = struct.unpack_from("<I", content, 4096 + 512 + 4)[0]
    place = 4096 + 512 + size
    content[place + 24 : place + 60] = b"\xff" * 36
    events, losses = _read_bytes(bytes(content), tmp_path)
    assert len(events) == 13
    assert [(loss.offset, loss.count) for loss in losses] == [(place, 1)]


def test_losses_are_told_of_an_unreadable_file(tmp_path: Path) -> None:
    """What was read before stays."""

    class Failing(FileOnDisk):
        def open(self):  # type: ignore[no-untyped-def]
            stream = super().open()
            read = stream.read

            def limited(size: int = -1) -> bytes:
                if self.bytes_read > 100_000:
                    raise OSError("bad sector")
                return read(min(size, 8192))

            stream.read = limited  # type: ignore[method-assign]
            return stream

    path = tmp_path / "a.evtx"
    path.write_bytes(_LOG)
    records = list(EventLogFile().parse(Failing(path), ReadOptions()))
    assert [record.reason for record in records if isinstance(record, Skipped)] == [
        "unreadable from here: OSError: bad sector"
    ]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 255)), min_size=1, max_size=12),
    st.integers(4096, len(_LOG)),
)
def test_no_damage_raises_and_every_event_is_accounted_for(
    tmp_path: Path, changes: list[tuple[int, int]], length: int
) -> None:
    """Any damage gives events and losses; of the second chunk nothing is lost if it is whole."""
    content = bytearray(_LOG)
    for place, value in changes:
        content[place] = value
    events, losses = _read_bytes(bytes(content[:length]), tmp_path)
    if length == len(_LOG):
        assert len(events) >= 7
    assert all(loss.count > 0 and loss.offset is not None for loss in losses)


def _samples() -> list[Path]:
    return sorted((SAMPLES / "evtx").rglob("*.evtx"))


@real
def test_every_real_log_is_read_and_only_damaged_ones_have_losses() -> None:
    """All files; the three that are damaged lose as much as is told, and no more than before."""
    total = 0
    for path in _samples():
        events, losses = _read(path)
        total += len(events)
        assert all(found.host for found in events), path
        assert sum(found.time is None for found in events) <= 1, path
        if path.name in _DAMAGED:
            assert (len(events), sum(loss.count for loss in losses)) == _DAMAGED[path.name]
            assert all(loss.offset is not None for loss in losses)
        else:
            assert losses == [], path
    assert total == 17_778


@real
@pytest.mark.parametrize(
    ("name", "cmdlet", "parameters"),
    [
        ("MSExchange_Management_wec.evtx", "Set-Mailbox", '-Identity "Administrateur" '),
        ("ID6-Failed to install an Exchange transport agent.evtx", "Install-TransportAgent", "-N"),
    ],
)
def test_real_cmdlet_logs(name: str, cmdlet: str, parameters: str) -> None:
    """Also where the event was forwarded and the server speaks French."""
    (path,) = [path for path in _samples() if path.name == name]
    events, _ = _read(path)
    assert events[0].source == "msexchange-management"
    assert events[0].fields["Cmdlet"] == cmdlet
    assert str(events[0].fields["Parameters"]).startswith(parameters)
    assert len(events[0].fields["Data"]) == 27
    assert events[0].fields["EventID"] in {"1", "6"}
