"""Two names that look the same are told apart."""

from __future__ import annotations

import pytest

from alpheus.respond.alike import told_apart


@pytest.mark.parametrize(("one", "other", "shown"), [
    ("caf\u00e9.aspx", "cafe\u0301.aspx", ("caf{U+00E9}.aspx", "cafe{U+0301}.aspx")),
    ("a.aspx", "\u0430.aspx", ("a.aspx", "{U+0430}.aspx")),
    ("a b.aspx", "a\u00a0b.aspx", ("a b.aspx", "a{U+00A0}b.aspx")),
    ("\u0395.aspx", "E.aspx", ("{U+0395}.aspx", "E.aspx")),
])  # fmt: skip
def test_what_differs_is_written_out(one: str, other: str, shown: tuple[str, str]) -> None:
    """As code points; a person then sees which file is which."""
    found = told_apart([one, other, "else.aspx"])
    assert (found[one], found[other]) == shown
    assert "else.aspx" not in found


def test_names_that_differ_to_the_eye_stay_as_they_are() -> None:
    """Also those that are not ASCII, those that differ in case, and one that is named twice."""
    assert told_apart(["\u00fc.aspx", "u.aspx", "U.aspx", "\u00fc.aspx"]) == {}
