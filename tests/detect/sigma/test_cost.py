"""Tests of `alpheus.detect.sigma.cost`."""

from __future__ import annotations

import pytest

from alpheus.detect.sigma.cost import Search, benign_event, fields_of, measure
from detect.sigma.building import HTTPPROXY, rule


@pytest.mark.parametrize(
    ("detection", "logsource", "expected"),
    [
        ({"cs-uri-query|contains": "evil.aspx"}, {"category": "webserver"}, Search.NEEDLES),
        ({"sc-status": 200}, {"category": "webserver"}, Search.EVERY_RECORD),
        ({"AnchorMailbox|contains": "~"}, HTTPPROXY, Search.EVERY_RECORD),
        ({"EventID": 1}, {"product": "windows", "service": "security"}, Search.EVENT_ID),
        ({"A": "b"}, {"product": "windows", "category": "file_event"}, Search.EVENT_ID),
        ({"A": "b"}, {"product": "windows", "service": "taskscheduler"}, Search.CHANNEL),
        ({"A": "b"}, {"product": "windows", "service": "security"}, Search.EVERY_RECORD),
    ],
)
def test_how_records_are_found(
    detection: dict[str, object], logsource: dict[str, str], expected: Search
) -> None:
    """A rule is searched for by text, by event id or by channel; else it needs every record."""
    costs = measure(rule(detection, logsource))
    assert {cost.search for cost in costs} == {expected}
    assert all(cost.trial > 0 for cost in costs)
    if expected is Search.EVERY_RECORD:
        assert {cost.share for cost in costs} == {1.0}


def test_dear_rules_are_told_from_cheap_ones() -> None:
    """A rule with a thousand tests costs many times one with a single test."""
    sysmon = {"product": "windows", "category": "process_creation"}
    cheap = measure(rule({"CommandLine|contains": "x1"}, sysmon))
    parts = {f"s{n}": {"CommandLine|re": f"[a-z]{{2}}{n}$"} for n in range(100)}
    dear = measure(rule({**parts, "condition": "1 of s*"}, sysmon))
    assert dear[0].trial > 20 * cheap[0].trial


def test_an_ordinary_record_has_every_field() -> None:
    """What a rule tests is there, so that no test ends early for want of a field."""
    found = rule(
        {"a": {"Image": "x", "B|fieldref": "C"}, "n": {"D": "y"}, "condition": "a and not n"},
        {"product": "windows", "category": "process_creation"},
    )
    assert {name.name for name in fields_of(found.condition)} == {"image", "b", "c", "d"}
    record = benign_event(found, "sysmon")
    assert set(record.fields) == {"image", "b", "c", "d", "EventID"}
    assert found.selects(record)
