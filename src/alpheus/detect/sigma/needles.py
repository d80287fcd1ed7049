"""What to search raw lines for, so that no line is missed which a rule would match.

A condition is reduced to clauses: sets of pieces of text of which any matching line must contain
one. The most selective clause is searched for. If ordinary traffic holds that as well, it is
searched for together with what must stand beside it, or the other clauses are looked for in the
lines that it finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from alpheus.detect.sigma.benign_traffic import share, share_of_all, share_of_patterns
from alpheus.detect.sigma.conditions import AllOf, AnyOf, FieldTest, Keyword, Node
from alpheus.detect.sigma.logsources import Dialect
from alpheus.detect.sigma.names import WEB_ROLES
from alpheus.detect.sigma.pieces import (
    BLANKS,
    GAP,
    WEB_SOURCES,
    may_overlap,
    pattern_of,
    safe_pieces,
    spellings,
)
from alpheus.detect.sigma.regex_patterns import Factor, Stretch, factors
from alpheus.detect.sigma.regexes import Regex
from alpheus.detect.sigma.rules import RuleSet
from alpheus.detect.sigma.values import Equals, Glob, StartsWith, Value
from alpheus.parsers.base import LineKind
from alpheus.scan.needles import ENCODED, Clause, Needle

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

_PARSED = 20
"""How many lines can be looked at in the time that it takes to parse and judge one."""

_NOT_FIRST = r"(?:[^/]|[^ ]/)"

_DEPTH = 3
"""How many pieces of one value are looked for."""

_TRIGGER = 300
"""What so many of a thousand ordinary requests hold takes the matcher long to keep track of."""

_CONFIRMED = 6
_MOST_BESIDE = 40
_ODD = r"\t\x0b\x0c\r\x1c-\x1f\x85\xa0\xc2\xe1-\xe3"
"""First bytes of white space other than a blank."""

Pieces = frozenset[str]


Search = tuple[str, tuple[Clause, ...]]
"""A regular expression, to be searched in any case, and what else its lines must hold."""


@dataclass(frozen=True, slots=True)
class NeedlePlan:
    """What to search the lines of a source for, and for which rules.

    `always` names the rules that nothing covers: they need every line.
    """

    searches: Mapping[Search, frozenset[str]]
    always: tuple[str, ...] = ()

    def needles(self, bits: Mapping[str, int]) -> list[Needle]:
        """The needles, with the bits of the rules as marks."""
        found = []
        for (pattern, clauses), rules in self.searches.items():
            marks = 0
            for rule in rules:
                marks |= bits[rule]
            found.append(Needle(pattern, marks, clauses))
        return found

    def finds(self, line: str) -> bool:
        """Whether a line would be parsed; slow, for checks of rules."""
        if self.always or re.search(ENCODED_LINE, line, re.IGNORECASE):
            return True
        raw = line.encode("utf-8", "surrogateescape")
        return any(
            re.search(pattern, line, re.IGNORECASE) and Needle(pattern, 1, clauses).confirms(raw)
            for pattern, clauses in self.searches
        )


@dataclass(frozen=True, slots=True)
class Needed:
    """What finds every line that fulfils a condition: one of these pieces or searches.

    `share` is about how many of a thousand ordinary requests that is, `looked_at` how many are
    looked at to see whether their clauses hold.
    """

    pieces: Pieces
    searches: tuple[Search, ...] = ()
    share: int = 0
    looked_at: int = 0

    @property
    def rank(self) -> tuple[int, bool, int, int, int]:
        """Less is better: few ordinary requests; no short piece; simple means; few pieces."""
        shortest = min(map(len, self.pieces), default=GOOD)
        means = sum(1 for _, clauses in self.searches if clauses)
        cost = self.share * _PARSED + self.looked_at
        return (cost, shortest < GOOD, means, -shortest, len(self.pieces))


def needle_patterns(ruleset: RuleSet, source: str, lines: LineKind = LineKind.ROWS) -> NeedlePlan:
    """What to search the lines of a text source for.

    Any line whose event matches a rule is found by one of the rule's searches, unless the rule is
    in `always`, or the line matches `ENCODED_LINE`. Of torn lines, that holds of the match of raw
    lines.
    """
    pieces: dict[str, set[str]] = {}
    searches: dict[Search, set[str]] = {}
    always: list[str] = []
    for rule in ruleset.of_source(source):
        found = needed(rule.condition, source, lines)
        if found is None:
            always.append(rule.id)
            continue
        for piece in found.pieces:
            pieces.setdefault(piece, set()).add(rule.id)
        for search in found.searches:
            searches.setdefault(search, set()).add(rule.id)
    for piece, rules in _shortest(pieces).items():
        searches.setdefault((pattern_of(piece, source), ()), set()).update(rules)
    return NeedlePlan({key: frozenset(who) for key, who in searches.items()}, tuple(always))


def _shortest(pieces: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The pieces that contain no other one: where a longer one is found, so is the shorter.

    A longer one is kept beside a shorter one that is more frequent.
    """
    kept: dict[str, set[str]] = {}
    width = min(map(len, pieces), default=0)
    lengths: dict[str, set[int]] = {}
    for piece in sorted(pieces, key=lambda text: (len(text), text)):
        often = share((piece,))
        windows = (
            piece[at : at + length]
            for at in range(len(piece) - width + 1)
            for length in lengths.get(piece[at : at + width], ())
        )
        held = {window for window in windows if window in kept}
        inside = [other for other in held if share((other,)) <= often]
        for other in inside:
            kept[other] = kept[other] | pieces[piece]
        if not inside:
            kept[piece] = pieces[piece]
            lengths.setdefault(piece[:width], set()).add(len(piece))
    return kept


