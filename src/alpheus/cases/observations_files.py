"""What a file holds, as rows and as what was lost of it, batch after batch.

Rows are made by several processes, each of which makes every so many batch: reading lines is quick,
making rows of them is not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from alpheus.cases.observations import Row, RowError, Rows, States
from alpheus.cases.workers import in_turn, workers
from alpheus.errors import EvidenceError, EvidenceFormatError
from alpheus.exposure.imports import ImportedFile, ImportOptions
from alpheus.exposure.imports.remarks import FUTURE, Remark
from alpheus.exposure.output.jsonl import encode

LARGE = 8 << 20
"""Bytes of a file from which on it is worth while to start processes for it."""

_LONGEST = 4 << 20
_LARGEST_DOCUMENT = 512 << 20
_REASON = 500


class Item(msgspec.Struct):
    """A row and the line that it came from, or why there is none; `end` is the offset after it.

    `notes` say how the file is understood; they come with its first and its last. `remarks` are
    what was not taken of the line. `count`: its number among the records of a list, which may
    have several on a line.
    """

    line: int
    end: int
    row: Row | None
    reason: str = ""
    notes: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is read from a line on, which begins at an offset.

    `kind` is that of `kind_of`; `size` and `inode` tell whether it is still the same file.
    """

    path: Path
    kind: str
    size: int
    inode: int
    lines: int
    offset: int
    options: ImportOptions | None = None


_PEEKED = 5


_Other = tuple[bool, str, tuple[str, ...], tuple[Remark, ...]]


class _Batch(msgspec.Struct, array_like=True):
    """Items by columns: quicker to send than as they are, by far.

    `columns` are those of their rows, without the states, which are those at the places `states_of`
    in `states`. `told` has line, offset and count of each item; `others`, by the place of an item,
    what most have not: whether it is lost, a reason, notes, remarks.
    """

    told: list[tuple[int, int, int]]
    states: list[States | None]
    states_of: list[int]
    columns: list[list[Any]]
    others: dict[int, _Other]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Batch).decode
_STATES = Row._fields.index("states")


def packed(items: Sequence[Item]) -> bytes:
    """Items of lines in a form that is sent quickly; see `unpacked`."""
    rows = [one.row for one in items if one.row is not None]
    states: dict[States | None, int] = {}
    states_of = [states.setdefault(row.states, len(states)) for row in rows]
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        columns[_STATES] = []
    others = {
        place: (one.row is None, one.reason, one.notes, one.remarks)
        for place, one in enumerate(items)
        if one.row is None or one.notes or one.remarks
    }  # fmt: skip
    told = [(one.line, one.end, one.count) for one in items]
    return _encode(_Batch(told, list(states), states_of, columns, others))


def unpacked(sent: bytes) -> list[Item]:
    """Items as they were."""
    batch = _decode(sent)
    if batch.columns:
        batch.columns[_STATES] = [batch.states[place] for place in batch.states_of]
    rows = map(Row._make, zip(*batch.columns, strict=True))
    items = []
    for place, (line, end, count) in enumerate(batch.told):
        lost, reason, notes, remarks = batch.others.get(place, _NOTHING)
        items.append(Item(line, end, None if lost else next(rows), reason, notes, remarks, count))
    return items


_NOTHING: _Other = (False, "", (), ())


class _Peek(msgspec.Struct):
    """What tells a line of an observation from anything else."""

    target: str
    address: str
    status: str
    cves: msgspec.Raw


def kind_of(stream: BinaryIO) -> str:
    """What a file is: `lines`, `assessment` or `list`; of broken lines among the first, too."""
    stream.seek(0)
    head = stream.read(4096)
    stream.seek(0)
    first = head.lstrip().removeprefix(b"{").lstrip()
    if first.startswith(b'"schema"') and b"alpheus.assessment/" in first[:64]:
        return "assessment"
    for _ in range(_PEEKED):
        with suppress(msgspec.MsgspecError, ValueError):
            msgspec.json.decode(stream.readline(_LONGEST), type=_Peek)
            return "lines"
    return "list"


def batches(source: Source, size: int) -> Iterator[list[Item]]:
    """All of a file in batches of `size` items; none is empty.

    Raises EvidenceError where it cannot be read, DatabaseError where a process ended early.
    """
    large = source.size >= LARGE
    if not large or source.kind != "lines":
        yield from in_turn([partial(_made, source, size, 0, 1)], f"{source.path}", beside=large)
        return
    count = workers()
    makers = [partial(_packed, source, size, turn, count) for turn in range(count)]
    for sent in in_turn(makers, f"{source.path}"):
        yield unpacked(sent)


