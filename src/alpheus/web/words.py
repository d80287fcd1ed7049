"""The console's words in other languages.

English stands in the templates. `texts/es.po` and `texts/de.po` are in the form of gettext, which
translators have editors for; they are read as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from alpheus.errors import KnowledgeError
from alpheus.web.settings import LANGUAGES

if TYPE_CHECKING:
    from babel.messages import Catalog

ENGLISH = "en"


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._one, self._many, self._plural = _read(language)

    def gettext(self, text: str) -> str:
        """A text in this language; as it is where it was not translated."""
        return self._one.get(text) or text

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The text for one or for many, by the language's own rule."""
        forms = self._many.get(one)
        found = forms[self._plural(number)] if forms else ""
        return found or (one if number == 1 else many)

    def knows(self, text: str) -> bool:
        """Whether it was translated."""
        return self.language == ENGLISH or bool(self._one.get(text) or self._many.get(text))

    def day(self, time: str) -> str:
        """A time (ISO 8601 UTC) as its day, in this language; '' for ''."""
        return _dated(time[:10], self.language) if time else ""

    def short_day(self, day: str) -> str:
        """A day (ISO 8601) without its year, for pictures."""
        return _dated(day[:10], self.language, "MMMd")

    def moment(self, time: str) -> str:
        """A time (ISO 8601 UTC) to the minute, in UTC and saying so; '' for ''."""
        return f"{_dated(time[:10], self.language)}, {time[11:16]} UTC" if time else ""

    def number(self, number: float) -> str:
        """A number with the language's own marks."""
        return _numbered(number, self.language)

    def country(self, code: str) -> str:
        """A country by its two letters (ISO 3166); the letters themselves where it is none."""
        return _countries(self.language).get(code.upper(), code)


@cache
def words(language: str) -> Words:
    """The words of a language that there is; else of English. Raises KnowledgeError."""
    return Words(language if language in LANGUAGES else ENGLISH)


def chosen(preferred: str, accepted: str) -> str:
    """The language to speak: the one chosen, else the first that a browser accepts (RFC 9110)."""
    return preferred if preferred in LANGUAGES else accepted_of(accepted) or ENGLISH


def accepted_of(accepted: str) -> str:
    """The first of our languages that a browser accepts (RFC 9110); '' where it names none."""
    wanted: list[tuple[float, int, str]] = []
    for at, part in enumerate(accepted.split(",")[:20]):
        tag, _, rest = part.partition(";")
        try:
            weight = float(rest.partition("=")[2] or 1)
        except ValueError:
            continue
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES and weight > 0:
            wanted.append((-weight, at, language))
    return min(wanted)[2] if wanted else ""


@lru_cache(maxsize=1 << 16)
def _numbered(number: float, language: str) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415 - slow to load

    return format_decimal(number, locale=language)


@cache
def _countries(language: str) -> Mapping[str, str]:
    from babel import Locale  # noqa: PLC0415 - slow to load

    return dict(Locale(language).territories)


@cache
def _dated(day: str, language: str, skeleton: str = "") -> str:
    from babel.dates import format_date, format_skeleton  # noqa: PLC0415 - slow to load

    try:
        found = datetime.fromisoformat(day)
    except ValueError:
        return day
    if skeleton:
        return format_skeleton(skeleton, found, locale=language)
    return format_date(found, "medium", locale=language)


def _read(
    language: str,
) -> tuple[Mapping[str, str], Mapping[str, tuple[str, ...]], Callable[[int], int]]:
    if language == ENGLISH:
        return {}, {}, lambda number: int(number != 1)
    from gettext import c2py  # noqa: PLC0415 - the rule's own reader

    catalogue = _catalogue(language)
    one: dict[str, str] = {}
    many: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        said = message.string or ""
        if isinstance(message.id, str):
            one[message.id] = said if isinstance(said, str) else said[0]
        elif not isinstance(said, str):
            many[message.id[0]] = tuple(said)
    return one, many, c2py(catalogue.plural_expr)


def _catalogue(language: str) -> Catalog:
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415 - slow to load

    place = files("alpheus.web").joinpath("texts", f"{language}.po")
    try:
        with place.open("rb") as stream:
            return read_po(stream, locale=language, abort_invalid=True)
    except (OSError, UnicodeDecodeError, PoFileError) as error:
        raise KnowledgeError(f"{place}: no catalogue of words: {error}") from error
