"""What to search raw lines for, so that no line is missed which a rule would match.

A condition is reduced to literal pieces of which any matching line must contain one. A piece
keeps only characters that stand in the raw line as they stand in the field: blanks become `+`,
quotes are doubled, commas get lost, JSON escapes. In requests, a reserved character may also be
percent-encoded; a line in which even letters, digits or dots are encoded (`ENCODED_LINE`) has
something to hide, and is always to be parsed.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass

from alpheus.detect.sigma.benign_traffic import share
from alpheus.detect.sigma.conditions import AllOf, AnyOf, FieldTest, Keyword, Node
from alpheus.detect.sigma.rules import RuleSet
from alpheus.detect.sigma.values import Value
from alpheus.scan.needles import ENCODED

ENCODED_LINE = ENCODED
"""Lines that no needle can judge; the scanner always passes them."""

SHORTEST = 3
"""A piece below this length finds everything."""

GOOD = 4
"""Pieces from this length on are preferred."""

PIECES_LIMIT = 500
"""A set of more pieces than this is not used."""

_ALIKE = frozenset(string.ascii_letters + string.digits + "_.")
_WEB_ALIKE = _ALIKE | frozenset("/@:=;&$~!()#*[]{}|<>\\^-")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "_.-~")
_WEB_SOURCES = frozenset({"iis", "httpproxy"})


@dataclass(frozen=True, slots=True)
class NeedlePlan:
    """What to search the lines of a source for.

    `patterns` are regular expressions, to be searched in any case. `always` names the rules that
    no pattern covers: while there are any, every line has to be parsed.
    """

    patterns: tuple[str, ...]
    always: tuple[str, ...]


def needle_patterns(ruleset: RuleSet, source: str) -> NeedlePlan:
    """What to search the lines of a text source for.

    Any line whose event matches a rule matches one of the patterns, unless the rule is in
    `always`, or the line matches `ENCODED_LINE`.
    """
    wanted: set[str] = set()
    always: list[str] = []
    for rule in ruleset.of_source(source):
        pieces = required_pieces(rule.condition, source)
        if pieces is None:
            always.append(rule.id)
        else:
            wanted |= pieces
    patterns = tuple(_pattern(piece, source) for piece in _shortest(wanted))
    return NeedlePlan(patterns, tuple(always))


def _shortest(pieces: Iterable[str]) -> list[str]:
    """The pieces that contain no other one: where a longer one is found, so is the shorter."""
    kept: list[str] = []
    for piece in sorted(pieces, key=lambda text: (len(text), text)):
        if not any(other in piece for other in kept):
            kept.append(piece)
    return kept


def required_pieces(node: Node, source: str) -> frozenset[str] | None:
    """Pieces of text of which a line must contain one for `node` to hold; None if unknown."""
    if isinstance(node, FieldTest | Keyword):
        return _pieces(node.value, source)
    if isinstance(node, AllOf):
        sets = (required_pieces(child, source) for child in node.nodes)
        return max((found for found in sets if found), key=_selectivity, default=None)
    if isinstance(node, AnyOf):
        return _union(required_pieces(child, source) for child in node.nodes)
    return None


def _union(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    found: set[str] = set()
    for pieces in sets:
        if pieces is None:
            return None
        found |= pieces
    return frozenset(found) if len(found) <= PIECES_LIMIT else None


def _pieces(value: Value, source: str) -> frozenset[str] | None:
    """The best piece of every alternative."""
    alternatives = value.literals()
    if not alternatives:
        return None
    best: set[str] = set()
    for parts in alternatives:
        pieces = [piece for part in parts for piece in safe_pieces(part, source)]
        longest = max(pieces, key=_worth, default="")
        if len(longest) < SHORTEST:
            return None
        best.add(longest.lower())
    return frozenset(best) if len(best) <= PIECES_LIMIT else None


def safe_pieces(text: str, source: str) -> list[str]:
    """The stretches of a text that stand in the raw line as they are."""
    alike = _WEB_ALIKE if source in _WEB_SOURCES else _ALIKE
    return "".join(c if c in alike else " " for c in text).split()


def _worth(piece: str) -> tuple[int, bool, int]:
    return (-share((piece,)), len(piece) >= GOOD, len(piece))


def _selectivity(pieces: frozenset[str]) -> tuple[int, bool, int, int]:
    """Few ordinary requests; then no short piece; then few pieces."""
    shortest = min(map(len, pieces))
    return (-share(pieces), shortest >= GOOD, shortest, -len(pieces))


def _pattern(piece: str, source: str) -> str:
    if source not in _WEB_SOURCES:
        return re.escape(piece)
    return "".join(map(_encodable, piece))


def _encodable(character: str) -> str:
    """The character, or its percent-encoding however often that was encoded again."""
    if character in _UNRESERVED:
        return re.escape(character)
    return rf"(?:{re.escape(character)}|%(?:25){{0,3}}{ord(character):02x})"
