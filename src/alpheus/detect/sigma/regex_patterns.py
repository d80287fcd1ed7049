"""From a rule's regular expression over a field to one over the raw line of a request.

The result matches every line whose field matches the rule's: characters that a raw line writes as
they are stay, in either case and possibly percent-encoded; all else may be anything.
"""

from __future__ import annotations

from typing import Any

from alpheus.detect.sigma.pieces import GAP, character_pattern, stands_alike
from alpheus.detect.sigma.regexes import parse

LONGEST = 4000
"""A longer pattern costs more than it spares."""

_NOTHING = frozenset({"AT", "ASSERT", "ASSERT_NOT"})
_GROUPS = frozenset({"SUBPATTERN", "ATOMIC_GROUP"})
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})


def raw_pattern(pattern: str, source: str) -> str | None:
    """The pattern over raw lines; None if nothing of it is certain to stand in one."""
    tree = parse(pattern)
    if tree is None:
        return None
    try:
        tokens = _squeezed(_tokens(tree, source))
    except RecursionError:
        return None
    while tokens and tokens[0] == GAP:
        del tokens[0]
    while tokens and tokens[-1] == GAP:
        del tokens[-1]
    found = "".join(tokens)
    return found if found and len(found) <= LONGEST else None


def _tokens(tree: Any, source: str) -> list[str]:  # noqa: ANN401 - Python publishes no type for it
    tokens: list[str] = []
    for operation, argument in tree:
        tokens += _token(str(operation), argument, source)
    return tokens


def _token(name: str, argument: Any, source: str) -> list[str]:  # noqa: ANN401 - as above
    if name in _NOTHING:
        return []
    if name == "LITERAL":
        character = chr(argument).lower()
        return [character_pattern(character, source) if stands_alike(character, source) else GAP]
    if name in _GROUPS:
        return _tokens(argument[-1] if name == "SUBPATTERN" else argument, source)
    if name in _REPEATS and argument[0] >= 1:
        once = argument[0] == argument[1] == 1
        return _tokens(argument[2], source) + ([] if once else [GAP])
    return _branches(argument[1], source) if name == "BRANCH" else [GAP]


def _branches(branches: Any, source: str) -> list[str]:  # noqa: ANN401 - as above
    texts = ["".join(_squeezed(_tokens(branch, source))) for branch in branches]
    return [GAP] if GAP in texts else [f"(?:{'|'.join(dict.fromkeys(texts))})"]


def _squeezed(tokens: list[str]) -> list[str]:
    """Without a gap that follows a gap."""
    return [
        token for at, token in enumerate(tokens) if token != GAP or tokens[at - 1 : at] != [GAP]
    ]
