"""Why a server comes first, in the reader's language.

The reasons stand in `knowledge/tables/case_priority.csv` in English; how long something has been
open is counted when a server's row is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from alpheus.cases.priority import Reason, reasons_of_table
from alpheus.web.words import Words
from alpheus.web.words import words as words_of

SHOWN = 3
"""Reasons that a list tells of a server, the weightiest."""

_WEEKS = re.compile(r"open for (\d{1,6}) weeks")
_ONE, _MANY = "open for %(number)s week", "open for %(number)s weeks"
_LESS = "open for less than a week"


def with_points(reasons: Iterable[Reason], words: Words) -> list[tuple[int, str]]:
    """All reasons in words, also those that take from a priority, each with its points."""
    return [(one.points, _said(one.text, words.language)) for one in reasons]


def said(reasons: Iterable[Reason], words: Words, *, most: int = SHOWN) -> list[str]:
    """The weightiest reasons in words; what takes from a priority is no reason to come first."""
    first = [one.text for one in reasons if one.points > 0][:most]
    return [_said(text, words.language) for text in first]


@lru_cache(4_096)
def _said(text: str, language: str) -> str:
    words = words_of(language)
    found = _WEEKS.fullmatch(text)
    if found is None:
        return words.gettext(text) if text in reasons_of_table() else text
    weeks = int(found[1])
    if not weeks:
        return words.gettext(_LESS)
    return words.ngettext(_ONE, _MANY, weeks).replace("%(number)s", words.number(weeks))


def texts() -> Iterator[str]:
    """Every text, for those who translate."""
    yield from sorted(reasons_of_table())
    yield _LESS
    yield _ONE
