"""What hands are told by, in words."""

from __future__ import annotations

from alpheus.cases.strands import TraitKind
from alpheus.cases.traces import TraceKind
from alpheus.fleet.hands_words import APART, CONFIDENCE, SHARED, SIGNS, English, sign_text
from alpheus.model import Confidence


def test_every_kind_has_its_words() -> None:
    """Whoever adds a kind of trait or trace says what it is."""
    assert set(SIGNS) == {one.value for one in TraitKind}
    assert set(SHARED) == {one.value for one in TraceKind}
    assert set(CONFIDENCE) == {one.value for one in Confidence}
    assert len(set(APART)) == 3


def test_a_page_is_told_by_hash_and_name() -> None:
    """All else by its label, or by itself."""
    assert sign_text("page", "ab" * 32, "x.aspx") == f"{'ab' * 8}… x.aspx"
    assert sign_text("secret", "12ab", "parameter [secret:12ab34cd]") == (
        "parameter [secret:12ab34cd]"
    )
    assert sign_text("address", "192.0.2.1", "") == "192.0.2.1"


def test_english_says_what_stands_there() -> None:
    """Numbers with their thousands, days without their hour."""
    words = English()
    assert words.gettext("Server") == "Server"
    assert [words.ngettext("one", "many", number) for number in (1, 2)] == ["one", "many"]
    assert (words.number(1_234.5), words.day("2021-03-01T02:00:00Z")) == ("1,234.5", "2021-03-01")