def required_pieces(node: Node, source: str, lines: LineKind = LineKind.ROWS) -> Pieces | None:
    """Pieces of text of which a line must contain one for `node` to hold; None if unknown."""
    return max(clauses(node, source, lines), key=_selectivity, default=None)


def needed(node: Node, source: str, lines: LineKind = LineKind.ROWS) -> Needed | None:
    """What finds every line on which `node` holds, as selective as can be; None if unknown."""
    if isinstance(node, AnyOf):
        return _any_of([needed(child, source, lines) for child in node.nodes])
    found = sorted(clauses(node, source, lines), key=_selectivity, reverse=True)
    options = [Needed(clause, share=share(clause)) for clause in found]
    frequent = not (options and options[0].share <= RARE)
    if frequent and source in WEB_SOURCES and lines is not LineKind.TORN:
        options += _regex_options(node, found, source)
        if lines is LineKind.REQUESTS:
            in_order = _request_options if source == "iis" else _stem_then_query
            options += in_order(node, source)
        options += _chain_options(node, source)
        options += _with_others(found, source)
    if isinstance(node, AllOf):
        alternatives = (child for child in node.nodes if isinstance(child, AnyOf))
        options += [needs for one in alternatives if (needs := needed(one, source, lines))]
    return min(options, key=lambda option: option.rank, default=None)


def _any_of(parts: list[Needed | None]) -> Needed | None:
    pieces: set[str] = set()
    searches: dict[Search, None] = {}
    for part in parts:
        if part is None:
            return None
        pieces |= part.pieces
        searches.update(dict.fromkeys(part.searches))
    if len(pieces) > PIECES_LIMIT:
        return None
    known = [part for part in parts if part is not None]
    total, looked_at = sum(one.share for one in known), sum(one.looked_at for one in known)
    return Needed(frozenset(pieces), tuple(searches), total, looked_at)


def clauses(node: Node, source: str, lines: LineKind = LineKind.ROWS) -> list[Pieces]:
    """Sets of pieces; a line on which `node` holds contains a piece of every one of them."""
    if isinstance(node, FieldTest | Keyword):
        return _clauses_of_value(node.value, source, lines)
    if isinstance(node, AllOf):
        return [clause for child in node.nodes for clause in clauses(child, source, lines)]
    if isinstance(node, AnyOf):
        return _union(required_pieces(child, source, lines) for child in node.nodes)
    return []


