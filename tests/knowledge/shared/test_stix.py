"""STIX 2.1: what a bundle shares, and what of it is not used."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import stix2
from stix2.v21 import TLP_AMBER

from alpheus.knowledge.shared.model import UNKNOWN_MARK, Entry, NotUsed, Shared, Tlp
from alpheus.knowledge.shared.stix import read_stix
from alpheus.knowledge.shared.times import UNREADABLE
from alpheus.knowledge.shared.values import NO_VALUE
from alpheus.model import Confidence


def _read(*objects: Any) -> list[Entry]:
    content = stix2.Bundle(objects=list(objects), allow_custom=True).serialize().encode()
    return list(read_stix(content, "feed"))


def _indicator(pattern: str, **more: Any) -> Any:
    return stix2.Indicator(
        name="a name", pattern=pattern, pattern_type="stix", valid_from="2021-01-01T00:00:00Z",
        **more,
    )  # fmt: skip


def test_all_that_is_said_is_kept() -> None:
    """Source, confidence, marking and end of an indicator made by the committee's own library."""
    author = stix2.Identity(name="A CERT", identity_class="organization")
    one = _indicator(
        "[ipv4-addr:value = '45.77.252.175']", confidence=85, created_by_ref=author.id,
        valid_until="2021-12-31T00:00:00Z", object_marking_refs=[TLP_AMBER],
    )  # fmt: skip
    assert _read(author, TLP_AMBER, one) == [
        Shared("ip", "45.77.252.175", "a name", "A CERT", Confidence.HIGH, Tlp.AMBER,
               datetime(2021, 12, 31, tzinfo=UTC)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("[file:hashes.'SHA-256' = '" + "a" * 64 + "']", [("sha256", "a" * 64)]),
        ("[file:hashes.MD5 = '" + "a" * 32 + "']", [("md5", "a" * 32)]),
        ("[domain-name:value = 'evil.example' OR ipv6-addr:value = '2001:DB8::7']",
         [("domain", "evil.example"), ("ip", "2001:db8::7")]),
        ("[domain-name:value = 'a.example'] OR [url:value = 'https://b.example/x']",
         [("domain", "a.example"), ("domain", "b.example")]),
    ],
)  # fmt: skip
def test_choices_are_taken_apart(pattern: str, found: list[tuple[str, str]]) -> None:
    """Each value that alone fulfils a pattern is one."""
    assert [(one.type, one.value) for one in _read(_indicator(pattern))
            if isinstance(one, Shared)] == found  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("[ipv4-addr:value = '45.77.1.1' AND file:name = 'x.exe']", "more than one thing"),
        ("[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example']",
         "more than one thing"),
        ("[file:name LIKE '%.aspx']", NO_VALUE), ("[mutex:name = 'x']", NO_VALUE),
        ("[ipv4-addr:value = '45.77.0.0/16']", "range"),
        ("[ipv4-addr:value ISSUBSET '45.77.0.0/16']", "range"),
    ],
)  # fmt: skip
def test_what_is_no_single_value_is_left_out(pattern: str, reason: str) -> None:
    """With the reason; no part of a pattern that needs several things counts."""
    (one,) = _read(_indicator(pattern))
    assert isinstance(one, NotUsed)
    assert reason in one.reason
    assert one.place == "object 1"


def test_what_was_taken_back_is_left_out() -> None:
    """Revoked, harmless, or in another language."""
    for more, reason in (
        ({"revoked": True}, "taken back"), ({"indicator_types": ["benign"]}, "harmless"),
    ):  # fmt: skip
        (one,) = _read(_indicator("[ipv4-addr:value = '45.77.1.1']", **more))
        assert reason in str(one)
    other = json.dumps({"type": "bundle", "objects": [
        {"type": "indicator", "pattern": "alert tcp", "pattern_type": "snort"}]})  # fmt: skip
    assert "another language" in str(next(read_stix(other.encode(), "x")))


@pytest.mark.parametrize("content", [b"{}", b"[]", b"{", b'{"type": "indicator"}', b"\xff"])
def test_what_is_no_bundle(content: bytes) -> None:
    """Anything else is told."""
    with pytest.raises(ValueError, match=r".+"):
        list(read_stix(content, "x"))


def _of(*objects: object) -> list[Entry]:
    """What a bundle shares whose objects are written as they stand here."""
    content = json.dumps({"type": "bundle", "objects": list(objects)})
    return list(read_stix(content.encode(), "feed"))


