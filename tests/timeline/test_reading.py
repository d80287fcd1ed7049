"""A row is read back as the event that it was; tests/timeline/test_parts.py tries it at length."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alpheus.model import Citation, Event, TimeBasis
from timelines import events_of, of_events


def test_every_noun_of_an_event_comes_back(tmp_path: Path) -> None:
    """Time and its basis, host, place in the file, and whether it was malformed."""
    events = [
        Event("mft", None, TimeBasis.UNKNOWN, None, {"TargetFilename": "\\a.aspx", "Size": "7"},
              Citation("package", "events.evtx", record_id=5), malformed=True),
        Event("powershell", datetime(2021, 3, 3, 1, 2, 3, 4_005, UTC), TimeBasis.CONVERTED, "EX01",
              {"EventID": "4104", "ScriptBlockText": "é\n"},
              Citation("package", "events.evtx", line=9)),
    ]  # fmt: skip
    of_events(tmp_path / "t.parquet", events)
    assert sorted(events_of(tmp_path / "t.parquet"), key=lambda one: one.source) == events
