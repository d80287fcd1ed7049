"""One pass over one text log: candidates are parsed and handed on, every row is counted."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Protocol

from alpheus.evidence.base import EvidenceFile
from alpheus.model import BuildWitness, Skipped
from alpheus.parsers.base import (
    Clock,
    KeyColumns,
    LineKind,
    ReadOptions,
    Row,
    TextLog,
    TextLogFormat,
)
from alpheus.parsers.encoding import (
    HEAD_SIZE,
    Encoding,
    decode_head,
    decode_line,
    detect,
    ends_lines_with_cr,
    utf8_stream,
)
from alpheus.scan import native
from alpheus.scan.blocks import READ_ERRORS, Block, BlockReader
from alpheus.scan.clock import NO_TIME, SEPARATOR, day_of
from alpheus.scan.columns import key_of
from alpheus.scan.counts import Counts
from alpheus.scan.lines import Lines
from alpheus.scan.native import Rows
from alpheus.scan.needles import EVERYBODY, Marked, Needles, Places
from alpheus.scan.repeats import Likeness, Repeats, repeats_of
from alpheus.scan.tally import Losses, Tally

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

NOT_A_ROW = "not a row of this log"
BARE_CR = "line holds CR without LF: what stands behind is not read as a row"
NUL_BYTES = "line holds NUL bytes"
TOO_LONG = "line is longer than 16 MiB; searched raw only"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that a needle marked. `line` counts from 1; `row` is None if it did not parse.

    `raw` is without its line end, and a piece of at most 1 MiB of a line that is too long. `marks`
    are those of the needles. `repeats` are rows that say the same, of which this is the first.
    """

    line: int
    raw: bytes
    text: str
    row: Row | None
    marks: int = EVERYBODY
    repeats: Repeats | None = None


OnCandidate = Callable[[Candidate], object]
"""Takes a candidate; if it says True, with all its repeats, which are then not given one by one."""


class Tee(Protocol):
    """Is told every line that is neither blank nor a directive, row or not, marked or not."""

    def rows(self, log: TextLog, lines: Lines, start: int, end: int) -> None:
        """The lines from `start` up to `end` of a block are rows of this log, or blank."""

    def line(self, source: str, number: int, raw: bytes, row: Row | None) -> None:
        """One line by itself, by its number from 1; no `row`: it is none.

        Of one that is too long for a line, the last piece.
        """


Begun = tuple[BinaryIO, bytes]
"""An open stream, and what was already read from it, which is its first bytes."""


def _always(_: bytes) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Sieve:
    """Decides on lines that got no mark but `mark`, by their bytes alone, before any parsing.

    The needles of that mark may leave out what is too frequent to be looked at; `sample` holds
    those that leave out nothing, for the first `BYTES` of one in `EVERY` blocks. None: no sample
    is looked at. Rows with a `likeness` are asked about and handed on together with their repeats;
    how many there are is told to `wants`. Not so where `alike` says no of the first of them.
    """

    mark: int
    wants: Callable[[bytes, int], bool]
    sample: Needles | None
    likeness: Likeness | None = None
    alike: Callable[[bytes], bool] = _always

    EVERY: ClassVar[int] = 64
    BYTES: ClassVar[int] = 64 << 10


@dataclass(frozen=True, slots=True)
class TextScan:
    """What one pass over a file counted.

    `tallies` are keyed by label and host as written. Rows and skipped lines of all tallies,
    `directives` and `blank` lines add up to `lines`. `skipped` may also hold damage inside lines
    that were read (NUL bytes) and the end of a stream that broke off.
    """

    tallies: dict[tuple[str, str | None], Tally]
    witnesses: list[BuildWitness]
    skipped: list[Skipped]
    lines: int
    directives: int
    blank: int


def scan_text_log(
    file: EvidenceFile,
    log_format: TextLogFormat,
    options: ReadOptions,
    needles: Callable[[LineKind], Needles],
    on_candidate: OnCandidate,
    *,
    sieve: Sieve | None = None,
    begun: Begun | None = None,
    tee: Tee | None = None,
) -> TextScan:
    """Read a file once, from top to bottom. Damage is in the result; never raises for content.

    `needles` gives what lines of a kind are searched for; it is asked often. `begun` is the file
    where somebody has opened it already; it is closed here.

    Raises OSError only if the file cannot be opened at all.
    """
    stream, head = begun or (file.open(), b"")
    with closing(stream):
        head, error = _read_head(stream, head)
        log = log_format.start(decode_head(head), file.path, options)
        scan = _Scan(file, log, needles, on_candidate, head, sieve=sieve, tee=tee)
        reader = _reader(stream if error is None else BytesIO(), head, log_format.source)
        for block in reader:
            scan.take(block)
        error = error or reader.error
        if error is not None:
            scan.losses.add(f"reading broke off: {error}", file.bytes_read)
        return scan.result(reader.lines)


