"""Why a server comes first is said in every language."""

from __future__ import annotations

import pytest

from alpheus.cases.priority import Reason
from alpheus.web import reason_words
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import words


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_reason_is_translated(language: str) -> None:
    """Whoever adds a weight adds its words."""
    assert [text for text in reason_words.texts() if not words(language).knows(text)] == []


def test_the_weightiest_are_said() -> None:
    """Not what takes from a priority; how long it has been is counted in words."""
    reasons = [
        Reason(60, "others report that somebody is inside"), Reason(-10, "its owner knows"),
        Reason(4, "open for 2 weeks"), Reason(2, "open for 1 weeks"), Reason(1, "a bank"),
    ]  # fmt: skip
    assert reason_words.said(reasons, words("de")) == [
        "andere melden, dass jemand eingedrungen ist", "seit 2 Wochen offen", "seit 1 Woche offen",
    ]  # fmt: skip
    assert reason_words.said([Reason(1, "open for 0 weeks")], words("en")) == [
        "open for less than a week"
    ]


def test_what_nobody_foresaw_stays_as_it_is() -> None:
    """And is no text of ours, even if there is one that reads like it."""
    assert reason_words.said([Reason(1, "Sign in")], words("de")) == ["Sign in"]
