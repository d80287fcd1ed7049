"""From a rule's regular expression over a field to what the raw line of a request must hold.

A stretch is made of characters that a raw line writes as they are, in either case and possibly
percent-encoded. What a line may write in another way separates one stretch from the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alpheus.detect.sigma.pieces import character_pattern, stands_alike
from alpheus.knowledge.patterns import parse

ALTERNATIVES = 96
"""An expression that branches into more than this is not analysed further."""

LONGEST = 400
"""Longer stretches are cut: more text does not make a search more selective."""

_NOTHING = frozenset({"AT", "ASSERT", "ASSERT_NOT"})
_GROUPS = frozenset({"SUBPATTERN", "ATOMIC_GROUP"})
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
_MOST_TIMES = 16
_MOST_MEMBERS = 8


@dataclass(frozen=True, slots=True)
class Token:
    """One character of a stretch: its pattern, and whether it can only be that one character."""

    pattern: str
    solid: bool = True


GAP = Token("", solid=False)
"""Anything, or nothing, may stand here."""

Sequences = list[tuple[Token, ...]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A regular expression for text that stands in one piece; `solid` is its longest literal."""

    pattern: str
    solid: int


Factor = list[list[Stretch]]
"""Alternatives; of one of them, a line must hold every stretch."""


def factors(pattern: str, source: str) -> list[Factor]:
    """What a line must hold: all of these, of which each is certain by itself."""
    tree = parse(pattern)
    if tree is None:
        return []
    try:
        runs = list(_runs(_bare(tree), source))
    except RecursionError:
        return []
    found = [[_stretches_of(one) for one in dict.fromkeys(run)] for run in runs]
    return [factor for factor in found if all(factor)]


def _bare(tree: Any) -> Any:  # noqa: ANN401 - Python publishes no type for it
    """A pattern without the group around all of it."""
    while len(tree) == 1 and str(tree[0][0]) == "SUBPATTERN":
        tree = tree[0][1][-1]
    return tree


def _runs(tree: Any, source: str) -> Iterator[Sequences]:  # noqa: ANN401 - as above
    """The stretches of a sequence between its gaps, by alternatives."""
    run: Sequences = [()]
    for operation, argument in tree:
        options = _options(str(operation), argument, source)
        if options == [(GAP,)] or len(run) * len(options) > ALTERNATIVES:
            yield run
            run = [()] if options == [(GAP,)] else options
        else:
            run = [sequence + option for sequence in run for option in options]
    yield run


def _sequences(tree: Any, source: str) -> Sequences:  # noqa: ANN401 - Python publishes no type for it
    found: Sequences = [()]
    for operation, argument in tree:
        options = _options(str(operation), argument, source)
        if len(found) * len(options) > ALTERNATIVES:
            options = [(GAP,)]
        found = [sequence + option for sequence in found for option in options]
    return found


def _options(name: str, argument: Any, source: str) -> Sequences:  # noqa: ANN401 - as above
    found: Sequences = [(GAP,)]
    if name in _NOTHING:
        found = [()]
    elif name == "LITERAL":
        found = [(_character(argument, source),)]
    elif name == "IN":
        found = _class(argument, source)
    elif name in _GROUPS:
        found = _sequences(argument[-1] if name == "SUBPATTERN" else argument, source)
    elif name in _REPEATS:
        found = _repeated(argument[0], argument[1], _sequences(argument[2], source))
    elif name == "BRANCH":
        branches = [option for branch in argument[1] for option in _sequences(branch, source)]
        found = list(dict.fromkeys(branches))
    return found


def _character(code: int, source: str) -> Token:
    character = chr(code).lower()
    if not stands_alike(character, source):
        return GAP
    return Token(character_pattern(character, source))


def _class(items: Any, source: str) -> Sequences:  # noqa: ANN401 - as above
    """A class of letters or digits is one token; one of a few characters is so many options."""
    members: list[str] = []
    ranges: list[str] = []
    for operation, argument in items:
        if str(operation) == "LITERAL":
            members.append(chr(argument).lower())
        elif str(operation) == "RANGE" and _plain_range(*argument):
            ranges.append(f"{chr(argument[0]).lower()}-{chr(argument[1]).lower()}")
        else:
            return [(GAP,)]
    if ranges and all(member.isascii() and member.isalnum() for member in members):
        return [(Token(f"[{''.join((*ranges, *members))}]", solid=False),)]
    if ranges or len(members) > _MOST_MEMBERS:
        return [(GAP,)]
    return [(_character(ord(member), source),) for member in dict.fromkeys(members)]


def _plain_range(low: int, high: int) -> bool:
    kinds = (("0", "9"), ("a", "z"), ("A", "Z"))
    return any(ord(first) <= low <= high <= ord(last) for first, last in kinds)


def _repeated(least: int, most: object, options: Sequences) -> Sequences:
    if least == 0:
        return [(), *options] if most == 1 else [(GAP,)]
    if most == least and least <= _MOST_TIMES and len(options) == 1:
        return [options[0] * least]
    return options if most == 1 else [(*option, GAP) for option in options]


def _stretches_of(sequence: Iterable[Token]) -> list[Stretch]:
    found: list[Stretch] = []
    run: list[Token] = []
    for token in (*sequence, GAP):
        if token is not GAP:
            run.append(token)
            continue
        if any(one.solid for one in run):
            found.append(_stretch(run))
        run = []
    return found


def _stretch(run: Sequence[Token]) -> Stretch:
    pattern, longest, length = "", 0, 0
    for token in run:
        if len(pattern) > LONGEST:
            break
        pattern += token.pattern
        length = length + 1 if token.solid else 0
        longest = max(longest, length)
    return Stretch(pattern, longest)
