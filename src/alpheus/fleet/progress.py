"""How far a campaign run is, as the ledger has it: at any moment, from anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, case, func, select

from alpheus.cases.database import Database
from alpheus.cases.ledger_schema import lanes, units
from alpheus.cases.observations import iso
from alpheus.fleet.model import UnitKind, UnitState

SCHEMA = "alpheus.campaign-run/1"
LATELY = timedelta(minutes=10)
"""Over so long a rate is taken."""

u = units.c


class Lane(msgspec.Struct, frozen=True):
    """Units of a lane by state; `budget` is how many may be under way, 0 for no bound."""

    name: str
    budget: int = 0
    waiting: int = 0
    running: int = 0
    done: int = 0
    parked: int = 0


class Worker(msgspec.Struct, frozen=True):
    """A driver: what it has now, what it did, and how quick it was lately.

    `cpu` is seconds of a processor, `rate` bytes a second; `last` when it last finished a unit.
    """

    name: str
    running: int
    done: int
    read: int
    cpu: float
    rate: float
    last: str


class Parked(msgspec.Struct, frozen=True):
    """A unit that was left alone, why, and the file that it was on."""

    unit: int
    name: str
    place: str
    reason: str
    position: str
    attempts: int
    since: str
    kind: str = UnitKind.TRIAGE


class Kind(msgspec.Struct, frozen=True):
    """Units of one kind (`triage`, `part`, `probe`, `notify`) by state."""

    name: str
    waiting: int = 0
    running: int = 0
    done: int = 0
    parked: int = 0


class Progress(msgspec.Struct, frozen=True):
    """All of it. Bytes are those of packages as they lie there; `read` of files as they are read.

    `rate` (bytes of packages a second) and `seconds_left` are of what was finished lately; 0 where
    nothing was. Times are ISO 8601 UTC.
    """

    schema: str
    made: str
    units: int
    bytes: int
    waiting: int
    running: int
    done: int
    parked: int
    bytes_done: int
    read: int
    rate: float
    units_a_second: float
    seconds_left: int
    verdicts: dict[str, int]
    lanes: tuple[Lane, ...]
    workers: tuple[Worker, ...]
    parked_units: tuple[Parked, ...]
    kinds: tuple[Kind, ...] = ()


def progress(database: Database, *, now: datetime | None = None) -> Progress:
    """How far it is. Raises DatabaseError."""
    moment = now or datetime.now(UTC)
    with database.read() as connection:
        return _progress(connection, moment)


def _progress(connection: Connection, now: datetime) -> Progress:
    states: dict[str, tuple[int, int]] = {}
    by_state = select(u.state, func.count(), func.sum(u.bytes)).group_by(u.state)
    for state, count, size in connection.execute(by_state):
        states[state] = int(count), int(size or 0)
    counts = {one: states.get(one.value, (0, 0))[0] for one in UnitState}
    size_done = states.get(UnitState.DONE.value, (0, 0))[1]
    rate, pace = _rate(connection, now)
    open_ = [states.get(one.value, (0, 0)) for one in (UnitState.WAITING, UnitState.RUNNING)]
    counts[UnitState.WAITING] += counts.pop(UnitState.HELD)
    return Progress(
        SCHEMA, iso(now), sum(counts.values()), sum(size for _, size in states.values()),
        counts[UnitState.WAITING], counts[UnitState.RUNNING], counts[UnitState.DONE],
        counts[UnitState.PARKED], size_done,
        int(connection.execute(select(func.sum(u.read))).scalar() or 0),
        rate, pace, _left(open_, rate, pace), _verdicts(connection),
        tuple(_lanes(connection)), tuple(_workers(connection, now)), parked_units(connection),
        tuple(_kinds(connection)),
    )  # fmt: skip


def _left(units_and_bytes: Sequence[tuple[int, int]], rate: float, pace: float) -> int:
    """Seconds: by bytes where units have some, as shards of a probe have not."""
    count, size = (sum(one[n] for one in units_and_bytes) for n in (0, 1))
    if size:
        return int(size / rate) if rate else 0
    return int(count / pace) if pace else 0


def _rate(connection: Connection, now: datetime) -> tuple[float, float]:
    """Bytes and units a second, of what was finished lately."""
    begun = func.min(u.started)
    query = select(func.count(), func.sum(u.bytes), begun).where(*_lately(now))
    count, size, first = connection.execute(query).one()
    if not count:
        return 0.0, 0.0
    begin = max(datetime.fromisoformat(first), now - LATELY) if first else now - LATELY
    seconds = max((now - begin).total_seconds(), 1.0)
    return float(size) / seconds, float(count) / seconds


def _lately(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return u.finished >= iso(now - LATELY), u.state == UnitState.DONE.value


def _verdicts(connection: Connection) -> dict[str, int]:
    query = (
        select(u.verdict, func.count())
        .where(u.state == UnitState.DONE.value, u.verdict != "")
        .group_by(u.verdict)
        .order_by(func.count().desc(), u.verdict)
    )
    return dict(connection.execute(query).all())


def _is(state: UnitState) -> ColumnElement[int]:
    return func.sum(case((u.state == state.value, 1), else_=0))


def _by(connection: Connection, column: Any) -> Iterator[tuple[str, list[int]]]:  # noqa: ANN401 - of any table
    """How many units wait, are under way, are done, are parked, by what a column has."""
    waiting = _is(UnitState.WAITING) + _is(UnitState.HELD)
    others = (_is(one) for one in (UnitState.RUNNING, UnitState.DONE, UnitState.PARKED))
    query = select(column, waiting, *others).group_by(column).order_by(column)
    for name, *counts in connection.execute(query):
        yield name, [int(one) for one in counts]


def _kinds(connection: Connection) -> list[Kind]:
    return [Kind(name, *counts) for name, counts in _by(connection, u.kind)]


def _lanes(connection: Connection) -> list[Lane]:
    budgets = dict(connection.execute(select(lanes.c.name, lanes.c.budget)).all())
    found = [Lane(name, budgets.pop(name, 0), *counts) for name, counts in _by(connection, u.lane)]
    return [*found, *(Lane(name, budget) for name, budget in sorted(budgets.items()))]


def _workers(connection: Connection, now: datetime) -> list[Worker]:
    done = u.state == UnitState.DONE.value
    lately = case((_lately(now)[0] & done, u.bytes), else_=0)
    query = (
        select(
            u.worker, _is(UnitState.RUNNING), _is(UnitState.DONE),
            func.sum(case((done, u.read), else_=0)), func.sum(u.cpu), func.sum(lately),
            func.max(u.finished),
        )
        .where(u.worker != "")
        .group_by(u.worker)
        .order_by(func.max(u.finished).desc(), u.worker)
    )  # fmt: skip
    return [
        Worker(name, int(running), int(ended), int(read), float(cpu) / 1_000,
               float(size) / LATELY.total_seconds(), last)
        for name, running, ended, read, cpu, size, last in connection.execute(query)
    ]  # fmt: skip


def parked_units(connection: Connection) -> tuple[Parked, ...]:
    """Units that were left alone, in the order of registration."""
    query = (
        select(u.id, u.name, u.place, u.reason, u.position, u.attempts, u.finished, u.kind)
        .where(u.state == UnitState.PARKED.value)
        .order_by(u.id)
    )
    return tuple(Parked(*row) for row in connection.execute(query))
