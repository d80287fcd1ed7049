"""Text of an attacker is made harmless to look at."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from alpheus.report.visible import portable, visible
from assessments import HOSTILE


@given(st.text() | st.sampled_from(HOSTILE))
def test_visible_leaves_no_control_format_or_surrogate_character(text: str) -> None:
    """Whatever moves a cursor, reverses a line or hides is written out; the result is UTF-8."""
    shown = visible(text)
    dangerous = {"Cc", "Cs", "Zl", "Zp"}
    assert not [one for one in shown if unicodedata.category(one) in dangerous]
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
    shown.encode("utf-8")


@given(st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="\u3164\uffa0")))
def test_visible_keeps_ordinary_text(text: str) -> None:
    """Letters, digits, punctuation and symbols of every script stay as they are."""
    kept = "".join(one for one in text if one not in "\u115f\u1160\ufffc\ufffd")
    assert visible(kept) == kept


def test_visible_names_what_it_replaces() -> None:
    """A control character has its short name, any other its code point."""
    assert visible("a\tb\x1b[0m\u202e\x00") == "a{TAB}b{ESC}[0m{U+202E}{NUL}"


@given(st.text(st.characters(exclude_categories=())))
def test_portable_text_is_utf8_and_ordinary_text_stays(text: str) -> None:
    """Only lone surrogates are changed."""
    shown = portable(text)
    shown.encode("utf-8")
    if not any("\ud800" <= one <= "\udfff" for one in text):
        assert shown == text
