"""One pass over one text log: candidates are parsed and handed on, every row is counted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, ClassVar

from alpheus.evidence.base import EvidenceFile
from alpheus.model import BuildWitness, Skipped
from alpheus.parsers.base import Clock, KeyColumns, ReadOptions, Row, TextLog, TextLogFormat
from alpheus.parsers.encoding import (
    HEAD_SIZE,
    Encoding,
    decode_head,
    decode_line,
    detect,
    utf8_stream,
)
from alpheus.scan.blocks import READ_ERRORS, Block, BlockReader
from alpheus.scan.clock import NO_TIME
from alpheus.scan.columns import groups_of
from alpheus.scan.lines import Lines
from alpheus.scan.needles import Needles
from alpheus.scan.tally import Losses, Tally, Witnesses, from_milliseconds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

NOT_A_ROW = "not a row of this log"
NUL_BYTES = "line holds NUL bytes"
TOO_LONG = "line is longer than 16 MiB; searched raw only"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that a needle marked. `line` counts from 1; `row` is None if it did not parse.

    `raw` is without its line end, and a piece of at most 1 MiB of a line that is too long.
    """

    line: int
    raw: bytes
    text: str
    row: Row | None


@dataclass(frozen=True, slots=True)
class Sieve:
    """Decides on lines that needles mark as doubtful, by their bytes alone, before any parsing.

    The doubtful patterns of a log's needles may leave out what is too frequent to be looked at;
    `sample` holds those that leave out nothing, for the first `BYTES` of one in `EVERY` blocks.
    """

    wants: Callable[[bytes], bool]
    sample: Needles

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
    needles: Needles,
    on_candidate: Callable[[Candidate], None],
    *,
    sieve: Sieve | None = None,
) -> TextScan:
    """Read a file once, from top to bottom. Damage is in the result; never raises for content.

    Raises OSError only if the file cannot be opened at all.
    """
    with closing(file.open()) as stream:
        head, error = _read_head(stream)
        log = log_format.start(decode_head(head), file.path, options)
        scan = _Scan(file, log, needles, on_candidate, head)
        scan.sieve = sieve
        reader = _reader(stream if error is None else BytesIO(), head)
        for block in reader:
            scan.take(block)
        error = error or reader.error
        if error is not None:
            scan.losses.add(f"reading broke off: {error}", file.bytes_read)
        return scan.result(reader.lines)


def _read_head(stream: BinaryIO) -> tuple[bytes, Exception | None]:
    """The first bytes of a stream, and the error that ended them."""
    head = b""
    try:
        while len(head) < HEAD_SIZE and (chunk := stream.read(HEAD_SIZE - len(head))):
            head += chunk
    except READ_ERRORS as error:
        return head, error
    return head, None


def _reader(stream: BinaryIO, head: bytes) -> BlockReader:
    """Blocks of UTF-8 without mark, or of whatever else a file that is not UTF-16 holds."""
    encoding, mark = detect(head)
    if encoding is Encoding.UTF_8:
        return BlockReader(stream, head=head[mark:])
    return BlockReader(utf8_stream(stream, head))


@dataclass(frozen=True, slots=True)
class _Alike:
    """What rows with the same key share."""

    label: str
    host: str | None
    build: str | None


