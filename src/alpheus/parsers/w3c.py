"""IIS logs in the W3C extended format. Times are UTC, fields keep their W3C names."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from alpheus.model import TimeBasis
from alpheus.parsers.base import Clock, KeyColumns, LineKind, ReadOptions, Row
from alpheus.parsers.encoding import head_lines
from alpheus.parsers.sites import port_label, site_label
from alpheus.parsers.times import iso_time
from alpheus.parsers.w3c_columns import assign, fits_known_columns, guess_columns

_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z -]{0,30}?)\s*:(.*)", re.ASCII)
_FILE_DATE = re.compile(r"ex(\d\d)(\d\d)(\d\d)\d{0,2}(?:_x)?\.log$", re.IGNORECASE | re.ASCII)
_REQUEST = frozenset({("cs-method", "cs-uri-stem"), ("cs-uri-stem", "cs-uri-query")})
"""Which columns stand side by side in every log of requests that IIS writes."""

_REQUEST_FIELDS = frozenset({"cs-uri-stem", "cs-method"})
_FOREIGN_FIELDS = frozenset({"x-session", "s-queuename", "s-reason", "src-ip"})
_FOREIGN_PATH = re.compile(r"(?:FTP|SMTP|NNTP)SVC\d*/", re.IGNORECASE)
_HALF_DAY = timedelta(hours=12)
_DAY = timedelta(days=1)
_MIDNIGHT = "00:00:00"
_ANY_DAY = "2000-01-01"


class W3CFormat:
    """Recognises IIS logs by their `#Fields:`, or headless ones by the shape of their values.

    Logs of HTTP.sys, FTP, SMTP and the firewall share the layout; they are not taken.
    """

    source = "iis"

    def recognise(self, head: str, path: str) -> bool:
        """Whether this is such a log; see the class."""
        if _FOREIGN_PATH.search(path):
            return False
        lines = head_lines(head)
        for line in lines:
            columns = _columns_of(line)
            if columns:
                return _is_iis(columns)
        rows = [line for line in lines if not line.startswith("#")]
        return any(fits_known_columns(row) for row in rows[:5])

    def start(self, head: str, path: str, options: ReadOptions) -> W3CLog:  # noqa: ARG002 - the contract gives more
        """Begin a file."""
        return W3CLog(path)


class W3CLog:
    """One file. Columns may change at every `#Fields:`; without one they are guessed per row."""

    source = "iis"
    exhaustive = False

    def __init__(self, path: str) -> None:
        self._site = site_label(path)
        self._date = _date_of_name(path)
        self._last: datetime | None = None
        self._columns: tuple[str, ...] | None = None
        self.clock = Clock.ISO_BLANK
        self.key: KeyColumns | None = None
        # Rows before any header are read only if a method stands before their URL.
        self.line_kind = LineKind.REQUESTS

    def directive(self, line: str) -> bool:
        """Take in a line that is not a row."""
        match = _DIRECTIVE.match(line)
        if match is None:
            columns = _columns_of(line)
        else:
            columns = _columns_of(line) if match[1].lower() == "fields" else None
        if columns:
            self._use(columns)
        elif match is not None and match[1].lower() == "date":
            opened = iso_time(match[2].strip())
            self._date, self._last = (opened or self._date), opened
        return match is not None or columns is not None

    def row(self, line: str) -> Row | None:
        """One line as a row, or None."""
        when = iso_time(line, " ") if self.clock is Clock.ISO_BLANK else None
        if when is None and self.clock is Clock.ISO_BLANK:
            return None
        columns = self._columns or guess_columns(line)
        values, malformed = assign(columns, line)
        if self.clock is Clock.PARSED:
            named = dict(zip(columns, values, strict=False))
            if not _has_valid_time(named, columns):
                return None
            when = self._time(named)
        fields = {
            name: value
            for name, value in zip(columns, values, strict=False)
            if value not in ("", "-")
        }
        return Row(
            when,
            TimeBasis.UTC if when is not None else TimeBasis.UNKNOWN,
            fields.get("s-computername"),
            fields,
            self._label(fields),
            malformed=malformed,
        )

    def _use(self, columns: tuple[str, ...]) -> None:
        self._columns = columns
        first = columns[:2] == ("date", "time")
        self.clock = Clock.ISO_BLANK if first else Clock.PARSED
        deciding = ["s-computername"]
        if self._site is None:
            deciding += ["s-sitename", "s-port"]
        indexes = tuple(columns.index(name) for name in deciding if name in columns)
        width = len(columns) if indexes else None
        self.key = KeyColumns(b" ", indexes, width, names=columns) if first else None
        together = frozenset(pairwise(columns)) >= _REQUEST
        self.line_kind = LineKind.REQUESTS if together else LineKind.ROWS

    def _label(self, fields: dict[str, str]) -> str:
        site = self._site or site_label(fields.get("s-sitename", ""))
        return site or port_label(fields.get("s-port"))

    def _time(self, named: dict[str, str]) -> datetime | None:
        if "date" in named:
            return iso_time(f"{named['date']} {named.get('time', _MIDNIGHT)}")
        return self._dateless(named["time"]) if "time" in named else None

    def _dateless(self, text: str) -> datetime | None:
        """A time of day on the day of the header; past midnight the next day begins."""
        base = self._last or self._date
        if base is None:
            return None
        moment = iso_time(f"{base:%Y-%m-%d} {text}")
        if moment is None or self._last is None:
            self._last = moment
            return moment
        try:
            if self._last - moment > _HALF_DAY:
                moment += _DAY
            elif moment - self._last > _HALF_DAY:
                # A late row of the day before; the clock of the file does not go back with it.
                return moment - _DAY
        except OverflowError:
            return None
        self._last = moment
        return moment


def _columns_of(line: str) -> tuple[str, ...] | None:
    """The columns that `#Fields:` or a bare header line names, else None."""
    match = _DIRECTIVE.match(line)
    if match is not None:
        return tuple(match[2].split()) or None if match[1].lower() == "fields" else None
    if line.startswith(("date time ", "date\ttime\t")) and "cs-" in line:
        return tuple(line.split())
    return None


def _is_iis(columns: tuple[str, ...]) -> bool:
    names = frozenset(columns)
    return bool(names & _REQUEST_FIELDS) and not names & _FOREIGN_FIELDS


def _has_valid_time(named: dict[str, str], columns: tuple[str, ...]) -> bool:
    """Whether the date and time that the columns promise are there."""
    if "date" not in columns and "time" not in columns:
        return True
    date = named.get("date", "" if "date" in columns else _ANY_DAY)
    moment = named.get("time", "" if "time" in columns else _MIDNIGHT)
    return iso_time(f"{date} {moment}") is not None


def _date_of_name(path: str) -> datetime | None:
    """The day in `u_ex210303.log` or `ex210303.log`, for rows that carry none."""
    match = _FILE_DATE.search(path)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    try:
        return datetime(year + (2000 if year < 70 else 1900), month, day, tzinfo=UTC)
    except ValueError:
        return None
