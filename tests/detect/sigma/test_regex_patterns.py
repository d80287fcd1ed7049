"""Tests of `alpheus.detect.sigma.regex_patterns`."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma.regex_patterns import raw_pattern
from alpheus.detect.sigma.urls import decoded
from alpheus.scan.needles import ENCODED

_RULE = (
    r"(?i)(^|[?&;])(cmd|exec|c)=[^&]{0,40}(whoami|cmd(\.exe)?( |\+|%20)?/"
    r"|net1?( |\+)(user|group))"
)
_PATTERNS = (_RULE, r"a(b|c)*d", r"x(?=y)y\d+z", r"(?:p|q|)r+s", r"/e\.cp", r"k{2}(l|.)m")
_TOKENS = st.sampled_from(
    [*"abcdexyzpqrskklm", "cmd", "=", "exec=", "whoami", "net", " ", "+", "user", "/", ".", "&",
     "1", "e.cp", ".exe", "%20", "%2f"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_PATTERNS), st.lists(_TOKENS, max_size=12).map("".join), st.booleans())
def test_no_line_is_missed(pattern: str, value: str, encoded: bool) -> None:
    """Where the rule's expression matches a field or a decoding of it, the new one its line."""
    written = quote(value, safe="") if encoded else value.replace(" ", "+")
    forms = (written, *decoded(written, query=True))
    if any(re.search(pattern, form) for form in forms):
        found = raw_pattern(pattern, "iis")
        assert found is not None
        line = f"2021-03-03 06:59:20 GET /x {written} 200"
        assert re.search(found, line, re.IGNORECASE) or re.search(ENCODED, line, re.IGNORECASE)


def test_adjacent_text_stays_adjacent() -> None:
    """Else `cmd=Ping` of every phone would be a candidate."""
    found = raw_pattern(_RULE, "iis")
    assert found is not None
    assert re.search(found, "GET /a.aspx x=1&cmd=net+user", re.IGNORECASE)
    assert not re.search(found, "POST /default.eas User=a&Cmd=Ping&DeviceType=c", re.IGNORECASE)


@pytest.mark.parametrize("pattern", ["^.*$", r"\d+", "(a|.*)", "[a-z]{8}", "(" * 200 + ")" * 200])
def test_what_needs_no_text_gives_nothing(pattern: str) -> None:
    """There is nothing to search for."""
    assert raw_pattern(pattern, "iis") is None


def test_a_broken_pattern_gives_nothing() -> None:
    """It is reported where rules are compiled."""
    assert raw_pattern("(", "iis") is None
