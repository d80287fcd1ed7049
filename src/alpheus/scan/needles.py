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


class Needles:
    """Patterns compiled once, searched in blocks of whole lines.

    Patterns are regular expressions over UTF-8, case-insensitive for ASCII; other characters match
    any that are not ASCII, since their case and encoding are not known before a line is decoded.
    They are a prefilter: a line may be reported that an exact rule refuses, never the reverse.
    Give no anchors. Raises KnowledgeError for a pattern that is no regular expression.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        unique = list(dict.fromkeys([*patterns, ENCODED]))
        expressions = [_over_bytes(pattern) for pattern in unique]
        compiled = [_compile(expression) for expression in expressions]
        self._database, left = _database(expressions)
        self._fallback = [compiled[at] for at in left]

    def search(
        self, data: bytes | bytearray, start: int = 0, end: int | None = None
    ) -> list[tuple[int, int]]:
        """The lines of `data[start:end]` with a match: first byte and end without line end.

        In order, each once. `start` must be the start of a line.
        """
        stop = len(data) if end is None else end
        lines = dict(self._fast_lines(data, start, stop))
        for expression in self._fallback:
            lines.update(_slow_lines(expression, data, start, stop))
        return sorted(lines.items())

    def _fast_lines(
        self, data: bytes | bytearray, start: int, stop: int
    ) -> Iterator[tuple[int, int]]:
        if self._database is None or start >= stop:
            return
        ends: set[int] = set()
        limit = max(64, (stop - start) // _ENDS_PER_BYTES)

        def collect(number: int, begin: int, end: int, flags: int, context: object) -> bool:  # noqa: ARG001 - given by hyperscan
            ends.add(end)
            return len(ends) > limit

        with memoryview(data)[start:stop] as view:
            complete = _scan(self._database, view, collect)
            if not complete:
                # Matches end nearly everywhere: one question per line costs less than an answer
                # per byte.
                yield from self._line_by_line(data, start, stop)
                return
        line_end = start - 1
        for end in sorted(ends):
            last = max(start, start + end - 1)
            if last > line_end:
                line_start, line_end = _line_around(data, last, start, stop)
                yield line_start, line_end

    def _line_by_line(
        self, data: bytes | bytearray, start: int, stop: int
    ) -> Iterator[tuple[int, int]]:
        at = start
        while at < stop:
            end = data.find(_NEWLINE, at, stop)
            end = stop if end < 0 else end
            if end > at:
                with memoryview(data)[at:end] as line:
                    if not _scan(self._database, line, _stop_at_first):
                        yield at, end
            at = end + 1


def _stop_at_first(number: int, begin: int, end: int, flags: int, context: object) -> bool:  # noqa: ARG001 - given by hyperscan
    return True


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
    taken: list[tuple[bytes, int]] = []
    left: list[int] = []
    for place, expression in enumerate(expressions):
        flags = _usable_flags(hyperscan, expression)
        if flags is None:
            left.append(place)
        else:
            taken.append((expression, flags))
    if not taken:
        return None, left
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[expression for expression, _ in taken],
        ids=list(range(len(taken))),
        elements=len(taken),
        flags=[flags for _, flags in taken],
    )
    return database, left


def _usable_flags(hyperscan: Any, expression: bytes) -> int | None:  # noqa: ANN401 - untyped library
    """Flags under which hyperscan takes an expression, as a superset if need be; else None."""
    exact = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_MULTILINE
    for flags in (exact, exact | hyperscan.HS_FLAG_PREFILTER):
        trial = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        try:
            trial.compile(expressions=[expression], ids=[0], elements=1, flags=[flags])
        except hyperscan.error:
            continue
        return int(flags)
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
