"""Notices about servers that are forgotten are forgotten with them.

What a notice says of a server names it, its owner and its state. Where observations of the server
stay, the notice stays with the lowest of them, as what people did does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, update

from alpheus.cases.derived_store import server_of
from alpheus.cases.schema import (
    Derived,
    notice_events,
    notice_servers,
    notice_standings,
    notices,
    unreached,
)

_AT_ONCE = 500


def forget_notices(connection: Connection, tables: Derived, gone: Collection[int]) -> int:
    """Take out what notices say of observations that go; gives how many notices go whole.

    Servers have to name their observations still.
    """
    moves = _moves(connection, tables, gone)
    touched: set[int] = set()
    for anchor, home in moves.items():
        touched |= _move(connection, anchor, home)
    whole = {number for number in touched if not _rewrite(connection, number, moves)}
    for part in _parts(sorted(whole)):
        for table in (notice_events, notice_standings, notice_servers):
            connection.execute(delete(table).where(table.c.notice.in_(part)))
        connection.execute(delete(notices).where(notices.c.id.in_(part)))
    for part in _parts(sorted(gone)):
        connection.execute(delete(unreached).where(unreached.c.anchor.in_(part)))
    return len(whole)


def _moves(
    connection: Connection, tables: Derived, gone: Collection[int]
) -> dict[int, int | None]:  # fmt: skip
    """Where what was said of an observation that goes is kept from now on; None for nowhere."""
    moves: dict[int, int | None] = {}
    m = tables.members.c
    for part in _parts(sorted(gone)):
        query = select(notice_servers.c.anchor).where(notice_servers.c.anchor.in_(part)).distinct()
        for anchor in connection.execute(query).scalars().all():
            server = server_of(connection, tables, anchor)
            mine = select(m.observation).where(m.server == server)
            left = [one for one in connection.execute(mine).scalars() if one not in gone]
            moves[anchor] = min(left, default=None)
    return moves


def _move(connection: Connection, anchor: int, home: int | None) -> set[int]:
    """Take rows of an observation to another, or away; gives their notices."""
    n = notice_servers.c
    mine = n.anchor == anchor
    touched = set(connection.execute(select(n.notice).where(mine)).scalars())
    if home is not None:
        there = set(connection.execute(select(n.notice).where(n.anchor == home)).scalars())
        free = mine & n.notice.not_in(there) if there else mine
        connection.execute(update(notice_servers).where(free).values(anchor=home))
    connection.execute(delete(notice_servers).where(mine))
    return touched


def _rewrite(connection: Connection, number: int, moves: dict[int, int | None]) -> bool:
    """Take out of a notice the servers that go; whether any is left."""
    query = select(notices.c.content).where(notices.c.id == number)
    content: dict[str, Any] = msgspec.json.decode(connection.execute(query).scalar_one())
    kept: dict[int, dict[str, Any]] = {}
    for subject in content["subjects"]:
        home = moves.get(subject["anchor"], subject["anchor"])
        if home is not None:
            kept.setdefault(home, {**subject, "anchor": home})
    content["subjects"] = list(kept.values())
    text = msgspec.json.encode(content).decode()
    connection.execute(update(notices).where(notices.c.id == number).values(content=text))
    return bool(kept)


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[begin : begin + _AT_ONCE] for begin in range(0, len(numbers), _AT_ONCE))
