"""One event has one set of names, whatever wrote it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import Citation, TimeBasis
from alpheus.parsers.event_fields import WindowsEvent, as_event, flatten, one_line, scalar

_TIME = datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)
_CITATION = Citation("e1", "a.evtx", record_id=1)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Data", "#text", "#attributes", "@Name", "Name", "Value", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


def _record(data: dict[str, str | tuple[str, ...]], **own: str) -> WindowsEvent:
    given_own = {"provider": "P", "channel": "C", "event_id": "1", "level": "4"} | own
    return WindowsEvent(
        **given_own,
        computer="ex01.example.test",
        record_id="7",
        user_id="",
        time=_TIME,
        time_basis=TimeBasis.UTC,
        data=data,
    )


@pytest.mark.parametrize(
    ("section", "fields"),
    [
        (None, {}),
        ({"Data": "one"}, {"Data": ("one",)}),
        ({"Data": ["a", "", "b"]}, {"Data": ("a", "", "b")}),
        ({"Data": {"#text": ["a", "b"]}}, {"Data": ("a", "b")}),
        ({"Data": {"#text": "a"}, "Binary": "00ff"}, {"Data": ("a",), "Binary": "00ff"}),
        ({"Data": [{"@Name": "X", "#text": "1"}, {"@Name": "Y"}]}, {"X": "1"}),
        ({"Data": [{"#attributes": {"Name": "X"}, "#text": 1}]}, {"X": "1"}),
        ({"#attributes": {"Name": "T"}, "Image": "c:\\a.exe", "Empty": ""}, {"Image": "c:\\a.exe"}),
        ({"Log": {"#attributes": {"xmlns": "u"}, "User": "a"}}, {"User": "a"}),
        ({"Initiated": True, "Port": 443}, {"Initiated": "true", "Port": "443"}),
        ({"Item": ["a", "b"]}, {"Item": ("a", "b")}),
    ],
)
def test_every_way_to_write_event_data(section: object, fields: dict[str, object]) -> None:
    """Unnamed values keep their order and their empty ones; named empty ones are left out."""
    assert flatten(section) == fields


@settings(max_examples=150)
@given(_JSON)
def test_no_shape_of_event_data_raises(section: object) -> None:
    """Any JSON gives flat text."""
    for value in flatten(section).values():
        assert isinstance(value, str | tuple)
    assert isinstance(scalar(section), str)


def test_deep_nesting_is_bounded() -> None:
    """A record nested thousands of levels deep costs nothing."""
    section: dict[str, object] = {"x": "deep"}
    for _ in range(5000):
        section = {"y": section}
    assert flatten(section) == {}


def test_the_first_two_values_of_a_cmdlet_log_are_named() -> None:
    """`Cmdlet` and `Parameters` beside `Data`, whose length differs by version."""
    data = ("Set-OabVirtualDirectory", '-ExternalUrl "https://x"', "user")
    event = as_event(_record({"Data": data}, provider="MSExchange CmdletLogs"), _CITATION)
    assert event.source == "msexchange-management"
    assert event.fields["Cmdlet"] == "Set-OabVirtualDirectory"
    assert event.fields["Parameters"] == '-ExternalUrl "https://x"'
    assert event.fields["Data"] == data
    assert event.host == "ex01.example.test"


@pytest.mark.parametrize(
    "message",
    [
        'Cmdlet succeeded. Cmdlet New-MailboxExportRequest, parameters -Mailbox "a". -B "c".',
        'Der Befehl. Cmdlet New-MailboxExportRequest, Parameter -Mailbox "a". -B "c".',
    ],
)
def test_a_cmdlet_is_found_in_the_sentence_if_only_that_was_kept(message: str) -> None:
    """Some shippers keep the rendered message alone, in the language of the server."""
    event = as_event(_record({"Message": message}, provider="MSExchange CmdletLogs"), _CITATION)
    assert event.fields["Cmdlet"] == "New-MailboxExportRequest"
    assert event.fields["Parameters"] == '-Mailbox "a". -B "c"'


def test_process_creation_of_the_audit_has_the_names_of_sysmon() -> None:
    """Event 4688 keeps its own names too."""
    data: dict[str, str | tuple[str, ...]] = {
        "NewProcessName": "C:\\cmd.exe",
        "ParentProcessName": "C:\\w3wp.exe",
    }
    provider = "Microsoft-Windows-Security-Auditing"
    event = as_event(_record(data, provider=provider, event_id="4688"), _CITATION)
    assert event.fields["Image"] == event.fields["NewProcessName"] == "C:\\cmd.exe"
    assert event.fields["ParentImage"] == "C:\\w3wp.exe"


def test_data_cannot_pose_as_the_record_itself() -> None:
    """A value named like one of the record's own stands under `EventData.`."""
    event = as_event(_record({"Channel": "Security", "EventID": "1102"}, event_id="104"), _CITATION)
    assert event.fields["EventID"] == "104"
    assert event.fields["EventData.Channel"] == "Security"


def test_a_web_request_in_an_event_is_an_iis_record() -> None:
    """Event 6200 gives W3C names; its time is that of the request."""
    data: dict[str, str | tuple[str, ...]] = {
        "date": "2022-10-01",
        "time": "11:25:51",
        "csUser-Agent": "x",
        "csCookie": "-",
    }
    record = _record(data, provider="Microsoft-Windows-IIS-Logging", event_id="6200")
    event = as_event(record, _CITATION)
    assert event.source == "iis"
    assert event.time == datetime(2022, 10, 1, 11, 25, 51, tzinfo=UTC)
    assert "cs(User-Agent)" in event.fields
    assert "cs(Cookie)" not in event.fields


def test_the_rendering_is_one_bounded_line() -> None:
    """At most 4,000 characters, without line breaks, event and provider first."""
    event = as_event(_record({"Script": "a\r\n\tb" + "x" * 9000}), _CITATION)
    assert event.citation.text.startswith("EventID=1 Provider=P Channel=C")
    assert len(event.citation.text) == 4000
    assert "\n" not in one_line(event.fields)
