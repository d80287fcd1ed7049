"""Event 6200 is one line of an IIS log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alpheus.model import Event
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.iis_etw import is_web_request, web_request_fields
from alpheus.parsers.xml_events import XmlEvents
from evidence_file import FileOnDisk
from samples import SAMPLES, real


def test_only_the_logging_event_of_iis_is_a_request() -> None:
    """By number and provider, or by number and channel."""
    assert is_web_request("Microsoft-Windows-IIS-Logging", "", "6200")
    assert is_web_request("", "Microsoft-IIS-Logging/Logs", "6200")
    assert not is_web_request("Microsoft-Windows-IIS-Logging", "", "6201")
    assert not is_web_request("Other", "Application", "6200")


def test_names_are_those_of_w3c() -> None:
    """XML allows no brackets in a name; `-` is nothing."""
    data = {"csReferer": "https://a/", "cs-uri-query": "-", "EnabledFieldsFlags": "1"}
    time, fields = web_request_fields(data)
    assert time is None
    assert fields == {"cs(Referer)": "https://a/"}


@real
def test_a_real_request() -> None:
    """The time is that of the request, the host that of the event."""
    path: Path = SAMPLES / "iis" / "etw" / "iis-etw-6200.log"
    (event,) = XmlEvents().parse(FileOnDisk(path), ReadOptions())
    assert isinstance(event, Event)
    assert event.source == "iis"
    assert event.host == "exchange-1.mydomain.test"
    assert event.time == datetime(2022, 10, 1, 11, 25, 51, tzinfo=UTC)
    assert event.fields["cs-uri-stem"] == "/autodiscover/autodiscover.json"
    assert event.fields["sc-status"] == "400"
    assert "&cafeReqId=" in event.fields["cs-uri-query"]
    assert str(event.fields["cs(User-Agent)"]).startswith("Mozilla/5.0+(X11;")
