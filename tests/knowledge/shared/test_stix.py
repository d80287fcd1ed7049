"""STIX 2.1: what a bundle shares, and what of it is not used."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import stix2
from stix2.v21 import TLP_AMBER

from alpheus.knowledge.shared.model import Shared, Tlp
from alpheus.knowledge.shared.stix import read_stix
from alpheus.knowledge.shared.values import NO_VALUE
from alpheus.model import Confidence


def _read(*objects: Any) -> list[Shared | str]:
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
    ],
)  # fmt: skip
def test_what_is_no_single_value_is_left_out(pattern: str, reason: str) -> None:
    """With the reason; no part of a pattern that needs several things counts."""
    (one,) = _read(_indicator(pattern))
    assert isinstance(one, str)
    assert reason in one


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
