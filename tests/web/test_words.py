"""The console's words: complete in every language."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir, extract_from_file

from alpheus.fleet import hands_words
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import accepted_of, chosen, words

WEB = Path(str(files("alpheus.web")))
FLEET = Path(str(files("alpheus.fleet")))
OTHERS = [one for one in LANGUAGES if one != "en"]
PLACE = re.compile(r"%\((\w+)\)[sd]")


def _said() -> set[str]:
    """Every text that a template says, the first form of those that count."""
    found = extract_from_dir(
        WEB / "templates", [("**.html", "jinja2.ext:babel_extract")],
        {"**.html": {"trimmed": "true", "silent": "false"}}, keywords={"_": None, "gettext": None,
                                                                       "ngettext": (1, 2)},
    )  # fmt: skip
    return {one[2][0] if isinstance(one[2], tuple) else one[2] for one in found}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_a_template_is_translated(language: str) -> None:
    """Whoever adds a text adds it to each catalogue."""
    said = _said()
    assert "Sign in" in said
    assert sorted(text for text in said if not words(language).knows(text)) == []


def _said_of_fleets() -> set[str]:
    """Every text of the report of a campaign run."""
    found = {
        one[1][0] if isinstance(one[1], tuple) else one[1]
        for name in ("report_blocks.py", "report_forms.py")
        for one in extract_from_file(
            "python", FLEET / name,
            keywords={"say": None, "gettext": None, "many": (1, 2), "ngettext": (1, 2)},
        )
    }  # fmt: skip
    for texts in (hands_words.SIGNS, hands_words.AGAINST, hands_words.CONFIDENCE,
                  hands_words.SHARED, hands_words.VERDICTS):  # fmt: skip
        found.update(texts.values())
    return {*found, *hands_words.APART, hands_words.WEIGHT}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_a_report_of_a_fleet_is_translated(language: str) -> None:
    """It is written in each language of the console, with the same places for values."""
    said = _said_of_fleets()
    assert "The same hand" in said
    assert sorted(text for text in said if not words(language).knows(text)) == []
    for text in said:
        assert set(PLACE.findall(words(language).gettext(text))) == set(PLACE.findall(text)), text


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_places_for_values(language: str) -> None:
    """Otherwise a name or a number would be missing, or the page would fail."""
    for text in _said():
        assert set(PLACE.findall(words(language).gettext(text))) == set(PLACE.findall(text)), text


def test_numbers_days_and_moments_are_said_as_the_language_says_them() -> None:
    """In UTC, and saying so; unknown is nothing."""
    assert words("en").number(1234567) == "1,234,567"
    assert words("de").number(1234567) == "1.234.567"
    assert words("de").day("2021-03-02T23:59:00Z") == "02.03.2021"
    assert words("en").moment("2021-03-02T23:59:00Z") == "Mar 2, 2021, 23:59 UTC"
    assert words("es").moment("") == ""
    assert words("es").day("not a day") == "not a day"


@pytest.mark.parametrize(
    ("preferred", "accepted", "language"),
    [
        ("de", "es", "de"), ("xx", "es", "es"), ("", "", "en"), ("", "fr, de;q=0.5", "de"),
        ("", "en;q=0.1, ES-mx;q=0.9", "es"), ("", "de;q=0, es;q=x", "en"), ("", ",;,=", "en"),
    ],
)  # fmt: skip
def test_which_language_is_spoken(preferred: str, accepted: str, language: str) -> None:
    """The one chosen; else what the browser likes best of those there are."""
    assert chosen(preferred, accepted) == language


def test_a_browser_may_name_none_of_our_languages() -> None:
    """Then it is for others to say which one is spoken."""
    assert accepted_of("") == accepted_of("fr-FR, *;q=0.1") == ""
    assert accepted_of("fr, de-AT;q=0.5") == "de"
