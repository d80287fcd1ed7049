"""IIS logs in the native format: commas, local time, no header. Fields get their W3C names."""

from __future__ import annotations

import re
from datetime import datetime

from alpheus.parsers.base import Clock, KeyColumns, LineKind, ReadOptions, Row
from alpheus.parsers.encoding import head_lines
from alpheus.parsers.separated import MOST_VALUES
from alpheus.parsers.sites import port_label, site_label
from alpheus.parsers.times import local_time

_COLUMNS = (
    "c-ip",
    "cs-username",
    "date",
    "time",
    "s-sitename",
    "s-computername",
    "s-ip",
    "time-taken",
    "cs-bytes",
    "sc-bytes",
    "sc-status",
    "sc-win32-status",
    "cs-method",
    "cs-uri-stem",
)
_ROW = re.compile(
    r"[^,]*,\s*[^,]*,\s*\d{1,2}/\d{1,2}/(?:\d\d|\d{4}),\s*\d{1,2}:\d\d:\d\d,\s*[^,]*,", re.ASCII
)
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2,4})$", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d\d):(\d\d)$", re.ASCII)


class IisNativeFormat:
    """Recognises the native format by date, time and count of its values."""

    source = "iis"

    def recognise(self, head: str, path: str) -> bool:  # noqa: ARG002 - the contract gives more
        """Whether this is such a log; see the class."""
        return any(
            _ROW.match(line) is not None and line.count(",") >= len(_COLUMNS)
            for line in head_lines(head).first(5)
        )

    def start(self, head: str, path: str, options: ReadOptions) -> IisNativeLog:  # noqa: ARG002 - the contract gives more
        """Begin a file."""
        return IisNativeLog(path, options)


class IisNativeLog:
    """One file. Dates are month first, unless the month would be above 12."""

    source = "iis"
    clock = Clock.PARSED
    key: KeyColumns | None = None
    exhaustive = False
    line_kind = LineKind.ROWS

    def __init__(self, path: str, options: ReadOptions) -> None:
        self._site = site_label(path)
        self._zone = options.timezone

    def directive(self, line: str) -> bool:  # noqa: ARG002 - the contract gives more
        """Take in a line that is not a row."""
        return False

    def row(self, line: str) -> Row | None:
        """One line as a row, or None."""
        values = [value.strip() for value in line.split(",", MOST_VALUES)]
        if len(values) < len(_COLUMNS):
            return None
        naive = _naive_time(values[2], values[3])
        if naive is None:
            return None
        fields = dict(zip(_COLUMNS, values, strict=False))
        # The parameters come last and are the only column in which a comma is to be expected.
        fields["cs-uri-query"] = ",".join(values[len(_COLUMNS) :]).removesuffix(",")
        fields = {name: value for name, value in fields.items() if value not in ("", "-")}
        when, basis = local_time(naive, self._zone)
        label = self._site or site_label(fields.get("s-sitename", "")) or port_label(None)
        return Row(when, basis, fields.get("s-computername"), fields, label)


def _naive_time(date: str, time: str) -> datetime | None:
    day, clock = _DATE.match(date), _TIME.match(time)
    if day is None or clock is None:
        return None
    month, number, year = (int(part) for part in day.groups())
    if month > 12:
        month, number = number, month
    if year < 100:
        year += 2000 if year < 70 else 1900
    hour, minute, second = (int(part) for part in clock.groups())
    try:
        return datetime(year, month, number, hour, minute, second)  # noqa: DTZ001 - local by format
    except ValueError:
        return None
