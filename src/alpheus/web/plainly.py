"""Texts in a reader's language as plain strings: for pictures, and for what a template will escape.

Templates have their own functions (`rendering.said_in`), which make text that is safe already.
"""

from __future__ import annotations

from alpheus.web import labels
from alpheus.web.words import Words

NOTHING = "\N{EN DASH}"
"""Stands where there is no value."""


def plain(words: Words, text: str, **values: object) -> str:
    """A text, with values in their places; nothing in it is escaped."""
    said = words.gettext(text)
    return said % values if values else said


def named(words: Words, kind: str, value: str) -> str:
    """A value of a table in words (see `labels`); one that nobody foresaw as it is."""
    found = labels.label(kind, value)
    return words.gettext(found.text) if found else value
