"""Tests of `alpheus.detect.sigma.regex_patterns`."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma.regex_patterns import Factor, factors
from alpheus.detect.sigma.urls import decoded
from alpheus.scan.needles import ENCODED

_RULE = (
    r"(?i)(^|[?&;])(cmd|exec|c)=[^&]{0,40}(whoami|cmd(\.exe)?( |\+|%20)?/"
    r"|net1?( |\+)(user|group))"
)
_PATTERNS = (
    _RULE,
    r"[a-c]{3}=(x|y) ?z",
    r"(cmd|exec)[ +]?=(a|b[0-9])?",
    r"(?:(?:a|b)=%20c)",
    r"a(b|c)*d",
    r"x(?=y)y\d+z",
    r"(?:p|q|)r+s",
    r"/e\.cp",
    r"k{2}(l|.)m",
)
_TOKENS = st.sampled_from(
    [*"abcdexyzpqrskklm", "cmd", "=", "exec=", "whoami", "net", " ", "+", "user", "/", ".", "&",
     "1", "e.cp", ".exe", "%20", "%2f"]
)  # fmt: skip


def _in_line(found: list[Factor], line: str) -> bool:
    """Whether a line holds one alternative of every factor."""
    return all(
        any(all(re.search(one.pattern, line, re.IGNORECASE) for one in every) for every in factor)
        for factor in found
    )


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(_PATTERNS), st.lists(_TOKENS, max_size=12).map("".join), st.booleans())
def test_no_line_is_missed(pattern: str, value: str, encoded: bool) -> None:
    """Where the rule's expression matches a field or a decoding of it, its line holds all."""
    written = quote(value, safe="") if encoded else value.replace(" ", "+")
    forms = (written, *decoded(written, query=True))
    if any(re.search(pattern, form) for form in forms):
        line = f"2021-03-03 06:59:20 GET /x {written} 200"
        hidden = re.search(ENCODED, line, re.IGNORECASE)
        assert hidden or _in_line(factors(pattern, "iis"), line)


def test_adjacent_text_stays_adjacent() -> None:
    """Else `cmd=Ping` of every phone would be a candidate."""
    names, commands = factors(_RULE, "iis")
    assert _in_line([names, commands], "GET /a.aspx x=1&cmd=net+user")
    assert not _in_line([commands], "POST /default.eas User=a&Cmd=Ping&DeviceType=c")
    assert {stretch.pattern for one in commands for stretch in one} >= {"whoami"}


@pytest.mark.parametrize("pattern", ["^.*$", r"\d+", "(a|.*)", "[a-z]{8}", "(" * 200 + ")" * 200])
def test_what_needs_no_text_gives_nothing(pattern: str) -> None:
    """There is nothing to search for."""
    assert factors(pattern, "iis") == []


def test_many_branches_do_not_multiply_without_end() -> None:
    """Where alternatives would become too many, what was found so far stands by itself."""
    found = factors("(a|b|c|d)" * 12, "iis")
    assert found
    assert all(len(factor) <= 96 for factor in found)


def test_a_broken_pattern_gives_nothing() -> None:
    """It is reported where rules are compiled."""
    assert factors("(", "iis") == []
