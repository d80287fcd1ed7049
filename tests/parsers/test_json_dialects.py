"""One event gives identical fields in every dialect of JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from alpheus.model import Citation, TimeBasis
from alpheus.parsers.event_fields import as_event
from alpheus.parsers.json_dialects import read_event

_TIME = datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)
_DATA = {"NewProcessName": "C:\\Windows\\System32\\cmd.exe", "CommandLine": "cmd /c whoami"}
_PROVIDER = "Microsoft-Windows-Security-Auditing"
EVTX_DUMP = {
    "Event": {
        "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
        "System": {
            "Provider": {"#attributes": {"Name": _PROVIDER, "Guid": "{x}"}},
            "EventID": 4688,
            "Level": 0,
            "TimeCreated": {"#attributes": {"SystemTime": "2021-03-03T06:59:20.0000000Z"}},
            "EventRecordID": 99,
            "Channel": "Security",
            "Computer": "EX01.example.test",
            "Security": None,
        },
        "EventData": _DATA,
    }
}
VELOCIRAPTOR = {
    "System": {
        "Provider": {"Name": _PROVIDER, "Guid": "{x}"},
        "EventID": {"Value": 4688},
        "Level": 0,
        "TimeCreated": {"SystemTime": 1614754760.0},
        "EventRecordID": 99,
        "Channel": "Security",
        "Computer": "EX01.example.test",
        "Security": {"UserID": ""},
    },
    "EventData": _DATA,
    "Message": "A new process has been created.",
}
WINLOGBEAT = {
    "@timestamp": "2021-03-03T06:59:20.000Z",
    "host": {"name": "collector"},
    "event": {"code": "4688", "kind": "event"},
    "log": {"level": "information"},
    "message": "A new process has been created.",
    "winlog": {
        "channel": "Security",
        "provider_name": _PROVIDER,
        "event_id": "4688",
        "computer_name": "EX01.example.test",
        "record_id": 99,
        "event_data": _DATA,
    },
}
NXLOG = {
    "EventTime": "2021-03-03 06:59:20",
    "Hostname": "EX01.example.test",
    "Keywords": -9214364837600034816,
    "EventType": "AUDIT_SUCCESS",
    "SeverityValue": 2,
    "Severity": "INFO",
    "EventID": 4688,
    "SourceName": _PROVIDER,
    "RecordNumber": 99,
    "Channel": "Security",
    "Message": "A new process has been created.",
    "EventReceivedTime": "2021-03-03 09:00:00",
    "SourceModuleName": "eventlog",
    "@timestamp": "2021-03-03T09:00:01Z",
    **_DATA,
}
DIALECTS = [EVTX_DUMP, VELOCIRAPTOR, WINLOGBEAT, NXLOG, {"_source": WINLOGBEAT}]


@pytest.mark.parametrize("record", DIALECTS)
def test_fields_are_identical(record: dict[str, object]) -> None:
    """Same names, same values, same host, same moment."""
    found = read_event(record, UTC)
    assert found is not None
    event = as_event(found, Citation("e1", "a.json", line=1, text="x"))
    assert event.source == "windows-security"
    assert (event.time, event.host) == (_TIME, "EX01.example.test")
    assert event.fields == {
        "Channel": "Security",
        "Provider_Name": _PROVIDER,
        "EventID": "4688",
        "Level": "0",
        "Computer": "EX01.example.test",
        "EventRecordID": "99",
        "Image": _DATA["NewProcessName"],
        **_DATA,
    }


def _basis(record: dict[str, object], zone: timezone | None = None) -> tuple[object, object]:
    found = read_event(record, zone)
    assert found is not None
    return found.time, found.time_basis


def test_local_time_of_nxlog() -> None:
    """Unknown without a zone, converted with one; the arrival is not the event's time."""
    assert _basis(NXLOG) == (_TIME, TimeBasis.UNKNOWN)
    east = timezone(timedelta(hours=1))
    assert _basis(NXLOG, east) == (_TIME - timedelta(hours=1), TimeBasis.CONVERTED)


def test_a_zone_in_the_time_and_the_clock_of_sysmon_are_utc() -> None:
    """Sysmon's `UtcTime` settles what nxlog leaves open."""
    zoned = {**NXLOG, "EventTime": "2021-03-03T07:59:20+01:00"}
    assert _basis(zoned) == (_TIME, TimeBasis.UTC)
    sysmon = {**NXLOG, "UtcTime": "2021-03-03 05:59:20.000"}
    assert _basis(sysmon) == (_TIME - timedelta(hours=1), TimeBasis.UTC)


def test_the_arrival_is_used_only_if_it_is_all_there_is() -> None:
    """And then nothing rests on it."""
    record = {"EventID": 1, "@timestamp": "2021-03-03T06:59:20Z"}
    assert _basis(record) == (_TIME, TimeBasis.UNKNOWN)
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
