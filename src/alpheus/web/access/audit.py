"""What was done at the console, in a log that only grows.

Each entry carries the SHA-256 (hex) of the previous entry's hash, a line feed, and its own fields
as a JSON list. An entry that was changed, left out, moved or put in breaks the chain from there on;
entries cut off at the end show only against a head that was noted elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select

from alpheus.cases.console_schema import audit
from alpheus.cases.database import Database

START = "0" * 64
_FIELDS = ("id", "time", "who", "action", "object", "detail")
_AT_ONCE = 5_000
_MOST_WORDS = 500


class Entry(msgspec.Struct, frozen=True):
    """One thing that was done. `time` is ISO 8601 UTC; `detail` what tells it from its like."""

    id: int
    time: str
    who: str
    action: str
    object: str
    detail: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking the log found: entries that hold, the last hash that does, the first fault."""

    entries: int
    head: str
    fault: str = ""


def note(
    connection: Connection, *, time: str, who: str, action: str, object_: str = "", **detail: str
) -> None:
    """Take something down, in the transaction that does it."""
    last = connection.execute(
        select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)
    ).first()
    previous = last.hash if last else START
    text = msgspec.json.encode(detail, order="sorted").decode()
    values = ((last.id if last else 0) + 1, time, who, action, object_, text)
    connection.execute(
        insert(audit).values(
            **dict(zip(_FIELDS, values, strict=True)), previous=previous,
            hash=_hash(previous, values),
        )
    )  # fmt: skip


def entries(
    connection: Connection, *, before: int = 0, size: int = 100, who: str = "", action: str = ""
) -> list[Entry]:
    """The newest first; `before` is the number of the last of the page before."""
    query = select(audit).order_by(audit.c.id.desc()).limit(size)
    if before:
        query = query.where(audit.c.id < before)
    if who:
        query = query.where(audit.c.who == who)
    if action:
        query = query.where(audit.c.action == action)
    return [_entry(row) for row in connection.execute(query)]


def saying(connection: Connection, words: Sequence[str], *, of: int, size: int) -> list[Entry]:
    """Of so many of the newest entries, those that say all words (in small letters); some of them.

    Each is looked at as one text, and made an entry only where it is found. The database sees to
    words of ASCII; what small letters are beyond it differs between databases.
    """
    a = audit.c
    text = a.time + "\n" + a.who + "\n" + a.action + "\n" + a.object + "\n" + a.detail
    newest = select(a.id, text.label("said")).order_by(a.id.desc()).limit(of).subquery().c
    likely = select(newest.id, newest.said).order_by(newest.id.desc())
    for word in words:
        if word.isascii():
            likely = likely.where(newest.said.icontains(word, autoescape=True))
    found = [
        number for number, said in connection.execute(likely)
        if all(word in said.lower() for word in words)
    ]  # fmt: skip
    query = select(audit).where(a.id.in_(found[:size])).order_by(a.id.desc())
    return [_entry(row) for row in connection.execute(query)]


def verify(database: Database, *, head: str = "") -> Verdict:
    """Check every entry; that a head noted elsewhere is still there as well. Raises DatabaseError.

    That shows what a chain alone does not: that entries were cut off at the end.
    """
    number, last, is_there = 0, START, head in {"", START}
    with database.read() as connection:
        for row in _every(connection):
            if fault := _fault(row, number, last):
                return Verdict(number, last, fault)
            number, last = row.id, row.hash
            is_there = is_there or last == head
    return Verdict(number, last, "" if is_there else f"the head {head} is not in it")


def hold(connection: Connection, newest: Sequence[Entry]) -> bool:
    """Whether these entries, the newest first and without a gap, hold among themselves."""
    if not newest:
        return True
    first, last = newest[-1].id, newest[0].id
    query = select(audit).where(audit.c.id.between(first - 1, last)).order_by(audit.c.id)
    rows = connection.execute(query).all()
    number, head = (0, START) if first == 1 else (first - 1, rows[0].hash)
    for row in rows if first == 1 else rows[1:]:
        if _fault(row, number, head):
            return False
        number, head = row.id, row.hash
    return number == last


def rows(connection: Connection) -> Iterator[dict[str, object]]:
    """All of the log in its order, with the hashes by which others can check it."""
    for row in _every(connection):
        yield dict(row._mapping)  # noqa: SLF001 - its public name, for all the underscore


def words(connection: Connection) -> tuple[list[str], list[str]]:
    """Who did something, and what was done, each once and in order, for filters."""
    found = [
        connection.execute(select(column).distinct().order_by(column).limit(_MOST_WORDS)).scalars()
        for column in (audit.c.who, audit.c.action)
    ]
    return list(found[0]), list(found[1])


def _fault(row: Row[Any], number: int, head: str) -> str:
    """What is wrong with the entry that follows the one of this number and hash."""
    if row.id != number + 1:
        return f"entry {number + 1:,} is not there"
    if row.previous != head or row.hash != _hash(head, row[: len(_FIELDS)]):
        return f"entry {row.id:,} is not what was taken down"
    return ""


def _every(connection: Connection) -> Iterator[Row[tuple[object, ...]]]:
    last = -1
    while True:
        query = select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(_AT_ONCE)
        rows = connection.execute(query).all()
        yield from rows
        if not rows:
            return
        last = rows[-1].id


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    try:
        detail = msgspec.json.decode(row.detail or "{}", type=dict[str, str])
    except msgspec.MsgspecError:  # somebody wrote into the table: the hash will not hold
        detail = {"": row.detail}
    return Entry(row.id, row.time, row.who, row.action, row.object, detail)


def _hash(previous: str, values: Sequence[object]) -> str:
    return sha256(f"{previous}\n".encode() + msgspec.json.encode(values)).hexdigest()
