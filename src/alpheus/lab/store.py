"""Where rows go: one rolling file per log."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from alpheus.errors import OutputError

PART_BYTES = 10_000_000
"""Exchange goes on in a file `-2`, `-3` … when one is this long."""


@dataclass(frozen=True, slots=True)
class LogKind:
    """How a log is laid out. `stamp` is the part of the name that changes, in strftime's codes.

    `name` has `{stamp}` and, where the log is split by size, `{part}`. `header` writes the head of
    a file that is opened at a time.
    """

    folder: str
    name: str
    stamp: str
    header: Callable[[datetime], str]
    repeats_header: bool = False


class RollingLog:
    """Appends rows in the order of their times, opening files as the clock goes on."""

    def __init__(self, root: Path, kind: LogKind, encoding: str) -> None:
        self._root = root
        self._kind = kind
        self._encoding = "utf-16-le" if encoding == "utf-16" else encoding
        self._mark = b"\xff\xfe" if encoding == "utf-16" else b""
        self._file: BinaryIO | None = None
        self._stamp = ""
        self._part = 0
        self._part_bytes = 0
        self._restarted = False
        self.written = 0

    def write(self, time: datetime, rows: str) -> None:
        """Append rows (without a final line end) that belong to the period of `time`."""
        stamp = time.strftime(self._kind.stamp)
        if stamp != self._stamp or self._file is None:
            self._stamp, self._part = stamp, 0
            self._open(time)
        elif self._splits and (self._restarted or self._part_bytes > PART_BYTES):
            self._open(time)
        elif self._restarted and self._kind.repeats_header:
            self._append(self._kind.header(time))
        self._restarted = False
        self._append(rows + "\r\n")

    def restart(self) -> None:
        """The service was restarted: the next row stands below a new header."""
        self._restarted = True

    def close(self) -> None:
        """Close the file that is open, if any."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _splits(self) -> bool:
        return "{part}" in self._kind.name

    def _open(self, time: datetime) -> None:
        self.close()
        self._part += 1
        self._part_bytes = 0
        name = self._kind.name.format(stamp=self._stamp, part=self._part)
        path = self._root / self._kind.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb")
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
        self._raw(self._mark)
        header = self._kind.header(time)
        if header:
            self._append(header)

    def _append(self, text: str) -> None:
        self._raw(text.encode(self._encoding))

    def _raw(self, data: bytes) -> None:
        if self._file is None:
            raise OutputError("a row was written before its file was open")
        try:
            self._file.write(data)
        except OSError as error:
            with suppress(OSError):
                self.close()
            raise OutputError(f"the evidence cannot be written: {error.strerror}") from error
        self._part_bytes += len(data)
        self.written += len(data)


class Store:
    """All logs of one server. Rows for a log that was not collected are dropped."""

    def __init__(self, logs: dict[str, RollingLog]) -> None:
        self._logs = logs

    def holds(self, name: str) -> bool:
        """Whether the log is part of the evidence."""
        return name in self._logs

    def write(self, name: str, time: datetime, rows: list[str]) -> None:
        """Append rows to a log that is held."""
        self._logs[name].write(time, "\r\n".join(rows))

    def restart(self) -> None:
        """All services were restarted."""
        for log in self._logs.values():
            log.restart()

    @property
    def written(self) -> int:
        """Bytes so far."""
        return sum(log.written for log in self._logs.values())

    def close(self) -> None:
        """Close every file."""
        for log in self._logs.values():
            log.close()
