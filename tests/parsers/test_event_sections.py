"""The System section is read in every shape that tools give it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.parsers.event_sections import from_sections

_TIME = datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)
_COMMON = {"Level": 4, "EventRecordID": 7, "Channel": "Security", "Computer": "EX01"}
_SHAPES = [
    {
        "Provider": {"#attributes": {"Name": "P"}},
        "EventID": {"#attributes": {"Qualifiers": 1}, "#text": 5},
        "TimeCreated": {"#attributes": {"SystemTime": "2021-03-03T06:59:20Z"}},
        "Security": {"#attributes": {"UserID": "S-1-5-18"}},
    },
    {
        "Provider_attributes": {"Name": "P"},
        "Provider": None,
        "EventID": 5,
        "TimeCreated_attributes": {"SystemTime": "2021-03-03T06:59:20Z"},
        "Security_attributes": {"UserID": "S-1-5-18"},
    },
    {
        "Provider": {"@Name": "P"},
        "EventID": "5",
        "TimeCreated": {"@SystemTime": "2021-03-03T06:59:20.000Z"},
        "Security": {"@UserID": "S-1-5-18"},
    },
    {
        "Provider": {"Name": "P", "Guid": "{x}"},
        "EventID": {"Value": 5},
        "TimeCreated": {"SystemTime": 1614754760.0},
        "Security": {"UserID": "S-1-5-18"},
    },
]


@pytest.mark.parametrize("shape", _SHAPES)
def test_shapes_of_one_record_are_equal(shape: dict[str, object]) -> None:
    """Attributes under `#attributes`, beside the element, with `@`, or as Velociraptor has them."""
    record = from_sections({"System": {**_COMMON, **shape}, "EventData": {"x": "1"}})
    assert record is not None
    assert (record.provider, record.event_id, record.user_id) == ("P", "5", "S-1-5-18")
    assert (record.time, record.level, record.record_id) == (_TIME, "4", "7")
    assert record.data == {"x": "1"}


@pytest.mark.parametrize("event", [{}, {"System": None}, {"System": "x"}])
def test_without_a_system_section_there_is_no_event(event: dict[str, object]) -> None:
    """Other JSON is not taken for an event."""
    assert from_sections(event) is None


def test_the_message_is_kept_only_where_there_is_nothing_else() -> None:
    """A rendered message is in the language of the server and repeats the data."""
    bare = from_sections({"System": _COMMON, "Message": "text"})
    full = from_sections({"System": _COMMON, "Message": "text", "EventData": {"a": "b"}})
    assert bare is not None
    assert full is not None
    assert bare.data == {"Message": "text"}
    assert full.data == {"a": "b"}
