"""Windows events as shippers and forensic tools write them in JSON.

| dialect | told by | time |
|---|---|---|
| `evtx_dump`, Chainsaw | `Event.System` | `TimeCreated`, UTC |
| Velociraptor | `System` | `TimeCreated`, seconds since 1970, UTC |
| winlogbeat 7 and later | `winlog` | `@timestamp`, the event's own, UTC |
| winlogbeat 6 | `event_data` and `log_name` | likewise |
| nxlog, Mordor, Velociraptor's hunts | `EventID` at the top | `EventTime`, local in nxlog |

`EventReceivedTime` and, in flat records, `@timestamp` are when a record arrived.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo

from alpheus.model import TimeBasis
from alpheus.parsers.event_fields import FieldValue, WindowsEvent, flatten, scalar
from alpheus.parsers.event_sections import data_of, from_sections
from alpheus.parsers.event_time import from_epoch, from_local, from_text, to_utc

_PARAMETER = re.compile(r"param(\d{1,4})$")
_LEVEL_OF_WORD = {"critical": "1", "error": "2", "warning": "3", "information": "4", "verbose": "5"}
_LEVEL_OF_SEVERITY = {"1": "5", "2": "4", "3": "3", "4": "2", "5": "1"}
"""nxlog counts severity upwards, the event log downwards."""
_ECS_NAMES = (
    ("process", "executable", "Image"),
    ("process", "command_line", "CommandLine"),
    ("process.parent", "executable", "ParentImage"),
    ("process.parent", "command_line", "ParentCommandLine"),
    ("file", "path", "TargetFilename"),
)
# fmt: off
_FLAT_OWN = frozenset({
    "AccountName", "AccountType", "ActivityID", "Category", "Channel", "Computer", "Domain",
    "EventData", "EventID", "EventReceivedTime", "EventRecordID", "EventTime", "EventType",
    "EventTypeOrignal", "ExecutionProcessID", "ExecutionThreadID", "FileName", "FullPath",
    "Hostname", "Keywords", "Level", "LogName", "Message", "Opcode", "OpcodeValue",
    "OriginalLogfile", "ProcessID", "Provider", "ProviderGuid", "Provider_Name", "RecordNumber",
    "RelatedActivityID", "Severity", "SeverityValue", "SourceModuleName", "SourceModuleType",
    "SourceName", "Task", "ThreadID", "TimeCreated", "UserData", "UserID", "UserSID", "Username",
    "Version", "@timestamp", "@version", "host", "port", "tags", "type",
})
# fmt: on
"""What shippers say of a record, as opposed to what the record says."""


def read_event(record: Mapping[str, object], timezone: tzinfo | None) -> WindowsEvent | None:
    """The event in one JSON object of any dialect; None if it is no Windows event."""
    source = record.get("_source")
    root = source if isinstance(source, dict) else record
    event = root.get("Event")
    if isinstance(event, dict):
        return from_sections(event)
    if isinstance(root.get("System"), dict):
        return from_sections(root)
    if isinstance(root.get("winlog"), dict):
        return _winlogbeat(root)
    if "log_name" in root and "event_id" in root:
        return _winlogbeat_6(root)
    if scalar(root.get("EventID")):
        return _flat(root, timezone)
    return None


def _at(record: Mapping[str, object], path: str) -> object:
    """A nested value, whether written nested or with dots in its name."""
    if path in record:
        return record[path]
    value: object = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _arrival(record: Mapping[str, object]) -> datetime | None:
    time = from_text(scalar(record.get("@timestamp")))
    return to_utc(time) if time else None


def _winlogbeat(record: Mapping[str, object]) -> WindowsEvent:
    winlog = record["winlog"]
    assert isinstance(winlog, dict)
    data = _parameters(flatten(winlog.get("event_data")))
    for name, value in flatten(winlog.get("user_data")).items():
        if name != "xml_name":
            data.setdefault(name, value)
    for holder, name, sysmon in _ECS_NAMES:
        value = scalar(_at(record, f"{holder}.{name}"))
        if value:
            data.setdefault(sysmon, value)
    provider = scalar(winlog.get("provider_name"))
    word = scalar(_at(record, "log.level")).lower()
    if not data:
        data = data_of({"Message": record.get("message")})
    return WindowsEvent(
        provider=provider,
        channel=scalar(winlog.get("channel")),
        event_id=scalar(winlog.get("event_id")) or scalar(_at(record, "event.code")),
        level=_level_of_word(word, provider),
        computer=scalar(winlog.get("computer_name")),
        record_id=scalar(winlog.get("record_id")),
        user_id=scalar(_at(winlog, "user.identifier")),
        time=_arrival(record),
        time_basis=TimeBasis.UTC,
        data=data,
    )


def _winlogbeat_6(record: Mapping[str, object]) -> WindowsEvent:
    provider = scalar(record.get("source_name"))
    return WindowsEvent(
        provider=provider,
        channel=scalar(record.get("log_name")),
        event_id=scalar(record.get("event_id")),
        level=_level_of_word(scalar(record.get("level")).lower(), provider),
        computer=scalar(record.get("computer_name")),
        record_id=scalar(record.get("record_number")),
        user_id=scalar(_at(record, "user.identifier")),
        time=_arrival(record),
        time_basis=TimeBasis.UTC,
        data=_parameters(flatten(record.get("event_data")))
        or data_of({"UserData": record.get("user_data"), "Message": record.get("message")}),
    )


def _level_of_word(word: str, provider: str) -> str:
    """Level by its word; audit events, shown as `information`, are written with level 0."""
    if word == "information" and provider == "Microsoft-Windows-Security-Auditing":
        return "0"
    return _LEVEL_OF_WORD.get(word, "")


def _parameters(data: dict[str, FieldValue]) -> dict[str, FieldValue]:
    """Winlogbeat names values without a name `param1`, `param2` …, and leaves out empty ones."""
    numbered = {
        int(match[1]): scalar(data[name])
        for name in data
        if (match := _PARAMETER.match(name)) is not None
    }
    if not numbered or "Data" in data:
        return data
    named = {name: value for name, value in data.items() if _PARAMETER.match(name) is None}
    named["Data"] = tuple(numbered.get(index, "") for index in range(1, max(numbered) + 1))
    return named


def _flat(record: Mapping[str, object], timezone: tzinfo | None) -> WindowsEvent:
    data = flatten({name: value for name, value in record.items() if name not in _FLAT_OWN})
    if "EventTypeOrignal" in record:  # so nxlog spells its own when the event has an `EventType`
        data.update(flatten({"EventType": record.get("EventType")}))
    for section in ("EventData", "UserData"):
        value = record.get(section)
        if not isinstance(value, str) or value:
            data.update(flatten(value))
    if not data or set(data) <= {"Binary"}:
        data.update(data_of({"Message": record.get("Message")}))
    time, basis = _flat_time(record, data, timezone)
    return WindowsEvent(
        provider=_first(record, "SourceName", "Provider_Name", "Provider"),
        channel=_first(record, "Channel", "LogName", "FileName"),
        event_id=scalar(record.get("EventID")),
        level=_flat_level(record),
        computer=_first(record, "Hostname", "Computer"),
        record_id=_first(record, "RecordNumber", "EventRecordID"),
        user_id=_first(record, "UserID", "UserSID"),
        time=time,
        time_basis=basis,
        data=data,
    )


def _first(record: Mapping[str, object], *names: str) -> str:
    return next((text for name in names if (text := scalar(record.get(name)))), "")


def _flat_level(record: Mapping[str, object]) -> str:
    level = scalar(record.get("Level"))
    if level.isdigit():
        return level
    if scalar(record.get("EventType")).startswith("AUDIT_"):
        return "0"
    return _LEVEL_OF_SEVERITY.get(scalar(record.get("SeverityValue")), "")


def _flat_time(
    record: Mapping[str, object], data: Mapping[str, FieldValue], timezone: tzinfo | None
) -> tuple[datetime | None, TimeBasis]:
    """`EventTime` if it names its zone, else Sysmon's `UtcTime`, else `EventTime` as local time."""
    value = record.get("EventTime", record.get("TimeCreated"))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return from_epoch(value), TimeBasis.UTC
    time = from_text(scalar(value))
    utc = from_text(scalar(data.get("UtcTime")))
    if utc is not None and (time is None or time.tzinfo is None):
        return to_utc(utc), TimeBasis.UTC
    if time is not None:
        return from_local(time, timezone)
    return _arrival(record), TimeBasis.UNKNOWN