def _read_head(stream: BinaryIO, head: bytes) -> tuple[bytes, Exception | None]:
    """The first bytes of a stream of which `head` was read, and the error that ended them."""
    try:
        while len(head) < HEAD_SIZE and (chunk := stream.read(HEAD_SIZE - len(head))):
            head += chunk
    except READ_ERRORS as error:
        return head, error
    return head, None


def _reader(stream: BinaryIO, head: bytes, source: str) -> BlockReader:
    """Blocks of UTF-8 without mark, or of whatever else a file that is not UTF-16 holds."""
    encoding, mark = detect(head)
    bare_cr = source in _NEVER_CR or ends_lines_with_cr(head)
    if encoding is Encoding.UTF_8:
        return BlockReader(stream, head=head[mark:], bare_cr=bare_cr)
    return BlockReader(utf8_stream(stream, head), bare_cr=bare_cr)


class _Scan:
    """The state of one pass."""

    def __init__(
        self,
        file: EvidenceFile,
        log: TextLog,
        needles: Callable[[LineKind], Needles],
        on_candidate: OnCandidate,
        head: bytes,
        *,
        sieve: Sieve | None,
        tee: Tee | None,
    ) -> None:
        encoding, mark = detect(head)
        self._log = log
        self._needles = needles
        self._on_candidate = on_candidate
        self._sieve = sieve
        self._tee = tee
        self._recoded = encoding is not Encoding.UTF_8
        self._mark = mark
        self._counts = Counts(log)
        self._marked: dict[int, int] = {}
        self._order: list[int] = []
        self._places: Places | None = None
        self._runs = 0
        self._skipped = 0
        self._directives = 0
        self._blank = 0
        self._blocks = -1
        self._together = _FEWEST_TOGETHER
        self.losses = Losses(file.evidence, file.path)

    def result(self, lines: int) -> TextScan:
        """Everything counted so far."""
        if self._skipped:
            # A line that is no row names no host: it counts where most rows do.
            tallies = self._counts.tallies
            key = max(tallies, key=self._rows_of, default=(self._log.source, None))
            tallies.setdefault(key, Tally()).skipped += self._skipped
        return TextScan(
            self._counts.tallies,
            self._counts.witnesses.result(),
            self.losses.result(),
            lines,
            self._directives,
            self._blank,
        )

    def _rows_of(self, key: tuple[str, str | None]) -> tuple[int, str]:
        return self._counts.tallies[key].rows, str(key)

    def take(self, block: Block) -> None:
        """Read one block."""
        if block.piece:
            self._piece(block)
            return
        lines = Lines(block)
        self._blocks += 1
        self._search(lines, 0)
        damaged = lines.with_nul()
        if damaged:
            self._lose(NUL_BYTES, lines, damaged[0], len(damaged))
        self._lose_glued(lines)
        self._blank += lines.bounds.blank
        at, self._runs = 0, 0
        while at < len(lines):
            kind = self._log.line_kind
            if self._log.clock is Clock.PARSED:
                at = self._parsed(lines, at)
            else:
                at = self._clocked(lines, at)
            if self._log.line_kind is not kind and at < len(lines):
                self._search(lines, at)

    def _search(self, lines: Lines, first: int) -> None:
        """Mark the lines from `first` on that a rule or the sieve may want."""
        needles = self._needles(self._log.line_kind)
        block = lines.block
        start = block.start + int(lines.starts[first])
        if first == 0:
            self._places = needles.places(block.data, start, block.end)
        found = needles.search(block.data, start, block.end, self._places)
        self._marked = lines.marked(self._sampled(block, start, found))
        self._order = list(self._marked)

    def _sampled(self, block: Block, start: int, found: list[Marked]) -> list[Marked]:
        """Also the lines that the needles leave out, where a sample of them is looked at."""
        sieve = self._sieve
        if sieve is None or sieve.sample is None or self._blocks % sieve.EVERY:
            return found
        cut = block.data.rfind(b"\n", start, start + sieve.BYTES) + 1
        known = {line[0] for line in found}
        sample = sieve.sample.search(block.data, start, max(cut, start))
        return sorted([*found, *(line for line in sample if line[0] not in known)])

    def _sifted(self, raw: bytes, marks: int, times: int = 1) -> int:
        """No marks for a row that the sieve does not want. Asked once for each row."""
        sieve = self._sieve
        return 0 if sieve and marks == sieve.mark and not sieve.wants(raw, times) else marks

    def _piece(self, block: Block) -> None:
        if block.last:
            self._skipped += 1
            offset = block.line if self._recoded else self._mark + block.offset
            self.losses.add(TOO_LONG, offset)
        raw = bytes(block.data[block.start : block.end])
        if block.last and self._tee is not None:
            self._tee.line(self._log.source, block.line, raw, None)
        if self._needles(LineKind.TORN).search(block.data, block.start, block.end):
            self._on_candidate(Candidate(block.line, raw, decode_line(raw), None))

    def _run(self, lines: Lines, at: int) -> int:
        """Count rows of one day with the same key, or pass one line that is no row.

        Returns where to go on, which is `at` where the lines have to be looked at one by one.
        """
        if self._runs > _MOST_RUNS or not lines.shareable:
            return at
        self._runs += 1
        if lines.may_be_row(at):
            key = self._log.key
            if key is None or key.build is not None:
                return at
            counted = lines.rows()
            if counted is not None:
                return self._native_run(lines, at, key, counted)
            return self._array_run(lines, at, key)
        if not lines.blank[at]:
            self._one(lines, at)
        return at + 1

    def _array_run(self, lines: Lines, at: int, key: KeyColumns) -> int:
        days = lines.days(self._log.clock)
        end = days.until(at)
        if end - at < _WORTH_A_RUN:
            return at
        value = lines.spans(key).common(at, end) if key.columns else ()
        day = days.rows(at, end) if value is not None else None
        if value is None or day is None:
            return at
        self._counts.run(lines, at, value, day)
        self._hand_over(lines, at, end)
        return end

    def _native_run(self, lines: Lines, at: int, key: KeyColumns, counted: Rows) -> int:
        """The same in C: also of few lines; a line with quoted values is compared as it is met."""
        clock = self._log.clock
        first = lines.raw(at)
        date = first[: native.DATE_LENGTH]
        day = day_of(date, SEPARATOR[clock])
        value = key_of(first, key)
        if day == NO_TIME or value is None:
            return at
        wanted = native.key_for(key, value)
        end, odd = at, 0
        while True:
            passed, rows = counted.run(end, date, day, wanted, trusted=end == at or odd > 0)
            if rows.rows:
                self._counts.run(lines, end, value, rows)
            if passed == len(lines) or (passed == end and odd):
                break
            end, odd = passed, odd + 1
            if odd > _MOST_ODD or key_of(lines.raw(end), key) != value:
                break
        self._hand_over(lines, at, passed)
        return passed

    def _clocked(self, lines: Lines, at: int) -> int:
        """Rows from `at` on and the lines after them that are none; returns where to go on."""
        import numpy as np  # noqa: PLC0415 - heavy

        passed = self._run(lines, at)
        if passed > at:
            return passed
        clock = self._log.clock
        special = lines.special(clock)
        place = int(np.searchsorted(special, at))
        end = int(special[place]) if place < special.size else len(lines)
        times = lines.times(clock)
        rows = at + np.flatnonzero(times[at:end] != NO_TIME)
        if rows.size:
            self._counts.rows(lines, rows, times)
            self._hand_over(lines, at, end)
        # Lines that are no rows often stand together; they need no further look at the columns.
        while place < special.size and special[place] == end and self._log.clock is clock:
            self._one(lines, end)
            place += 1
            end += 1
        return end

    def _hand_over(self, lines: Lines, start: int, end: int) -> None:
        """Give on the marked rows from `start` up to `end`."""
        if self._tee is not None:
            self._tee.rows(self._log, lines, start, end)
        order = self._order
        chosen = order[bisect_left(order, start) : bisect_left(order, end)]
        key = self._log.key
        if self._sieve is None or self._sieve.likeness is None or key is None:
            for line in chosen:
                self._give(lines, line)
            return
        at = 0
        while at < len(chosen):
            part = chosen[at : at + self._together]
            self._give_together(lines, part, key, self._sieve, self._sieve.likeness)
            at += len(part)
            # What is handed on one by one at first is soon known well enough to be joined.
            self._together = min(2 * self._together, _MOST_TOGETHER)

    def _give_together(
        self, lines: Lines, chosen: list[int], key: KeyColumns, sieve: Sieve, likeness: Likeness
    ) -> None:
        """Give on rows, those that only the sieve wants with their repeats."""
        sifted = [line for line in chosen if self._marked[line] == sieve.mark]
        groups = repeats_of(lines, sifted, key, self._log.clock, likeness)
        group_of = dict(zip(sifted, groups, strict=True))
        taken: dict[int, bool] = {}
        for line in chosen:
            first, repeats = group_of.get(line) or (line, None)
            if repeats is None or repeats.count == 1:
                self._give(lines, line)
            elif first == line and sieve.alike(lines.raw(line)):
                taken[line] = self._give(lines, line, repeats)
            elif not taken.setdefault(first, False):
                self._give(lines, line)

    def _give(self, lines: Lines, line: int, repeats: Repeats | None = None) -> bool:
        """Give on a marked row, unless the sieve does not want it; whether its repeats are done."""
        raw = lines.raw(line)
        marks = self._sifted(raw, self._marked[line], repeats.count if repeats else 1)
        if not marks:
            return True
        text = decode_line(raw)
        row = self._log.row(text)
        candidate = Candidate(lines.number(line), raw, text, row, marks, repeats)
        return self._on_candidate(candidate) is True

    def _parsed(self, lines: Lines, at: int) -> int:
        """Lines one by one, until the columns change; returns where to go on."""
        kind = self._log.line_kind
        while at < len(lines) and self._log.clock is Clock.PARSED and self._log.line_kind is kind:
            if not lines.blank[at]:
                self._one(lines, at)
            at += 1
        return at

    def _one(self, lines: Lines, line: int) -> None:
        """A line that must be looked at by itself: directive, row or loss."""
        raw = lines.raw(line)
        # A torn write leaves NULs, a file appended to another its byte-order mark.
        text = decode_line(raw.lstrip(b"\0")).removeprefix("\ufeff")
        if text and self._log.directive(text):
            self._directives += 1
            self._counts.forget()
            return
        row = self._log.row(text) if text else None
        if self._tee is not None:
            self._tee.line(self._log.source, lines.number(line), raw, row)
        marks = self._marked.get(line, 0)
        if row is not None:
            self._counts.one(row)
            marks = EVERYBODY if self._log.exhaustive else self._sifted(raw, marks)
        else:
            self._skipped += 1
            if b"\0" not in raw:
                self._lose(NOT_A_ROW, lines, line)
            torn = self._needles(LineKind.TORN).search(raw)
            marks = torn[0][2] if torn else 0
        if marks:
            self._on_candidate(Candidate(lines.number(line), raw, text, row, marks))

    def _lose_glued(self, lines: Lines) -> None:
        """Rows and directives behind a CR, in logs whose values may hold one: they are not read."""
        if not lines.bounds.bare:
            return
        import numpy as np  # noqa: PLC0415 - heavy

        block = lines.block
        glued = [found.start() for found in _GLUED.finditer(block.data, block.start, block.end)]
        if glued:
            line = int(np.searchsorted(lines.starts, glued[0] - block.start, "right")) - 1
            self._lose(BARE_CR, lines, line, len(glued))

    def _lose(self, reason: str, lines: Lines, line: int, count: int = 1) -> None:
        if self._recoded:
            self.losses.add(f"{reason} (UTF-16: place is a line number)", lines.number(line), count)
        else:
            self.losses.add(reason, self._mark + lines.offset(line), count)


_NEVER_CR = frozenset({"iis"})
"""Logs whose writer never writes a CR into a value: wherever one stands, a line ends."""

_GLUED = re.compile(rb"\r(?=\d{4}-\d\d-\d\dT\d\d:|#[A-Z][\w-]{2,20}:)")
_MOST_RUNS = 24
"""In a block of more runs than that, lines are looked at one by one."""

_MOST_ODD = 400
_FEWEST_TOGETHER, _MOST_TOGETHER = 64, 4096
_WORTH_A_RUN = 6
