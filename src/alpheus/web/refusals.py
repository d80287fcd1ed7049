"""Why something was refused, in the reader's language.

What refuses speaks English, with the values in it. `texts/refusals.csv` has its messages with
places for those values, and how each is said in other languages; `en` is for where the console says
it otherwise than the command line, which names commands. A message without values may stand in the
catalogues (`*.po`) instead. The value in a place that is called like a kind of `labels.py`
(`{patch}`, `{work}`, `{act}`) is said as the label says it, one in `{reason}` or `{evidence}` is a
message of its own, each of several in `{closing_list}` is said as a label of `closing`. A time (ISO
8601 UTC) is said as the language writes it; a time or a day in `{until}` as its day. What no row
fits is shown as it is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from alpheus.errors import KnowledgeError
from alpheus.web import labels
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import words

PLACE = re.compile(r"\{(\w+)\}")
_MESSAGES = frozenset({"reason", "evidence"})
_WORDS = frozenset({"reference", "until"})
_NUMBERS = frozenset({"number", "server", "batch", "decision", "account", "bulk"})
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3}){1,5}", re.ASCII)
_LIST = "_list"
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII)
_LONGEST = 4_000
_DEEPEST = 3


REFUSALS, REASONS, IDENTITY = "refusals.csv", "reasons.csv", "identity.csv"
"""The tables: sentences, which begin with a capital in English, parts of sentences, and why
observations are one server."""
LIST_NOTES = "list_notes.csv"


class Row(NamedTuple):
    """A message with places, as an expression, and how it is said by language."""

    message: str
    expression: re.Pattern[str]
    begins: str
    said: Mapping[str, str]


def told(message: str, language: str, *, table: str = REFUSALS, depth: int = 0) -> str:
    """A message of a table in a language; as it is where nobody has put it in words."""
    if depth > _DEEPEST or len(message) > _LONGEST:
        return message
    for row in rows(table):
        if not message.startswith(row.begins):
            continue
        found = row.expression.fullmatch(message)
        if found is None:
            continue
        parts = PLACE.split(row.said[language])
        values = found.groupdict("")
        return "".join(
            _value(part, values.get(part, ""), language, table, depth) if at % 2 else part
            for at, part in enumerate(parts)
        )
    return words(language).gettext(message) if table == REFUSALS else message


@cache
def rows(table: str = REFUSALS) -> tuple[Row, ...]:
    """A table. Raises KnowledgeError."""
    place = files("alpheus.web").joinpath("texts", table)
    lines = place.read_text("utf-8").splitlines()
    found = list(csv.DictReader(lines, strict=True))
    if table != REFUSALS:
        found = [{"en": one["message"], **one} for one in found]
    return tuple(_row(one, str(place), number) for number, one in enumerate(found, start=2))


def _row(one: Mapping[str, str], place: str, number: int) -> Row:
    message = one.get("message") or ""
    names = PLACE.findall(message)
    if not message or len(names) != len(set(names)):
        raise KnowledgeError(f"{place}:{number}: a message has places, each once: {message}")
    parts = PLACE.split(message)
    expression = "".join(
        f"(?P<{part}>{_form(part)})" if at % 2 else re.escape(part) for at, part in enumerate(parts)
    )
    said = {language: one.get(language) or "" for language in LANGUAGES}
    said["en"] = said["en"] or message[0].upper() + message[1:]
    return Row(message, re.compile(expression, re.DOTALL), parts[0], said)


def _form(name: str) -> str:
    """What may stand in a place, so that a message is not taken for another one."""
    if name in _NUMBERS:
        return r"-?[\d,]+"
    if name in _WORDS or name in labels.tables():
        return r"\S+"
    return ".+?"


def _value(name: str, value: str, language: str, table: str, depth: int) -> str:
    if name in _MESSAGES:
        return told(value, language, table=table, depth=depth + 1)
    if name in labels.tables():
        return _label(name, value, language)
    if name.endswith(_LIST):
        kind = name.removesuffix(_LIST)
        return ", ".join(_label(kind, one, language) for one in value.split(", "))
    if name in _NUMBERS and _THOUSANDS.fullmatch(value):
        return words(language).number(int(value.replace(",", "")))
    if name == "until" and _DAY.fullmatch(value):
        return words(language).day(value)
    return words(language).moment(value) if _TIME.fullmatch(value) else value


def _label(kind: str, value: str, language: str) -> str:
    found = labels.label(kind, value)
    return words(language).gettext(found.text) if found else value
