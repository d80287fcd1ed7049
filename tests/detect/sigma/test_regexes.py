"""Tests of `alpheus.detect.sigma.regexes`."""

from __future__ import annotations

import pickle
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma.fields import Candidates
from alpheus.detect.sigma.regexes import Regex
from alpheus.knowledge.patterns import SUBJECT_LIMIT, UnsafePatternError


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("abc", (("abc",),)),
        ("^abc$", (("abc",),)),
        ("ab.*cdef", (("cdef",),)),
        ("a(bcd)e", (("bcd",),)),
        ("(foo|barr)x?", (("foo",), ("barr",))),
        ("(foo|.*)", None),
        ("(foo)*", None),
        ("(foo){2,}", (("foo",),)),
        ("fo+bar", (("bar",),)),
        ("[ab]+", None),
        ("(?i)ABC", (("ABC",),)),
        ("(?:whoami|ipconfig)(?=x)", (("whoami",), ("ipconfig",))),
    ],
)
def test_needed_text(pattern: str, literals: object) -> None:
    """The text that every match contains is found; None if there is none."""
    assert Regex(pattern).literals() == literals


PATTERNS = st.recursive(
    st.sampled_from(["a", "bc", "d.", "[ef]", "g?", "h*", "i+", "^", "$"]),
    lambda inner: st.one_of(
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: f"({a}|{b})", inner, inner),
        st.builds(lambda a, n: f"(?:{a}){{{n},3}}", inner, st.integers(0, 2)),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(PATTERNS, st.text("abcdefghi", max_size=14))
def test_every_match_contains_the_needed_text(pattern: str, subject: str) -> None:
    """A subject that matches contains all parts of one of the alternatives."""
    try:
        regex = Regex(pattern)
    except (re.error, UnsafePatternError):
        return
    literals = regex.literals()
    if literals is not None and regex.passes(Candidates((subject,))):
        assert any(all(part in subject for part in parts) for parts in literals)


def test_a_pattern_that_explodes_is_harmless() -> None:
    """Nested repetition takes linear time where possible, and is refused otherwise."""
    began = time.perf_counter()
    assert not Regex("(a+)+$").passes(Candidates(("a" * 50_000 + "b",)))
    assert time.perf_counter() - began < 2
    with pytest.raises(UnsafePatternError):
        Regex(r"(?=x)(a+)+$")
    with pytest.raises(UnsafePatternError):
        Regex(r"(?!x)((?:a*b?)*)*$")
    with pytest.raises(UnsafePatternError):
        Regex(r"(?!x)(?:a{0,1000}){0,1000}$")


def test_look_around_sees_a_bounded_subject() -> None:
    """Python's engine is used for look-around only, and on the beginning of a value."""
    regex = Regex(r"end(?!ing)")
    assert regex.passes(Candidates(("the end",)))
    assert not regex.passes(Candidates(("ending",)))
    assert not regex.passes(Candidates(("x" * SUBJECT_LIMIT + "end",)))
    assert Regex("end").passes(Candidates(("x" * SUBJECT_LIMIT + "end",)))


def test_a_broken_pattern_is_an_error() -> None:
    """What no engine can read is refused."""
    with pytest.raises(re.error):
        Regex("(")


def test_stray_bytes_and_lookalikes() -> None:
    """Lone surrogates do no harm; a Kelvin sign is no `k`."""
    assert Regex("a.b").passes(Candidates(("a\udc80b",)))
    assert not Regex("kill", "i").passes(Candidates(("\u212aill",)))
    assert Regex("kill", "i").passes(Candidates(("é KILL",)))


def test_copying() -> None:
    """A pattern can be sent to another process."""
    copy = pickle.loads(pickle.dumps(Regex("abc", "i")))
    assert copy.passes(Candidates(("xABCx",)))
