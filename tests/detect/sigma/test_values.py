"""Tests of `alpheus.detect.sigma.values`: every modifier, through the rules that use it."""

from __future__ import annotations

import fnmatch
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma.fields import Candidates
from alpheus.detect.sigma.values import MANY, Contains, Glob, Number
from detect.sigma.building import event, rule

EWS = {"product": "exchange", "service": "ews"}


def matches(key: str, wanted: Any, found: str | tuple[str, ...] | None) -> bool:
    """Whether a test of one field is true of a value."""
    fields = {"Other": "Alpha"} if found is None else {"Field": found, "Other": "Alpha"}
    return rule({key: wanted}, EWS).matches(event(fields, "ews"))


@pytest.mark.parametrize(
    ("key", "wanted", "yes", "no"),
    [
        ("Field", "Alpha", "aLPHA", "alphabet"),
        ("Field", ["a", "b"], "B", "c"),
        ("Field", "al*a", "alpha", "alphab"),
        ("Field", "al?ha", "alpha", "alha"),
        ("Field", r"a\*b", "a*b", "axb"),
        ("Field", r"C:\\Temp\x", r"c:\temp\x", r"c:\\temp\x"),
        ("Field", "*", "x", None),
        ("Field", "", None, "x"),
        ("Field", None, None, "x"),
        ("Field", 200, "200", "2000"),
        ("Field", 200, "0xc8", "0xc9"),
        ("Field", True, "TRUE", "1"),
        ("Field|contains", "lph", "ALPHA", "alp"),
        ("Field|contains", "a*c?e", "xxabbcdexx", "acde"[:3]),
        ("Field|contains|all", ["al", "ha"], "alpha", "alp"),
        ("Field|startswith", "al", "Alpha", "xalpha"),
        ("Field|endswith", ["ha", "zz"], "AlphA", "alphab"),
        ("Field|cased", "Alpha", "Alpha", "alpha"),
        ("Field|contains|cased", "lPh", "alPha", "alpha"),
        ("Field|re", r"a.+\d{2}$", "xalpha42", "xALPHA42"),
        ("Field|re|i", r"^alpha", "ALPHA", "xalpha"),
        ("Field|re|m", r"^two$", "one\ntwo", "onetwo"),
        ("Field|re|s", r"a.b", "a\nb", "ab"),
        ("Field|re", r"^(?!good).*x$", "badx", "goodx"),
        ("Field|re|contains", "a|b", "xbx", "c"),
        ("Field|cidr", "10.0.0.0/8", "10.1.2.3", "11.1.2.3"),
        ("Field|cidr", "10.0.0.0/8", "::ffff:10.1.2.3", "10.1.2"),
        ("Field|cidr", "10.0.0.0/8", "1.1.1.1, 10.9.9.9:443", "1.1.1.1, 9.9.9.9:443"),
        ("Field|cidr", "fe80::/10", "fe80::1%3", "2001::1"),
        ("Field|cidr", "::1/128", "[::1]:443", "::2"),
        ("Field|gt", 5, "6", "5"),
        ("Field|gte", 5, "5", "4.9"),
        ("Field|lt", 5, "-1", "5"),
        ("Field|lte", 5, "5", "nan"),
        ("Field|exists", True, "x", None),
        ("Field|exists", False, None, "x"),
        ("Field|base64", "alpha", "YWxwaGE=", "alpha"),
        ("Field|base64offset|contains", "/bin/sh", "xxL2Jpbi9zaAxx", "/bin/sh"),
        ("Field|wide|base64offset|contains", "ping", "cABpAG4AZw", "ping"),
        ("Field|utf16|base64offset|contains", "ping", "//5wAGkAbgBnA", "ping"),
        ("Field|windash|contains", " -enc", "x /enc", "x enc"),
        ("Field|fieldref", "Other", "ALPHA", "beta"),
        ("Field|fieldref|startswith", "Other", "alphabet", "the alpha"),
        ("Field|fieldref|endswith", "Other", "the alpha", "alphabet"),
        ("Field|fieldref|contains", "Other", "the alphabet", "alp"),
        ("Field|neq", "x", "y", "x"),
        ("Field|hour", 3, "2021-03-03T03:59:20Z", "2021-03-03T04:00:00Z"),
        ("Field|hour", 3, "2021-03-03T05:59:20+02:00", "rubbish"),
        ("Field|week", 9, "2021-03-03", "2021-03-10"),
        ("Field", "two", ("one", "two"), ("one",)),
    ],
)
def test_modifiers(key: str, wanted: Any, yes: Any, no: Any) -> None:
    """Every modifier says yes to what it is for, and no to what is nearly that."""
    assert matches(key, wanted, yes)
    assert not matches(key, wanted, no)


LETTERS = st.text("ab*?", max_size=8)


@settings(max_examples=300, deadline=None)
@given(LETTERS, st.text("ab", max_size=10))
def test_wildcards_agree_with_fnmatch(pattern: str, value: str) -> None:
    """`*` and `?` mean what they mean to a shell."""
    if not pattern.strip("*"):
        return
    assert matches("Field", pattern, value) == (bool(value) and fnmatch.fnmatchcase(value, pattern))


def test_wildcards_take_no_backtracking() -> None:
    """A pattern with many wildcards is decided at once on a long value."""
    glob = Glob(((("a",), *[("a", None, "b")] * 20, ("c",)),))
    assert not glob.passes(Candidates(("a" * 20_000,)))


def test_a_long_number_is_not_read() -> None:
    """Digits without end are no number."""
    assert not Number(1).passes(Candidates(("1" * 10_000,)))


@given(
    st.lists(st.text("ab.*+é(", min_size=1, max_size=4), min_size=MANY + 1, max_size=MANY + 9),
    st.text("abAB.*+éÉ(\u212a\ud800", max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_many_texts_are_searched_together(texts: list[str], value: str) -> None:
    """A search for many texts finds what searches for each would."""
    candidates = Candidates((value,))
    together = Contains(tuple(texts))
    assert together.passes(candidates) is any(text in candidates.folded[0] for text in texts)
    assert pickle.loads(pickle.dumps(together)) == together
