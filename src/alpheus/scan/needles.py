"""Many patterns searched at once in raw bytes: which lines are worth parsing, and for whom.

Bytes are searched with hyperscan (regular expressions as one automaton); with google-re2 where no
wheel of hyperscan exists; and with `re` for the few patterns that neither takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from alpheus.errors import KnowledgeError
from alpheus.scan.compiled import keep_compiled, recall_compiled
from alpheus.scan.names import Names

_NEEDLESS = ("2[de]", "3[0-9]", "4[1-9a-f]", "5[0-9af]", "6[1-9a-f]", "7[0-9ae]")
_ENCODED = (
    *(f"%{code}" for code in _NEEDLESS),
    *(f"%(?:25)+{code}" for code in _NEEDLESS),
    r"%(?:25)*(?:u[0-9a-f]{4}|c[01]|e0%(?:25)*[89]|f0%(?:25)*8)",
)
ENCODED = f"(?:{'|'.join(_ENCODED)})"
"""Percent-encoding of what need not be encoded (letters, digits, `-._~`), however often, and
overlong forms: no browser writes it, and a rule's literal may hide behind it. Such lines are always
candidates."""

EVERYBODY = -1
"""The marks of a line that everybody wants: all bits are set."""

_WIDE_CLASS = re.compile(r"(?<!\\)\[[^\]]*[^\x00-\x7f][^\]]*\]")
_WIDE = re.compile(r"[^\x00-\x7f]")
_ANY_WIDE = r"[\\x80-\\xff]{1,4}"
_ENDS_PER_BYTES = 64
_NEWLINE = b"\n"
_CHUNK = 64 << 10
_RE2_MEMORY = 256 << 20
_WORTH_KEEPING = 16
"""To compile so many expressions takes longer than to find them compiled."""

Marked = tuple[int, int, int]
"""First byte and end of a line, without its line end, and the marks that it got."""


@dataclass(frozen=True, slots=True)
class Clause:
    """What a line must hold: one of some pieces (ASCII, lower case), or a match of an expression.

    With `encoded`, the expression only finds the pieces in spellings that take a percent sign.
    """

    pieces: tuple[bytes, ...]
    expression: bytes = b""
    encoded: bool = True

    def holds(self, low: bytes) -> bool:
        """Whether it is true of a line in lower case."""
        pieces = self.pieces
        if len(pieces) == 1:
            if pieces[0] in low:
                return True
        elif pieces and _any_of(pieces).search(low) is not None:
            return True
        if not self.expression or (self.encoded and b"%" not in low):
            return False
        return re.search(self.expression, low) is not None


@lru_cache(maxsize=1024)
def _any_of(pieces: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(map(re.escape, pieces)))


@dataclass(frozen=True, slots=True)
class Needle:
    """A pattern, and the marks of a line that holds a match and fulfils all `clauses`.

    Marks are bits of the caller's choice. Clauses spare the parsing of lines where the pattern
    alone is frequent.
    """

    pattern: str
    marks: int = 1
    clauses: tuple[Clause, ...] = ()

    def confirms(self, line: bytes) -> bool:
        """Whether a line fulfils every clause."""
        low = line.lower()
        return all(clause.holds(low) for clause in self.clauses)


@dataclass(frozen=True, slots=True)
class NameNeedle:
    """Very many names and addresses, and the marks of a line that holds one."""

    names: Names
    marks: int


Places = tuple[NameNeedle, list[int]]
"""What was searched for, and where in a block it begins."""


class Needles:
    """Needles compiled once, searched in blocks of whole lines.

    Patterns are regular expressions over UTF-8, case-insensitive for ASCII; other characters match
    any that are not ASCII, since their case and encoding are not known before a line is decoded.
    They are a prefilter: a line may be reported that an exact rule refuses, never the reverse.
    Give no anchors. Raises KnowledgeError for a pattern that is no regular expression.
    A plain pattern is a needle with mark 1; `ENCODED` is always among them, and marks for all.
    What was compiled is kept for the next run unless `keep` is False. `names` mark lines, too.
    """

    def __init__(
        self, needles: Iterable[Needle | str], *, keep: bool = True, names: NameNeedle | None = None
    ) -> None:
        self._names = names
        given = [Needle(one) if isinstance(one, str) else one for one in needles]
        encoded = (Needle(pattern, EVERYBODY) for pattern in _ENCODED)
        self._needles = _merged([*given, *encoded])
        expressions = [_over_bytes(one.pattern) for one in self._needles]
        compiled = [_compile(expression) for expression in expressions]
        self._engine, left = _engine(expressions, keep=keep)
        self._left = [(number, compiled[number]) for number in left]

    def places(self, data: bytes | bytearray, start: int, end: int) -> Places | None:
        """Where the names are that mark lines, for `search`; None where there are none to find."""
        names = self._names
        return None if names is None else (names, names.names.find(data, start, end))

    def search(
        self,
        data: bytes | bytearray,
        start: int = 0,
        end: int | None = None,
        places: Places | None = None,
    ) -> list[Marked]:
        """The lines of `data[start:end]` with a match, in order, each once.

        `start` must be the start of a line. `places` are those of names in the same data, where
        another search has found them before.
        """
        stop = len(data) if end is None else end
        if start >= stop:
            return []
        limit = max(64, (stop - start) // _ENDS_PER_BYTES)
        hits: list[tuple[int, int]] = []
        if self._engine is not None:
            ends = self._engine.hits(data, start, stop, limit)
            # Matches end nearly everywhere: one question per line costs less than an answer
            # per byte.
            hits = list(_line_by_line(self._engine, data, start, stop)) if ends is None else ends
        for number, expression in self._left:
            hits += ((end, number) for end in _slow_hits(expression, data, start, stop))
        marked = self._marked(hits, data, start, stop) if hits else []
        if places is None or places[0] is not self._names:
            places = self.places(data, start, stop)
        return marked if places is None else _named(marked, places, data, (start, stop))

    def _marked(
        self, hits: list[tuple[int, int]], data: bytes | bytearray, start: int, stop: int
    ) -> list[Marked]:
        """The lines in which these matches end, with what they are marked for."""
        found: list[Marked] = []
        begin, close, marks = start, start - 1, 0
        doubtful: set[int] = set()
        for end, number in sorted(hits):
            last = max(start, end - 1)
            if last > close:
                self._finish(found, (begin, close, marks), doubtful, data)
                (begin, close), marks = _line_around(data, last, start, stop), 0
                doubtful.clear()
            if self._needles[number].clauses:
                doubtful.add(number)
            else:
                marks |= self._needles[number].marks
        self._finish(found, (begin, close, marks), doubtful, data)
        return found

    def _finish(
        self, found: list[Marked], line: Marked, doubtful: set[int], data: bytes | bytearray
    ) -> None:
        begin, close, marks = line
        if marks != EVERYBODY and doubtful:
            raw = bytes(data[begin:close])
            for needle in (self._needles[number] for number in doubtful):
                if needle.marks & ~marks and needle.confirms(raw):
                    marks |= needle.marks
        if marks:
            found.append((begin, close, marks))


def _named(
    marked: list[Marked], places: Places, data: bytes | bytearray, within: tuple[int, int]
) -> list[Marked]:
    """The lines that were found, and those that hold a name or address, with its mark."""
    names, found = places
    start, stop = within
    if not found:
        return marked
    lines = {begin: (begin, close, marks) for begin, close, marks in marked}
    close = start - 1
    for place in found:
        if close < place < stop:
            begin, close = _line_around(data, place, start, stop)
            marks = lines[begin][2] if begin in lines else 0
            lines[begin] = begin, close, marks | names.marks
    return [lines[begin] for begin in sorted(lines)]


class Anywhere:
    """Tells whether one of some expressions matches somewhere in a text, lines or not.

    Expressions over bytes, case-insensitive for ASCII, without anchors and lookaround.
    """

    def __init__(self, expressions: Sequence[bytes]) -> None:
        self._engine, left = _engine(expressions)
        self._left = [re.compile(expressions[at], re.IGNORECASE) for at in left]

    def found(self, data: bytes) -> bool:
        """Whether there is a match; the search ends at the first one."""
        if self._engine is not None and self._engine.hits(data, 0, len(data), 0) != []:
            return True
        return any(expression.search(data) is not None for expression in self._left)


def _merged(needles: Iterable[Needle]) -> list[Needle]:
    """Each pattern with its clauses once, for all who want it."""
    marks: dict[tuple[str, tuple[Clause, ...]], int] = {}
    for one in needles:
        key = (one.pattern, one.clauses)
        marks[key] = marks.get(key, 0) | one.marks
    return [Needle(pattern, marks[pattern, clauses], clauses) for pattern, clauses in marks]


class _Engine(Protocol):
    """Searches for all expressions at once; matches are told by the number of the expression."""

    def hits(
        self, data: bytes | bytearray, start: int, stop: int, limit: int
    ) -> list[tuple[int, int]] | None:
        """Where matches end in `data` and of which expression; None if more than `limit`."""

    def numbers(self, data: bytes | bytearray, start: int, stop: int) -> set[int]:
        """Which expressions match in one line."""


class _Hyperscan:
    def __init__(self, database: Any) -> None:  # noqa: ANN401 - untyped library
        self._database = database

    def hits(
        self, data: bytes | bytearray, start: int, stop: int, limit: int
    ) -> list[tuple[int, int]] | None:
        found: list[tuple[int, int]] = []
        append = found.append

        def collect(number: int, begin: int, end: int, flags: int, context: object) -> bool:  # noqa: ARG001 - given by hyperscan
            append((start + end, number))
            return len(found) > limit

        return found if self._scan(data, start, stop, collect) else None

    def numbers(self, data: bytes | bytearray, start: int, stop: int) -> set[int]:
        found: set[int] = set()

        def collect(number: int, begin: int, end: int, flags: int, context: object) -> None:  # noqa: ARG001 - given by hyperscan
            found.add(number)

        self._scan(data, start, stop, collect)
        return found

    def _scan(self, data: bytes | bytearray, start: int, stop: int, on_match: object) -> bool:
        """Whether the scan came to its end; False if `on_match` stopped it."""
        import hyperscan  # noqa: PLC0415 - only where a database exists

        with memoryview(data)[start:stop] as view:
            try:
                self._database.scan(view, match_event_handler=on_match)
            except hyperscan.ScanTerminated:
                return False
        return True


class _Re2:
    """A set of RE2: tells which expressions match in a text, so lines are asked about in chunks."""

    def __init__(self, matcher: Any, places: Sequence[int]) -> None:  # noqa: ANN401 - untyped library
        self._match = matcher.Match
        self._places = places

    def hits(
        self, data: bytes | bytearray, start: int, stop: int, limit: int
    ) -> list[tuple[int, int]] | None:
        found: list[tuple[int, int]] = []
        at = start
        while at < stop:
            end = stop if stop - at <= _CHUNK else data.rfind(_NEWLINE, at, at + _CHUNK) + 1
            if end <= at:
                end = data.find(_NEWLINE, at, stop) + 1 or stop
            if self._match(bytes(data[at:end])):
                found += _line_by_line(self, data, at, end)
            if len(found) > limit:
                return None
            at = end
        return found

    def numbers(self, data: bytes | bytearray, start: int, stop: int) -> set[int]:
        return {self._places[place] for place in self._match(bytes(data[start:stop])) or ()}


def _line_by_line(
    engine: _Engine, data: bytes | bytearray, start: int, stop: int
) -> Iterator[tuple[int, int]]:
    """One question for each line: its end, with each expression that matches in it."""
    at = start
    while at < stop:
        end = data.find(_NEWLINE, at, stop)
        end = stop if end < 0 else end
        if end > at:
            yield from ((end, number) for number in engine.numbers(data, at, end))
        at = end + 1


def _engine(
    expressions: Sequence[bytes], *, keep: bool = False
) -> tuple[_Engine | None, list[int]]:
    """The fastest engine there is, and the places of the expressions that it does not take."""
    try:
        import hyperscan  # noqa: PLC0415 - optional at run time: no wheel everywhere
    except ImportError:
        return _re2(expressions)
    exact = _exact(hyperscan)
    everything = [(place, expression, exact) for place, expression in enumerate(expressions)]
    database = _compiled(hyperscan, everything, keep=keep)
    if database is not None:
        return _Hyperscan(database), []
    usable = {place: _usable_flags(hyperscan, one) for place, one in enumerate(expressions)}
    taken = [(at, expressions[at], flags) for at, flags in usable.items() if flags is not None]
    database = _compiled(hyperscan, taken, keep=keep)
    left = [at for at, flags in usable.items() if flags is None or database is None]
    return None if database is None else _Hyperscan(database), left


def _re2(expressions: Sequence[bytes]) -> tuple[_Engine | None, list[int]]:
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - only where hyperscan is missing

    options = re2.Options()
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _RE2_MEMORY
    matcher = re2.Set.SearchSet(options)
    taken, left = [], []
    for place, expression in enumerate(expressions):
        try:
            matcher.Add(b"(?im)" + expression)
            taken.append(place)
        except re2.error:
            left.append(place)
    if not taken:
        return None, left
    matcher.Compile()
    return _Re2(matcher, taken), left


def _exact(hyperscan: Any) -> int:  # noqa: ANN401 - untyped library
    return int(hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_MULTILINE)


def _compiled(
    hyperscan: Any,  # noqa: ANN401 - untyped library
    taken: Sequence[tuple[int, bytes, int]],
    *,
    keep: bool,
) -> Any:  # noqa: ANN401 - likewise
    """A database of expressions under their numbers; None if there are none, or one is refused."""
    if not taken:
        return None
    key = f"hyperscan {hyperscan.__version__} {list(taken)!r}"
    worth_keeping = len(taken) >= _WORTH_KEEPING
    known = recall_compiled(key) if worth_keeping else None
    if known is not None:
        with suppress(hyperscan.error):  # such as of another processor
            database = hyperscan.loadb(known, hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
            return database
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
    if worth_keeping and keep:
        keep_compiled(key, hyperscan.dumpb(database))
    return database


def _usable_flags(hyperscan: Any, expression: bytes) -> int | None:  # noqa: ANN401 - untyped library
    """Flags under which hyperscan takes an expression, as a superset if need be; else None."""
    exact = _exact(hyperscan)
    for flags in (exact, exact | int(hyperscan.HS_FLAG_PREFILTER)):
        if _compiled(hyperscan, [(0, expression, flags)], keep=False) is not None:
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


def _slow_hits(
    expression: re.Pattern[bytes], data: bytes | bytearray, start: int, stop: int
) -> Iterator[int]:
    """Ends of matches, at most one or two per line."""
    at = start
    while at < stop:
        match = expression.search(data, at, stop)
        if match is None or match.start() >= stop:
            return
        # A match that runs over a line end may hide a shorter one: every line it touches counts.
        yield match.start() + 1
        _, end = _line_around(data, match.start(), start, stop)
        if match.end() - 1 > end:
            yield match.end()
        at = end + 1