def _union(sets: Iterable[Pieces | None]) -> list[Pieces]:
    found: set[str] = set()
    for pieces in sets:
        if pieces is None:
            return []
        found |= pieces
    return [frozenset(found)] if 0 < len(found) <= PIECES_LIMIT else []


def _clauses_of_value(value: Value, source: str, lines: LineKind) -> list[Pieces]:
    """The best piece of every alternative, then the second best, and so on."""
    torn = lines is LineKind.TORN
    ranked = []
    for parts in value.literals() or ():
        pieces = {p.lower() for part in parts for p in safe_pieces(part, source, torn=torn)}
        long = [piece for piece in sorted(pieces) if _length(piece) >= SHORTEST]
        ranked.append(sorted(long, key=_worth, reverse=True))
    depth = min(map(len, ranked), default=0)
    found = (frozenset(pieces[at] for pieces in ranked) for at in range(min(depth, _DEPTH)))
    return [clause for clause in found if len(clause) <= PIECES_LIMIT]


def _length(piece: str) -> int:
    """How many characters of a piece say something."""
    return sum(1 for character in piece if character not in BLANKS and character != "%")


def _regex_options(node: Node, found: list[Pieces], source: str) -> Iterator[Needed]:
    """What the regular expressions that must match need, if need be with the other clauses."""
    beside = tuple(_confirmation(clause, source) for clause in found if len(clause) <= _MOST_BESIDE)
    for child in _all_of(node):
        if isinstance(child, FieldTest | Keyword) and isinstance(child.value, Regex):
            every = factors(child.value.pattern, source)
            for at, factor in enumerate(every):
                others = tuple(_clause_of(one) for one in every if one is not factor)
                inside = _is_column(child, source) and any(map(_is_long, every[:at]))
                searches = [
                    _search_of(one, (*others, *beside[:_CONFIRMED]), inside=inside)
                    for one in factor
                ]
                if all(searches):
                    yield _needed_by([search for search in searches if search is not None])


def _chain_options(node: Node, source: str) -> Iterator[Needed]:
    """The texts between wildcards, one behind the other in one value of a CSV line."""
    if source != "httpproxy":
        return
    for test in _all_of(node):
        if isinstance(test, FieldTest) and isinstance(test.value, Glob):
            chains = [_chain(parts, source) for parts in test.value.literals() or ()]
            if all(chains):
                yield _needed_by([(pattern, ()) for chain in chains for pattern in chain])


def _chain(parts: Iterable[str], source: str) -> tuple[str, ...]:
    """Patterns for a value without a comma, and for one with commas, which is quoted.

    The first character of the second text is enough where ordinary values do not have it: rules
    whose values begin alike then share one pattern.
    """
    pieces = [piece.lower() for part in parts for piece in safe_pieces(part, source)]
    if max(map(_length, pieces), default=0) < SHORTEST:
        return ()
    first, *others = [pattern_of(piece, source) for piece in pieces]
    chain = r"[^,\n]*".join((first, *others))
    if others and _length(pieces[0]) >= SHORTEST:
        brief = rf"{first}[^,\n]*{pattern_of(pieces[1][0], source)}"
        chain = brief if share_of_patterns((brief,)) <= RARE else chain
    return (chain, rf'{first}[^,\n]*,[^\n]*"')


def _needed_by(searches: Iterable[Search]) -> Needed:
    kept = tuple(dict.fromkeys(searches))
    looked_at = share_of_patterns([pattern for pattern, clauses in kept if clauses])
    total = sum(share_of_patterns((pattern,), _confirms(clauses)) for pattern, clauses in kept)
    return Needed(frozenset(), kept, total, looked_at)


def _confirms(clauses: tuple[Clause, ...]) -> Callable[[str], bool]:
    needle = Needle("", 1, clauses)
    return lambda line: needle.confirms(line.encode())


