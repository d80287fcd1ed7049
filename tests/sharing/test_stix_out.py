"""STIX 2.1, read by the committee's own library."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import stix2

from alpheus.knowledge.shared.model import Tlp
from alpheus.knowledge.shared.stix import read_stix
from alpheus.report.assessment_file import Assessment
from alpheus.sharing.policy import Policy
from alpheus.sharing.stix_out import to_stix

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_library_reads_it(hidden: tuple[Policy, list[Assessment]]) -> None:
    """Every object is valid, every reference leads to an object, every object is marked."""
    made = to_stix(hidden[1], hidden[0], "A CERT", NOW)
    bundle = stix2.parse(json.dumps(made), allow_custom=False)
    ids = {one["id"] for one in bundle["objects"]}
    kinds = {one["type"] for one in bundle["objects"]}
    assert kinds == {
        "marking-definition", "identity", "campaign", "attack-pattern", "vulnerability",
        "indicator", "malware", "ipv4-addr", "ipv6-addr", "file", "observed-data", "sighting",
        "relationship",
    }  # fmt: skip
    for one in made["objects"]:
        for name, value in one.items():
            if name.endswith("_ref"):
                assert value in ids
            elif name.endswith("_refs"):
                assert set(value) <= ids
        if one["type"] != "marking-definition":
            assert one["object_marking_refs"] == [made["objects"][0]["id"]]


def test_the_same_twice_is_one(hidden: tuple[Policy, list[Assessment]]) -> None:
    """Ids follow from what is said, so a store takes a second copy for the first."""
    one, two = (to_stix(hidden[1], hidden[0], "A CERT", NOW) for _ in range(2))
    assert one == two


def test_there_and_back(named: tuple[Policy, list[Assessment]]) -> None:
    """What is written is read again as the same indicators, with the same mark."""
    content = json.dumps(to_stix(named[1], named[0], "A CERT", NOW)).encode()
    found = [one for one in read_stix(content, "x") if not isinstance(one, str)]
    assert [(one.type, one.value, one.source, one.tlp) for one in found] == [
        ("ip", "45.77.252.175", "A CERT", Tlp.RED), ("ip", "2a03:2880::7", "A CERT", Tlp.RED),
        ("sha256", "a" * 64, "A CERT", Tlp.RED),
    ]  # fmt: skip


def test_nothing_of_the_victim(hidden: tuple[Policy, list[Assessment]]) -> None:
    """The bundle for others names no server."""
    said = json.dumps(to_stix(hidden[1], hidden[0], "A CERT", NOW))
    assert "EX01" not in said
    assert "corp.example" not in said
