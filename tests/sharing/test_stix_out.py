"""STIX 2.1, read by the committee's own library."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import msgspec
import stix2

from alpheus.knowledge.shared.model import Shared, Tlp
from alpheus.knowledge.shared.stix import read_stix
from alpheus.model import Stage, Verdict
from alpheus.report.assessment_file import Assessment, Campaign, Finding
from alpheus.sharing.policy import Policy
from alpheus.sharing.stix_out import to_stix
from sharing.shared_samples import citation, finding

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
    found = [one for one in read_stix(content, "x") if isinstance(one, Shared)]
    assert [(one.type, one.value, one.source, one.tlp) for one in found] == [
        ("ip", "45.77.252.175", "A CERT", Tlp.RED), ("ip", "2a03:2880::7", "A CERT", Tlp.RED),
        ("sha256", "a" * 64, "A CERT", Tlp.RED),
    ]  # fmt: skip


def test_nothing_of_the_victim(hidden: tuple[Policy, list[Assessment]]) -> None:
    """The bundle for others names no server."""
    said = json.dumps(to_stix(hidden[1], hidden[0], "A CERT", NOW))
    assert "EX01" not in said
    assert "corp.example" not in said


def test_the_same_output_later_is_the_same(assessment: Assessment) -> None:
    """An id keeps the time at which its object was made; only another result is a new version."""
    policy = Policy(Tlp.AMBER, named=True)
    made = to_stix([assessment], policy, "A CERT", NOW)
    assert to_stix([assessment], policy, "A CERT", NOW + timedelta(days=3)) == made
    run = msgspec.structs.replace(assessment.run, finished="2031-01-01T00:00:00Z")
    later = msgspec.structs.replace(assessment, run=run)
    objects = to_stix([later], policy, "A CERT", NOW)["objects"]
    times = {(one["created"] < one["modified"]) for one in objects if "modified" in one}
    assert times == {True}
    assert [one["id"] for one in objects] == [one["id"] for one in made["objects"]]


def test_what_fits_no_campaign_is_none(assessment: Assessment) -> None:
    """`uncategorised` is said of what was found, and is nobody's campaign."""
    odd = Campaign("uncategorised", None, True, Verdict.COMPROMISED, Stage.IMPLANTED)
    server = msgspec.structs.replace(assessment.servers[0], campaigns=(odd,))
    given = msgspec.structs.replace(assessment, servers=(server,))
    made = to_stix([given], Policy(Tlp.AMBER, named=True), "A CERT", NOW)
    assert "campaign" not in {one["type"] for one in made["objects"]}


def test_a_page_without_a_name_is_its_hash(assessment: Assessment) -> None:
    """Where its name would give the victim away."""
    pages = [finding("page", stage="implanted",
                     citations=[citation("w/ex01.aspx", sha256="a" * 64)])]  # fmt: skip
    server = msgspec.structs.replace(
        assessment.servers[0], findings=tuple(msgspec.convert(one, Finding) for one in pages)
    )
    policy = Policy(Tlp.AMBER, named=False)
    known = list(policy.allowed([msgspec.structs.replace(assessment, servers=(server,))]))
    made = stix2.parse(json.dumps(to_stix(known, policy, "A CERT", NOW)))
    (file,) = (one for one in made["objects"] if one["type"] == "file")
    assert "name" not in file
    (indicator,) = (one for one in made["objects"] if one["type"] == "indicator")
    assert indicator["name"] == "A planted page"


def test_a_value_counts_from_when_it_was_first_seen(assessment: Assessment) -> None:
    """On whichever server that was."""
    first = assessment.servers[0]
    before = tuple(
        msgspec.structs.replace(one, time="2021-03-01T00:00:00Z") for one in first.findings
    )
    other = msgspec.structs.replace(first, name="EX02", findings=before)
    both = msgspec.structs.replace(assessment, servers=(first, other))
    made = to_stix([both], Policy(Tlp.AMBER, named=True), "A CERT", NOW)
    (one, *_) = (one for one in made["objects"] if one["type"] == "indicator")
    assert one["valid_from"] == "2021-03-01T00:00:00.000Z"
