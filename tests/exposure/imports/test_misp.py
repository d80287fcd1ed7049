"""MISP events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from exposure.imports.import_samples import losses, observations

EVENT: dict[str, Any] = {
    "uuid": "5e0a7a53-0000-4000-8000-000000000001", "info": "Made up", "date": "2021-03-10",
    "Orgc": {"name": "CERT X"}, "Tag": [{"name": "tlp:green"}],
    "Attribute": [
        {"type": "ip-dst", "category": "Network activity", "value": "192.0.2.7", "to_ids": True,
         "timestamp": "1615349106", "Tag": [{"name": "tlp:amber"}]},
        {"type": "hostname|port", "value": "mail.example.org|8443", "to_ids": False,
         "first_seen": "2021-03-01T00:00:00+00:00", "last_seen": "2021-03-02T00:00:00+00:00"},
        {"type": "url", "value": "https://192.0.2.8/owa/auth/x.aspx",
         "Tag": [{"name": "webshell"}]},
        {"type": "md5", "value": "d41d8cd98f00b204e9800998ecf8427e"},
        {"type": "ip-src", "value": "192.0.2", "to_ids": False},
        {"type": "ip-src", "value": "192.0.2.99", "deleted": True},
    ],
    "Object": [{"name": "ip-port", "Attribute": [
        {"type": "ip-dst", "object_relation": "ip", "value": "192.0.2.9"},
        {"type": "port", "object_relation": "dst-port", "value": "443"},
        {"type": "hostname", "object_relation": "hostname", "value": "b.example"}]}],
}  # fmt: skip


@pytest.mark.parametrize(
    "whole",
    [{"Event": EVENT}, {"response": [{"Event": EVENT}]}, [{"Event": EVENT}],
     {"response": {"Attribute": EVENT["Attribute"], "Object": EVENT["Object"]}}],
)  # fmt: skip
def test_every_form(tmp_path: Path, whole: object) -> None:
    """One event, what the API gives, a list of events, a search for attributes."""
    found = observations(tmp_path, json.dumps(whole, indent=1))
    assert [(o.address, o.names, o.port) for o in found] == [
        ("192.0.2.7", (), 0), ("", ("mail.example.org",), 8443), ("192.0.2.8", (), 443),
        ("192.0.2.9", ("b.example",), 443),
    ]  # fmt: skip
    assert losses(tmp_path, json.dumps(whole)) == [(4, "ip-src names no place")]


def test_what_is_said_of_it(tmp_path: Path) -> None:
    """The strictest label; times; what is marked for detection may be the attacker's own."""
    first, second, third, _ = observations(tmp_path, json.dumps({"Event": EVENT}), tlp="TLP:CLEAR")
    assert first.provenance.tlp == "TLP:AMBER"
    assert second.provenance.tlp == "TLP:GREEN"
    assert first.flags == ("indicator",)
    assert "attacker's own" in first.reason
    assert first.time == "2021-03-10T04:05:06Z"
    assert first.provenance.first_seen == "2021-03-10T00:00:00Z"
    assert (second.provenance.first_seen, second.time) == (
        "2021-03-01T00:00:00Z", "2021-03-02T00:00:00Z",
    )  # fmt: skip
    assert third.flags == ("compromised-reported",)
    assert first.attributes["organisation"] == "CERT X"
    assert first.exchange is None


def test_odd_shapes_raise_nothing(tmp_path: Path) -> None:
    """Whatever stands where lists and objects should."""
    for event in ({}, {"Attribute": 5, "Object": "x"}, {"Attribute": [5, {"type": 1}]}, 5):
        observations(tmp_path, json.dumps({"Event": event}))
