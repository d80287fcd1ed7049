"""Many patterns at once over raw bytes: which lines of a block deserve to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from alpheus.errors import KnowledgeError

ENCODED = (
    r"%(?:25)*(?:u[0-9a-f]{4}|c[01]|e0%(?:25)*[89]|f0%(?:25)*8"
    r"|2[de]|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])"
)
"""Percent-encoding of what need not be encoded (letters, digits, `-._~`), however often, and
overlong forms: no browser writes it, and a rule's literal may hide behind it. Such lines are always
candidates."""

_WIDE_CLASS = re.compile(r"(?<!\\)\[[^\]]*[^\x00-\x7f][^\]]*\]")
_WIDE = re.compile(r"[^\x00-\x7f]")
_ANY_WIDE = r"[\\x80-\\xff]{1,4}"
_ENDS_PER_BYTES = 64
_NEWLINE = b"\n"

Lines = list[tuple[int, int]]
"""First byte and end of each line, without its line end."""


class Needles:
    """Patterns compiled once, searched in blocks of whole lines.

    Patterns are regular expressions over UTF-8, case-insensitive for ASCII; other characters match
    any that are not ASCII, since their case and encoding are not known before a line is decoded.
    They are a prefilter: a line may be reported that an exact rule refuses, never the reverse.
    Give no anchors. Raises KnowledgeError for a pattern that is no regular expression.
    `doubtful` patterns mark lines on which somebody else decides; see `search_both`.
    """

    def __init__(self, patterns: Sequence[str], doubtful: Sequence[str] = ()) -> None:
        certain = list(dict.fromkeys([*patterns, ENCODED]))
        unique = [*certain, *(one for one in dict.fromkeys(doubtful) if one not in certain)]
        expressions = [_over_bytes(pattern) for pattern in unique]
        compiled = [_compile(expression) for expression in expressions]
        self._certain = len(certain)
        self._database, left = _database(expressions)
        self._fallback = [(compiled[at], at < len(certain)) for at in left]

    def search(self, data: bytes | bytearray, start: int = 0, end: int | None = None) -> Lines:
        """The lines of `data[start:end]` with a match: first byte and end without line end.

        In order, each once. `start` must be the start of a line.
        """
        found, doubtful = self.search_both(data, start, end)
        return sorted({*found, *doubtful}) if doubtful else found

    def search_both(
        self, data: bytes | bytearray, start: int = 0, end: int | None = None
    ) -> tuple[Lines, Lines]:
        """Lines that a pattern marks, and lines that a doubtful one does; a line may be in both."""
        stop = len(data) if end is None else end
        found, doubtful = self._fast_lines(data, start, stop)
        for expression, certain in self._fallback:
            (found if certain else doubtful).update(_slow_lines(expression, data, start, stop))
        return sorted(found.items()), sorted(doubtful.items())

    def _fast_lines(
        self, data: bytes | bytearray, start: int, stop: int
    ) -> tuple[dict[int, int], dict[int, int]]:
        if self._database is None or start >= stop:
            return {}, {}
        ends: set[int] = set()
        doubtful: set[int] = set()
        certain = self._certain
        limit = max(64, (stop - start) // _ENDS_PER_BYTES)

        def collect(number: int, begin: int, end: int, flags: int, context: object) -> bool:  # noqa: ARG001 - given by hyperscan
            (ends if number < certain else doubtful).add(end)
            return len(ends) + len(doubtful) > limit

        with memoryview(data)[start:stop] as view:
            complete = _scan(self._database, view, collect)
        if not complete:
            # Matches end nearly everywhere: one question per line costs less than an answer
            # per byte.
            return self._line_by_line(data, start, stop)
        return _lines_of(ends, data, start, stop), _lines_of(doubtful, data, start, stop)

    def _line_by_line(
        self, data: bytes | bytearray, start: int, stop: int
    ) -> tuple[dict[int, int], dict[int, int]]:
        found: dict[int, int] = {}
        doubtful: dict[int, int] = {}
        certain = self._certain
        only_doubtful = False

        def collect(number: int, begin: int, end: int, flags: int, context: object) -> bool:  # noqa: ARG001 - given by hyperscan
            nonlocal only_doubtful
            only_doubtful = number >= certain
            return not only_doubtful

        at = start
        while at < stop:
            end = data.find(_NEWLINE, at, stop)
            end = stop if end < 0 else end
            if end > at:
                only_doubtful = False
                with memoryview(data)[at:end] as line:
                    complete = _scan(self._database, line, collect)
                if not complete:
                    found[at] = end
                elif only_doubtful:
                    doubtful[at] = end
            at = end + 1
        return found, doubtful


def _scan(database: Any, view: memoryview, on_match: object) -> bool:  # noqa: ANN401 - untyped library
    """Whether the scan came to its end; False if `on_match` stopped it."""
    import hyperscan  # noqa: PLC0415 - only where a database exists

    try:
        database.scan(view, match_event_handler=on_match)
    except hyperscan.ScanTerminated:
        return False
    return True


def _database(expressions: Sequence[bytes]) -> tuple[Any, list[int]]:
    """A hyperscan database of what it can take, and the places of what `re` has to search."""
    try:
        import hyperscan  # noqa: PLC0415 - optional at run time: no wheel everywhere
    except ImportError:
        return None, list(range(len(expressions)))
    exact = _exact(hyperscan)
    everything = [(place, expression, exact) for place, expression in enumerate(expressions)]
    database = _compiled(hyperscan, everything)
    if database is not None:
        return database, []
    usable = {place: _usable_flags(hyperscan, one) for place, one in enumerate(expressions)}
    taken = [(at, expressions[at], flags) for at, flags in usable.items() if flags is not None]
    database = _compiled(hyperscan, taken)
    return database, [at for at, flags in usable.items() if flags is None or database is None]


def _exact(hyperscan: Any) -> int:  # noqa: ANN401 - untyped library
    return int(hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_MULTILINE)


def _compiled(hyperscan: Any, taken: Sequence[tuple[int, bytes, int]]) -> Any:  # noqa: ANN401 - untyped library
    """A database of expressions under their numbers; None if there are none, or one is refused."""
    if not taken:
        return None
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[expression for _, expression, _ in taken],
            ids=[place for place, _, _ in taken],
            elements=len(taken),
            flags=[flags for _, _, flags in taken],
        )
    except hyperscan.error:
        return None
    return database


def _usable_flags(hyperscan: Any, expression: bytes) -> int | None:  # noqa: ANN401 - untyped library
    """Flags under which hyperscan takes an expression, as a superset if need be; else None."""
    exact = _exact(hyperscan)
    for flags in (exact, exact | int(hyperscan.HS_FLAG_PREFILTER)):
        if _compiled(hyperscan, [(0, expression, flags)]) is not None:
            return flags
    return None


def _over_bytes(pattern: str) -> bytes:
    """A pattern over bytes that matches wherever the pattern over text does."""
    wide = _WIDE_CLASS.sub(r"(?:[^\\n\\x80-\\xff]|[\\x80-\\xff]{1,4})", pattern)
    return _WIDE.sub(_ANY_WIDE, wide).encode("ascii")


def _compile(expression: bytes) -> re.Pattern[bytes]:
    try:
        return re.compile(expression, re.IGNORECASE | re.MULTILINE)
    except re.error as error:
        raise KnowledgeError(
            f"not a regular expression for a prefilter: {expression!r}: {error}"
        ) from error


def _line_around(data: bytes | bytearray, at: int, start: int, stop: int) -> tuple[int, int]:
    line_start = data.rfind(_NEWLINE, start, at) + 1
    line_end = data.find(_NEWLINE, at, stop)
    return max(line_start, start), stop if line_end < 0 else line_end


def _lines_of(ends: set[int], data: bytes | bytearray, start: int, stop: int) -> dict[int, int]:
    """The lines in which matches end at these places, counted from `start`."""
    found: dict[int, int] = {}
    line_end = start - 1
    for end in sorted(ends):
        last = max(start, start + end - 1)
        if last > line_end:
            line_start, line_end = _line_around(data, last, start, stop)
            found[line_start] = line_end
    return found


def _slow_lines(
    expression: re.Pattern[bytes], data: bytes | bytearray, start: int, stop: int
) -> Iterator[tuple[int, int]]:
    at = start
    while at < stop:
        match = expression.search(data, at, stop)
        if match is None or match.start() >= stop:
            return
        # A match that runs over a line end may hide a shorter one: every line it touches counts.
        begin, end = _line_around(data, match.start(), start, stop)
        yield begin, end
        last = max(match.start(), match.end() - 1)
        if last > end:
            yield _line_around(data, last, start, stop)
        at = end + 1
