"""One Windows event in every dialect of JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]
DATA = {"NewProcessName": "C:\\Windows\\System32\\cmd.exe", "CommandLine": "cmd /c whoami"}
PROVIDER = "Microsoft-Windows-Security-Auditing"
TIME = datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """What the event says."""

    provider: str = PROVIDER
    channel: str = "Security"
    event_id: int = 4688
    time: datetime = TIME
    computer: str = "EX01.example.test"
    number: int = 99
    data: Mapping[str, object] = field(default_factory=lambda: DATA)


def evtx_dump(sample: Sample) -> Record:
    """`evtx_dump -o jsonl`, Chainsaw."""
    return {
        "Event": {
            "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
            "System": {
                "Provider": {"#attributes": {"Name": sample.provider, "Guid": "{x}"}},
                "EventID": sample.event_id,
                "Level": 0,
                "TimeCreated": {"#attributes": {"SystemTime": f"{sample.time:%FT%T}.0000000Z"}},
                "EventRecordID": sample.number,
                "Channel": sample.channel,
                "Computer": sample.computer,
                "Security": None,
            },
            "EventData": dict(sample.data),
        }
    }


def velociraptor(sample: Sample) -> Record:
    """Velociraptor's `parse_evtx`."""
    return {
        "System": {
            "Provider": {"Name": sample.provider, "Guid": "{x}"},
            "EventID": {"Value": sample.event_id},
            "Level": 0,
            "TimeCreated": {"SystemTime": sample.time.timestamp()},
            "EventRecordID": sample.number,
            "Channel": sample.channel,
            "Computer": sample.computer,
            "Security": {"UserID": ""},
        },
        "EventData": dict(sample.data),
        "Message": "A new process has been created.",
    }


def winlogbeat(sample: Sample) -> Record:
    """Winlogbeat 7 and later."""
    return {
        "@timestamp": f"{sample.time:%FT%T}.000Z",
        "host": {"name": "collector"},
        "event": {"code": str(sample.event_id), "kind": "event"},
        "log": {"level": "information"},
        "message": "A new process has been created.",
        "winlog": {
            "channel": sample.channel,
            "provider_name": sample.provider,
            "event_id": str(sample.event_id),
            "computer_name": sample.computer,
            "record_id": sample.number,
            "event_data": dict(sample.data),
        },
    }


def winlogbeat_6(sample: Sample) -> Record:
    """Winlogbeat 6."""
    return {
        "@timestamp": f"{sample.time:%FT%T}.000Z",
        "log_name": sample.channel,
        "source_name": sample.provider,
        "event_id": sample.event_id,
        "level": "Information",
        "computer_name": sample.computer,
        "record_number": str(sample.number),
        "event_data": dict(sample.data),
    }


def nxlog(sample: Sample) -> Record:
    """nxlog, with its local time."""
    return {
        "EventTime": f"{sample.time:%F %T}",
        "Hostname": sample.computer,
        "Keywords": -9214364837600034816,
        "EventType": "AUDIT_SUCCESS",
        "SeverityValue": 2,
        "Severity": "INFO",
        "EventID": sample.event_id,
        "SourceName": sample.provider,
        "RecordNumber": sample.number,
        "Channel": sample.channel,
        "Message": "A new process has been created.",
        "EventReceivedTime": "2021-03-03 09:00:00",
        "SourceModuleName": "eventlog",
        "@timestamp": "2021-03-03T09:00:01Z",
        **sample.data,
    }


def in_source(sample: Sample) -> Record:
    """Winlogbeat's record as a search of Elasticsearch gives it."""
    return {"_index": "w", "_source": winlogbeat(sample)}


WRITERS: tuple[Callable[[Sample], Record], ...] = (
    evtx_dump,
    velociraptor,
    winlogbeat,
    winlogbeat_6,
    nxlog,
    in_source,
)
