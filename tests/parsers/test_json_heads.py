"""The head of an event in any dialect of JSON says what the whole record says, or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta, timezone, tzinfo
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.event_selection import Batch, EventSelection
from alpheus.parsers.event_source import event_source
from alpheus.parsers.json_dialects import read_event
from alpheus.parsers.json_heads import HeadReader
from json_samples import WRITERS, Record, Sample

_ZONE = timezone(timedelta(hours=1))
_TEXT = st.sampled_from(
    ["", "P", "4688", "2021-03-03T06:59:20Z", "2021-03-03 06:59:20", "é", '{"UtcTime":', "x\\"]
)
_VALUE = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([4688, 1614754760.5, 1e300, 0])
    | _TEXT
)
_NAMES = st.sampled_from(
    ["Name", "@Name", "#text", "#attributes", "Value", "$", "SystemTime", "UtcTime", "event_id",
     "Provider", "System", "Event", "winlog", "log_name", "EventID", "EventTime", "TimeCreated",
     "TimeCreated_attributes", "Provider_attributes", "@timestamp", "_source", "code", "Channel"]
)  # fmt: skip
_ODD = st.recursive(
    _VALUE, lambda inner: st.dictionaries(_NAMES, inner, max_size=2) | st.lists(inner, max_size=2)
)


def _places(record: Any) -> list[tuple[dict[str, Any], str]]:
    """Every name of a record, at any depth."""
    if not isinstance(record, dict):
        return []
    own = [(record, name) for name in record]
    return own + [place for value in record.values() for place in _places(value)]


@st.composite
def _records(draw: st.DrawFn) -> dict[str, Any]:
    """A record of some dialect in which some values are changed, left out or added."""
    record = draw(st.sampled_from(WRITERS))(Sample())
    for _ in range(draw(st.integers(0, 3))):
        places = _places(record)
        if not places:
            break
        holder, name = draw(st.sampled_from(places))
        change = draw(st.sampled_from(["value", "without", "beside"]))
        if change == "value":
            holder[name] = draw(_ODD)
        elif change == "without":
            del holder[name]
        else:
            holder[draw(_NAMES)] = draw(_ODD)
    return dict(record)


class _Nothing:
    def of(self, source: str, provider: str, channel: str, event_id: str) -> bool:
        return False


@settings(max_examples=600, deadline=None)
@given(st.lists(_records(), min_size=1, max_size=4), st.sampled_from([None, _ZONE]), st.booleans())
def test_a_head_says_what_the_record_says(
    records: list[dict[str, Any]], zone: tzinfo | None, plain: bool
) -> None:
    """Provider, channel, event id, computer, time and its basis agree; dialects may alternate."""
    texts = [json.dumps(record, ensure_ascii=plain) for record in records]
    heads = HeadReader(zone).read([text.encode() for text in texts], texts)
    for record, text, (kind, time) in zip(records, texts, heads, strict=True):
        if kind is None:
            continue
        whole = read_event(record, zone)
        assert whole is not None
        provider, channel, event_id, host, basis = kind
        assert (provider, channel or "", str(event_id), host or "") == (
            whole.provider,
            whole.channel,
            whole.event_id,
            whole.computer,
        )
        selection = EventSelection(_Nothing())
        list(selection.sort(Batch([kind], [text], [time])))
        (counted,) = selection.counted()
        assert counted.source == event_source(provider, channel or "", str(event_id))
        assert counted.first == whole.time
        assert basis == whole.time_basis.value


@pytest.mark.parametrize("write", WRITERS)
def test_every_dialect_as_it_is_written_is_told(write: Callable[[Sample], Record]) -> None:
    """Also inside `_source`."""
    text = json.dumps(write(Sample()))
    (head,) = HeadReader(None).read([text.encode()], [text])
    assert head[0] is not None
    assert (str(head[0][2]), head[0][3]) == ("4688", "EX01.example.test")


def test_attributes_beside_their_element() -> None:
    """As `evtx_dump` writes them on request."""
    text = json.dumps(
        {
            "Event": {
                "System": {
                    "Provider": None,
                    "Provider_attributes": {"Name": "P"},
                    "EventID": 5,
                    "TimeCreated_attributes": {"SystemTime": "2021-03-03T06:59:20Z"},
                }
            }
        }
    )
    (head,) = HeadReader(None).read([text.encode()], [text])
    assert head == (("P", None, 5, None, "utc"), "2021-03-03T06:59:20Z")


def test_a_text_that_is_not_strictly_decoded_tells_nothing() -> None:
    """Its words would be read in another encoding."""
    text = json.dumps(WRITERS[0](Sample()))
    assert HeadReader(None).read([text.encode()], [None]) == [(None, None)]
