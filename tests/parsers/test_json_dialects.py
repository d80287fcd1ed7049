"""One event gives identical fields in every dialect of JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta, timezone

import pytest

from alpheus.model import Citation, TimeBasis
from alpheus.parsers.event_fields import as_event
from alpheus.parsers.json_dialects import read_event
from json_samples import DATA, PROVIDER, TIME, WRITERS, Record, Sample, nxlog, winlogbeat

WINLOGBEAT, NXLOG = winlogbeat(Sample()), nxlog(Sample())


@pytest.mark.parametrize("write", WRITERS)
def test_fields_are_identical(write: Callable[[Sample], Record]) -> None:
    """Same names, same values, same host, same moment."""
    found = read_event(write(Sample()), UTC)
    assert found is not None
    event = as_event(found, Citation("e1", "a.json", line=1, text="x"))
    assert event.source == "windows-security"
    assert (event.time, event.host) == (TIME, "EX01.example.test")
    assert event.fields == {
        "Channel": "Security",
        "Provider_Name": PROVIDER,
        "EventID": "4688",
        "Level": "0",
        "Computer": "EX01.example.test",
        "EventRecordID": "99",
        "Image": DATA["NewProcessName"],
        **DATA,
    }


def _basis(record: dict[str, object], zone: timezone | None = None) -> tuple[object, object]:
    found = read_event(record, zone)
    assert found is not None
    return found.time, found.time_basis


def test_local_time_of_nxlog() -> None:
    """Unknown without a zone, converted with one; the arrival is not the event's time."""
    assert _basis(NXLOG) == (TIME, TimeBasis.UNKNOWN)
    east = timezone(timedelta(hours=1))
    assert _basis(NXLOG, east) == (TIME - timedelta(hours=1), TimeBasis.CONVERTED)


def test_a_zone_in_the_time_and_the_clock_of_sysmon_are_utc() -> None:
    """Sysmon's `UtcTime` settles what nxlog leaves open."""
    zoned = {**NXLOG, "EventTime": "2021-03-03T07:59:20+01:00"}
    assert _basis(zoned) == (TIME, TimeBasis.UTC)
    sysmon = {**NXLOG, "UtcTime": "2021-03-03 05:59:20.000"}
    assert _basis(sysmon) == (TIME - timedelta(hours=1), TimeBasis.UTC)


def test_the_arrival_is_used_only_if_it_is_all_there_is() -> None:
    """And then nothing rests on it."""
    record = {"EventID": 1, "@timestamp": "2021-03-03T06:59:20Z"}
    assert _basis(record) == (TIME, TimeBasis.UNKNOWN)
    assert _basis({"EventID": 1}) == (None, TimeBasis.UNKNOWN)


def test_unnamed_values_of_winlogbeat() -> None:
    """`param1` … become `Data`; an empty one keeps its place."""
    winlog = {
        "provider_name": "MSExchange CmdletLogs",
        "channel": "MSExchange Management",
        "event_id": 1,
        "event_data": {"param1": "New-OabVirtualDirectory", "param3": "c"},
    }
    found = read_event({"winlog": winlog, "@timestamp": "2021-03-03T06:59:20Z"}, None)
    assert found is not None
    assert found.data["Data"] == ("New-OabVirtualDirectory", "", "c")


def test_winlogbeat_6_and_names_of_the_common_schema() -> None:
    """Older and processed records give the same names."""
    old = {
        "@timestamp": "2021-03-03T06:59:20Z",
        "log_name": "Application",
        "source_name": "P",
        "event_id": 4,
        "computer_name": "EX01",
        "record_number": "8",
        "level": "Error",
        "event_data": {"x": "y"},
    }
    found = read_event(old, None)
    assert found is not None
    assert (found.channel, found.level, found.record_id) == ("Application", "2", "8")
    ecs = {
        "winlog": {"provider_name": "Microsoft-Windows-Sysmon", "event_id": 1},
        "process": {"executable": "C:\\a.exe", "parent": {"executable": "C:\\w3wp.exe"}},
    }
    found = read_event(ecs, None)
    assert found is not None
    assert found.data == {"Image": "C:\\a.exe", "ParentImage": "C:\\w3wp.exe"}


def test_an_event_type_of_the_event_itself_is_kept() -> None:
    """Registry events of Sysmon have an `EventType`; nxlog then renames its own."""
    record = {**NXLOG, "EventType": "SetValue", "EventTypeOrignal": "INFO"}
    found = read_event(record, None)
    assert found is not None
    assert found.data["EventType"] == "SetValue"


@pytest.mark.parametrize("record", [{}, {"a": 1}, {"Event": None}, {"winlog": []}, {"EventID": {}}])
def test_other_json_is_no_event(record: dict[str, object]) -> None:
    """None, not a guess."""
    assert read_event(record, None) is None