ONE = {"type": "indicator", "pattern": "[ipv4-addr:value = '45.77.1.1']", "pattern_type": "stix"}
ODD = [
    {"pattern": 7}, {"pattern": None}, {"name": 7}, {"valid_until": []}, {"revoked": "perhaps"},
    {"object_marking_refs": "x"}, {"object_marking_refs": [1]}, {"granular_markings": [1]},
    {"confidence": 1.5}, {"indicator_types": [None]}, {"type": 7},
    {"valid_until": "soon"}, {"pattern": "\x00"}, {"pattern": ""},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_object_costs_itself(odd: dict[str, Any]) -> None:
    """The others are used; of the odd one the reason and the place are told."""
    found = _of(ONE, {**ONE, **odd}, ONE)
    assert [one for one in found if isinstance(one, Shared)] == [
        Shared("ip", "45.77.1.1", "", "feed")] * 2  # fmt: skip
    assert [one.place for one in found if isinstance(one, NotUsed)] == ["object 2"]


@pytest.mark.parametrize("nothing", ["name", "confidence", "valid_until", "created_by_ref",
                                     "indicator_types", "object_marking_refs"])  # fmt: skip
def test_null_says_nothing(nothing: str) -> None:
    """As some servers write what is not there."""
    assert _of({**ONE, nothing: None}) == [Shared("ip", "45.77.1.1", "", "feed")]


def test_objects_of_other_types_may_be_odd() -> None:
    """A name that cannot be read is no name; a report is not looked into."""
    author = {"type": "identity", "id": "identity--1", "name": None}
    found = _of({"type": "report", "name": 7}, author, {**ONE, "created_by_ref": "identity--1"})
    assert found == [Shared("ip", "45.77.1.1", "", "feed")]
    assert [type(one) for one in _of(7, None, "x", [])] == [NotUsed] * 4


def test_an_end_that_cannot_be_read_is_no_eternity() -> None:
    """Such an indicator is left out with that reason."""
    assert _of({**ONE, "valid_until": "soon"}) == [NotUsed(UNREADABLE, "object 1")]


TLP_2_GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
OWN = "marking-definition--00000000-0000-4000-8000-000000000001"


def _definition(**more: Any) -> dict[str, Any]:
    return {"type": "marking-definition", "id": OWN, **more}


@pytest.mark.parametrize(
    ("definition", "tlp", "remark"),
    [
        (_definition(definition_type="tlp", definition={"tlp": "amber"}), Tlp.AMBER, ""),
        (_definition(definition_type="tlp", definition={"tlp": "purple"}), Tlp.RED, UNKNOWN_MARK),
        (_definition(name="TLP:AMBER+STRICT", definition_type="statement",
                     definition={"statement": "custom"}), Tlp.AMBER_STRICT, ""),
        (_definition(name="TLP:NEW", definition_type="statement"), Tlp.RED, UNKNOWN_MARK),
        (_definition(extensions={"extension-definition--1": {"tlp_2_0": "green"}}), Tlp.GREEN, ""),
        (_definition(definition_type="iep", definition={"iep": "x"}), Tlp.RED, UNKNOWN_MARK),
        (_definition(definition=7), Tlp.RED, UNKNOWN_MARK),
        (_definition(definition_type="statement", definition={"statement": "(c)"}), None, ""),
        ({"type": "report"}, Tlp.RED, UNKNOWN_MARK),
    ],
    ids=str,
)  # fmt: skip
def test_a_marking_that_is_not_understood_is_red(
    definition: dict[str, Any], tlp: Tlp | None, remark: str
) -> None:
    """Also one that is not there; a statement says nothing of whom something may be told to."""
    assert _of(definition, {**ONE, "object_marking_refs": [OWN]}) == [
        Shared("ip", "45.77.1.1", "", "feed", tlp=tlp, remark=remark)]  # fmt: skip


def test_a_marking_of_a_part_is_one_of_it_all() -> None:
    """The strictest counts; a language of a part is no marking."""
    part = {"selectors": ["pattern"], "marking_ref": TLP_AMBER.id}
    marked = {**ONE, "object_marking_refs": [TLP_2_GREEN]}
    for parts, tlp in (
        ([part], Tlp.AMBER), ([{**part, "marking_ref": OWN}], Tlp.RED),
        ([{"selectors": ["name"], "lang": "de"}], Tlp.GREEN), (None, Tlp.GREEN),
    ):  # fmt: skip
        (one,) = _of({**marked, "granular_markings": parts})
        assert isinstance(one, Shared)
        assert one.tlp is tlp


def test_a_bundle_does_not_redefine_the_standard() -> None:
    """An id of the TLP means what the standard says."""
    red = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
    mark = {**_definition(definition_type="tlp", definition={"tlp": "white"}), "id": red}
    (one,) = _of(mark, {**ONE, "object_marking_refs": [red]})
    assert isinstance(one, Shared)
    assert one.tlp is Tlp.RED


def test_a_page_of_a_taxii_server_is_read() -> None:
    """It has no type."""
    content = json.dumps({"more": False, "objects": [ONE]}).encode()
    assert list(read_stix(content, "feed")) == [Shared("ip", "45.77.1.1", "", "feed")]


def test_a_pattern_of_very_many_choices_takes_no_time() -> None:
    """Each is looked at once."""
    pattern = " OR ".join(f"[ipv4-addr:value = '45.{n >> 8}.{n & 255}.1']" for n in range(50_000))
    assert len(_of({**ONE, "pattern": pattern})) == 50_000


@pytest.mark.parametrize("how", ["=", "ISSUBSET"])
def test_a_narrow_range_is_a_value(how: str) -> None:
    """Whether it is equalled or held; it is parted where the file is taken in."""
    (one,) = _read(_indicator(f"[ipv4-addr:value {how} '45.77.1.0/24']"))
    assert isinstance(one, Shared)
    assert (one.type, one.value) == ("ip", "45.77.1.0/24")
