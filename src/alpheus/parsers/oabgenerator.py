"""Logs of the offline address book generator. No field list is public, so lines are free text."""

from __future__ import annotations

import re

from alpheus.model import TimeBasis
from alpheus.parsers.base import Clock, KeyColumns, LineKind, ReadOptions, Row
from alpheus.parsers.exchange import header_columns, log_type
from alpheus.parsers.separated import split_commas
from alpheus.parsers.times import find_iso_time

_PATH = re.compile(r"OABGenerator(?:Simple)?Log/[^/]+$", re.IGNORECASE)
_LOG_NAME = re.compile(r"\.(?:log|txt|csv)$|(?:^|/)[^./]+$", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#\s*[A-Za-z][A-Za-z -]{0,30}?\s*:", re.ASCII)
_SENTENCE = "download failed and temporary file"
_HOSTS = ("ServerName", "ServerHostName", "Server")


class OabGeneratorFormat:
    """Recognises the log by its `#Log-type`, its folder, or, in a text file, a sentence of it."""

    source = "oabgenerator"

    def recognise(self, head: str, path: str) -> bool:
        """Whether this is such a log; see the class."""
        declared = log_type(head)
        if declared is not None:
            return declared.startswith(("oab", "offline address book"))
        if "\0" in head:
            return False
        if _PATH.search(path) is not None:
            return True
        return _LOG_NAME.search(path) is not None and _SENTENCE in head.lower()

    def start(self, head: str, path: str, options: ReadOptions) -> OabGeneratorLog:  # noqa: ARG002 - the contract gives more
        """Begin a file."""
        return OabGeneratorLog()


class OabGeneratorLog:
    """One file. Every line is a row; its time is the first ISO time in it, if there is one."""

    source = "oabgenerator"
    clock = Clock.PARSED
    key: KeyColumns | None = None
    exhaustive = False
    line_kind = LineKind.ROWS

    def __init__(self) -> None:
        self._columns: tuple[str, ...] = ()

    def directive(self, line: str) -> bool:
        """Take in a line that is not a row."""
        columns = header_columns(line)
        if columns:
            self._columns = columns
        return columns is not None or _DIRECTIVE.match(line) is not None

    def row(self, line: str) -> Row | None:
        """One line as a row, or None."""
        when = find_iso_time(line)
        fields = {"Message": line}
        if self._columns:
            named = zip(self._columns, split_commas(line), strict=False)
            fields = {**{name: value for name, value in named if value}, **fields}
        basis = TimeBasis.UTC if when is not None else TimeBasis.UNKNOWN
        host = next((fields[name] for name in _HOSTS if name in fields), None)
        return Row(when, basis, host, fields, self.source)
