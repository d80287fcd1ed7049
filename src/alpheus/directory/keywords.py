"""What a name says of a sector, by the table `name_keywords.csv`.

A pattern for a `name` is words that stand side by side; a single word may begin or end with `*`,
which stands for any letters, as compounds need. A pattern for a `domain` is the beginning (`x*`),
the end (`*x`) or any part (`*x*`) of its label.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

import msgspec

from alpheus.directory.domain_rules import read_weight
from alpheus.directory.words import words_of
from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

FILE = "name_keywords.csv"
COLUMNS = (
    "place", "pattern", "sector", "country", "weight", "reason", "positive", "negative",
)  # fmt: skip
_PLACES = frozenset({"name", "domain"})
_LONGEST_LABEL = 63
_REMEMBERED = 32_768

_Place = tuple[int, int, "Keyword"]


class Keyword(msgspec.Struct, frozen=True, gc=False):
    """One line of the table. `country`: it counts only there; empty is everywhere."""

    place: str
    pattern: str
    sector: str
    country: str
    weight: int
    reason: str
    positive: str
    negative: str


@cache
def keywords() -> tuple[Keyword, ...]:
    """Every keyword of the table. Raises KnowledgeError."""
    found = []
    for number, row in enumerate(read_table(FILE, COLUMNS), 2):
        where = f"tables/{FILE}: line {number}"
        cells = {column: row[column].strip() for column in COLUMNS}
        place, pattern = cells["place"], cells["pattern"]
        plain = pattern.strip("*")
        if place not in _PLACES or len(plain) < 2 or "*" in plain:
            raise KnowledgeError(f"{where}: '{pattern}' is no pattern for a name or a domain")
        if "*" in pattern and " " in pattern:
            raise KnowledgeError(f"{where}: '{pattern}' has both several words and a '*'")
        if place == "name" and " ".join(words_of(plain)) != plain:
            raise KnowledgeError(f"{where}: '{pattern}' is not in lower case without accents")
        if not (cells["sector"] and cells["reason"]):
            raise KnowledgeError(f"{where}: a sector and a reason are needed")
        weight = read_weight(cells.pop("weight"), where)
        found.append(Keyword(weight=weight, **cells))
    return tuple(found)


class _Names:
    """Patterns for names: words side by side by their first word, and parts of words."""

    def __init__(self, entries: Iterable[Keyword]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Keyword]]] = {}
        self._parts: list[tuple[str, Keyword]] = []
        for entry in entries:
            if "*" in entry.pattern:
                before = "" if entry.pattern[0] == "*" else " "
                after = "" if entry.pattern[-1] == "*" else " "
                self._parts.append((f"{before}{entry.pattern.strip('*')}{after}", entry))
                continue
            first, *rest = entry.pattern.split()
            self._by_first.setdefault(first, []).append((tuple(rest), entry))

        self._known: dict[str, tuple[_Place, ...]] = {}

    def found(self, words: tuple[str, ...]) -> Iterator[_Place]:
        """Each keyword with its beginning and end in the words, joined by blanks."""
        start = 0
        for at, word in enumerate(words):
            for rest, entry in self._by_first.get(word, ()):
                if not rest or words[at + 1 : at + 1 + len(rest)] == rest:
                    yield start, start + len(entry.pattern), entry
            for first, last, entry in self._inside(word):
                yield start + first, start + last, entry
            start += len(word) + 1

    def _inside(self, word: str) -> tuple[_Place, ...]:
        """The keywords that are parts of a word; words are few, and are looked at once."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[word] = tuple(self._parts_of(f" {word} "))
        return known

    def _parts_of(self, text: str) -> Iterator[_Place]:
        for part, entry in self._parts:
            if part in text:
                begin = text.index(part) - (part[0] != " ")
                yield begin, begin + len(part.strip()), entry


class _Labels:
    """Patterns for the label of a domain by two letters: its beginnings, its ends, its parts."""

    def __init__(self, entries: Iterable[Keyword]) -> None:
        starts: dict[str, Keyword] = {}
        ends: dict[str, Keyword] = {}
        self._starts: dict[str, list[tuple[str, Keyword]]] = {}
        self._ends: dict[str, list[tuple[str, Keyword]]] = {}
        for entry in entries:
            plain = entry.pattern.strip("*")
            if entry.pattern[-1] == "*":
                starts[plain] = entry
            if entry.pattern[0] == "*":
                ends[plain] = entry
        self._inside = [(text, entry) for text, entry in starts.items() if ends.get(text) is entry]
        for text, entry in starts.items():
            self._starts.setdefault(text[:2], []).append((text, entry))
        for text, entry in ends.items():
            self._ends.setdefault(text[-2:], []).append((text, entry))

    def found(self, label: str) -> Iterator[_Place]:
        """Each keyword with its beginning and end in the label."""
        size = len(label)
        for text, entry in self._starts.get(label[:2], ()):
            if label.startswith(text):
                yield 0, len(text), entry
        for text, entry in self._ends.get(label[-2:], ()):
            if label.endswith(text):
                yield size - len(text), size, entry
        for text, entry in self._inside:
            if text in label:
                at = label.index(text)
                yield at, at + len(text), entry


@cache
def _names() -> _Names:
    return _Names(entry for entry in keywords() if entry.place == "name")


@cache
def _labels() -> _Labels:
    return _Labels(entry for entry in keywords() if entry.place == "domain")


@lru_cache(maxsize=16_384)
def in_name(name: str) -> tuple[Keyword, ...]:
    """The keywords that a name of an organisation holds, the weightiest first.

    One that lies inside a longer one (`police` in `police jury`) does not count.
    """
    return _weightiest(_names().found(words_of(name)))


@lru_cache(maxsize=16_384)
def in_label(label: str) -> tuple[Keyword, ...]:
    """The keywords that the label of a domain, or a part of it between hyphens, holds.

    The weightiest comes first. A label that is a keyword and nothing else (`bank`) holds it, too.
    """
    label = label[:_LONGEST_LABEL]
    found = list(_weightiest(_labels().found(label)))
    if "-" in label:
        for part in label.split("-"):
            found += _weightiest(_labels().found(part))
        found.sort(key=_order)
    return tuple(dict.fromkeys(found))


def _weightiest(found: Iterable[_Place]) -> tuple[Keyword, ...]:
    places = list(found)
    if len(places) < 2:
        return tuple(entry for _, _, entry in places)
    kept = [
        entry for start, end, entry in places
        if not any(
            first <= start and end <= last and last - first > end - start
            for first, last, _ in places
        )
    ]  # fmt: skip
    return tuple(sorted(dict.fromkeys(kept), key=_order))


def _order(entry: Keyword) -> tuple[int, int]:
    return -entry.weight, -len(entry.pattern)
