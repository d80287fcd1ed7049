"""STIX bundles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from alpheus.exposure.imports import stix
from exposure.imports.import_samples import losses, observations

WHITE_1 = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
STRICT_2 = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"


def bundle(*objects: dict[str, Any]) -> str:
    """A bundle of these objects."""
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": list(objects)}, indent=1)


def sco(kind: str, value: str, **more: Any) -> dict[str, Any]:
    """An observable."""
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--1", "value": value, **more}


def test_addresses_names_and_urls(tmp_path: Path) -> None:
    """Each is an observation; a network is none."""
    content = bundle(
        sco("ipv4-addr", "192.0.2.7/32"), sco("ipv6-addr", "2001:DB8::7"),
        sco("domain-name", "Mail.example.org"), sco("url", "https://a.example:8443/owa/"),
        sco("ipv4-addr", "192.0.2.0/24"), sco("file", "x"),
    )  # fmt: skip
    found = observations(tmp_path, content)
    assert [(o.address, o.names, o.port) for o in found] == [
        ("192.0.2.7", (), 0), ("2001:db8::7", (), 0), ("", ("mail.example.org",), 0),
        ("", ("a.example",), 8443),
    ]  # fmt: skip
    assert losses(tmp_path, content) == [(5, "ipv4-addr names neither one address nor a name")]


@pytest.mark.parametrize(
    ("refs", "label"),
    [
        ([WHITE_1], "TLP:CLEAR"),
        ([WHITE_1, STRICT_2], "TLP:AMBER+STRICT"),
        (["marking-definition--own1"], "TLP:RED"),
        (["marking-definition--own2"], "TLP:GREEN"),
        (["marking-definition--none"], ""),
    ],
)
def test_labels_of_tlp_1_and_2(tmp_path: Path, refs: list[str], label: str) -> None:
    """Those that the standard fixes, and those that the bundle itself defines, also after use."""
    own1 = {"type": "marking-definition", "id": "marking-definition--own1",
            "definition_type": "tlp", "definition": {"tlp": "red"}}  # fmt: skip
    own2 = {"type": "marking-definition", "id": "marking-definition--own2",
            "extensions": {"extension-definition--x": {"tlp_2_0": "green"}}}  # fmt: skip
    content = bundle(sco("ipv4-addr", "192.0.2.7", object_marking_refs=refs), own1, own2)
    (found,) = observations(tmp_path, content)
    assert found.provenance.tlp == label


def test_patterns_of_indicators(tmp_path: Path) -> None:
    """All values with their port; they may be the attacker's own. Other languages are left."""
    pattern = (
        "[ipv4-addr:value = '192.0.2.7' AND network-traffic:dst_port = 443] OR "
        "[domain-name:value IN ('a.example', 'b.example')]"
    )
    indicator = {"type": "indicator", "id": "indicator--1", "pattern": pattern,
                 "pattern_type": "stix", "valid_from": "2021-03-10T04:05:06Z"}  # fmt: skip
    content = bundle(indicator, {**indicator, "pattern_type": "yara"})
    found = observations(tmp_path, content)
    assert [o.target for o in found] == ["192.0.2.7", "a.example", "b.example"]
    assert {o.port for o in found} == {443}
    assert {o.flags for o in found} == {("indicator",)}
    assert found[0].time == "2021-03-10T04:05:06Z"


def test_who_saw_it_and_when(tmp_path: Path) -> None:
    """Observed data and sightings tell the times, wherever they stand."""
    seen = {
        "type": "observed-data", "id": "observed-data--1", "object_refs": ["ipv4-addr--1"],
            "first_observed": "2021-03-01T00:00:00Z", "last_observed": "2021-03-02T00:00:00Z",
    }  # fmt: skip
    again = {"type": "sighting", "id": "sighting--1", "sighting_of_ref": "ipv4-addr--1",
             "last_seen": "2021-03-09T00:00:00Z"}  # fmt: skip
    (found,) = observations(tmp_path, bundle(sco("ipv4-addr", "192.0.2.7"), seen, again))
    assert found.provenance.first_seen == "2021-03-01T00:00:00Z"
    assert found.time == "2021-03-09T00:00:00Z"
    assert found.attributes["seen_in"] == "observed-data--1"


def test_infrastructure_traffic_and_flaws(tmp_path: Path) -> None:
    """What it consists of is a sign of an attack; what it has is open."""
    content = bundle(
        {"type": "infrastructure", "id": "infrastructure--1", "name": "192.0.2.8"},
        {"type": "infrastructure", "id": "infrastructure--2", "name": "Servers of somebody"},
        sco("ipv4-addr", "192.0.2.7"),
        {"type": "network-traffic", "id": "network-traffic--1", "dst_ref": "ipv4-addr--1",
         "dst_port": 443},
        {"type": "relationship", "relationship_type": "consists-of",
         "source_ref": "infrastructure--2", "target_ref": "ipv4-addr--1"},
        {"type": "relationship", "relationship_type": "has", "source_ref": "infrastructure--1",
         "target_ref": "vulnerability--1"},
        {"type": "vulnerability", "id": "vulnerability--1", "name": "CVE-2021-26855"},
    )  # fmt: skip
    infrastructure, part, traffic = observations(tmp_path, content)
    assert infrastructure.cves["CVE-2021-26855"].state == "vulnerable"
    assert part.flags == ("indicator",)
    assert (traffic.address, traffic.port) == ("192.0.2.7", 443)


def test_observed_data_of_stix_2_0(tmp_path: Path) -> None:
    """Holds its objects within."""
    data = {"type": "observed-data", "id": "observed-data--1", "last_observed":
            "2021-03-10T04:05:06Z", "objects": {"0": {"type": "ipv4-addr", "value": "192.0.2.7"},
                                                "1": {"type": "file", "name": "x"}}}  # fmt: skip
    (found,) = observations(tmp_path, bundle(data))
    assert (found.address, found.time) == ("192.0.2.7", "2021-03-10T04:05:06Z")


def test_memory_of_references_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond is imported without them, and counted."""
    monkeypatch.setattr(stix, "REFERENCES", 1)
    content = bundle(*({**sco("ipv4-addr", f"192.0.2.{n}"), "id": f"ipv4-addr--{n}"}
                       for n in range(5)))  # fmt: skip
    assert len(observations(tmp_path, content)) == 5
    assert losses(tmp_path, content) == [(0, "4 objects beyond 1 were not referred to")]


def test_odd_shapes_raise_nothing(tmp_path: Path) -> None:
    """Whatever stands where texts and lists should."""
    odd = [{"type": kind, "id": 5, "value": [], "pattern": 7, "objects": [1], "object_refs": {},
            "extensions": [], "name": None, "dst_ref": {}}
           for kind in ("ipv4-addr", "indicator", "observed-data", "marking-definition",
                        "network-traffic", "relationship", "sighting", "vulnerability",
                        "infrastructure")]  # fmt: skip
    assert observations(tmp_path, bundle(*odd)) == []