def _clause_of(factor: Factor) -> Clause:
    """That a line holds some alternative of a factor, by the longest stretch of each."""
    longest = (max(one, key=lambda stretch: stretch.solid).pattern for one in factor)
    return Clause((), "|".join(dict.fromkeys(longest)).encode(), encoded=False)


def _all_of(node: Node) -> Iterator[Node]:
    """Everything that must hold if `node` does."""
    if isinstance(node, AllOf):
        for child in node.nodes:
            yield from _all_of(child)
    else:
        yield node


def _is_column(test: FieldTest | Keyword, source: str) -> bool:
    """Whether the text that is tested is one column of IIS, in which no blank stands."""
    if source != "iis" or isinstance(test, Keyword):
        return False
    role = WEB_ROLES.get(test.field.name)
    return role != "joined" and test.field.dialect is not Dialect.JOINED


def _is_long(factor: Factor) -> bool:
    """Whether every alternative takes at least two characters."""
    return all(max(stretch.solid for stretch in one) > 1 for one in factor)


def _search_of(
    alternative: list[Stretch], beside: tuple[Clause, ...], *, inside: bool
) -> Search | None:
    """The rarest stretch of an alternative, if need be confirmed by all else.

    `inside`: it has two or more characters of its value before it, so it is not the first name in
    a URL. That is how ordinary requests name what commands name as well (`/powershell`).
    """
    ranked = sorted(
        (share_of_patterns((one.pattern,)), one.solid < GOOD, -one.solid, one.pattern)
        for one in alternative
        if one.solid >= SHORTEST
    )
    if not ranked:
        return None
    share_of_best, _, _, best = ranked[0]
    if share_of_best <= RARE:
        return (best, ())
    if inside and share_of_patterns((_NOT_FIRST + best,)) <= RARE:
        return (_NOT_FIRST + best, ())
    others = [one.pattern for one in alternative if one.pattern != best]
    clauses = [Clause((), pattern.encode(), encoded=False) for pattern in others]
    quick_first = sorted((*beside, *clauses), key=lambda clause: not clause.encoded)
    return (best, tuple(quick_first))


def _request_options(node: Node, source: str) -> Iterator[Needed]:
    """Method and beginning of the URL as one text, and what the URL holds behind them."""
    tests = [one for one in _all_of(node) if isinstance(one, FieldTest)]
    methods = [texts for one in tests if (texts := _methods(one))]
    for one in tests:
        starts = _beginnings(one, source)
        if not (methods and starts):
            continue
        # White space of any other kind behind a method stands in rows that are not as IIS writes.
        odd = [f"{method}{more}" for method in methods[0] for more in (f"[{_ODD}]", f" [ {_ODD}]")]
        lead = [
            f"{method} {spelt}"
            for method in methods[0]
            for start in sorted(starts)
            for spelt in spellings(start, source)
        ]
        behind = (_patterns(clause, source) for clause in _behind(tests, starts, source))
        for rest in ("", *(f"{GAP}(?:{one})" for one in behind)):
            patterns = [*odd, *(f"{one}{rest}" for one in lead)]
            found = share_of_patterns(patterns)
            yield Needed(frozenset(), tuple((pattern, ()) for pattern in patterns), found)


def _stem_then_query(node: Node, source: str) -> Iterator[Needed]:
    """What the stem holds, and behind it what the query holds, in this order alone."""
    found: dict[str, list[Pieces]] = {"stem": [], "query": []}
    for test in _all_of(node):
        if isinstance(test, FieldTest) and test.field.dialect is not Dialect.JOINED:
            role = WEB_ROLES.get(test.field.name, test.field.name.removeprefix("url"))
            found.get(role, []).extend(clauses(test, source))
    for stem, query in product(found["stem"], found["query"]):
        if max(len(stem), len(query)) <= _MOST_BESIDE:
            pattern = f"(?:{_patterns(stem, source)}){GAP}(?:{_patterns(query, source)})"
            yield Needed(frozenset(), ((pattern, ()),), share_of_patterns((pattern,)))


