"""Tests of `alpheus.detect.sigma.pieces`."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma.pieces import may_overlap, pattern_of, safe_pieces, spellings

_PIECES = st.text("ab/2f5.", min_size=3, max_size=6)


@settings(max_examples=200, deadline=None)
@given(_PIECES, _PIECES, st.text("ab/2f5.%", max_size=12))
def test_pieces_that_cannot_overlap_stand_one_after_the_other(
    one: str, other: str, around: str
) -> None:
    """On any line with both, one ends before the other begins, however they are encoded."""
    left, right = (re.compile(f"(?=({pattern_of(piece, 'iis')}))") for piece in (one, other))
    for line in (one + around + other, other + around + one, one + other[1:], other + one[1:],
                 pattern_free(one) + other):  # fmt: skip
        spans = [(m.start(1), m.end(1)) for m in left.finditer(line)]
        others = [(m.start(1), m.end(1)) for m in right.finditer(line)]
        crossing = any(a < d and c < b for a, b in spans for c, d in others)
        assert not crossing or may_overlap(one, other, "iis")


def pattern_free(piece: str) -> str:
    """A piece with its slashes encoded."""
    return piece.replace("/", "%252f")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("/ecp/", ".js", False),
        ("post", ".xap", True),
        ("/ecp/", "2fecp", True),
        ("virtual", "aldirectory", True),
        ("whoami", "who", True),
    ],
)
def test_examples_of_overlap(one: str, other: str, expected: bool) -> None:
    """Also through the digits of an encoded character."""
    assert may_overlap(one, other, "iis") is expected
    assert may_overlap(other, one, "iis") is expected


def test_what_logs_rewrite_is_cut_out() -> None:
    """Commas never stand in a piece, quotes where they are doubled; slashes only in requests."""
    assert safe_pieces("a b,'c/d\"e", "iis") == ["a b", "'c/d\"e"]
    assert safe_pieces("a b,'c/d\"e", "httpproxy") == ["a b", "'c/d", "e"]
    assert safe_pieces("a b,'c/d\"e", "iis", torn=True) == ["a", "b", "c/d", "e"]
    assert safe_pieces("c/d 'e", "exchange-log") == ["c", "d", "e"]


@pytest.mark.parametrize(
    "line", ["net+user", "net user", "net%20user", "net%2520user", "net%2Buser"]
)
@pytest.mark.parametrize("piece", ["net u", "net+u"])
def test_a_blank_of_a_request_has_many_spellings(piece: str, line: str) -> None:
    """Rule and log may each write `+` or a blank."""
    assert re.search(pattern_of(piece, "iis"), line, re.IGNORECASE)


_SPELT = st.lists(st.sampled_from(["/", "%2f", "%252F", "a", "b", "%25", "=", "%3d"]), max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.text("/ab=", min_size=1, max_size=4), _SPELT.map("".join))
def test_all_spellings_together_are_the_pattern(piece: str, line: str) -> None:
    """They find exactly the lines that the one pattern finds."""
    apart = any(re.search(one, line, re.IGNORECASE) for one in spellings(piece, "iis"))
    assert apart is bool(re.search(pattern_of(piece, "iis"), line, re.IGNORECASE))


@pytest.mark.parametrize("line", ["/a", "%2fa", "%252Fa", "%2525252fa"])
def test_a_pattern_takes_every_encoding(line: str) -> None:
    """Of reserved characters, however often."""
    assert re.search(pattern_of("/a", "iis"), line, re.IGNORECASE)
    assert bool(re.search(pattern_of("/a", "ews"), line)) is (line == "/a")
