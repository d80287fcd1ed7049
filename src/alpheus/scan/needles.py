"""Many patterns at once over raw bytes: which lines of a block deserve to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
_CERTAIN, _DOUBTFUL, _FIRST_TOGETHER = range(3)

Lines = list[tuple[int, int]]
"""First byte and end of each line, without its line end."""


@dataclass(frozen=True, slots=True)
class Together:
    """Patterns too frequent to mark a line alone: it must also hold a piece of every clause.

    A clause is its pieces, ASCII in lower case, and an expression that finds them in spellings
    which take a percent sign, empty if there are none.
    """

    patterns: tuple[str, ...]
    clauses: tuple[tuple[tuple[bytes, ...], bytes], ...]

    def confirms(self, line: bytes) -> bool:
        """Whether a line holds a piece of every clause."""
        low = line.lower()
        encoded = b"%" in low
        for pieces, expression in self.clauses:
            if len(pieces) == 1:
                found = pieces[0] in low
            else:
                found = _any_of(pieces).search(low) is not None
            if not found and not (encoded and expression and re.search(expression, low)):
                return False
        return True


@lru_cache(maxsize=1024)
def _any_of(pieces: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(map(re.escape, pieces)))


class Needles:
    """Patterns compiled once, searched in blocks of whole lines.

    Patterns are regular expressions over UTF-8, case-insensitive for ASCII; other characters match
    any that are not ASCII, since their case and encoding are not known before a line is decoded.
    They are a prefilter: a line may be reported that an exact rule refuses, never the reverse.
    Give no anchors. Raises KnowledgeError for a pattern that is no regular expression.
    `doubtful` patterns mark lines on which somebody else decides; see `search_both`.
    """

    def __init__(
        self,
        patterns: Sequence[str],
        doubtful: Sequence[str] = (),
        together: Sequence[Together] = (),
    ) -> None:
        kinds: list[tuple[str, int]] = [(pattern, _CERTAIN) for pattern in (*patterns, ENCODED)]
        kinds += [(pattern, _DOUBTFUL) for pattern in doubtful]
        for kind, one in enumerate(together, _FIRST_TOGETHER):
            kinds += [(pattern, kind) for pattern in one.patterns]
        kinds = list(dict.fromkeys(kinds))
        expressions = [_over_bytes(pattern) for pattern, _ in kinds]
        compiled = [_compile(expression) for expression in expressions]
        self._kinds = [kind for _, kind in kinds]
        self._together = list(together)
        self._database, left = _database(expressions)
        self._fallback = [(compiled[at], self._kinds[at]) for at in left]

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
        kinds = self._fast_lines(data, start, stop)
        for expression, kind in self._fallback:
            kinds[kind].update(_slow_lines(expression, data, start, stop))
        found = kinds[_CERTAIN]
        for one, lines in zip(self._together, kinds[_FIRST_TOGETHER:], strict=True):
            for begin, close in lines.items():
                if begin not in found and one.confirms(bytes(data[begin:close])):
                    found[begin] = close
        return sorted(found.items()), sorted(kinds[_DOUBTFUL].items())

    def _fast_lines(self, data: bytes | bytearray, start: int, stop: int) -> list[dict[int, int]]:
        """The lines that each kind of pattern marks."""
        count = _FIRST_TOGETHER + len(self._together)
        if self._database is None or start >= stop:
            return [{} for _ in range(count)]
        ends: list[set[int]] = [set() for _ in range(count)]
        kinds = self._kinds
        left = max(64, (stop - start) // _ENDS_PER_BYTES)

        def collect(number: int, begin: int, end: int, flags: int, context: object) -> bool:  # noqa: ARG001 - given by hyperscan
            nonlocal left
            left -= 1
            ends[kinds[number]].add(end)
            return left < 0

        with memoryview(data)[start:stop] as view:
            complete = _scan(self._database, view, collect)
        if not complete:
            # Matches end nearly everywhere: one question per line costs less than an answer
            # per byte.
            return self._line_by_line(data, start, stop)
        return [_lines_of(places, data, start, stop) for places in ends]

    def _line_by_line(self, data: bytes | bytearray, start: int, stop: int) -> list[dict[int, int]]:
        found: list[dict[int, int]] = [{} for _ in range(_FIRST_TOGETHER + len(self._together))]
        kinds = self._kinds
        marks: set[int] = set()

        def collect(number: int, begin: int, end: int, flags: int, context: object) -> bool:  # noqa: ARG001 - given by hyperscan
            marks.add(kinds[number])
            return kinds[number] == _CERTAIN

        at = start
        while at < stop:
            end = data.find(_NEWLINE, at, stop)
            end = stop if end < 0 else end
            if end > at:
                marks.clear()
                with memoryview(data)[at:end] as line:
                    _scan(self._database, line, collect)
                for kind in marks:
                    found[kind][at] = end
            at = end + 1
        return found


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
