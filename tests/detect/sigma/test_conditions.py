"""Tests of `alpheus.detect.sigma.conditions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings

from alpheus.detect.sigma.conditions import RAW_LIMIT, RawLine, required_numbers
from detect.sigma.building import event, request, rule
from detect.sigma.trees import EVENTS, detections, naive

NATIVE = {"product": "exchange", "service": "exchange-log"}


@settings(max_examples=120, deadline=None)
@given(detections(), EVENTS)
def test_agrees_with_a_naive_evaluator(
    detection: dict[str, Any], fields: Mapping[str, str]
) -> None:
    """Any tree of conditions has the truth that Python's own operators give it."""
    compiled = rule(detection, NATIVE)
    assert compiled.matches(event(fields, "exchange-log")) == naive(detection, fields)


def test_selectors() -> None:
    """`1 of`, `all of` and lists of maps link as the specification says."""
    one = rule({"a1": {"x": "1"}, "a2": {"y": "2"}, "condition": "1 of a*"}, NATIVE)
    both = rule({"a1": {"x": "1"}, "a2": {"y": "2"}, "condition": "all of them"}, NATIVE)
    maps = rule({"a": [{"x": "1"}, {"y": "2"}], "condition": "a"}, NATIVE)
    found = event({"y": "2"}, "exchange-log")
    assert one.matches(found)
    assert not both.matches(found)
    assert maps.matches(found)


def test_several_conditions_are_alternatives() -> None:
    """A list of conditions holds if one of them does."""
    compiled = rule({"a": {"x": "1"}, "b": {"y": "2"}, "condition": ["a", "b"]}, NATIVE)
    assert compiled.matches(event({"y": "2"}, "exchange-log"))


def test_keywords_search_everything() -> None:
    """A keyword is found in any value, in a list of values, and in the record as it was found."""
    compiled = rule({"words": ["Set-Oab*Directory", 4711], "condition": "words"}, NATIVE)
    assert compiled.matches(event({"a": "x set-oabVirtualDirectory y"}, "exchange-log"))
    assert compiled.matches(event({"Data": ("z", "Set-OabDirectory")}, "exchange-log"))
    assert compiled.matches(event({"a": "b"}, "exchange-log", text="x=4711;"))
    assert not compiled.matches(event({"a": "47110"}, "exchange-log", text="Get-Oab"))


def test_all_keywords() -> None:
    """Keywords linked by `all` may stand in different fields."""
    compiled = rule({"k": {"|all": ["one", "two"]}, "condition": "k"}, NATIVE)
    assert compiled.matches(event({"a": "one", "b": "two"}, "exchange-log"))
    assert not compiled.matches(event({"a": "one"}, "exchange-log"))


def test_a_filter_matches_any_spelling() -> None:
    """A negated test excludes an event if any spelling of the field matches it."""
    compiled = rule(
        {
            "page": {"cs-uri-stem|endswith": ".aspx"},
            "good": {"cs-uri-stem|contains": "/good/"},
            "condition": "page and not good",
        }
    )
    assert compiled.matches(request("/bad/x.aspx"))
    assert not compiled.matches(request("/%67ood/x.aspx"))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('2021-03-03,"/ecp/y.js",ServerInfo~a,python requests,200', True),
        ("GET /ECP/y.js ServerInfo~a python+requests 200", True),
        ("GET /%65cp/y.js ServerInfo~a python+requests 200", True),
        ("GET /ecp/y.js ServerInfo~a python+requests 404", False),
        ("GET /ecp/y.js ServerInfo~a curl 200", False),
    ],
)
def test_raw_lines(line: str, found: bool) -> None:
    """A line that did not parse is searched for the literal text; negations are ignored."""
    compiled = rule(
        {
            "a": {"cs-uri-stem|endswith": "/ecp/y.js", "c-useragent|contains": "python requests"},
            "status": {"sc-status": 200},
            "not_this": {"cs-method": "GET"},
            "condition": "a and status and not not_this",
        }
    )
    assert compiled.matches_raw(line) is found


@pytest.mark.parametrize(
    "detection",
    [
        {"sc-status": 200},
        {"cs-uri-stem|exists": True},
        {"c-ip|cidr": "10.0.0.0/8"},
        {"cs-uri-stem": "*"},
        {"cs-uri-stem|re": "[a-z]+"},
        {"a": {"cs-uri-stem": "/x"}, "condition": "not a"},
    ],
)
def test_raw_lines_need_positive_text(detection: dict[str, Any]) -> None:
    """A rule without positive literal text never matches a raw line."""
    assert not rule(detection).matches_raw("GET /x 10.0.0.1 200")


def test_raw_wildcards_and_doubled_quotes() -> None:
    """All parts between wildcards are needed; quotes may be doubled in the line."""
    compiled = rule({"x|contains": 'say "hi*there'}, NATIVE)
    assert compiled.matches_raw('1,"say ""hi you there"')
    assert not compiled.matches_raw('1,"say ""hi you"')


def test_raw_lines_are_bounded() -> None:
    """Only the beginning of an endless line is searched."""
    assert sum(map(len, RawLine("a" * 10_000_000).forms)) <= RAW_LIMIT


def test_required_numbers() -> None:
    """The event ids of a condition are found through `and` and `or`, never through `not`."""
    security = {"product": "windows", "service": "security"}

    def numbers(detection: dict[str, Any]) -> frozenset[str] | None:
        return required_numbers(rule(detection, security).condition, "eventid")

    assert numbers({"EventID": 1, "x": "y"}) == {"1"}
    assert numbers({"EventID": [1, 2]}) == {"1", "2"}
    one_free = {"a": {"EventID": 1}, "b": {"x": "y"}, "condition": "a or b"}
    assert numbers(one_free) is None
    assert numbers({"a": {"EventID": 1}, "condition": "not a"}) is None
