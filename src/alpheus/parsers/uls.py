"""SharePoint's trace log (ULS): tabs between padded columns, times of the server's own zone.

A message that is longer than its column goes on in rows whose time ends with `*` and whose text
begins with `...`; each of them stays a row, as it stands.
"""

from __future__ import annotations

import re
from datetime import datetime

from alpheus.parsers.base import Clock, KeyColumns, LineKind, ReadOptions, Row
from alpheus.parsers.encoding import head_lines
from alpheus.parsers.times import local_time

COLUMNS = ("Timestamp", "Process", "TID", "Area", "Category", "EventID", "Level", "Message",
           "Correlation")  # fmt: skip
_HEADING = re.compile(r"\ufeff?Timestamp\s*\tProcess\s*\tTID\s*\tArea\s*\t")
_TIME = re.compile(r"(\d\d)/(\d\d)/(\d{4}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\*?\s*\t", re.ASCII)
_NAME = re.compile(r"(?:^|/)([^/]{1,63})-\d{8}-\d{4}\.log$", re.IGNORECASE | re.ASCII)


class UlsFormat:
    """Recognises the log by its heading, or a fragment of it by the shape of a row."""

    source = "sharepoint-uls"

    def recognise(self, head: str, path: str) -> bool:  # noqa: ARG002 - the contract gives more
        """Whether this is such a log; see the class."""
        return any(
            _HEADING.match(line) is not None
            or (_TIME.match(line) is not None and line.count("\t") >= len(COLUMNS) - 2)
            for line in head_lines(head).first(5)
        )

    def start(self, head: str, path: str, options: ReadOptions) -> UlsLog:  # noqa: ARG002 - the contract gives more
        """Begin a file."""
        return UlsLog(path, options)


class UlsLog:
    """One file. The host stands in its name alone."""

    source = "sharepoint-uls"
    clock = Clock.PARSED
    key: KeyColumns | None = None
    exhaustive = False
    line_kind = LineKind.ROWS

    def __init__(self, path: str, options: ReadOptions) -> None:
        named = _NAME.search(path)
        self._host = named[1] if named else None
        self._zone = options.timezone

    def directive(self, line: str) -> bool:
        """Take in a line that is not a row."""
        return _HEADING.match(line) is not None

    def row(self, line: str) -> Row | None:
        """One line as a row, or None."""
        naive = _naive_time(line)
        if naive is None:
            return None
        values = [value.strip() for value in line.split("\t", len(COLUMNS) - 1)]
        fields = {name: value for name, value in zip(COLUMNS, values, strict=False) if value}
        when, basis = local_time(naive, self._zone)
        return Row(when, basis, self._host, fields, self.source)


def _naive_time(line: str) -> datetime | None:
    found = _TIME.match(line)
    if found is None:
        return None
    month, day, year, hour, minute, second = (int(part) for part in found.groups()[:6])
    micro = int((found[7] or "0").ljust(6, "0"))
    try:
        return datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - local by format
    except ValueError:
        return None
