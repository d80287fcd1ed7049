"""Regular expressions of rules: run in bounded time, and analysed for the text they need."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from alpheus.detect.sigma.fields import Candidates
from alpheus.detect.sigma.values import Literals

SUBJECT_LIMIT = 16 * 1024
"""How much of a candidate a pattern is tried on that only the backtracking engine can run."""

OPEN_LENGTH = 8
"""A repetition whose length may differ by more than this is open."""

ALTERNATIVES_LIMIT = 64
"""More alternatives than this are not worth searching for."""

_BACKTRACKING = {
    "ASSERT",
    "ASSERT_NOT",
    "GROUPREF",
    "GROUPREF_EXISTS",
    "ATOMIC_GROUP",
    "POSSESSIVE_REPEAT",
}
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}


_LOOKALIKES = {0x212A: "\ufdd0", 0x17F: "\ufdd1"}


class UnsafePatternError(ValueError):
    """A pattern that could run for ever."""


class _Searching(Protocol):
    def search(self, text: str, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Regex:
    """The candidate contains a match of `pattern`. `flags` are some of the letters i, m and s."""

    cost: ClassVar[int] = 20

    pattern: str
    flags: str = ""
    _engine: _Searching = field(init=False, repr=False, compare=False)
    _bounded: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        engine, bounded = _compile(self.pattern, self.flags)
        object.__setattr__(self, "_engine", engine)
        object.__setattr__(self, "_bounded", bounded)

    def __reduce__(self) -> tuple[type[Regex], tuple[str, str]]:
        return Regex, (self.pattern, self.flags)

    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""
        for value in candidates.values:
            subject = value[:SUBJECT_LIMIT] if self._bounded else value
            if self._engine.search(_encodable(subject)) is not None:
                return True
        return False

    def literals(self) -> Literals | None:
        """Text that every match contains, by alternatives."""
        tree = parse(self.pattern)
        return None if tree is None else _needed(tree)


def _compile(pattern: str, flags: str) -> tuple[_Searching, bool]:
    """RE2, which takes linear time; for look-around and back-references Python's own engine.

    Raises re.error for a broken pattern and UnsafePatternError for one that could run for ever.
    """
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - native library, only with rules

    prefixed = f"(?{flags}){pattern}" if flags else pattern
    options = re2.Options()
    options.log_errors = False
    try:
        engine: _Searching = re2.compile(prefixed, options)
    except re2.error:
        compiled = re.compile(prefixed)
        tree = parse(pattern)
        if tree is None or _nested(tree):
            raise UnsafePatternError(f"the pattern {pattern!r} could run for ever") from None
        return compiled, True
    return engine, False


def _encodable(text: str) -> str:
    """The text without lone surrogates, which stand for stray bytes.

    Also without the two letters that a pattern in any case would take for `k` and `s`, but a
    search for bytes would not.
    """
    if text.isascii():
        return text
    return text.translate(_LOOKALIKES).encode("utf-8", "replace").decode("utf-8")


def parse(pattern: str) -> Any:  # noqa: ANN401 - Python publishes no type for it
    """The pattern as a list of (operation, argument), or None if Python cannot read it.

    Python's parser has had no public name since `sre_parse` was deprecated in 3.11.
    """
    try:
        return importlib.import_module("re._parser").parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return None


def _children(argument: object) -> Iterable[Any]:
    """The patterns inside an operation's argument."""
    if isinstance(argument, list | tuple):
        for item in argument:
            if hasattr(item, "data"):
                yield item
            else:
                yield from _children(item)
    elif hasattr(argument, "data"):
        yield argument


def _nested(tree: Any, *, repeated: bool = False) -> bool:  # noqa: ANN401
    """Whether a repetition of open length stands inside another one."""
    for operation, argument in tree:
        is_open = str(operation) in _REPEATS and int(argument[1]) - int(argument[0]) > OPEN_LENGTH
        if is_open and repeated:
            return True
        if any(_nested(child, repeated=repeated or is_open) for child in _children(argument)):
            return True
    return False


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
    if name in _REPEATS:
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
