"""The head of an event is read exactly as the whole record says it, or told as unknown."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from alpheus.parsers.event_heads import read_heads
from alpheus.parsers.event_sections import from_sections

_TEXT = st.text(max_size=6)
_ODD = st.none() | st.booleans() | st.integers(-9, 9) | _TEXT | st.dictionaries(_TEXT, _TEXT)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "Provider": st.builds(lambda name: {"#attributes": {"Name": name}}, _TEXT) | _ODD,
            "EventID": st.integers(0, 65535) | st.builds(lambda n: {"#text": n}, _ODD) | _ODD,
            "TimeCreated": st.just({"#attributes": {"SystemTime": "2021-03-03T06:59:20Z"}}) | _ODD,
            "Channel": _ODD,
            "Computer": _ODD,
            "Level": _ODD,
        },
    )
)
def test_a_head_says_what_the_record_says(system: dict[str, object]) -> None:
    """Provider, channel, event id and computer agree with those of the decoded record."""
    event = {"System": system, "EventData": {"a": ["b"]}}
    (kind,), (time,) = read_heads([json.dumps({"Event": event})])
    whole = from_sections(event)
    if kind is None:
        assert time is None
        return
    provider, channel, event_id, host, basis = kind
    assert whole is not None
    assert (provider, channel or "", host or "") == (whole.provider, whole.channel, whole.computer)
    assert (str(event_id), basis) == (whole.event_id, whole.time_basis.value)
    assert time == system["TimeCreated"]["#attributes"]["SystemTime"]  # type: ignore[index]


def test_one_broken_text_costs_one() -> None:
    """The others of its batch are read."""
    good = json.dumps(
        {
            "Event": {
                "System": {
                    "Provider": {"#attributes": {"Name": "P"}},
                    "EventID": 7,
                    "TimeCreated": {"#attributes": {"SystemTime": "x"}},
                }
            }
        }
    )
    kinds, times = read_heads([good, good[:-1], good])
    assert kinds == [("P", None, 7, None, "utc"), None, ("P", None, 7, None, "utc")]
    assert times == ["x", None, "x"]
