"""The common shape of Exchange's text logs: `#` blocks and CSV rows, mapped by column name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from alpheus.model import TimeBasis
from alpheus.parsers.base import Clock, KeyColumns, LineKind, ReadOptions, Row
from alpheus.parsers.encoding import head_lines, remembered
from alpheus.parsers.separated import split_commas
from alpheus.parsers.times import iso_time

TIME_COLUMNS = ("datetime", "timestamp", "date-time", "date_time", "time")
"""What the first column, which holds the time, is called; lower case."""

HOST_COLUMNS = ("serverhostname", "servername", "server")
"""Which columns name the computer that wrote the row; lower case, best first."""

KNOWN_LOG_TYPES = frozenset(
    {
        "agent log",
        "audit",
        "ecp activity context log",
        "ecp server log",
        "ews logs",
        "httpproxy logs",
        "message tracking log",
        "rps cmdlet logs",
        "rps http logs",
        "smtp receive protocol log",
        "smtp send protocol log",
    }
)
"""Values of `#Log-type` seen in real files, lower case; they settle the kind."""

_VERSION_COLUMNS = ("majorversion", "minorversion", "buildversion", "revisionversion")
_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z -]{0,30}?)\s*:(.*)", re.ASCII)
_BUILD = re.compile(r"0*(\d{1,5})\.0*(\d{1,5})\.0*(\d{1,6})\.0*(\d{1,6})$", re.ASCII)
_TIME_ROOM = 32
_ROWS_BEFORE_TYPE = 10
_PLACEHOLDER_BUILD = "15.0.0.0"

Fields = dict[str, str]
Guess = Callable[[Sequence[str]], Sequence[str] | None]


def plain_build(text: str) -> str | None:
    """`15.01.2375.007` as `15.1.2375.7`; None for all else and for the placeholder 15.0.0.0."""
    match = _BUILD.match(text.strip())
    build = ".".join(match.groups()) if match else None
    return None if build == _PLACEHOLDER_BUILD else build


def no_guess(values: Sequence[str]) -> Sequence[str] | None:  # noqa: ARG001 - a `Guess`
    """Of a row without header nothing is known."""
    return None


def unchanged(fields: Fields) -> Fields:
    """No fields beside those of the format."""
    return fields


@dataclass(frozen=True, slots=True)
class ExchangeKind:
    """What tells one kind of Exchange log from the others.

    `log_types` are values of `#Log-type`, lower case. `signature` are columns that prove the kind
    where that line is absent or says something unheard of; `proof`, if given, must then be found
    in the head or the path as well. `guess` names the columns of a row without any header, or None.
    `enrich` adds fields to those of the format. `hosts`: columns that name the writer, best first.
    `header_build`: `#Version` is the build that wrote the rows. `build_marker` finds the build in
    a row that has no columns for it.
    """

    source: str
    log_types: frozenset[str]
    signature: frozenset[str]
    proof: re.Pattern[str] | None = None
    guess: Guess = no_guess
    enrich: Callable[[Fields], Fields] = unchanged
    hosts: tuple[str, ...] = HOST_COLUMNS
    header_build: bool = False
    build_marker: re.Pattern[bytes] | None = None


class ExchangeFormat:
    """Recognises one kind of Exchange log by `#Log-type`, by its columns, or by a row's shape."""

    def __init__(self, kind: ExchangeKind) -> None:
        self._kind = kind
        self.source = kind.source

    def recognise(self, head: str, path: str) -> bool:
        """Whether this is such a log; see the class."""
        kind = self._kind
        declared = log_type(head)
        if declared in KNOWN_LOG_TYPES or declared in kind.log_types:
            return declared in kind.log_types
        for line in head_lines(head):
            columns = header_columns(line)
            if columns:
                names = {name.lower() for name in columns}
                return bool(kind.signature) and kind.signature <= names and self._proven(head, path)
        return any(
            starts_with_time(line) and kind.guess(split_commas(line)) is not None
            for line in head_lines(head).first(5)
        )

    def _proven(self, head: str, path: str) -> bool:
        proof = self._kind.proof
        return proof is None or bool(proof.search(head) or proof.search(path))

    def start(self, head: str, path: str, options: ReadOptions) -> ExchangeLog:  # noqa: ARG002 - the contract gives more
        """Begin a file."""
        return ExchangeLog(self._kind)


