"""The two contracts of a parser: one for text logs, one for everything else.

A text log is read by `alpheus.scan`: bytes are searched first, and only candidate lines are given
to the parser. A parser of records walks its file itself. Content decides what a file is; the name
only helps. A parser never raises for bad content: it returns None or yields `Skipped`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from alpheus.evidence.base import EvidenceFile
from alpheus.model import BuildWitness, Event, Skipped, TimeBasis


class Clock(StrEnum):
    """Where a line of a text log carries its time, for the columnar pass over every row.

    `iso-t`: the line begins with `2021-03-03T06:59:20`, possibly after one double quote.
    `iso-blank`: it begins with `2021-03-03 06:59:20`.
    `parsed`: anything else; every line is parsed to learn its time.
    """

    ISO_T = "iso-t"
    ISO_BLANK = "iso-blank"
    PARSED = "parsed"


class LineKind(StrEnum):
    """What is known of the lines that are searched before they are parsed.

    `rows`: rows of their log. `requests`: also, that the method of a request stands right before
    its URL, and the query right behind that, as IIS writes them, with one blank or other white
    space between; in HttpProxy logs, that the stem of a URL stands before the query. `torn`:
    nothing; they may be broken off or glued together.
    """

    ROWS = "rows"
    REQUESTS = "requests"
    TORN = "torn"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the operator said about the evidence. `timezone` is that of logs in local time."""

    timezone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One parsed line of a text log.

    `label` is the source under which the row counts in coverage (`iis-site-1`, `httpproxy`, …).
    `build` is the four-part build that wrote the row, dotted, without padding, if it says.
    `malformed`: its writer cannot have written it so; see `alpheus.model.Event`.
    """

    time: datetime | None
    basis: TimeBasis
    host: str | None
    fields: Mapping[str, str]
    label: str
    build: str | None = None
    malformed: bool = False


@dataclass(frozen=True)
class KeyColumns:
    """Columns whose text decides the label, host and build of a row, so that few rows are parsed.

    Two rows with the same bytes in these columns have the same label, host and build, provided
    that no double quote stands before the end of the last of them, and that the row has `width`
    columns (None: any width). No columns: all rows under the same directives are alike.
    `build` finds, where a column does not hold it, the build in a row; the last match counts.
    `names` are those of all columns, where a row of as many has each value between delimiters.
    """

    delimiter: bytes
    columns: tuple[int, ...]
    width: int | None = None
    build: re.Pattern[bytes] | None = None
    names: tuple[str, ...] = ()

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """The columns in stretches of neighbours: first and last of each."""
        runs: list[tuple[int, int]] = []
        for column in self.columns:
            if runs and runs[-1][1] == column - 1:
                runs[-1] = (runs[-1][0], column)
            else:
                runs.append((column, column))
        return runs


class TextLog(Protocol):
    """The state of one text log while it is read from top to bottom.

    Under a clock other than `parsed`, `row` must accept exactly the lines that begin with a valid
    time of that clock, and `key` may spare the parsing of all rows.
    """

    source: str
    """Kind of log: `iis`, `httpproxy`, `ecp-server`, …"""

    clock: Clock
    """How lines carry their time under the columns now in force."""

    key: KeyColumns | None
    """What makes rows alike under the columns now in force; None: every row is parsed."""

    line_kind: LineKind
    """What is known of rows under the columns now in force: `rows` or `requests`."""

    exhaustive: bool
    """Every row is a candidate: a small log whose rows mean nothing without the lines above."""

    def directive(self, line: str) -> bool:
        """Take in a line that is not a row: `#Fields:`, `#TYPE`, a bare header line.

        Returns True if the line was one; then it is neither a row nor a loss.
        """

    def row(self, line: str) -> Row | None:
        """Parse one line; None if it is not a row of this log (a loss, still searched raw)."""


class TextLogFormat(Protocol):
    """Recognises one kind of text log and starts reading it."""

    source: str

    def recognise(self, head: str, path: str) -> bool:
        """Whether a file that begins with `head` (decoded, up to 64 KiB) is of this kind."""

    def start(self, head: str, path: str, options: ReadOptions) -> TextLog:
        """Begin a file."""


class RecordParser(Protocol):
    """Reads a file that is not a line-based text log: EVTX, MFT, USN journal, configuration."""

    source: str

    def recognise(self, head: bytes, path: str) -> bool:
        """Whether a file that begins with `head` (up to 64 KiB) is of this kind."""

    def parse(
        self, file: EvidenceFile, options: ReadOptions
    ) -> Iterator[Event | Skipped | BuildWitness]:
        """Every record, loss and witness of a build, streamed in bounded memory."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Events that were read as far as coverage needs, because nobody wants more of them.

    All are of one source and host, and of one hour of UTC if their times are known; `first` and
    `last` are the earliest and latest time.
    """

    source: str
    host: str | None
    time_basis: TimeBasis
    first: datetime | None
    last: datetime | None
    count: int


class EventSearch(Protocol):
    """Tells by their text which events of one kind may be wanted; never refuses a wanted one.

    Events of kinds that share one instance are searched together.
    """

    follows: bool
    """Whether `late` may ever say yes."""

    def search(self, texts: Sequence[str]) -> Collection[int]:
        """The places in `texts` (events as JSON) of those to be read in full."""

    def late(self, text: str) -> bool:
        """Whether an event that was not found is wanted after all, given those read before it."""


class Wanted(Protocol):
    """Which events are to be read in full, told before any of their data is touched."""

    def of(self, source: str, provider: str, channel: str, event_id: str) -> bool | EventSearch:
        """All of a kind, none, or those that a search of their text finds.

        The answer is a function of the arguments: it may be remembered.
        """


class EventParser(RecordParser, Protocol):
    """A parser of events that need not be read in full to be counted."""

    def parse_wanted(
        self, file: EvidenceFile, options: ReadOptions, wanted: Wanted
    ) -> Iterator[Event | Skipped | BuildWitness | Counted]:
        """What `parse` gives, with every event that is not wanted in a `Counted`.

        The first record of each source and host comes in its order, counted or not.
        """
