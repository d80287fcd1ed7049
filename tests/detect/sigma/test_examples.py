"""Tests of `alpheus.detect.sigma.examples`."""

from __future__ import annotations

from typing import Any

import pytest

from alpheus.detect.sigma import compile_rules
from alpheus.detect.sigma.examples import check_examples, check_sequence, raw_line
from alpheus.knowledge.model import Example
from detect.sigma.building import HTTPPROXY, WEBSERVER, sigma_file

YES = Example(matches=True, source="httpproxy", fields={"AnchorMailbox": "ServerInfo~a]@b"})
NO = Example(matches=False, source="httpproxy", fields={"AnchorMailbox": "Sid~S-1-5"})


def failures(examples: tuple[Example, ...], detection: Any = None) -> list[str]:
    """What is wrong with the examples of a rule."""
    wanted = detection or {"AnchorMailbox|startswith": "ServerInfo~"}
    file = sigma_file(wanted, HTTPPROXY, name="forged", examples=examples)
    return check_examples(file, compile_rules([file]).rules[0])


def test_good_examples() -> None:
    """Nothing is said of examples that hold."""
    assert failures((YES, NO)) == []


@pytest.mark.parametrize(
    ("examples", "sentence"),
    [
        ((YES,), "forged has no negative example"),
        ((NO,), "forged has no positive example"),
        (
            (YES, NO, Example(True, "httpproxy", {"AnchorMailbox": "x"})),
            "forged, example 3: it should match",
        ),
        (
            (YES, Example(False, "httpproxy", YES.fields)),
            "forged, example 2: it should not match",
        ),
        (
            (YES, NO, Example(True, "ews", YES.fields)),
            "forged, example 3: the log source does not select this record of ews",
        ),
    ],
)
def test_bad_examples(examples: tuple[Example, ...], sentence: str) -> None:
    """Each failure is a sentence that names the rule and the example."""
    assert failures(examples) == [sentence]


def test_rules_without_needles_are_not_blamed() -> None:
    """A rule that needs every line has no needle to test."""
    yes = Example(matches=True, source="httpproxy", fields={"HttpStatus": "241"})
    no = Example(matches=False, source="httpproxy", fields={"HttpStatus": "200"})
    assert failures((yes, no), {"HttpStatus": 241}) == []


@pytest.mark.parametrize(
    ("source", "fields", "line"),
    [
        ("iis", {"cs-method": "GET", "cs(User-Agent)": "a b", "cs-username": ""}, "GET a+b -"),
        ("httpproxy", {"UserAgent": "(KHTML, like)", "X": 'a"b'}, '(KHTML  like),"a""b"'),
        ("ecp-server", {"CMD": "Set-X.Y='z'", "RS": "0"}, "S:CMD=Set-X.Y=''z'';S:RS=0"),
        ("sysmon", {"Data": ("a", "b")}, "a b"),
    ],
)
def test_raw_lines(source: str, fields: dict[str, Any], line: str) -> None:
    """A record is written as its log would write it."""
    assert raw_line(Example(matches=True, source=source, fields=fields)) == line


def test_audit_records_are_json() -> None:
    """Parameters of the audit log stand as JSON, in which nothing reads `-Name "Value"`."""
    fields = {"Cmdlet": "Set-X", "Parameters": '-ExternalUrl "http://f/<script>" -Force "True"'}
    line = raw_line(Example(matches=True, source="exchange-audit", fields=fields))
    assert '""Name"": ""ExternalUrl""' in line
    assert "-ExternalUrl" not in line


def test_sequences() -> None:
    """Positive examples of a correlation are one sequence; the negative ones are none."""

    def page(name: str, *, matches: bool) -> Example:
        return Example(matches, "iis", {"cs-uri-stem": f"/{name}", "c-ip": "1.1.1.1"})

    def checked(*examples: Example) -> list[str]:
        steps = [sigma_file({"cs-uri-stem": f"/{n}"}, WEBSERVER, name=n) for n in ("a", "b")]
        block = {
            "type": "temporal_ordered",
            "rules": ["a", "b"],
            "timespan": "1m",
            "group-by": ["c-ip"],
        }
        file = sigma_file(name="corr", correlation=block, examples=examples)
        found = compile_rules([*steps, file])
        return check_sequence(file, found.correlations[0], found)

    forward = (page("a", matches=True), page("b", matches=True))
    backward = (page("b", matches=False), page("a", matches=False))
    assert checked(*forward, *backward) == []
    assert checked(*backward) == ["corr has no positive example"]
    assert checked(forward[1], forward[0], *backward) == [
        "corr: the positive examples should match"
    ]
    ordered = (page("a", matches=False), page("b", matches=False))
    assert checked(*forward, *ordered) == ["corr: the negative examples should not match"]