class ExchangeLog:
    """One file. Columns are those of the latest header, else guessed for each row."""

    exhaustive = False

    def __init__(self, kind: ExchangeKind) -> None:
        self._kind = kind
        self.line_kind = LineKind.ROWS
        self.source = kind.source
        self._columns: tuple[str, ...] | None = None
        self._lower: tuple[str, ...] = ()
        self._version: str | None = None
        self.clock = Clock.ISO_T
        self.key: KeyColumns | None = None

    def directive(self, line: str) -> bool:
        """Take in a line that is not a row."""
        match = _DIRECTIVE.match(line)
        if match is not None and match[1].lower() == "version":
            self._version = plain_build(match[2]) if self._kind.header_build else None
        columns = header_columns(line)
        if columns:
            self._use(columns)
        return match is not None or columns is not None

    def row(self, line: str) -> Row | None:
        """One line as a row, or None."""
        when = iso_time(line[:_TIME_ROOM].removeprefix('"'), "T")
        if when is None and self.clock is Clock.ISO_T:
            return None
        values = split_commas(line)
        columns, lower = self._columns, self._lower
        if columns is None:
            columns = tuple(self._kind.guess(values) or _numbered(len(values)))
            lower = tuple(name.lower() for name in columns)
        if self.clock is Clock.PARSED:
            when = _named_time(values, lower)
            if when is None:
                return None
        malformed = len(values) > len(columns)
        if malformed:
            last = len(columns) - 1
            values[last:] = [",".join(values[last:])]
        fields = {name: value for name, value in zip(columns, values, strict=False) if value}
        build = _row_build(values, lower) or self._version
        fields = self._kind.enrich(fields)
        if self._kind.build_marker is not None:
            build = plain_build(fields.get("BLD", "")) or build
        host = _host(values, lower, self._kind.hosts)
        return Row(when, TimeBasis.UTC, host, fields, self.source, build, malformed)

    def _use(self, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._lower, self.key = _layout(columns, self._kind.hosts, self._kind.build_marker)
        self.clock = Clock.ISO_T if self.key is not None else Clock.PARSED
        self.line_kind = LineKind.REQUESTS if _in_order(self._lower) else LineKind.ROWS


def _in_order(lower: Sequence[str]) -> bool:
    """Whether a URL's stem stands before its query in every row."""
    if "urlstem" not in lower or "urlquery" not in lower:
        return False
    return lower.index("urlstem") < lower.index("urlquery")


@lru_cache(maxsize=64)
def _layout(
    columns: tuple[str, ...], hosts: tuple[str, ...], build_marker: re.Pattern[bytes] | None
) -> tuple[tuple[str, ...], KeyColumns | None]:
    """The columns in lower case, and which of them decide whose row it is; None without a time."""
    lower = tuple(name.lower() for name in columns)
    if lower[0] not in TIME_COLUMNS:
        return lower, None
    deciding = [lower.index(name) for name in hosts if name in lower]
    deciding += [lower.index(name) for name in _VERSION_COLUMNS if name in lower]
    # In a row with surplus values the last column takes them all, so its text tells nothing.
    width = len(columns) if len(columns) - 1 in deciding else None
    return lower, KeyColumns(b",", tuple(sorted(deciding)), width, build_marker)


@lru_cache(maxsize=256)
def header_columns(line: str) -> tuple[str, ...] | None:
    """The columns that `#Fields:` or a bare header line names, else None."""
    match = _DIRECTIVE.match(line)
    if match is not None:
        if match[1].lower() != "fields":
            return None
        return tuple(name.strip() for name in split_commas(match[2].strip()))
    first = line.partition(",")[0].strip('"').lower()
    if first not in TIME_COLUMNS or "," not in line:
        return None
    return tuple(name.strip() for name in split_commas(line))


@remembered
def log_type(head: str) -> str | None:
    """The value of the first `#Log-type` line, lower case; looked for above the tenth row."""
    rows = 0
    for line in head_lines(head):
        match = _DIRECTIVE.match(line)
        if match is not None and match[1].lower() == "log-type":
            return match[2].strip().lower()
        rows += not line.startswith("#")
        if rows >= _ROWS_BEFORE_TYPE:
            break
    return None


def starts_with_time(line: str) -> bool:
    """Whether a line begins as the rows of all these logs do."""
    return iso_time(line.removeprefix('"'), "T") is not None


def _numbered(count: int) -> list[str]:
    return [f"column-{number}" for number in range(1, count + 1)]


def _named_time(values: Sequence[str], lower: Sequence[str]) -> datetime | None:
    for name in TIME_COLUMNS:
        if name in lower and lower.index(name) < len(values):
            return iso_time(values[lower.index(name)])
    return None


def _host(values: Sequence[str], lower: Sequence[str], hosts: Sequence[str]) -> str | None:
    for name in hosts:
        if name in lower:
            at = lower.index(name)
            if at < len(values) and values[at]:
                return values[at]
    return None


def _row_build(values: Sequence[str], lower: Sequence[str]) -> str | None:
    if _VERSION_COLUMNS[0] not in lower:
        return None
    at = [lower.index(name) for name in _VERSION_COLUMNS if name in lower]
    if len(at) < len(_VERSION_COLUMNS) or max(at) >= len(values):
        return None
    return plain_build(".".join(values[index] for index in at))
