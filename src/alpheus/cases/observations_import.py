"""Files into the database, with a ledger: a program that is killed goes on where it was.

A batch and its line in the ledger are one transaction. A file is known by its content.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, func, insert, select, update

from alpheus.cases.database import Database
from alpheus.cases.identity import Kind
from alpheus.cases.observations import Row, Rows, iso
from alpheus.cases.observations_files import Item, Source, batches, kind_of
from alpheus.cases.observations_store import Store, Stored
from alpheus.cases.schema import imports, losses, observations
from alpheus.errors import EvidenceError, EvidenceFormatError, EvidenceNotFoundError
from alpheus.exposure.imports import ImportOptions
from alpheus.exposure.imports.remarks import Remarks
from alpheus.exposure.model import Observation
from alpheus.exposure.output.jsonl import encode

BATCH = 10_000
LISTED = 1_000
"""Losses of a file that are kept one by one."""

_CHUNK = 1 << 20


@dataclass(slots=True)
class Imported:
    """What became of a file. `resumed` counts lines that an earlier run had done.

    `notes` say how a list was understood. `before`: all of it was in already. `kind` is `lines`,
    `assessment` or `list`.
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
    notes: list[str] = field(default_factory=list)


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

    def note(self, connection: Connection, items: list[Item], stored: Stored) -> None:
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
        self.lines, self.offset = items[-1].count or items[-1].line, items[-1].end
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
        result = Imported(name or str(path), sha256, kind_of(stream))
        with database.work():
            with database.write() as connection:
                ledger = _Ledger(connection, result, who, size)
            result.before, result.resumed = bool(ledger.finished), ledger.lines
            if not result.before:
                source = Source(path, result.kind, size, os.fstat(stream.fileno()).st_ino,
                                ledger.lines, ledger.offset, options)  # fmt: skip
                database.let_go()
                _load(database, ledger, batches(source, BATCH), result, tell)
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


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was made here and has been read as rows already: what an import keeps.

    `kind` is that of an import: `assessment` or `lines`. Each row has its line, from 1; `losses`
    are lines of which there is none, and why.
    """

    file: str
    sha256: str
    bytes: int
    rows: tuple[Row, ...]
    kind: str = "assessment"
    lines: tuple[int, ...] = ()
    losses: tuple[tuple[int, str], ...] = ()

    def numbered(self) -> list[tuple[int, Row]]:
        """The rows with their lines."""
        lines = self.lines or range(1, len(self.rows) + 1)
        return list(zip(lines, self.rows, strict=True))


def record_documents(
    connection: Connection, documents: Sequence[Document], who: str
) -> list[tuple[int, list[int]]]:
    """Import files in the transaction of the only one that imports; each once.

    Gives the number of each import, and those of its observations in the order of its rows.
    """
    if not documents:
        return []
    now = iso(datetime.now(UTC))
    fresh = {one.sha256: one for one in documents}
    there = select(imports.c.sha256, imports.c.id).where(imports.c.sha256.in_(list(fresh)))
    numbers = {row.sha256: row.id for row in connection.execute(there)}
    new = [one for one in fresh.values() if one.sha256 not in numbers]
    if new:
        made = insert(imports).returning(imports.c.sha256, imports.c.id)
        values = [
            {"sha256": one.sha256, "file": one.file, "kind": one.kind, "who": who,
             "started": now, "finished": now, "bytes": one.bytes, "offset": one.bytes,
             "lines": len(one.rows) + len(one.losses), "added": len(one.rows),
             "lost": len(one.losses)} for one in new
        ]  # fmt: skip
        numbers.update((row.sha256, row.id) for row in connection.execute(made, values))
        lost = [
            {"import_id": numbers[one.sha256], "line": line, "reason": reason}
            for one in new for line, reason in one.losses[:LISTED]
        ]  # fmt: skip
        if lost:
            connection.execute(insert(losses), lost)
    rows = {numbers[one.sha256]: one.numbered() for one in documents}
    last = connection.execute(select(func.coalesce(func.max(observations.c.id), 0))).scalar_one()
    found, _ = Store().add_of_many(connection, rows)
    for one in new:
        known = sum(number <= last for number in found[numbers[one.sha256]])
        if known:
            mine = imports.c.id == numbers[one.sha256]
            counts = {"added": len(one.rows) - known, "known": known}
            connection.execute(update(imports).where(mine).values(counts))
    return [(numbers[one.sha256], found[numbers[one.sha256]]) for one in documents]


def _load(
    database: Database,
    ledger: _Ledger,
    read: Iterator[list[Item]],
    result: Imported,
    tell: Callable[[int], None] | None,
) -> None:
    store, remarks = Store(), Remarks()
    for batch in read:
        good = [(item.line, item.row) for item in batch if item.row is not None]
        with database.write() as connection:
            stored = store.add(connection, ledger.id, good)
            ledger.note(connection, batch, stored)
        result.added += stored.added
        result.known += stored.known
        for item in batch:
            result.notes += item.notes
            for remark in item.remarks:
                remarks.add(item.line, remark)
            if item.row is None:
                result.lost += 1
                if len(result.losses) < LISTED:
                    result.losses.append((item.line, item.reason))
        if tell is not None:
            tell(ledger.lines)
    result.notes += remarks.told()
    with database.write() as connection:
        ledger.finish(connection)


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
