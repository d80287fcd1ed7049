"""Tests of `alpheus.detect.sigma.urls`."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma.urls import ROUNDS, decoded


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("%40evil", "@evil"),
        ("%2540evil", "@evil"),
        ("%252540evil", "@evil"),
        ("..%c0%ae%c0%ae/", "..../"),
        ("%e0%80%af", "/"),
        ("%f0%80%80%af", "/"),
        ("%u0065cp", "ecp"),
        ("caf%c3%a9", "café"),
        ("%zz%4", None),
        ("plain", None),
    ],
)
def test_decoding(text: str, last: str | None) -> None:
    """Percent-encoding is undone up to three times; overlong UTF-8 and `%u` count too."""
    forms = decoded(text)
    assert (forms[-1] if forms else None) == last


def test_plus_is_a_blank_only_in_a_query() -> None:
    """`+` stands for a blank in a query, but `%2B` stays a plus."""
    assert decoded("a+b%2Bc", query=True) == ("a b%2Bc", "a b+c")
    assert decoded("a+b") == ()


def test_rounds_are_bounded() -> None:
    """However often a text was encoded, only `ROUNDS` forms are made."""
    text = "/"
    for _ in range(9):
        text = quote(text, safe="")
    assert len(decoded(text)) == ROUNDS


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_decoding_inverts_quoting(text: str) -> None:
    """What was quoted comes back, and nothing that anybody writes is an error."""
    clean = text.encode("utf-8", "replace").decode()
    quoted = quote(clean, safe="")
    assert clean == quoted or clean in decoded(quoted)
    decoded("%" + text, query=True)
