"""Units that are no packages: shards of a probe, notices of a batch. Each kind has its lanes.

What is cut into units is registered once; the bound of a lane holds for all drivers and is not
changed while something of it is under way, since what goes on relies on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, func, select, text, update

from alpheus.cases.database import Database
from alpheus.cases.ledger_schema import lanes, units
from alpheus.cases.observations import iso
from alpheus.fleet.ledger import ADD_UNIT
from alpheus.fleet.model import Recipe, UnitKind, UnitState

_RUNNING = UnitState.RUNNING.value
_LEFT = frozenset((UnitState.WAITING.value, UnitState.PARKED.value))
_ADD_LANE = text("INSERT INTO lanes (name, budget) VALUES (:name, :most) ON CONFLICT DO NOTHING")
u = units.c


class Planned(NamedTuple):
    """A unit to be: `content` tells it from others of its recipe, `place` leads to it."""

    content: str
    place: str
    name: str


@dataclass(slots=True)
class Standing:
    """Units of one recipe in a lane: their parameters (JSON), how many are in which state.

    `ended` is when the last of them was.
    """

    parameters: str
    states: dict[str, int] = field(default_factory=dict)
    ended: str = ""

    @property
    def units(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def left(self) -> int:
        """Those that wait or are under way."""
        return self.states.get(UnitState.WAITING.value, 0) + self.states.get(_RUNNING, 0)


def add(database: Database, recipe: Recipe, lane: str, planned: Sequence[Planned]) -> int:
    """Register units; how many are new. Those that are known stay as they are."""
    with database.rows() as connection:
        return _added(connection, recipe, lane, planned)


def begin(
    database: Database, recipe: Recipe, lane: str, planned: Sequence[Planned],
    known: Collection[str],
) -> int | None:  # fmt: skip
    """The same, if all of its kind that there is by now has `known` parameters, or its own.

    Else nothing is registered, and None: somebody has begun something meanwhile.
    """
    there = select(u.parameters).where(u.kind == recipe.kind.value).distinct()
    own = msgspec.json.encode(recipe.parameters).decode()
    with database.write() as connection:  # one at a time
        if not {*known, own}.issuperset(connection.execute(there).scalars()):
            return None
        return _added(connection, recipe, lane, planned)


def _added(
    connection: Connection, recipe: Recipe, lane: str, planned: Sequence[Planned]
) -> int:  # fmt: skip
    rows = [
        {"key": recipe.key(one.content), "recipe": recipe.digest, "kind": recipe.kind.value,
         "lane": lane, "place": one.place, "name": one.name, "content": one.content,
         "parameters": msgspec.json.encode(recipe.parameters).decode(),
         "knowledge": recipe.knowledge, "bytes": 0, "rank": 0, "made": iso(datetime.now(UTC)),
         "state": UnitState.WAITING.value} for one in planned
    ]  # fmt: skip
    count = select(func.count()).where(u.recipe == recipe.digest)
    before: int = connection.execute(count).scalar_one()
    if rows:
        connection.execute(ADD_UNIT, rows)
    after: int = connection.execute(count).scalar_one()
    return after - before


def standing(database: Database, kind: UnitKind) -> list[Standing]:
    """What is, or was, done of a kind, the oldest first."""
    query = (
        select(u.parameters, u.state, func.count(), func.max(u.finished))
        .where(u.kind == kind.value)
        .group_by(u.parameters, u.state)
        .order_by(func.min(u.id))
    )
    found: dict[str, Standing] = {}
    with database.read() as connection:
        for parameters, state, count, ended in connection.execute(query):
            one = found.setdefault(parameters, Standing(parameters))
            one.states[state] = one.states.get(state, 0) + count
            one.ended = max(one.ended, ended or "")
    return list(found.values())


def leave(database: Database, every: Iterable[Standing]) -> int:
    """Forget what waits or is parked of some; how many. What was done stays."""
    those = [one.parameters for one in every if not _LEFT.isdisjoint(one.states)]
    with database.rows() as connection:
        return connection.execute(
            delete(units).where(u.parameters.in_(those), u.state.in_(_LEFT))
        ).rowcount


def alone(database: Database, recipe: Recipe, contents: Collection[str]) -> bool:
    """Forget what waits of a recipe beside some of it; false, and nothing is, while such is done.

    What is forgotten is a pointer, and made again by who wants it.
    """
    others = (u.recipe == recipe.digest, u.content.not_in(list(contents)))
    running = select(func.count()).where(*others, u.state == _RUNNING)
    with database.rows() as connection:
        if connection.execute(running).scalar_one():
            return False
        connection.execute(delete(units).where(*others, u.state == UnitState.WAITING.value))
    return True


def again(database: Database, recipe: Recipe, contents: Collection[str]) -> int:
    """Let units wait again that were done or parked, as if they had never been begun; how many."""
    ended = u.state.in_((UnitState.DONE.value, UnitState.PARKED.value))
    mine = (u.recipe == recipe.digest, u.content.in_(list(contents)), ended)
    values = {"state": UnitState.WAITING.value, "attempts": 0, "strikes": 0, "token": u.token + 1,
              "reason": "", "position": ""}  # fmt: skip
    with database.rows() as connection:
        return connection.execute(update(units).where(*mine).values(values)).rowcount


def bound(database: Database, lane: str, most: int) -> int:
    """Set how many units of a lane may be under way at once; gives how many may.

    That is another number where some are under way already, which rely on it.
    """
    running = select(func.count()).where(u.lane == lane, u.state == _RUNNING)
    held = select(lanes.c.budget).where(lanes.c.name == lane).with_for_update()
    with database.rows() as connection:
        connection.execute(_ADD_LANE, {"name": lane, "most": most})
        before: int = connection.execute(held).scalar_one()
        if before == most or connection.execute(running).scalar_one():
            return before
        connection.execute(update(lanes).where(lanes.c.name == lane).values(budget=most))
        return most
