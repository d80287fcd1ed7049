"""Rows on their way into a timeline: gathered while files are read, and put aside when many.

A part of a package writes its rows into files of their own, in the order in which they come; they
are sorted and put together when all of the package was read (see `writing`).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alpheus.errors import OutputError
from alpheus.model import Event, TimeBasis
from alpheus.parsers.base import Row, TextLog
from alpheus.parsers.encoding import decode_line
from alpheus.timeline import duck, surrogates
from alpheus.timeline.columns import FIELD_COLUMNS, NUMBERS
from alpheus.timeline.layouts import JOINT, Layout, Layouts, flat

if TYPE_CHECKING:
    from alpheus.evidence.base import EvidenceFile
    from alpheus.scan.lines import Lines

AT_ONCE_ROWS = 50_000
AT_ONCE_BYTES = 32 << 20
"""So many rows, or so much text, are put aside at once."""

MEMORY = 512
"""MiB that DuckDB may take while it puts rows aside."""

TORN, MALFORMED = "torn", "malformed"
CP1252, ESCAPED = "windows-1252", "escaped"
TORN_LINE = "Line"
"""The field that a line stands in that is no row."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NO_TIME = -(1 << 63)
_TORN_LONGEST = 4_000
_GATHERED = ("us", "basis", "place", "host", "source", "label", "line", "record", "damage",
             "encoding", "names", "rest", "joint", *FIELD_COLUMNS)  # fmt: skip
_WHOLE = ("us", "place", "line", "record")


@dataclass(frozen=True, slots=True)
class Place:
    """A file whose rows are in a part: its address, what it is, and how its lines came out.

    `kept` is false for a file that is none of the evidence's. Lines are rows and torn ones.
    """

    path: str
    folder: str
    scope: str
    source: str
    kept: bool = True
    rows: int = 0
    torn: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of a package put aside: files of rows, and the places that they speak of.

    `names` are those that stand in `fields`, by source; None where they are too many.
    """

    files: tuple[str, ...]
    places: tuple[Place, ...]
    names: Mapping[str, frozenset[str] | None] = field(default_factory=dict)


class PartWriter:
    """Takes the rows of file after file. Raises UsageError where DuckDB is not installed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = secrets.token_hex(8)
        self._connection = duck.connect(folder, memory=MEMORY, threads=1)
        self._files: list[str] = []
        self._places: list[Place] = []
        self._rows: list[tuple[Any, ...]] = []
        self._bytes = 0
        self._layouts: dict[str, Layouts] = {}

    def begin(self, file: EvidenceFile) -> FileRows:
        """Begin a file."""
        self._places.append(Place(file.path, file.path.rpartition("/")[0], file.scope, ""))
        return FileRows(self, len(self._places) - 1)

    def ended(self, number: int, source: str, counts: tuple[int, int], *, kept: bool) -> None:
        """A file is done."""
        rows, torn = counts
        place = self._places[number]
        self._places[number] = replace(place, source=source, kept=kept, rows=rows, torn=torn)

    def layouts(self, source: str) -> Layouts:
        """The layouts of a source."""
        return self._layouts.setdefault(source, Layouts(source))

    def take(self, row: tuple[Any, ...], size: int) -> None:
        """Take a row, in the order of `_GATHERED`."""
        self._rows.append(row)
        self._bytes += size
        if len(self._rows) >= AT_ONCE_ROWS or self._bytes >= AT_ONCE_BYTES:
            self._put_aside()

    def end(self) -> Part:
        """Put the rest aside. Raises OutputError."""
        self._put_aside()
        self._connection.close()
        names = {
            source: None if one.names is None else frozenset(one.names)
            for source, one in self._layouts.items()
        }
        return Part(tuple(self._files), tuple(self._places), names)

    def _put_aside(self) -> None:
        if not self._rows:
            return
        import duckdb  # noqa: PLC0415 - an extra

        gathered = _arrays(self._rows)
        path = self._folder / f"{self._name}-{len(self._files)}.parquet"
        self._connection.register("gathered", gathered)
        try:
            self._connection.execute(
                f"COPY (SELECT {_SELECTED} FROM gathered) TO {duck.quoted(path)} "  # noqa: S608 - ours
                "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
            )
        except duckdb.Error as error:
            raise OutputError(f"{path}: rows cannot be put aside: {_first(error)}") from None
        finally:
            self._connection.unregister("gathered")
        self._files.append(str(path))
        self._rows.clear()
        self._bytes = 0


