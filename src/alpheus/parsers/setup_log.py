"""ExchangeSetup.log: which build was installed when. No document says that its times are UTC."""

from __future__ import annotations

import re
from datetime import datetime

from alpheus.parsers.base import Clock, KeyColumns, LineKind, ReadOptions, Row
from alpheus.parsers.encoding import head_lines
from alpheus.parsers.exchange import plain_build
from alpheus.parsers.times import local_time

_ROW = re.compile(
    r"\[(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}) (\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,7}))?\]"
    r"\s*\[\d+\]\s?(.*)",
    re.ASCII | re.DOTALL,
)
_VERSION = re.compile(r"Setup version:?\s*'?(\d{1,2}\.\d{1,2}\.\d{1,6}\.\d{1,6})")
_MODE = re.compile(r"Name='mode', Value='(\w+)'", re.IGNORECASE)
_INSTALLING = frozenset({"install", "upgrade", "buildtobuildupgrade", "recoverserver"})
_DONE = "setup operation completed successfully"


class SetupLogFormat:
    """Recognises the log by the form of its lines."""

    source = "exchange-setup"

    def recognise(self, head: str, path: str) -> bool:  # noqa: ARG002 - the contract gives more
        """Whether this is such a log; see the class."""
        return any(_ROW.match(line) for line in head_lines(head).first(5))

    def start(self, head: str, path: str, options: ReadOptions) -> SetupLog:  # noqa: ARG002 - the contract gives more
        """Begin a file."""
        return SetupLog(options)


class SetupLog:
    """One file. Lines without a time continue the message above and are not rows.

    The build is witnessed by the line that says a run ended well, not by the one that begins it:
    a run that failed, or only prepared the directory, installed nothing.
    """

    source = "exchange-setup"
    clock = Clock.PARSED
    key: KeyColumns | None = None
    exhaustive = False
    line_kind = LineKind.ROWS

    def __init__(self, options: ReadOptions) -> None:
        self._zone = options.timezone
        self._build: str | None = None
        self._mode = "install"
        self._inside = False

    def directive(self, line: str) -> bool:
        """Continuation lines (stack traces, command output) below a row."""
        return self._inside and not line.startswith("[")

    def row(self, line: str) -> Row | None:
        """One line as a row, or None."""
        match = _ROW.match(line)
        naive = _naive_time(match) if match is not None else None
        if match is None or naive is None:
            return None
        self._inside = True
        message = match[8]
        when, basis = local_time(naive, self._zone)
        fields = {"Message": message} if message else {}
        return Row(when, basis, None, fields, self.source, self._witness(message))

    def _witness(self, message: str) -> str | None:
        version, mode = _VERSION.search(message), _MODE.search(message)
        if version is not None:
            self._build, self._mode = plain_build(version[1]), "install"
        if mode is not None:
            self._mode = mode[1].lower()
        done = _DONE in message.lower() and self._mode in _INSTALLING
        return self._build if done else None


def _naive_time(match: re.Match[str]) -> datetime | None:
    month, day, year, hour, minute, second = (int(part) for part in match.groups()[:6])
    micro = int((match[7] or "0")[:6].ljust(6, "0"))
    try:
        return datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - zone unknown
    except ValueError:
        return None
