"""Files that came in, as the ledger of cases has them, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import select

from alpheus.cases.database import Database
from alpheus.cases.observations_import import LISTED
from alpheus.cases.schema import imports, losses

__all__ = ["LISTED", "Loss", "TakenIn", "every_loss", "losses_of", "newest", "one"]

_AT_ONCE = 5_000
_KINDS = ("lines", "assessment", "list")
i, x = imports.c, losses.c


class TakenIn(msgspec.Struct, frozen=True):
    """A file in the ledger. Times are ISO 8601 UTC; `finished` is '' while a part is missing."""

    id: int
    file: str
    sha256: str
    kind: str
    who: str
    started: str
    finished: str
    bytes: int
    added: int
    known: int
    lost: int


class Loss(msgspec.Struct, frozen=True):
    """A row that could not be read. `id` orders them."""

    id: int
    line: int
    reason: str


_COLUMNS = [i[one.name] for one in msgspec.structs.fields(TakenIn)]
_LOSS = (x.id, x.line, x.reason)


def newest(database: Database, size: int) -> list[TakenIn]:
    """The files that came in last."""
    query = select(*_COLUMNS).where(i.kind.in_(_KINDS)).order_by(i.id.desc()).limit(size)
    return [_read(row) for row in _rows(database, query)]


def one(database: Database, number: int) -> TakenIn | None:
    """A file by its number."""
    found = _rows(database, select(*_COLUMNS).where(i.id == number))
    return _read(found[0]) if found else None


def losses_of(database: Database, number: int, *, after: int, size: int) -> list[Loss]:
    """The rows of a file that could not be read, after one of them; the first thousand are kept."""
    query = select(*_LOSS).where(x.import_id == number, x.id > after).order_by(x.id).limit(size)
    return [Loss(*row) for row in _rows(database, query)]


def every_loss(database: Database, number: int) -> Iterator[Loss]:
    """All of them that are kept."""
    after = 0
    while found := losses_of(database, number, after=after, size=_AT_ONCE):
        yield from found
        after = found[-1].id


def _rows(database: Database, query: Any) -> list[Any]:  # noqa: ANN401 - a query
    with database.read() as connection:
        return list(connection.execute(query).all())


def _read(row: Any) -> TakenIn:  # noqa: ANN401 - a row of the table
    return TakenIn(*row)