def _first(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _arrays(rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415 - heavy

    return {
        name: np.array(column, dtype=np.int64 if name in _WHOLE else object)
        for name, column in zip(_GATHERED, zip(*rows, strict=True), strict=True)
    }


_SPLIT = "string_split(names, joint), string_split(rest, joint)"
_SELECTED = ", ".join((
    f"CASE WHEN us = {_NO_TIME} THEN NULL ELSE make_timestamp(us) END AS time",
    "basis", "place::INTEGER AS place", "host", "source", "label",
    "nullif(line, -1) AS line", "nullif(record, -1) AS record", "damage", "encoding",
    *(f"{name}::INTEGER AS {name}" if name in NUMBERS else f'"{name}"' for name in FIELD_COLUMNS),
    f"CASE WHEN names IS NULL THEN MAP {{}} ELSE map({_SPLIT}) END AS fields",
))  # fmt: skip


class FileRows:
    """The rows of one file. Lines of a text log are told as they are scanned."""

    def __init__(self, writer: PartWriter, number: int) -> None:
        self._writer = writer
        self._number = number
        self.rows_taken = 0
        self.torn_taken = 0

    def rows(self, log: TextLog, lines: Lines, start: int, end: int) -> None:
        """Lines of a block that are rows, or blank."""
        block = lines.block
        data, first = block.data, lines.number(start)
        starts, ends = lines.starts[start:end].tolist(), lines.ends[start:end].tolist()
        for at, (begin, stop) in enumerate(zip(starts, ends, strict=True)):
            if stop > begin:
                raw = bytes(data[block.start + begin : block.start + stop])
                text, encoding = _decoded(raw)
                self._line(log.source, first + at, raw, log.row(text), encoding)

    def line(self, source: str, number: int, raw: bytes, row: Row | None) -> None:
        """One line by itself: a row, or one that is none."""
        self._line(source, number, raw, row, _decoded(raw)[1])

    def _line(
        self, source: str, number: int, raw: bytes, row: Row | None, encoding: str | None
    ) -> None:
        damage = None
        if row is None:
            text, encoding = _decoded(raw[: 4 * _TORN_LONGEST])
            fields = {TORN_LINE: text[:_TORN_LONGEST]}
            row, damage = Row(None, TimeBasis.UNKNOWN, None, fields, source), TORN
            self.torn_taken += 1
        else:
            self.rows_taken += 1
            damage = MALFORMED if row.malformed else None
        self._take(source, row, (number, -1, damage, encoding), row.time)

    def event(self, event: Event) -> None:
        """A record that is no line of a text log."""
        self.rows_taken += 1
        fields, host, encoding = flat(event.fields), event.host, None
        if surrogates.has_any((*fields, *fields.values(), host or "")):
            fields, encoding = surrogates.escaped(fields), ESCAPED
            host = None if host is None else surrogates.escape(host)
        cited = event.citation
        row = Row(event.time, event.time_basis, host, fields, event.source)
        line = -1 if cited.line is None else cited.line
        record = -1 if cited.record_id is None else cited.record_id
        damage = MALFORMED if event.malformed else None
        self._take(event.source, row, (line, record, damage, encoding))

    def end(self, source: str, *, kept: bool) -> None:
        """The file is done. What is not `kept` is not in the timeline."""
        counts = (self.rows_taken, self.torn_taken)
        self._writer.ended(self._number, source, counts, kept=kept)

    def _take(
        self, source: str, row: Row, where: tuple[int, int, str | None, str | None],
        told: datetime | None = None,
    ) -> None:  # fmt: skip
        """Take a row; `where` is its line, its record (-1: none), its damage and its encoding.

        What repeats the time that was `told` is left out.
        """
        fields, when = row.fields, row.time
        values: list[str | None] = [*fields.values(), None]
        layout = self._writer.layouts(source).of(tuple(fields), values)
        columns = layout.columns(values)
        names, rest, joint = _joined(layout, layout.rest(values, told))
        us = _NO_TIME if when is None else (when - _EPOCH) // _MICROSECOND
        self._writer.take(
            (us, row.basis.value, self._number, row.host, source, row.label, *where, names, rest,
             joint, *columns),
            len(rest) + sum(map(len, filter(None, columns))) + 100,
        )  # fmt: skip


def _decoded(raw: bytes) -> tuple[str, str | None]:
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError:
        return decode_line(raw), CP1252


def _joined(layout: Layout, values: Sequence[str]) -> tuple[str | None, str, str]:
    """Names and values of `fields`, and the character between them, which stands in none."""
    if not values:
        return None, "", JOINT
    rest, most = JOINT.join(values), len(values) - 1
    if rest.count(JOINT) == most == layout.joined.count(JOINT):
        return layout.joined, rest, JOINT
    used = {*rest, *layout.joined}
    joint = next(chr(code) for code in range(1, 0x10000) if chr(code) not in used)
    return joint.join(layout.names), joint.join(values), joint
