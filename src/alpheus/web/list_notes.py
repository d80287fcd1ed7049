"""How a list was understood, in the reader's language.

Readers of lists say it in English (`exposure/imports`); `texts/list_notes.csv` has how each
sentence is said, and what the roles of columns are called. What no row fits is shown as it is.
"""

from __future__ import annotations

import re

from alpheus.web.refusals import LIST_NOTES, PLACE, rows

_COLUMN = re.compile(r"'([^']*)' is ([a-z-]+)( by its cells)?")
_LINE = re.compile(r"line ([\d,]+) '(.*?)'(?=, line [\d,]+ '| and [\d,]+ more$|$)", re.DOTALL)
_MORE = re.compile(r" and ([\d,]+) more$")
_OF_LINE, _AND_MORE, _BY_CELLS = "line {number} '{text}'", "and {number} more", "by its cells"
_LONGEST = 8_000


def said(note: str, language: str) -> str:
    """A note in a language."""
    if len(note) > _LONGEST:
        return note
    for row in rows(LIST_NOTES):
        found = row.expression.fullmatch(note)
        if found is not None:
            values = {name: _value(name, value, language)
                      for name, value in found.groupdict("").items()}  # fmt: skip
            return _filled(row.said[language], values)
    return note


def _value(name: str, value: str, language: str) -> str:
    if name == "columns":
        value = _COLUMN.sub(lambda m: _column(m, language), value)
    elif name == "lines":
        value = _LINE.sub(lambda m: _word(_OF_LINE, language, number=m[1], text=m[2]), value)
    elif name != "names":
        return value
    return _MORE.sub(lambda m: f" {_word(_AND_MORE, language, number=m[1])}", value)


def _column(match: re.Match[str], language: str) -> str:
    by = f" ({_word(_BY_CELLS, language)})" if match[3] else ""
    return f"'{match[1]}': {_word(match[2], language)}{by}"


def _word(message: str, language: str, **values: str) -> str:
    """A piece of a note, which has a row of its own; as it is without one."""
    row = next((one for one in rows(LIST_NOTES) if one.message == message), None)
    return _filled(row.said[language], values) if row else message


def _filled(text: str, values: dict[str, str]) -> str:
    return PLACE.sub(lambda match: values.get(match[1], match[0]), text)
