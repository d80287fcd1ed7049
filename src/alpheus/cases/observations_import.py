"""Files into the database, with a ledger: a program that is killed goes on where it was.

A batch and its line in the ledger are one transaction. A file is known by its content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from sqlalchemy import Connection, insert, select, update

from alpheus.cases.database import Database
from alpheus.cases.identity import Kind
from alpheus.cases.observations import Row, RowError, Rows, iso
from alpheus.cases.observations_store import Store, Stored
from alpheus.cases.schema import imports, losses
from alpheus.errors import EvidenceError, EvidenceFormatError, EvidenceNotFoundError
from alpheus.exposure.imports import ImportedFile, ImportOptions
from alpheus.exposure.model import Observation
from alpheus.exposure.output.jsonl import encode

BATCH = 10_000
LISTED = 1_000
"""Losses of a file that are kept one by one."""

_LONGEST = 4 << 20
_LARGEST_DOCUMENT = 512 << 20
_CHUNK = 1 << 20
_REASON = 500


@dataclass(slots=True)
class Imported:
    """What became of a file. `resumed` counts lines that an earlier run had done.

    `before`: all of it was in already. `kind` is `lines`, `assessment` or `list`.
    """

    file: str
    sha256: str
    kind: str
    added: int = 0
    known: int = 0
    lost: int = 0
    resumed: int = 0
    before: bool = False
    losses: list[tuple[int, str]] = field(default_factory=list)


class _Item(msgspec.Struct):
    """A row and the line that it came from, or why there is none; `end` is the offset after it."""

    line: int
    end: int
    row: Row | None
    reason: str = ""


class _Ledger:
    """The line of one file in the ledger."""

    def __init__(self, connection: Connection, result: Imported, who: str, size: int) -> None:
        values = {
            "sha256": result.sha256, "file": result.file, "kind": result.kind, "who": who,
            "bytes": size, "started": iso(datetime.now(UTC)),
        }  # fmt: skip
        found = connection.execute(select(imports).where(imports.c.sha256 == result.sha256)).first()
        if found is None:
            connection.execute(insert(imports).values(values))
            query = select(imports).where(imports.c.sha256 == result.sha256)
            found = connection.execute(query).one()
        self.id: int = found.id
        self.offset: int = found.offset
        self.lines: int = found.lines
        self.finished: str = found.finished
        self._counts = [found.added, found.known, found.lost]

    def note(self, connection: Connection, items: list[_Item], stored: Stored) -> None:
        """Take down a batch, in its transaction."""
        bad = [item for item in items if item.row is None]
        room = max(LISTED - self._counts[2], 0)
        if bad[:room]:
            connection.execute(
                insert(losses),
                [{"import_id": self.id, "line": one.line, "reason": one.reason}
                 for one in bad[:room]],
            )  # fmt: skip
        more = (stored.added, stored.known, len(bad))
        self._counts = [old + new for old, new in zip(self._counts, more, strict=True)]
        self.lines, self.offset = items[-1].line, items[-1].end
        added, known, lost = self._counts
        self._set(connection, lines=self.lines, offset=self.offset, added=added, known=known,
                  lost=lost)  # fmt: skip

    def finish(self, connection: Connection) -> None:
        """Take down that all of it is in."""
        self.finished = iso(datetime.now(UTC))
        self._set(connection, finished=self.finished)

    def _set(self, connection: Connection, **values: object) -> None:
        connection.execute(update(imports).where(imports.c.id == self.id).values(values))


def import_file(
    database: Database,
    path: Path,
    who: str,
    *,
    options: ImportOptions | None = None,
    tell: Callable[[int], None] | None = None,
    name: str = "",
) -> Imported:
    """Import lines of observations, an assessment, or a list that `alpheus import` reads.

    What cannot be read is counted and listed; the rest goes in. `tell` is called with the number
    of lines that are done; `name` is kept in place of the path. Raises EvidenceError where the file
    cannot be read at all, DatabaseError; a second call goes on where the first was.
    """
    with _opened(path) as stream:
        sha256, size = _digest(stream)
        result = Imported(name or str(path), sha256, _kind(stream))
        with database.work():
            with database.write() as connection:
                ledger = _Ledger(connection, result, who, size)
            result.before, result.resumed = bool(ledger.finished), ledger.lines
            if not result.before:
                items = _items(stream, path, ledger, result.kind, options)
                _load(database, ledger, items, result, tell)
    return result


def record(
    database: Database, observations: Iterable[Observation], who: str, kind: str = Kind.HAND
) -> Stored:
    """Add observations that come from no file, such as what somebody entered.

    Raises RowError, DatabaseError; then nothing was added.
    """
    rows = Rows(datetime.now(UTC))
    return record_rows(database, [rows.of_line(encode(one), kind) for one in observations], who,
                       kind)  # fmt: skip


def record_rows(database: Database, rows: Iterable[Row], who: str, kind: str = Kind.HAND) -> Stored:
    """Add rows that come from no file. Raises DatabaseError; then nothing was added."""
    with database.work(), database.write() as connection:
        entry = Imported("", f"{kind}:{who}", kind)
        ledger = _Ledger(connection, entry, who, 0)
        return Store().add(connection, ledger.id, list(enumerate(rows, start=1)))


def _load(
    database: Database,
    ledger: _Ledger,
    items: Iterator[_Item],
    result: Imported,
    tell: Callable[[int], None] | None,
) -> None:
    store = Store()
    for batch in _batches(items):
        good = [(item.line, item.row) for item in batch if item.row is not None]
        with database.write() as connection:
            stored = store.add(connection, ledger.id, good)
            ledger.note(connection, batch, stored)
        result.added += stored.added
        result.known += stored.known
        for item in batch:
            if item.row is None:
                result.lost += 1
                if len(result.losses) < LISTED:
                    result.losses.append((item.line, item.reason))
        if tell is not None:
            tell(ledger.lines)
    with database.write() as connection:
        ledger.finish(connection)


def _batches(items: Iterator[_Item]) -> Iterator[list[_Item]]:
    batch: list[_Item] = []
    for item in items:
        batch.append(item)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _opened(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise EvidenceFormatError(f"{path}: is a folder; name the file of results in it")
        return path.open("rb")
    except FileNotFoundError:
        raise EvidenceNotFoundError(f"{path}: is not there") from None
    except OSError as error:
        raise EvidenceError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def _digest(stream: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


class _Peek(msgspec.Struct):
    """What tells a line of an observation from anything else."""

    target: str
    address: str
    status: str
    cves: msgspec.Raw


def _kind(stream: BinaryIO) -> str:
    stream.seek(0)
    head = stream.read(4096)
    stream.seek(0)
    if head.lstrip()[:1] == b"{":
        first = head.lstrip()[1:].lstrip()
        if first.startswith(b'"schema"') and b"alpheus.assessment/" in first[:64]:
            return "assessment"
        with suppress(msgspec.MsgspecError, ValueError):
            msgspec.json.decode(stream.readline(_LONGEST), type=_Peek)
            return "lines"
    return "list"


def _items(
    stream: BinaryIO, path: Path, ledger: _Ledger, kind: str, options: ImportOptions | None
) -> Iterator[_Item]:
    rows = Rows(datetime.now(UTC))
    if kind == "lines":
        return _of_lines(stream, ledger, rows)
    if kind == "assessment":
        return _of_document(stream, path, ledger, rows)
    return _of_list(path, ledger, rows, options)


def _of_lines(stream: BinaryIO, ledger: _Ledger, rows: Rows) -> Iterator[_Item]:
    number, offset = ledger.lines, ledger.offset
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
        if line.strip() or not line:
            yield _item(number, offset, line, rows)


def _item(number: int, end: int, line: bytes, rows: Rows) -> _Item:
    if not line:
        return _Item(number, end, None, f"longer than {_LONGEST >> 20} MB")
    try:
        return _Item(number, end, rows.of_line(line))
    except RowError as error:
        return _Item(number, end, None, str(error)[:_REASON])


def _of_document(stream: BinaryIO, path: Path, ledger: _Ledger, rows: Rows) -> Iterator[_Item]:
    stream.seek(0)
    document = stream.read(_LARGEST_DOCUMENT + 1)
    if len(document) > _LARGEST_DOCUMENT:
        raise EvidenceFormatError(f"{path}: larger than {_LARGEST_DOCUMENT >> 20} MB")
    try:
        for number, row in enumerate(rows.of_document(document), start=1):
            if number > ledger.lines:
                yield _Item(number, 0, row)
    except RowError as error:
        raise EvidenceFormatError(f"{path}: {error}") from error


def _of_list(
    path: Path, ledger: _Ledger, rows: Rows, options: ImportOptions | None
) -> Iterator[_Item]:
    """Records of a list count on, whether they could be read or not."""
    lost: list[tuple[int, str]] = []
    listing = ImportedFile(path, options)
    number = 0
    for observation in listing.observations(lambda loss: lost.append((loss.row, loss.reason))):
        for _, reason in lost:
            number += 1
            if number > ledger.lines:
                yield _Item(number, 0, None, reason[:_REASON])
        lost.clear()
        number += 1
        if number > ledger.lines:
            yield _item(number, 0, encode(observation), rows)
    for _, reason in lost:
        number += 1
        if number > ledger.lines:
            yield _Item(number, 0, None, reason[:_REASON])
