"""Regular expressions of rules: run in bounded time, and analysed for the text they need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from alpheus.detect.sigma.fields import Candidates
from alpheus.detect.sigma.values import Literals
from alpheus.knowledge.patterns import REPEATS, SUBJECT_LIMIT, Searching, bounded, encodable, parse

ALTERNATIVES_LIMIT = 64
"""More alternatives than this are not worth searching for."""


@dataclass(frozen=True, slots=True)
class Regex:
    """The candidate contains a match of `pattern`. `flags` are some of the letters i, m and s."""

    cost: ClassVar[int] = 20

    pattern: str
    flags: str = ""
    _engine: Searching = field(init=False, repr=False, compare=False)
    _bounded: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        engine, limited = bounded(self.pattern, self.flags)
        object.__setattr__(self, "_engine", engine)
        object.__setattr__(self, "_bounded", limited)

    def __reduce__(self) -> tuple[type[Regex], tuple[str, str]]:
        return Regex, (self.pattern, self.flags)

    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""
        for value in candidates.values:
            subject = value[:SUBJECT_LIMIT] if self._bounded else value
            if self._engine.search(encodable(subject)) is not None:
                return True
        return False

    def literals(self) -> Literals | None:
        """Text that every match contains, by alternatives."""
        tree = parse(self.pattern)
        return None if tree is None else _needed(tree)


def _needed(tree: Any) -> Literals | None:  # noqa: ANN401
    """The best alternatives among the parts of a sequence; None if no part needs any text."""
    options: list[Literals] = []
    run: list[str] = []
    for operation, argument in [*tree, ("END", None)]:
        name = str(operation)
        if name == "LITERAL":
            run.append(chr(argument))
            continue
        if name == "AT":
            continue
        if run:
            options.append((("".join(run),),))
            run = []
        found = _needed_by(name, argument)
        if found is not None:
            options.append(found)
    return max(options, key=_worth, default=None)


def _needed_by(name: str, argument: Any) -> Literals | None:  # noqa: ANN401
    if name == "SUBPATTERN":
        return _needed(argument[-1])
    if name == "ATOMIC_GROUP":
        return _needed(argument)
    if name in REPEATS:
        return _needed(argument[2]) if argument[0] >= 1 else None
    if name != "BRANCH":
        return None
    found: list[tuple[str, ...]] = []
    for branch in argument[1]:
        literals = _needed(branch)
        if literals is None:
            return None
        found.extend(literals)
    return tuple(found) if len(found) <= ALTERNATIVES_LIMIT else None


def _worth(literals: Literals) -> tuple[int, int]:
    shortest = min(max(map(len, parts), default=0) for parts in literals)
    return shortest, -len(literals)