def _methods(test: FieldTest) -> tuple[str, ...]:
    """The methods that a request must have one of."""
    if WEB_ROLES.get(test.field.name) != "method" or not isinstance(test.value, Equals):
        return ()
    texts = test.value.texts
    return texts if all(text.isascii() and text.isalpha() for text in texts) else ()


def _beginnings(test: FieldTest, source: str) -> frozenset[str]:
    """What the URL must begin with one of, as pieces; empty if that is not known."""
    if WEB_ROLES.get(test.field.name) not in {"stem", "joined"}:
        return frozenset()
    value = test.value
    if isinstance(value, Equals | StartsWith):
        texts: list[str] = list(value.texts)
    elif isinstance(value, Glob):
        texts = [(pattern[0] or (None,))[0] or "" for pattern in value.patterns]
    else:
        return frozenset()
    pieces = {(safe_pieces(text, source) or [""])[0].lower() for text in texts}
    usable = all(
        len(piece) >= SHORTEST and piece.startswith("/") and text.startswith("/")
        for piece in pieces
        for text in texts
    )
    return frozenset(pieces) if usable else frozenset()


def _behind(tests: Iterable[FieldTest], starts: Pieces, source: str) -> Iterator[Pieces]:
    """Sets of pieces of which one stands in the URL behind its beginning."""
    for test in tests:
        if WEB_ROLES.get(test.field.name) in {"stem", "query", "joined"}:
            for clause in clauses(test, source):
                crossing = any(may_overlap(a, b, source) for a in starts for b in clause)
                if not crossing and len(clause) <= _MOST_BESIDE:
                    yield clause


def _patterns(pieces: Iterable[str], source: str) -> str:
    return "|".join(pattern_of(piece, source) for piece in sorted(pieces))


def _with_others(found: list[Pieces], source: str) -> Iterator[Needed]:
    """The most selective clause, or a pair of clauses, confirmed by the others."""
    usable = [one for one in dict.fromkeys(found) if len(one) <= _MOST_BESIDE][:_CONFIRMED]
    if len(usable) < 2:
        return
    first, *others = usable
    second = _second(first, others, source)
    patterns = tuple(pattern_of(piece, source) for piece in _fewest(first))
    tracked = 0
    if second is not None:
        others.remove(second)
        # From where one of the two stands on, the matcher looks out for the other.
        tracked = (share(first) + share(second)) // 2
        pair = [_patterns(_fewest(one), source) for one in (first, second)]
        patterns = tuple(f"(?:{one}){GAP}(?:{two})" for one, two in (pair, reversed(pair)))
    beside = (_confirmation(clause, source) for clause in sorted(others, key=len))
    confirmed = tuple(sorted(beside, key=lambda clause: not clause.encoded))
    needs = _needed_by([(pattern, confirmed) for pattern in patterns])
    yield replace(needs, looked_at=needs.looked_at + tracked)


def _fewest(pieces: Iterable[str]) -> list[str]:
    return list(_shortest({piece: set() for piece in pieces}))


def _second(first: Pieces, others: list[Pieces], source: str) -> Pieces | None:
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


def _confirmation(clause: Pieces, source: str) -> Clause:
    pieces = _fewest(clause)
    plain = [piece for piece in pieces if BLANKS.isdisjoint(piece) and "%" not in piece]
    other = [pattern for one in pieces if (pattern := pattern_of(one, source)) != re.escape(one)]
    return Clause(
        tuple(piece.encode() for piece in plain),
        "|".join(other).encode(),
        encoded=len(plain) == len(pieces),
    )


def _worth(piece: str) -> tuple[int, bool, int]:
    return (-share((piece,)), _length(piece) >= GOOD, len(piece))


def _selectivity(pieces: Pieces) -> tuple[int, bool, int, int]:
    """Few ordinary requests; then no short piece; then few pieces."""
    shortest = min(map(len, pieces))
    return (-share(pieces), shortest >= GOOD, shortest, -len(pieces))
