"""Who does what next: units are claimed in small batches, each by exactly one driver.

The order is: units that have ended a worker last, then rank, then that of registration. A lane
with a budget has no more units under way than that, over all drivers.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Row, Select, func, select, update

from alpheus.cases.ledger_schema import lanes, units
from alpheus.fleet import divided
from alpheus.fleet.model import Unit, UnitKind, UnitState

u = units.c
_COLUMNS = (u.id, u.token, u.place, u.name, u.bytes, u.attempts, u.strikes, u.lane, u.avoid, u.rank,
            u.content, u.kind)  # fmt: skip


def claim(
    connection: Connection, recipe: str, most: int, *, worker: str, lease: int, started: str
) -> list[Unit]:
    """Take up to `most` units of a recipe, in the transaction given; `lease` is when it ends."""
    rows = _next(connection, recipe, most)
    if not rows:
        return []
    connection.execute(
        update(units)
        .where(u.id.in_([row.id for row in rows]))
        .values(
            state=UnitState.RUNNING.value, token=u.token + 1, attempts=u.attempts + 1,
            worker=worker, lease=lease, started=started,
        )
    )  # fmt: skip
    return _units(connection, rows)


def _next(connection: Connection, recipe: str, most: int) -> list[Row[tuple[object, ...]]]:
    rooms = _rooms(connection)
    if not rooms:
        return list(connection.execute(_waiting(recipe).limit(most)).all())
    found = list(
        connection.execute(_waiting(recipe).where(u.lane.not_in(list(rooms))).limit(most)).all()
    )
    for lane, room in rooms.items():
        if room > 0:
            mine = _waiting(recipe).where(u.lane == lane).limit(min(room, most))
            found += connection.execute(mine).all()
    found.sort(key=lambda row: (row.strikes, row.rank, row.id))
    return found[:most]


def _rooms(connection: Connection) -> dict[str, int]:
    """How many more units each lane with a budget may have under way.

    The rows of lanes are held, so that two drivers do not count at once.
    """
    held = select(lanes.c.name, lanes.c.budget).order_by(lanes.c.name).with_for_update()
    budgets = dict(connection.execute(held).all())
    if not budgets:
        return {}
    running = (
        select(u.lane, func.count())
        .where(u.state == UnitState.RUNNING.value, u.lane.in_(list(budgets)))
        .group_by(u.lane)
    )
    used: dict[str, int] = dict(connection.execute(running).all())
    return {lane: budget - used.get(lane, 0) for lane, budget in budgets.items()}


def _waiting(recipe: str) -> Select[tuple[object, ...]]:
    return (
        select(*_COLUMNS)
        .where(u.state == UnitState.WAITING.value, u.recipe == recipe)
        .order_by(u.strikes, u.rank, u.id)
        .with_for_update(skip_locked=True)
    )


def _units(connection: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> list[Unit]:
    """As they are done: parts know which they are, and who judges what they said."""
    below = [row.id for row in rows if row.kind == UnitKind.PART.value]
    numbers = divided.kinds(connection, below) if below else {}
    said = divided.collected(connection, [row.id for row in rows if row.kind != UnitKind.PART])
    found = []
    for row in rows:
        part, of = numbers.get(row.id, (0, 1))
        found.append(Unit(
            row.id, row.token + 1, row.place, row.name, row.bytes, row.attempts + 1, row.strikes,
            row.lane, read_avoid(row.avoid), row.content, UnitKind(row.kind), part, of,
            said.get(row.id, ()),
        ))  # fmt: skip
    return found


def read_avoid(text: str) -> tuple[tuple[str, str], ...]:
    """Files that are left out, as they are kept."""
    return msgspec.json.decode(text, type=tuple[tuple[str, str], ...]) if text else ()


def write_avoid(avoid: Sequence[tuple[str, str]]) -> str:
    """The same, to be kept."""
    return msgspec.json.encode(avoid).decode() if avoid else ""
