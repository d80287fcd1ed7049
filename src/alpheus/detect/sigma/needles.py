"""What to search raw lines for, so that no line is missed which a rule would match.

A condition is reduced to clauses: sets of pieces of text of which any matching line must contain
one. The most selective clause is searched for. If ordinary traffic holds that as well, the other
clauses are looked for in the lines that it finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alpheus.detect.sigma.benign_traffic import share, share_of_all, share_of_patterns
from alpheus.detect.sigma.conditions import AllOf, AnyOf, FieldTest, Keyword, Node
from alpheus.detect.sigma.logsources import Dialect
from alpheus.detect.sigma.names import WEB_ROLES
from alpheus.detect.sigma.pieces import GAP, WEB_SOURCES, may_overlap, pattern_of, safe_pieces
from alpheus.detect.sigma.regex_patterns import raw_pattern
from alpheus.detect.sigma.regexes import Regex
from alpheus.detect.sigma.rules import RuleSet
from alpheus.detect.sigma.values import Value
from alpheus.scan.needles import ENCODED, Together

ENCODED_LINE = ENCODED
"""Lines that no needle can judge; the scanner always passes them."""

SHORTEST = 3
"""A piece below this length finds everything."""

GOOD = 4
"""Pieces from this length on are preferred."""

PIECES_LIMIT = 500
"""A set of more pieces than this is not used."""

RARE = 1
"""A clause that this many of a thousand ordinary requests hold needs no second one."""

_DEPTH = 3
"""How many pieces of one value are looked for."""

_TRIGGER = 300
"""What so many of a thousand ordinary requests hold takes the matcher long to keep track of."""

_CONFIRMED = 6
_PIECES_CONFIRMED = 40

Clause = frozenset[str]


@dataclass(frozen=True, slots=True)
class NeedlePlan:
    """What to search the lines of a source for.

    `patterns` are regular expressions, to be searched in any case; a line may also be found by one
    of `together`. `always` names the rules that neither covers: while there are any, every line
    has to be parsed.
    """

    patterns: tuple[str, ...]
    always: tuple[str, ...]
    together: tuple[Together, ...] = ()

    def finds(self, line: str) -> bool:
        """Whether a line would be parsed; slow, for checks of rules."""
        if self.always or any(
            re.search(one, line, re.IGNORECASE) for one in (*self.patterns, ENCODED_LINE)
        ):
            return True
        return any(
            one.confirms(line.encode("utf-8", "surrogateescape"))
            for one in self.together
            if any(re.search(pattern, line, re.IGNORECASE) for pattern in one.patterns)
        )


@dataclass(frozen=True, slots=True)
class Needed:
    """What finds every line that fulfils a condition: one of these pieces, patterns or both.

    `share` is about how many of a thousand ordinary requests that is.
    """

    pieces: Clause
    patterns: tuple[str, ...] = ()
    together: tuple[Together, ...] = ()
    share: int = 0

    @property
    def rank(self) -> tuple[int, bool, int, int, int]:
        """Less is better: few ordinary requests; simple means; no short piece; few pieces."""
        shortest = min(map(len, self.pieces), default=GOOD)
        means = len(self.together)
        return (self.share, shortest < GOOD, means, -shortest, len(self.pieces))


def needle_patterns(ruleset: RuleSet, source: str) -> NeedlePlan:
    """What to search the lines of a text source for.

    Any line whose event matches a rule matches one of the patterns, unless the rule is in
    `always`, or the line matches `ENCODED_LINE`.
    """
    pieces: set[str] = set()
    patterns: dict[str, None] = {}
    together: dict[Together, None] = {}
    always: list[str] = []
    for rule in ruleset.of_source(source):
        found = needed(rule.condition, source)
        if found is None:
            always.append(rule.id)
        else:
            pieces |= found.pieces
            patterns.update(dict.fromkeys(found.patterns))
            together.update(dict.fromkeys(found.together))
    plain = [pattern_of(piece, source) for piece in _shortest(pieces)]
    return NeedlePlan((*plain, *patterns), tuple(always), tuple(together))


def _shortest(pieces: Iterable[str]) -> list[str]:
    """The pieces that contain no other one: where a longer one is found, so is the shorter."""
    kept: list[str] = []
    for piece in sorted(pieces, key=lambda text: (len(text), text)):
        if not any(other in piece for other in kept):
            kept.append(piece)
    return kept


def required_pieces(node: Node, source: str) -> Clause | None:
    """Pieces of text of which a line must contain one for `node` to hold; None if unknown."""
    return max(clauses(node, source), key=_selectivity, default=None)


def needed(node: Node, source: str) -> Needed | None:
    """What finds every line on which `node` holds, as selective as can be; None if unknown."""
    if isinstance(node, AnyOf):
        return _any_of([needed(child, source) for child in node.nodes])
    found = sorted(clauses(node, source), key=_selectivity, reverse=True)
    options = [Needed(clause, share=share(clause)) for clause in found]
    if source in WEB_SOURCES and not (options and options[0].share <= RARE):
        options += _regex_options(node, source)
        options += _with_others(found, source)
    if isinstance(node, AllOf):
        alternatives = (child for child in node.nodes if isinstance(child, AnyOf))
        options += [needs for child in alternatives if (needs := needed(child, source))]
    return min(options, key=lambda option: option.rank, default=None)


def _any_of(parts: list[Needed | None]) -> Needed | None:
    pieces: set[str] = set()
    patterns: dict[str, None] = {}
    together: dict[Together, None] = {}
    for part in parts:
        if part is None:
            return None
        pieces |= part.pieces
        patterns.update(dict.fromkeys(part.patterns))
        together.update(dict.fromkeys(part.together))
    if len(pieces) > PIECES_LIMIT:
        return None
    total = sum(part.share for part in parts if part is not None)
    return Needed(frozenset(pieces), tuple(patterns), tuple(together), total)


def clauses(node: Node, source: str) -> list[Clause]:
    """Sets of pieces; a line on which `node` holds contains a piece of every one of them."""
    if isinstance(node, FieldTest | Keyword):
        return _clauses_of_value(node.value, source)
    if isinstance(node, AllOf):
        return [clause for child in node.nodes for clause in clauses(child, source)]
    if isinstance(node, AnyOf):
        return _union(required_pieces(child, source) for child in node.nodes)
    return []


def _union(sets: Iterable[Clause | None]) -> list[Clause]:
    found: set[str] = set()
    for pieces in sets:
        if pieces is None:
            return []
        found |= pieces
    return [frozenset(found)] if 0 < len(found) <= PIECES_LIMIT else []


def _clauses_of_value(value: Value, source: str) -> list[Clause]:
    """The best piece of every alternative, then the second best, and so on."""
    ranked = []
    for parts in value.literals() or ():
        pieces = {piece.lower() for part in parts for piece in safe_pieces(part, source)}
        long = [piece for piece in sorted(pieces) if len(piece) >= SHORTEST]
        ranked.append(sorted(long, key=_worth, reverse=True))
    depth = min(map(len, ranked), default=0)
    found = (frozenset(pieces[at] for pieces in ranked) for at in range(min(depth, _DEPTH)))
    return [clause for clause in found if len(clause) <= PIECES_LIMIT]


def _regex_options(node: Node, source: str) -> Iterator[Needed]:
    """The regular expressions that must match, as they would match in the raw line."""
    for child in node.nodes if isinstance(node, AllOf) else (node,):
        if isinstance(child, FieldTest | Keyword) and isinstance(child.value, Regex):
            pattern = raw_pattern(child.value.pattern, source) if _keeps_order(child) else None
            if pattern is not None:
                yield Needed(frozenset(), (pattern,), (), share_of_patterns((pattern,)))


def _keeps_order(test: FieldTest | Keyword) -> bool:
    """Whether the text that is tested stands in the line in one stretch.

    A URL that is joined of stem and query does not: a log may have their columns in either order.
    """
    if isinstance(test, Keyword):
        return True
    role = WEB_ROLES.get(test.field.name)
    joined = {"joined", "stem", "query"} if test.field.dialect is Dialect.JOINED else {"joined"}
    return role not in joined


def _with_others(found: list[Clause], source: str) -> Iterator[Needed]:
    """The most selective clause, or a pair of clauses, confirmed by the others."""
    usable = [one for one in dict.fromkeys(found) if len(one) <= _PIECES_CONFIRMED][:_CONFIRMED]
    if len(usable) < 2:
        return
    first, *others = usable
    second = _second(first, others, source)
    patterns = tuple(pattern_of(piece, source) for piece in _shortest(first))
    if second is not None:
        others.remove(second)
        pair = ["|".join(pattern_of(p, source) for p in _shortest(one)) for one in (first, second)]
        patterns = tuple(f"(?:{one}){GAP}(?:{two})" for one, two in (pair, reversed(pair)))
    confirmed = tuple(_confirmation(clause, source) for clause in sorted(others, key=len))
    yield Needed(frozenset(), (), (Together(patterns, confirmed),), share_of_all(usable))


def _second(first: Clause, others: list[Clause], source: str) -> Clause | None:
    """A clause that spares the reporting of most lines which hold the first."""
    usable = [
        clause
        for clause in others
        if share(clause) <= _TRIGGER
        and not any(may_overlap(one, other, source) for one in first for other in clause)
    ]
    best = min(usable, key=lambda clause: share_of_all((first, clause)), default=None)
    if best is None or share_of_all((first, best)) > share(first) / 2:
        return None
    return best


def _confirmation(clause: Clause, source: str) -> tuple[tuple[bytes, ...], bytes]:
    pieces = _shortest(clause)
    spelt = ((piece, pattern_of(piece, source)) for piece in pieces)
    other = [pattern for piece, pattern in spelt if pattern != re.escape(piece)]
    return tuple(piece.encode() for piece in pieces), "|".join(other).encode()


def _worth(piece: str) -> tuple[int, bool, int]:
    return (-share((piece,)), len(piece) >= GOOD, len(piece))


def _selectivity(pieces: Clause) -> tuple[int, bool, int, int]:
    """Few ordinary requests; then no short piece; then few pieces."""
    shortest = min(map(len, pieces))
    return (-share(pieces), shortest >= GOOD, shortest, -len(pieces))
