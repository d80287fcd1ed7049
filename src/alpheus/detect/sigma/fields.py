"""What a field of a Sigma rule is in an event: a few candidate strings.

A test is true if it is true for any candidate. A request has candidates in several spellings,
because logs separate stem and query, write blanks as `+` or drop commas, and keep the
percent-encoding that an attacker chose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from alpheus.detect.sigma.logsources import Dialect
from alpheus.detect.sigma.names import (
    ACCOUNTS,
    ANTIVIRUS,
    COLUMN_KINDS,
    HASH_NAMES,
    INTEGRITY_LABELS,
    PROCESS_AUDIT,
    WEB_COLUMNS,
    WEB_ROLES,
    Kind,
)
from alpheus.detect.sigma.urls import decoded
from alpheus.model import Event

_LOOKALIKES = {0x212A: "\ufdd0", 0x130: "\ufdd1"}
"""Kelvin sign and dotted I: their lower case is an ASCII letter, which no byte search would see."""


def fold(text: str) -> str:
    """Lower case in which nothing but ASCII letters becomes an ASCII letter."""
    return text.lower() if text.isascii() else text.translate(_LOOKALIKES).lower()


@dataclass(frozen=True, slots=True, eq=False)
class FieldName:
    """A field as a rule names it, in lower case.

    Compared by identity, which is quick; instances are shared through `field_name`.
    """

    dialect: Dialect
    name: str


def field_name(dialect: Dialect, name: str) -> FieldName:
    """The one `FieldName` for a dialect and a name in any case."""
    return _field_name(dialect, name.lower())


@lru_cache(maxsize=4096)
def _field_name(dialect: Dialect, name: str) -> FieldName:
    return FieldName(dialect, name)


class Candidates:
    """The strings that a test of one field looks at, as found and in lower case (`folded`)."""

    __slots__ = ("folded", "values")

    def __init__(self, values: tuple[str, ...]) -> None:
        self.values = values
        self.folded = tuple(map(fold, values))


class EventView:
    """An event as rules see it; remembers in `known` what was resolved."""

    __slots__ = ("_names", "_words", "event", "known")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.known: dict[FieldName, Candidates] = {}
        self._names = _column_names(tuple(event.fields))
        self._words: Candidates | None = None

    def get(self, field: FieldName) -> Candidates:
        """The candidates of a field; none if the event does not have it."""
        found = self.known.get(field)
        if found is None:
            values = tuple(dict.fromkeys(_RESOLVERS[field.dialect](self, field.name)))
            found = self.known[field] = Candidates(values)
        return found

    def words(self) -> Candidates:
        """What a keyword is searched in: all values, and the record as it was found."""
        if self._words is None:
            values: list[str] = []
            for value in self.event.fields.values():
                values.extend((value,) if isinstance(value, str) else value)
            text = self.event.citation.text
            values.extend((text, *decoded(text)))
            self._words = Candidates(tuple(v for v in values if v))
        return self._words

    def column(self, name: str) -> tuple[str, ...]:
        """The values of a column, by its name in lower case; empty ones are absent."""
        actual = self._names.get(name)
        if actual is None:
            return ()
        value = self.event.fields[actual]
        if isinstance(value, str):
            return (value,) if value else ()
        return tuple(item for item in value if item)


@lru_cache(maxsize=4096)
def _column_names(names: tuple[str, ...]) -> Mapping[str, str]:
    """Actual names by lower case, also without the blanks and underscores that exporters change."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.lower(), name)
    for name in names:
        found.setdefault(name.lower().replace(" ", "").replace("_", ""), name)
    return found


def _column(view: EventView, name: str) -> list[str]:
    """A column in all forms that its kind calls for."""
    kind = COLUMN_KINDS.get(view.event.source, {}).get(name)
    values = view.column(name)
    if kind is None:
        return list(values)
    return [form for value in values for form in _forms(kind, value)]


