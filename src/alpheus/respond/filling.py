"""Lines of a step, with the values that the cited records have for their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from alpheus.report.assessment_file import Citation, Finding
from alpheus.respond.named import MOST, are_asked, has_long, records
from alpheus.respond.quoting import powershell

_WORD = re.compile(r"\{(\w+)\}")
UNKNOWN = "   # no name stands in the cited records"
TOO_LONG = "   # a name too long to show; see the record"


class Known:
    """What the findings of a step know of its words.

    `names` are of each word its fields, as `PATTERN:Field` or `Field`; see `steps.yaml`.
    """

    def __init__(self, names: Mapping[str, tuple[str, ...]], cited: Sequence[Finding]) -> None:
        self._names = names
        self._cited = cited

    def filled(self, text: str) -> Iterator[str]:
        """A line for each value of its words, quoted for PowerShell; none where no rule has any."""
        words = tuple(dict.fromkeys(word for word in _WORD.findall(text) if word in self._names))
        if not words:
            yield text
            return
        found = self._records(words)
        for known in found:
            yield _put(text, {word: powershell(value) for word, value in known.items()})
        is_long = self._is_long(words)
        if is_long or (not found and self._are_cited(words)):
            unknown = {word: f"NAME-OF-{word.upper()}" for word in words}
            yield _put(text, unknown) + (TOO_LONG if is_long else UNKNOWN)

    def _is_long(self, words: tuple[str, ...]) -> bool:
        return any(has_long(self._citations(pattern), fields)
                   for pattern, fields in self._patterns(words))  # fmt: skip

    def _are_cited(self, words: tuple[str, ...]) -> bool:
        return any(are_asked(self._citations(pattern), fields)
                   for pattern, fields in self._patterns(words))  # fmt: skip

    def _records(self, words: tuple[str, ...]) -> list[dict[str, str]]:
        """By pattern after pattern, as a word's fields are given."""
        found: dict[tuple[str, ...], dict[str, str]] = {}
        for pattern, fields in self._patterns(words):
            for known in records(self._citations(pattern), fields):
                found.setdefault(tuple(known.values()), known)
        return list(found.values())[:MOST]

    def _patterns(
        self, words: tuple[str, ...]
    ) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:  # fmt: skip
        """Rules, and the fields that all these words have in their records."""
        by_word = {word: [_split(one) for one in self._names[word]] for word in words}
        patterns = dict.fromkeys(pattern for split in by_word.values() for pattern, _ in split)
        for pattern in patterns:
            fields = {
                word: tuple(field for one, field in split if one == pattern)
                for word, split in by_word.items()
            }
            if all(fields.values()):
                yield pattern, fields

    def _citations(self, pattern: str) -> Iterable[Citation]:
        for finding in self._cited:
            if fnmatchcase(finding.rule, pattern):
                yield from finding.citations


def _split(field: str) -> tuple[str, str]:
    pattern, _, name = field.rpartition(":")
    return pattern or "*", name


def _put(text: str, known: Mapping[str, str]) -> str:
    """All words at once: what an attacker wrote is no word."""
    return _WORD.sub(lambda found: known.get(found[1], found[0]), text)