class _Scan:
    """The state of one pass."""

    def __init__(
        self,
        file: EvidenceFile,
        log: TextLog,
        needles: Needles,
        on_candidate: Callable[[Candidate], None],
        head: bytes,
    ) -> None:
        encoding, mark = detect(head)
        self._log = log
        self._needles = needles
        self._on_candidate = on_candidate
        self._recoded = encoding is not Encoding.UTF_8
        self._mark = mark
        self._alike: dict[tuple[bytes, ...], _Alike] = {}
        self._tallies: dict[tuple[str, str | None], Tally] = {}
        self._witnesses = Witnesses(log.source)
        self._marked: frozenset[int] = frozenset()
        self._skipped = 0
        self._directives = 0
        self._blank = 0
        self._blocks = 0
        self.losses = Losses(file.evidence, file.path)
        self.sieve: Sieve | None = None

    def result(self, lines: int) -> TextScan:
        """Everything counted so far."""
        if self._skipped:
            # A line that is no row names no host: it counts where the rows around it do.
            key = next(iter(self._tallies), (self._log.source, None))
            self._tallies.setdefault(key, Tally()).skipped += self._skipped
        return TextScan(
            self._tallies,
            self._witnesses.result(),
            self.losses.result(),
            lines,
            self._directives,
            self._blank,
        )

    def take(self, block: Block) -> None:
        """Read one block."""
        if block.piece:
            self._piece(block)
            return
        lines = Lines(block)
        hits = lines.hits(self._search(block))
        self._marked = frozenset(hits.tolist())
        self._blank += int(lines.blank.sum())
        damaged = lines.with_nul()
        if damaged:
            self._lose(NUL_BYTES, lines, damaged[0], len(damaged))
        at = 0
        while at < len(lines):
            if self._log.clock is Clock.PARSED:
                at = self._parsed(lines, at)
            else:
                at = self._clocked(lines, at, hits)

    def _search(self, block: Block) -> list[tuple[int, int]]:
        """The lines that a rule may want, and those that the sieve wants, in order."""
        found, doubtful = self._needles.search_both(block.data, block.start, block.end)
        if self.sieve is None:
            return sorted({*found, *doubtful})
        if self._blocks % self.sieve.EVERY == 0:
            cut = block.data.rfind(b"\n", block.start, block.start + self.sieve.BYTES) + 1
            sample = self.sieve.sample.search(block.data, block.start, max(cut, block.start))
            doubtful = [*sample, *(line for line in doubtful if line[0] >= cut)]
        self._blocks += 1
        known, data, wants = set(found), block.data, self.sieve.wants
        more = [
            line for line in doubtful if line not in known and wants(bytes(data[line[0] : line[1]]))
        ]
        return sorted([*found, *more]) if more else found

    def _piece(self, block: Block) -> None:
        if block.last:
            self._skipped += 1
            offset = block.line if self._recoded else self._mark + block.offset
            self.losses.add(TOO_LONG, offset)
        if self._needles.search_both(block.data, block.start, block.end)[0]:
            raw = bytes(block.data[block.start : block.end])
            self._on_candidate(Candidate(block.line, raw, decode_line(raw), None))

    def _clocked(self, lines: Lines, at: int, hits: Integers) -> int:
        """Rows from `at` on and the lines after them that are none; returns where to go on."""
        import numpy as np  # noqa: PLC0415 - heavy

        clock = self._log.clock
        special = lines.special(clock)
        place = int(np.searchsorted(special, at))
        end = int(special[place]) if place < special.size else len(lines)
        times = lines.times(clock)
        rows = at + np.flatnonzero(times[at:end] != NO_TIME)
        if rows.size:
            self._count(lines, rows, times)
            for line in _between(hits, at, end):
                raw = lines.raw(line)
                text = decode_line(raw)
                self._on_candidate(Candidate(lines.number(line), raw, text, self._log.row(text)))
        # Lines that are no rows often stand together; they need no further look at the columns.
        while place < special.size and special[place] == end and self._log.clock is clock:
            self._one(lines, end, end in self._marked)
            place += 1
            end += 1
        return end

    def _parsed(self, lines: Lines, at: int) -> int:
        """Lines one by one, until the clock changes; returns where to go on."""
        while at < len(lines) and self._log.clock is Clock.PARSED:
            if not lines.blank[at]:
                self._one(lines, at, at in self._marked)
            at += 1
        return at

    def _one(self, lines: Lines, line: int, hit: bool) -> None:  # noqa: FBT001 - one caller each way
        """A line that must be looked at by itself: directive, row or loss."""
        raw = lines.raw(line)
        # A torn write leaves NULs, a file appended to another its byte-order mark.
        text = decode_line(raw.lstrip(b"\0")).removeprefix("\ufeff")
        if text and self._log.directive(text):
            self._directives += 1
            self._alike.clear()
            return
        row = self._log.row(text) if text else None
        if row is not None:
            self._tally(row.label, row.host).add(row.time, row.basis)
            if row.build is not None:
                self._witnesses.add(row.build, row.host, row.time, row.time)
        else:
            self._skipped += 1
            if b"\0" not in raw:
                self._lose(NOT_A_ROW, lines, line)
        if hit or (row is not None and self._log.exhaustive):
            self._on_candidate(Candidate(lines.number(line), raw, text, row))

    def _count(self, lines: Lines, rows: Integers, times: Integers) -> None:
        """Rows that the clock has accepted: their tally and the builds they witness."""
        key = self._log.key
        if key is None or not lines.shareable:
            for line in rows.tolist():
                self._count_one(lines, line, times)
            return
        if not key.columns:
            self._count_alike(lines, rows, times, (), key)
            return
        for value, group in groups_of(lines.spans(key), rows):
            if value is None:
                for line in group.tolist():
                    self._count_one(lines, line, times)
            else:
                self._count_alike(lines, group, times, value, key)

    def _count_one(self, lines: Lines, line: int, times: Integers) -> None:
        alike = self._read_alike(lines, line)
        self._tally(alike.label, alike.host).add_times(times[line : line + 1])
        if alike.build is not None:
            when = from_milliseconds(int(times[line]))
            self._witnesses.add(alike.build, alike.host, when, when)

    def _count_alike(
        self,
        lines: Lines,
        rows: Integers,
        times: Integers,
        value: tuple[bytes, ...],
        key: KeyColumns,
    ) -> None:
        alike = self._alike.get(value)
        if alike is None:
            alike = self._read_alike(lines, int(rows[0]))
            if len(self._alike) < _REMEMBERED:
                self._alike[value] = alike
        self._tally(alike.label, alike.host).add_times(times[rows])
        if key.build is not None:
            self._count_builds(lines, rows, times, alike.host, key)
        elif alike.build is not None:
            self._witness(alike.build, alike.host, times[rows])

    def _count_builds(
        self,
        lines: Lines,
        rows: Integers,
        times: Integers,
        host: str | None,
        key: KeyColumns,
    ) -> None:
        """Builds that stand somewhere in a row, not in a column."""
        if key.build is None:
            return
        indexes, builds = lines.builds(key.build)
        for index, build in enumerate(builds):
            named = rows[indexes[rows] == index]
            if named.size:
                self._witness(build, host, times[named])

    def _witness(self, build: str, host: str | None, times: Integers) -> None:
        first, last = from_milliseconds(int(times.min())), from_milliseconds(int(times.max()))
        self._witnesses.add(build, host, first, last)

    def _read_alike(self, lines: Lines, line: int) -> _Alike:
        row = self._log.row(decode_line(lines.raw(line)))
        if row is None:
            return _Alike(self._log.source, None, None)
        return _Alike(row.label, row.host, row.build)

    def _tally(self, label: str, host: str | None) -> Tally:
        key = (label, host)
        if key not in self._tallies and len(self._tallies) >= _MOST_TALLIES:
            key = (label, None)
        return self._tallies.setdefault(key, Tally())

    def _lose(self, reason: str, lines: Lines, line: int, count: int = 1) -> None:
        if self._recoded:
            self.losses.add(f"{reason} (UTF-16: place is a line number)", lines.number(line), count)
        else:
            self.losses.add(reason, self._mark + lines.offset(line), count)


_REMEMBERED = 4096
_MOST_TALLIES = 4096
"""More hosts than that in one log are damage or an attack on memory; they count without a name."""


def _between(hits: Integers, start: int, end: int) -> list[int]:
    """The hit lines from `start` up to `end`."""
    import numpy as np  # noqa: PLC0415 - heavy

    low, high = np.searchsorted(hits, (start, end))
    found: list[int] = hits[low:high].tolist()
    return found
