"""Extracts of HttpProxy logs saved as CSV, as Test-ProxyLogon does. They cover nothing."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

from alpheus.model import TimeBasis
from alpheus.parsers.base import Clock, KeyColumns, LineKind, ReadOptions, Row
from alpheus.parsers.encoding import head_lines
from alpheus.parsers.httpproxy import COLUMNS
from alpheus.parsers.separated import split_commas
from alpheus.parsers.times import iso_time

_CANONICAL = {name.lower(): name for name in COLUMNS}
_EVIDENCE_COLUMNS = frozenset({"anchormailbox", "routinghint", "urlstem"})
_WITHOUT_HEADER = (
    "DateTime",
    "RequestId",
    "ClientIpAddress",
    "UrlHost",
    "UrlStem",
    "RoutingHint",
    "UserAgent",
    "AnchorMailbox",
    "HttpStatus",
)
_LABEL = "httpproxy-export"


class HttpProxyExportFormat:
    """Recognises a header of HttpProxy columns that is quoted or incomplete, or its rows alone."""

    source = "httpproxy"

    def recognise(self, head: str, path: str) -> bool:  # noqa: ARG002 - the contract gives more
        """Whether this is such a log; see the class."""
        rows = (line for line in head_lines(head) if not line.startswith("#TYPE"))
        first = next(rows, "#")
        if first.startswith("#"):
            return False
        columns = _header(first)
        if columns:
            complete = "MajorVersion" in columns and not first.startswith('"')
            return not complete
        return any(_headless(split_commas(row)) for row in (first, *islice(rows, 4)))

    def start(self, head: str, path: str, options: ReadOptions) -> HttpProxyExportLog:  # noqa: ARG002 - the contract gives more
        """Begin a file."""
        return HttpProxyExportLog()


class HttpProxyExportLog:
    """One file. The time is known where `DateTime` was left in ISO form."""

    source = "httpproxy"
    clock = Clock.PARSED
    key: KeyColumns | None = None
    exhaustive = False
    line_kind = LineKind.ROWS

    def __init__(self) -> None:
        self._columns: tuple[str, ...] = _WITHOUT_HEADER

    def directive(self, line: str) -> bool:
        """Take in a line that is not a row."""
        columns = _header(line)
        if columns:
            self._columns = columns
        return columns is not None or line.startswith("#TYPE")

    def row(self, line: str) -> Row | None:
        """One line as a row, or None."""
        values = split_commas(line)
        if len(values) < 2:
            return None
        named = zip(self._columns, values, strict=False)
        fields = {name: value for name, value in named if value}
        when = iso_time(fields.get("DateTime", ""))
        basis = TimeBasis.UTC if when is not None else TimeBasis.UNKNOWN
        malformed = len(values) > len(self._columns)
        host = fields.get("ServerHostName")
        return Row(when, basis, host, fields, _LABEL, malformed=malformed)


@lru_cache(maxsize=256)
def _header(line: str) -> tuple[str, ...] | None:
    """HttpProxy's own spelling of the columns that a header line names; None if it is not one."""
    names = [name.strip() for name in split_commas(line)]
    lower = {name.lower() for name in names}
    if len(names) < 3 or not lower & _EVIDENCE_COLUMNS or len(lower & _CANONICAL.keys()) < 3:
        return None
    return tuple(_CANONICAL.get(name.lower(), name) for name in names)


def _headless(values: list[str]) -> bool:
    """Whether a row has the nine columns of Test-ProxyLogon's report."""
    return (
        len(values) == len(_WITHOUT_HEADER)
        and iso_time(values[0]) is not None
        and values[4].startswith("/")
        and "~" in values[7]
    )
