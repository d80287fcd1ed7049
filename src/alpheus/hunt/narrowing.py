"""A rule as a condition in SQL that holds of every row which the rule matches, and of few others.

The database finds rows, the matcher decides on each: so a hunt says what a triage would have said.
Where nothing can be said of a part, it narrows nothing; a negation never does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from alpheus.detect.sigma.conditions import AllOf, AnyOf, FieldTest, Keyword, Node
from alpheus.detect.sigma.names import Kind
from alpheus.detect.sigma.pieces import BLANKS, pattern_of, safe_pieces
from alpheus.detect.sigma.rules import Rule
from alpheus.detect.sigma.values import Compare, Equals, InNetwork, Number, Present, Value
from alpheus.hunt.places import Place, Places
from alpheus.scan.needles import ENCODED
from alpheus.timeline import duck
from alpheus.timeline.parts import TORN

_ASCII = re.compile(r"[\x01-\x7e]+")
_AGENT = re.compile(r"[^\x00\x7f-\U0010ffff +,]+")
_MOMENT = re.compile(r"[\dtz:.-]+")
_CASELESS = re.compile(r"[^A-Za-z\x00\x7f-\U0010ffff]+")
_ENCODED = duck.quoted(ENCODED.lower())
_PIECES = 3
"""Pieces of one text that are looked for, the longest first."""
_ALTERNATIVES = 400
"""More texts than these are not told to the database one by one."""
_OPERATORS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "eq": "=", "neq": "<>"}
_PLAIN_NUMBER = "'0|[1-9][0-9]{0,14}'"


def narrowed(rule: Rule, source: str, names: Sequence[str] | None) -> str:
    """The condition on rows of a source, in whose `fields` stand these names (None: unknown)."""
    ids = [one.event_ids for one in rule.logsource.selections if one.source == source]
    parts = []
    if all(ids) and all(number.isdigit() for some in ids for number in some):
        listed = ", ".join(sorted({number for some in ids for number in some}))
        parts.append(f"(event IN ({listed}) OR event IS NULL)")
    found = _Narrowing(source, names).of(rule.condition)
    if found is not None:
        parts.append(found)
    row = " AND ".join(parts) if parts else "true"
    return f"source = {duck.quoted(source)} AND ({row} OR damage = {duck.quoted(TORN)})"


class _Narrowing:
    def __init__(self, source: str, names: Sequence[str] | None) -> None:
        self._source = source
        self._places = Places(source, names)

    def of(self, node: Node) -> str | None:
        """What must hold of a row if the node does; None if nothing is known."""
        if isinstance(node, AllOf):
            parts = [part for child in node.nodes if (part := self.of(child)) is not None]
            return _all(parts) if parts else None
        if isinstance(node, AnyOf):
            children = [self.of(child) for child in node.nodes]
            known = [part for part in children if part is not None]
            return _any(known) if len(known) == len(children) else None
        if isinstance(node, FieldTest):
            places = self._places.of(node.field)
            return None if places is None else self._test(node.value, places)
        if isinstance(node, Keyword):
            return self._keyword(node.value)
        return None

    def _test(self, value: Value, places: list[Place]) -> str | None:
        if isinstance(value, Present) and not value.wanted:
            return None
        if isinstance(value, Number | Compare | InNetwork):
            return _any(_measured(place, value) for place in places)
        if isinstance(value, Equals) and all(place.plain for place in places):
            exact = _equals(value, places)
            if exact is not None:
                return exact
        literals = value.literals()
        if literals is None or len(literals) > _ALTERNATIVES:
            return _any(map(_there, places))
        return _any(self._alternative(parts, places) for parts in literals)

    def _alternative(self, parts: Sequence[str], places: list[Place]) -> str:
        """One place holds a piece of every part; what is joined of several, each a piece."""
        by_place = [[one for part in parts for one in self._pieces(part, place)]
                    for place in places]  # fmt: skip
        if places and by_place[0] and all(place.joined for place in places):
            return _all(_any(several) for several in zip(*by_place, strict=True))
        return _any(
            _all(found) if found else _there(place)
            for place, found in zip(places, by_place, strict=True)
        )

    def _pieces(self, text: str, place: Place) -> list[str]:
        """What holds of a place in which the text stands, whatever form it is read in."""
        if place.kind in {Kind.STEM, Kind.QUERY, Kind.URL}:
            pieces = [piece.lower() for piece in safe_pieces(text, self._source)]
            return [self._encoded(piece, place.sql) for piece in _longest(pieces)]
        pattern = _AGENT if place.kind is Kind.AGENT else _ASCII
        pieces = [piece.lower() for piece in pattern.findall(text)]
        if not place.plain:
            pieces = [piece for piece in pieces if not piece.isdigit()]
        return [f"contains(lower({place.sql}), {duck.quoted(piece)})" for piece in _longest(pieces)]

    def _encoded(self, piece: str, sql: str) -> str:
        """A piece as it is, or percent-encoded in part; what hides letters is looked at anyhow."""
        pattern = duck.quoted(pattern_of(piece, self._source).lower())
        hidden = f"regexp_matches(lower({sql}), {_ENCODED})"
        if "%" in piece or not BLANKS.isdisjoint(piece):
            return f"(regexp_matches(lower({sql}), {pattern}) OR {hidden})"
        plain = f"contains(lower({sql}), {duck.quoted(piece)})"
        coded = f"regexp_matches(lower({sql}), {pattern})"
        return f"({plain} OR (contains({sql}, '%') AND ({coded} OR {hidden})))"

    def _keyword(self, value: Value) -> str | None:
        """Some text of the row holds it, as it is or in one of its other forms."""
        every, literals = self._places.every(), value.literals()
        if not every or literals is None or len(literals) > _ALTERNATIVES:
            return None
        words = f"lower(concat_ws(' ', {', '.join(every)}))"
        found = []
        for parts in literals:
            pieces = [piece.lower() for part in parts for piece in safe_pieces(part, self._source)]
            # Names of fields, and the text of a time, are in a record and not in its values.
            pieces = [
                one for one in pieces if BLANKS.isdisjoint(one) and not _MOMENT.fullmatch(one)
            ]
            if not pieces or self._names_hold(pieces):
                return None
            found.append(_all(self._encoded(piece, words) for piece in _longest(pieces)))
        return _any(found)

    def _names_hold(self, pieces: Iterable[str]) -> bool:
        names = " ".join(self._places.every() or ()).lower()
        return any(piece in names for piece in pieces)


def _longest(pieces: Sequence[str]) -> list[str]:
    kept = sorted(dict.fromkeys(pieces), key=len, reverse=True)[:_PIECES]
    return [piece for piece in dict.fromkeys(pieces) if piece in kept]


def _there(place: Place) -> str:
    return f"{place.sql} IS NOT NULL"


def _equals(value: Equals, places: list[Place]) -> str | None:
    """Texts without letters are looked for as they are, which asks the least of the database."""
    if not all(_CASELESS.fullmatch(text) for text in value.texts):
        return None
    listed = ", ".join(map(duck.quoted, value.texts))
    return _any(f"{place.sql} IN ({listed})" for place in places)


def _measured(place: Place, value: Number | Compare | InNetwork) -> str:
    if isinstance(value, InNetwork):
        return _network(place, value)
    if isinstance(value, Number):
        return _number(place, "=", value.number)
    if value.part is not None:
        return _there(place)
    return _number(place, _OPERATORS[value.operation], value.number)


def _number(place: Place, operation: str, number: float) -> str:
    if not math.isfinite(number):
        return _there(place)
    if place.number:
        return f'"{place.number}" {operation} {number!r}'
    value = f"TRY_CAST({place.sql} AS DOUBLE) {operation} {number!r}"
    return f"({value} OR NOT regexp_full_match({place.sql}, {_PLAIN_NUMBER}))"


def _network(place: Place, value: InNetwork) -> str:
    network = value.network
    if network.version != 4:
        return f"(contains({place.sql}, ':') OR contains({place.sql}, ','))"
    octets = str(network.network_address).split(".")[: network.prefixlen // 8]
    start = ".".join(octets) + ("." if octets and len(octets) < 4 else "")
    odd = f"NOT regexp_full_match({place.sql}, '[0-9.]+')"
    return f"(starts_with({place.sql}, {duck.quoted(start)}) OR {odd})"


def _all(parts: Iterable[str]) -> str:
    return _joined(parts, "AND", "true")


def _any(parts: Iterable[str]) -> str:
    return _joined(parts, "OR", "false")


def _joined(parts: Iterable[str], word: str, none: str) -> str:
    several = list(dict.fromkeys(parts))
    if not several:
        return none
    return several[0] if len(several) == 1 else f"({f' {word} '.join(several)})"
