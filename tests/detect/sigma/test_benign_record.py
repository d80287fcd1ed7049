"""Tests of `alpheus.detect.sigma.benign_record`."""

from __future__ import annotations

from alpheus.detect.sigma.benign_record import benign_event, fields_of
from detect.sigma.building import rule


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