def _packed(source: Source, size: int, turn: int, count: int) -> Iterator[bytes]:
    return map(packed, _made(source, size, turn, count))


def _made(source: Source, size: int, turn: int, count: int) -> Iterator[list[Item]]:
    """Every batch whose number is `turn` by `count`."""
    rows = Rows(datetime.now(UTC))
    if source.kind == "lines":
        yield from _of_lines(source, size, turn, count, rows)
        return
    items = _of_document(source, rows) if source.kind == "assessment" else _of_list(source, rows)
    while batch := list(islice(items, size)):
        yield batch


def _of_lines(source: Source, size: int, turn: int, count: int, rows: Rows) -> Iterator[list[Item]]:
    with _opened(source) as stream:
        lines, number = _lines(stream, source), 0
        while batch := list(islice(lines, size)):
            if number % count == turn:
                yield [_item(*line, rows) for line in batch]
            number += 1


def _lines(stream: BinaryIO, source: Source) -> Iterator[tuple[int, int, bytes]]:
    """Lines that are not blank, with their number and the offset after them; b'' for too long."""
    number, offset = source.lines, source.offset
    stream.seek(offset)
    while line := stream.readline(_LONGEST):
        whole = len(line) < _LONGEST or line.endswith(b"\n")
        offset += len(line)
        while not whole:
            rest = stream.readline(_LONGEST)
            offset += len(rest)
            whole = len(rest) < _LONGEST or rest.endswith(b"\n")
            line = b""
        number += 1
        if not line or not line.isspace():
            yield number, offset, line


def _item(number: int, end: int, line: bytes, rows: Rows) -> Item:
    if not line:
        return Item(number, end, None, f"longer than {_LONGEST >> 20} MB")
    rows.remarks.clear()
    try:
        row = rows.of_line(line)
    except RowError as error:
        return Item(number, end, None, str(error)[:_REASON])
    return Item(number, end, row, remarks=tuple(rows.remarks))


def _of_document(source: Source, rows: Rows) -> Iterator[Item]:
    with _opened(source) as stream:
        document = stream.read(_LARGEST_DOCUMENT + 1)
    if len(document) > _LARGEST_DOCUMENT:
        raise EvidenceFormatError(f"{source.path}: larger than {_LARGEST_DOCUMENT >> 20} MB")
    try:
        for number, row in enumerate(rows.of_document(document), start=1):
            if number > source.lines:
                yield Item(number, 0, row)
    except RowError as error:
        raise EvidenceFormatError(f"{source.path}: {error}") from error


def _of_list(source: Source, rows: Rows) -> Iterator[Item]:
    """Notes come with the first item, and with the last those that are known at the end."""
    listing = ImportedFile(source.path, source.options)
    held: Item | None = None
    for item in _of_listing(source, listing, rows):
        if held is not None:
            yield _with_notes(held, listing)
        held = item
    if held is not None:
        yield _with_notes(held, listing)


def _with_notes(item: Item, listing: ImportedFile) -> Item:
    item.notes = tuple(listing.notes)
    listing.notes.clear()
    return item


def _of_listing(source: Source, listing: ImportedFile, rows: Rows) -> Iterator[Item]:
    """Records of a list count on, whether they could be read or not."""
    lost: list[tuple[int, str]] = []
    number = 0
    for observation in listing.observations(lambda loss: lost.append((loss.row, loss.reason))):
        for line, reason in lost:
            number += 1
            if number > source.lines:
                yield Item(line, 0, None, reason[:_REASON], count=number)
        lost.clear()
        number += 1
        if number > source.lines:
            line = observation.provenance.row if observation.provenance else number
            item = _item(line, 0, encode(observation), rows)
            item.count = number
            # What else there is to say of it, the list has told.
            item.remarks = tuple(one for one in item.remarks if one[0] == FUTURE)
            yield item
    for line, reason in lost:
        number += 1
        if number > source.lines:
            yield Item(line, 0, None, reason[:_REASON], count=number)


def _opened(source: Source) -> BinaryIO:
    """The file, once more: a process that is a copy must not share its place in it."""
    try:
        stream = source.path.open("rb")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise EvidenceError(f"{source.path}: {reason}") from error
    found = os.fstat(stream.fileno())
    if (found.st_ino, found.st_size) != (source.inode, source.size):
        stream.close()
        raise EvidenceError(f"{source.path}: was changed while it was read; import it once more")
    return stream
