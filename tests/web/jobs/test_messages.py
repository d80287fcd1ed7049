"""What is said of jobs is said in every language."""

from __future__ import annotations

import re

import pytest

from alpheus.web.jobs import messages as said
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import words

OTHERS = [one for one in LANGUAGES if one != "en"]
PLACE = re.compile(r"%\((\w+)\)s")
ACTIONS = (
    "evidence received", "list received", "evidence read", "list taken in", "evidence deleted",
    "job cancelled", "job once more", "triage failed", "triage cancelled", "import failed",
    "import cancelled", "%(done)s of %(of)s MB", "%(done)s MB read", "%(done)s of %(of)s",
)  # fmt: skip


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_the_same_places(language: str) -> None:
    """A person reads why in their own words."""
    known = words(language)
    for text in (*said.texts(), *ACTIONS):
        assert known.knows(text), text
        assert set(PLACE.findall(known.gettext(text))) == set(PLACE.findall(text)), text


def test_a_complaint_says_what_is_wrong() -> None:
    """In English as an exception; with its status and where to go on."""
    error = ComplaintError(said.NOT_THERE, status=409, offset=7)
    assert str(error) == "The upload goes on at byte 7."
    assert (error.status, error.offset) == (409, 7)
    assert str(ComplaintError(said.GONE)) == said.GONE