def _forms(kind: Kind, value: str) -> tuple[str, ...]:
    if kind is Kind.AGENT:
        return _agent_forms(value)
    if kind is Kind.QUERY:
        bare = value.removeprefix("?")
        forms = (bare, *decoded(bare, query=True))
        return forms if bare == value else (value, *forms)
    if kind is Kind.URL:
        return (value, *decoded(value), *decoded(value, query=True))
    return (value, *decoded(value))


def _agent_forms(value: str) -> tuple[str, ...]:
    """A user agent with blanks, with `+` for them, and with the commas that HttpProxy drops."""
    blank = value.replace("+", " ")
    comma = blank.replace("  ", ", ")
    return (value, blank, blank.replace(" ", "+"), comma, comma.replace(" ", "+"))


def _native(view: EventView, name: str) -> list[str]:
    found = _column(view, name)
    if found:
        return found
    if name in HASH_NAMES:
        return _hash(view, name)
    squeezed = name.replace(" ", "").replace("_", "")
    return [] if squeezed == name else _column(view, squeezed)


def _hash(view: EventView, name: str) -> list[str]:
    prefix = f"{name}="
    parts = [part for value in view.column("hashes") for part in value.split(",")]
    return [part[len(prefix) :] for part in parts if part.lower().startswith(prefix)]


def _webserver(view: EventView, name: str) -> list[str]:
    role = WEB_ROLES.get(name)
    columns = WEB_COLUMNS.get(view.event.source)
    if role is None or columns is None:
        return _native(view, name)
    if role == "joined":
        return _joined(view)
    column = columns.get(role)
    return [] if column is None else _column(view, column)


def _joined_webserver(view: EventView, name: str) -> list[str]:
    found = _webserver(view, name)
    if WEB_ROLES.get(name) in {"stem", "query"}:
        found.extend(view.get(field_name(Dialect.WEBSERVER, "c-uri")).values)
    return found


def _joined(view: EventView) -> list[str]:
    """`stem?query` as found, and with both parts decoded once, twice and so on."""
    columns = WEB_COLUMNS[view.event.source]
    stems = _column(view, columns["stem"]) or [""]
    queries = [query for query in _column(view, columns["query"]) if not query.startswith("?")]
    if not queries:
        return [stem for stem in stems if stem]
    length = max(len(stems), len(queries))
    stems += stems[-1:] * (length - len(stems))
    queries += queries[-1:] * (length - len(queries))
    return [f"{stem}?{query}" for stem, query in zip(stems, queries, strict=True)]


def _process_creation(view: EventView, name: str) -> list[str]:
    if view.event.source != "windows-security":
        return _native(view, name)
    if name == "user":
        return _accounts(view)
    names = PROCESS_AUDIT.get(name, (name,))
    found = [value for alias in names for value in view.column(alias)] or _native(view, name)
    if name == "integritylevel":
        found += [INTEGRITY_LABELS[v.lower()] for v in found if v.lower() in INTEGRITY_LABELS]
    return found + [decimal for value in found if (decimal := _decimal(value)) is not None]


def _accounts(view: EventView) -> list[str]:
    found: list[str] = []
    for domains, names in ACCOUNTS:
        domain = next(iter(view.column(domains)), "")
        for name in view.column(names):
            if name != "-":
                found.append(name)
                found.extend([f"{domain}\\{name}"] if domain not in {"", "-"} else [])
    return found or list(view.column("user"))


def _decimal(value: str) -> str | None:
    """`0x1f4` as Sysmon would write it."""
    if not value.startswith("0x") or len(value) > 18:
        return None
    try:
        return str(int(value, 16))
    except ValueError:
        return None


def _antivirus(view: EventView, name: str) -> list[str]:
    found = _native(view, name)
    return found + [v for alias in ANTIVIRUS.get(name, ()) for v in view.column(alias)]


_RESOLVERS = {
    Dialect.NATIVE: _native,
    Dialect.WEBSERVER: _webserver,
    Dialect.JOINED: _joined_webserver,
    Dialect.PROCESS_CREATION: _process_creation,
    Dialect.ANTIVIRUS: _antivirus,
}
