"""Packages that are read in parts, in the ledger: units for each, and one that judges them.

That one is `held` until the last part is done; what parts said is let go of when it was judged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, insert, select, update

from alpheus.cases.ledger_schema import parts, units
from alpheus.fleet.model import Ended, UnitKind, UnitState

u, p = units.c, parts.c
_HELD, _WAITING = UnitState.HELD.value, UnitState.WAITING.value


def rows(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the units that are the parts of one; their bytes are its own."""
    of = int(whole["of"])
    each, rest = divmod(int(whole["bytes"]), of)
    return [
        {**whole, "kind": UnitKind.PART.value, "state": _WAITING,
         "key": hashlib.sha256(f"{whole['key']} {number} {of}".encode()).hexdigest(),
         "name": f"{whole['name']} ({number + 1} of {of})", "bytes": each + (number < rest)}
        for number in range(of)
    ]  # fmt: skip


def tell_apart(connection: Connection, split: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Note which units are parts of which, where that is not known."""
    for key, below in split.items():
        whole = select(u.id).where(u.key == key).scalar_subquery()
        known = exists().where(p.unit == u.id)
        keys = [row["key"] for row in below]
        fresh = select(u.id, u.key).where(u.key.in_(keys), ~known)
        found = {row.key: row.id for row in connection.execute(fresh).all()}
        values = [
            {"unit": found[one], "number": number, "of": len(keys)}
            for number, one in enumerate(keys) if one in found
        ]  # fmt: skip
        if values:
            number = connection.execute(select(whole)).scalar_one()
            connection.execute(insert(parts), [{**one, "whole": number} for one in values])
        # What lies there is counted once: by its parts.
        connection.execute(update(units).where(u.key == key).values(bytes=0))


def kinds(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Which of some units are parts: the number of each, and of how many."""
    query = select(p.unit, p.number, p.of).where(p.unit.in_(numbers))
    return {row.unit: (row.number, row.of) for row in connection.execute(query)}


def collected(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[bytes, ...]]:
    """What the parts of some units said, in their order; none for a unit without parts."""
    query = select(p.whole, p.content).where(p.whole.in_(numbers)).order_by(p.whole, p.number)
    found: dict[int, list[bytes]] = {}
    for whole, content in connection.execute(query):
        found.setdefault(whole, []).append(bytes(content or b""))
    return {whole: tuple(said) for whole, said in found.items()}


def settle(connection: Connection, one: Ended, *, done: bool) -> None:
    """Keep what a part said; when it is the last, its package can be judged."""
    if not done:
        return
    if one.unit.collected:
        connection.execute(update(parts).where(p.whole == one.unit.id).values(content=None))
        return
    assert one.result is not None
    mine = p.unit == one.unit.id
    connection.execute(update(parts).where(mine).values(content=one.result.part))
    whole = select(p.whole).where(mine).scalar_subquery()
    held = select(u.id).where(u.id == whole, u.state == _HELD).with_for_update()
    number = connection.execute(held).scalar()  # its row is held, so that two parts do not look
    missing = select(p.unit).where(p.whole == number, p.content.is_(None)).limit(1)
    if number is not None and connection.execute(missing).first() is None:
        connection.execute(update(units).where(u.id == number).values(state=_WAITING))


def forget(connection: Connection, gone: Select[tuple[int]]) -> None:
    """Forget of units that are about to go that they are parts, or have some."""
    numbers = connection.execute(gone).scalars().all()
    for begin in range(0, len(numbers), 500):
        some = numbers[begin : begin + 500]
        connection.execute(delete(parts).where(p.unit.in_(some) | p.whole.in_(some)))
