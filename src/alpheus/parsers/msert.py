"""msert.log of the Microsoft Safety Scanner: which threats it found in which files. Local time."""

from __future__ import annotations

import re
from datetime import datetime

from alpheus.model import TimeBasis
from alpheus.parsers.base import Clock, KeyColumns, LineKind, ReadOptions, Row
from alpheus.parsers.times import local_time

_STARTED = re.compile(
    r"(?:Started|Finished) On \w+ (\w{3})\s+(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})"
)
_THREAT = re.compile(r"\s*Threat detected:\s*([^,\s]+)", re.IGNORECASE)
_FOUND = re.compile(r"\s*Found (?!no )([^\s,:]+:[^\s,]+)", re.IGNORECASE)
_RESOURCE = re.compile(r"\s*(?:->\s*)?(?:container)?file://(.+)", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class MsertFormat:
    """Recognises the log by the name that the scanner prints first."""

    source = "msert"

    def recognise(self, head: str, path: str) -> bool:  # noqa: ARG002 - the contract gives more
        """Whether this is such a log; see the class."""
        return "Microsoft Safety Scanner v" in head[:8192]

    def start(self, head: str, path: str, options: ReadOptions) -> MsertLog:  # noqa: ARG002 - the contract gives more
        """Begin a file."""
        return MsertLog(options)


class MsertLog:
    """One file. Rows are threats, and the files named below each; the rest is layout.

    The time of a row is that at which the scan began.
    """

    source = "msert"
    clock = Clock.PARSED
    key: KeyColumns | None = None
    exhaustive = True
    line_kind = LineKind.ROWS

    def __init__(self, options: ReadOptions) -> None:
        self._zone = options.timezone
        self._started: datetime | None = None
        self._threat: str | None = None

    def directive(self, line: str) -> bool:
        """Take in a line that is not a row."""
        started = _STARTED.search(line)
        if started is not None:
            self._started = _naive_time(started)
            self._threat = None
        return not self._is_row(line)

    def row(self, line: str) -> Row | None:
        """One line as a row, or None."""
        threat = _THREAT.match(line) or _FOUND.match(line)
        resource = _RESOURCE.match(line)
        if threat is not None:
            self._threat = threat[1]
        fields = {"Threat": self._threat} if self._threat else {}
        if resource is not None:
            fields["Path"] = resource[1].strip().removeprefix("\\\\?\\")
        if not fields:
            return None
        if self._started is None:
            return Row(None, TimeBasis.UNKNOWN, None, fields, self.source)
        when, basis = local_time(self._started, self._zone)
        return Row(when, basis, None, fields, self.source)

    def _is_row(self, line: str) -> bool:
        if _THREAT.match(line) or _FOUND.match(line):
            return True
        return self._threat is not None and _RESOURCE.match(line) is not None


def _naive_time(match: re.Match[str]) -> datetime | None:
    name, day, hour, minute, second, year = match.groups()
    if name.lower() not in _MONTHS:
        return None
    month = _MONTHS.index(name.lower()) + 1
    try:
        return datetime(int(year), month, int(day), int(hour), int(minute), int(second))  # noqa: DTZ001 - local by format
    except ValueError:
        return None
