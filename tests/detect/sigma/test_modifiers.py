"""Every modifier of the Sigma 2 specification, each with records it must and must not match."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import assume, given, settings
from sigma.modifiers import modifier_mapping

from alpheus.detect.sigma import compile_rules
from alpheus.detect.sigma.modifiers import modern
from detect.sigma.building import event, rule, sigma_file
from detect.sigma.trees import RICH_EVENTS, RICH_TESTS, detections, naive

SYSMON = {"product": "windows", "service": "sysmon"}

WIDE = "whoami".encode("utf-16le")

CASES: tuple[tuple[dict[str, Any], dict[str, str], dict[str, str]], ...] = (
    ({"A": "Abc"}, {"A": "aBC"}, {"A": "abcd"}),
    ({"A": "a*c?"}, {"A": "axxcd"}, {"A": "axxc"}),
    ({"A|contains": "b"}, {"A": "aBc"}, {"A": "ac"}),
    ({"A|startswith": "b"}, {"A": "bc"}, {"A": "cb"}),
    ({"A|endswith": "b"}, {"A": "cb"}, {"A": "bc"}),
    ({"A|contains|all": ["x", "y"]}, {"A": "y x"}, {"A": "x"}),
    ({"A|contains": ["x", "y"]}, {"A": "y"}, {"A": "z"}),
    ({"A|contains|cased": "bC"}, {"A": "abCd"}, {"A": "abcd"}),
    ({"A|cased": "bC"}, {"A": "bC"}, {"A": "BC"}),
    ({"A|neq": "x"}, {"A": "y"}, {"A": "X"}),
    ({"A|neq": ["x", "y"]}, {"A": "z"}, {"A": "y"}),
    ({"A|re": "^b.d$"}, {"A": "bcd"}, {"A": "BCD"}),
    ({"A|re|i": "^b.d$"}, {"A": "BCD"}, {"A": "bcde"}),
    ({"A|re|m": "^b$"}, {"A": "a\nb\nc"}, {"A": "a\nbc"}),
    ({"A|re|s": "a.b"}, {"A": "a\nb"}, {"A": "ab"}),
    ({"A|re": "a.b"}, {"A": "a b"}, {"A": "a\nb"}),
    ({"A|re|i|m|s": "^B.c"}, {"A": "a\nb\nc"}, {"A": "ab\nc"}),
    ({"A|re|contains": "b|d"}, {"A": "xdx"}, {"A": "xcx"}),
    ({"A|cidr": "10.0.0.0/8"}, {"A": "10.1.2.3"}, {"A": "11.1.2.3"}),
    ({"A|cidr": ["fe80::/10", "::1/128"]}, {"A": "fe80::1"}, {"A": "2001::1"}),
    ({"A|base64": "whoami"}, {"A": base64.b64encode(b"whoami").decode()}, {"A": "whoami"}),
    ({"A|base64|contains": "whoami"}, {"A": "x d2hvYW1p y"}, {"A": "whoami"}),
    ({"A|wide|base64|contains": "whoami"}, {"A": base64.b64encode(WIDE).decode()}, {"A": "x"}),
    ({"A|utf16le|base64|contains": "whoami"}, {"A": base64.b64encode(WIDE).decode()}, {"A": "x"}),
    (
        {"A|utf16be|base64|contains": "whoami"},
        {"A": base64.b64encode("whoami".encode("utf-16be")).decode()},
        {"A": base64.b64encode(WIDE).decode()},
    ),
    (
        {"A|utf16|base64|contains": "whoami"},
        {"A": base64.b64encode(b"\xff\xfe" + WIDE).decode()},
        {"A": base64.b64encode(WIDE).decode()},
    ),
    ({"A|windash|contains": " -enc "}, {"A": "x /enc y"}, {"A": "x enc y"}),
    ({"A|windash|contains": " -enc "}, {"A": "x \u2013enc y"}, {"A": "x +enc y"}),
    ({"A|windash|contains|all": [" -a ", " -b "]}, {"A": "x /b  -a y"}, {"A": "x /b /c"}),
    ({"A|exists": True}, {"A": "x"}, {"B": "x"}),
    ({"A|exists": False}, {"B": "x"}, {"A": "x"}),
    ({"A": None}, {"B": "x"}, {"A": "x"}),
    ({"A": ""}, {"B": "x"}, {"A": "x"}),
    ({"A": ["x", None]}, {"B": "x"}, {"A": "y"}),
    ({"A|fieldref": "B"}, {"A": "x", "B": "X"}, {"A": "x", "B": "y"}),
    ({"A|fieldref|startswith": "B"}, {"A": "xyz", "B": "xy"}, {"A": "xyz", "B": "yz"}),
    ({"A|fieldref|endswith": "B"}, {"A": "xyz", "B": "yz"}, {"A": "xyz", "B": "xy"}),
    ({"A|fieldref|contains": "B"}, {"A": "xyz", "B": "y"}, {"A": "xyz", "B": "q"}),
    ({"A|gt": 5}, {"A": "6"}, {"A": "5"}),
    ({"A|gte": 5}, {"A": "0x5"}, {"A": "4.9"}),
    ({"A|lt": 5}, {"A": "-1"}, {"A": "5"}),
    ({"A|lte": 5}, {"A": "5.0"}, {"A": "five"}),
    ({"A": 5}, {"A": "5"}, {"A": "55"}),
    ({"A|minute": 30}, {"A": "2021-03-03T06:30:00Z"}, {"A": "2021-03-03T06:31:00Z"}),
    ({"A|hour|gte": 22}, {"A": "2021-03-03T23:30:00Z"}, {"A": "2021-03-03T21:59:00Z"}),
    ({"A|day": 3}, {"A": "2021-03-03 06:30:00"}, {"A": "2021-03-04 06:30:00"}),
    ({"A|week": 9}, {"A": "2021-03-03 06:30:00"}, {"A": "2021-03-08 06:30:00"}),
    ({"A|month": 3}, {"A": "2021-03-03 06:30:00"}, {"A": "2021-04-03 06:30:00"}),
    ({"A|year|lt": 2021}, {"A": "2020-03-03 06:30:00"}, {"A": "2021-03-03 06:30:00"}),
)

NAMES = {key.partition("|")[2] for detection, _, _ in CASES for key in detection}


@pytest.mark.parametrize(("detection", "matching", "other"), CASES, ids=lambda case: str(case)[:50])
def test_modifier(
    detection: dict[str, Any], matching: dict[str, str], other: dict[str, str]
) -> None:
    """A modifier makes a test true of one record and false of a similar one."""
    compiled = rule(detection, SYSMON)
    assert compiled.matches(event(matching, "sysmon"))
    assert not compiled.matches(event(other, "sysmon"))


@pytest.mark.parametrize("padding", range(4))
@pytest.mark.parametrize("encoding", ["", "wide|", "utf16le|", "utf16be|"])
def test_base64offset(encoding: str, padding: int) -> None:
    """A text is found in Base64 wherever it stands, in every encoding."""
    compiled = rule({f"A|{encoding}base64offset|contains": "whoami /all"}, SYSMON)
    codec = "ascii" if not encoding else "utf-16be" if "be" in encoding else "utf-16le"
    raw = b"#" * padding + "whoami /all".encode(codec) + b"#" * 5
    assert compiled.matches(event({"A": base64.b64encode(raw).decode()}, "sysmon"))
    other = base64.b64encode(b"#" * padding + b"something else" * 3).decode()
    assert not compiled.matches(event({"A": other}, "sysmon"))


def test_every_modifier_of_the_parser_is_tested() -> None:
    """No modifier is left to chance; those that are only other names of one are known."""
    tested = {part for name in NAMES for part in name.split("|")}
    elsewhere = {"base64offset", "expand"}
    others = {"ignorecase", "multiline", "dotall"}
    assert set(modifier_mapping) <= tested | elsewhere | others


def test_lists_keywords_and_quantifiers() -> None:
    """Lists of maps, keywords with and without `all`, and every form of `of` are understood."""
    several = rule({"sel": [{"A": "1", "B": "2"}, {"C": "3"}], "condition": "sel"}, SYSMON)
    assert several.matches(event({"C": "3"}, "sysmon"))
    assert not several.matches(event({"A": "1"}, "sysmon"))
    words = rule({"k": {"|all": ["red", "green"]}, "condition": "k"}, SYSMON)
    assert words.matches(event({"A": "red", "B": "x green"}, "sysmon"))
    assert not words.matches(event({"A": "red"}, "sysmon"))
    parts = {"s_a": {"A": "1"}, "s_b": {"B": "1"}, "_hidden": {"C": "1"}, "f": {"D": "1"}}
    both, one = {"A": "1", "B": "1"}, {"B": "1"}
    for condition, yes, no in (
        ("1 of s_*", one, {"D": "1"}),
        ("all of s_*", both, one),
        ("1 of them and not f", one, {"C": "1"}),
        ("all of them", {**both, "D": "1"}, both),
        ("any of s_*", one, {}),
        ("s_a or not (s_b or f)", {"A": "1", "B": "1"}, {"D": "1"}),
    ):
        compiled = rule({**parts, "condition": condition}, SYSMON)
        assert compiled.matches(event(yes, "sysmon")), condition
        assert not compiled.matches(event(no, "sysmon")), condition


def test_unknown_modifiers_are_refused() -> None:
    """A modifier that is none costs the rule, and is named."""
    found = compile_rules([sigma_file({"A|utf17": "x"}, SYSMON)])
    assert "utf17" in found.rejected[0].reason


def test_names_are_replaced_only_as_modifiers() -> None:
    """A field, a value or a detection that bears the name of a modifier keeps it."""
    definition = {
        "utf16le": {"utf16le|utf16le|contains": "utf16le", 5: "x"},
        "list": [{"a|utf16le": "b"}, "utf16le"],
        "condition": "utf16le",
    }
    assert modern(definition) == {
        "utf16le": {"utf16le|wide|contains": "utf16le", 5: "x"},
        "list": [{"a|wide": "b"}, "utf16le"],
        "condition": "utf16le",
    }


@settings(max_examples=250)
@given(detections(RICH_TESTS), RICH_EVENTS)
def test_agrees_with_a_slow_and_obvious_evaluator(
    detection: dict[str, Any], fields: dict[str, str]
) -> None:
    """A compiled rule says of every event what plain Python says of it."""
    found = compile_rules([sigma_file(detection, SYSMON)])
    assume(not found.rejected)
    assert found.rules[0].matches(event(fields, "sysmon")) == naive(detection, fields)
