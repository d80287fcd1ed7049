"""Regular expressions that others wrote, run in bounded time."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Protocol

SUBJECT_LIMIT = 16 * 1024
"""How much of a candidate a pattern is tried on that only the backtracking engine can run."""

OPEN_LENGTH = 8
"""A repetition whose length may differ by more than this is open."""

REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
_LOOKALIKES = {0x212A: "\ufdd0", 0x17F: "\ufdd1"}


class UnsafePatternError(ValueError):
    """A pattern that could run for ever."""


class Searching(Protocol):
    """A compiled pattern."""

    def search(self, text: str, /) -> object:
        """Something that is not None where it is found."""


def bounded(pattern: str, flags: str) -> tuple[Searching, bool]:
    """RE2, which takes linear time; for look-around and back-references Python's own engine.

    Raises re.error for a broken pattern and UnsafePatternError for one that could run for ever.
    """
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - native library, only with rules

    prefixed = f"(?{flags}){pattern}" if flags else pattern
    options = re2.Options()
    options.log_errors = False
    try:
        engine: Searching = re2.compile(prefixed, options)
    except re2.error:
        compiled = re.compile(prefixed)
        tree = parse(pattern)
        if tree is None or _nested(tree):
            raise UnsafePatternError(f"the pattern {pattern!r} could run for ever") from None
        return compiled, True
    return engine, False


def found_in(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text, without regard to case. Raises as `bounded` does."""
    engine, limited = _kept(pattern)
    return engine.search(encodable(text[:SUBJECT_LIMIT] if limited else text)) is not None


@cache
def _kept(pattern: str) -> tuple[Searching, bool]:
    return bounded(pattern, "i")


def encodable(text: str) -> str:
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
        is_open = str(operation) in REPEATS and int(argument[1]) - int(argument[0]) > OPEN_LENGTH
        if is_open and repeated:
            return True
        if any(_nested(child, repeated=repeated or is_open) for child in _children(argument)):
            return True
    return False
