"""Half characters can be written, and come back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alpheus.timeline import surrogates

_TEXT = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("\ud800\udbff\U0010f000\U0010f7ff\U0010f123\U0010ffff"),
    )
)


@given(_TEXT)
def test_nothing_is_lost(text: str) -> None:
    """Half characters, and characters that stand for them, are told apart."""
    escaped = surrogates.escape(text)
    escaped.encode("utf-8")
    assert surrogates.restore(escaped) == text


def test_only_what_has_any_is_changed() -> None:
    """Ordinary text is passed over quickly."""
    assert not surrogates.has_any(["", "plain", "é", "\U0010f000"])
    assert surrogates.has_any(["plain", "\ud83d"])
    assert surrogates.escaped({"\udc00": "a"}) == {"\U0010f400": "a"}
