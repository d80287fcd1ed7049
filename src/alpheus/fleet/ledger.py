"""The ledger: units of work in the database, each ended exactly once (ADR 30).

Every call is a transaction. What a unit brought is stored with its end; who has lost his claim, by
the token, changes nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, case, delete, func, select, text, update

from alpheus.cases import strands, traces
from alpheus.cases.database import Database
from alpheus.cases.ledger_schema import lanes, packages, units
from alpheus.cases.observations import iso
from alpheus.cases.observations_import import record_documents
from alpheus.fleet import claims, divided
from alpheus.fleet.model import (
    COMMON,
    MOST_ATTEMPTS,
    MOST_STRIKES,
    Ended,
    Fault,
    Package,
    Recipe,
    Settled,
    Unit,
    UnitKind,
    UnitState,
    parts_of,
)

LEASE = 60
"""Seconds after which a driver that was not heard of has lost its units."""

_REGISTERING = 1
_AT_ONCE = 500
_LONGEST = 2_000
_RUNNING, _WAITING = UnitState.RUNNING.value, UnitState.WAITING.value
_DONE, _PARKED, _HELD = UnitState.DONE.value, UnitState.PARKED.value, UnitState.HELD.value
_ADD_PACKAGE = text(
    "INSERT INTO packages (place, fingerprint, content, bytes) "
    "VALUES (:place, :fingerprint, :content, :bytes) ON CONFLICT (place) DO UPDATE "
    "SET fingerprint = excluded.fingerprint, content = excluded.content, bytes = excluded.bytes"
)
ADD_UNIT = text(
    "INSERT INTO units (key, recipe, kind, lane, place, name, content, parameters, knowledge, "
    "bytes, rank, made, state) VALUES (:key, :recipe, :kind, :lane, :place, :name, :content, "
    ":parameters, :knowledge, :bytes, :rank, :made, :state) ON CONFLICT (key) DO NOTHING"
)
u = units.c


class Ledger:
    """The units of one database. `clock` gives seconds since 1970 in place of the database's."""

    def __init__(self, database: Database, *, lease: int = LEASE, clock: Any = None) -> None:  # noqa: ANN401 - a function, or none
        self.database = database
        self.lease = lease
        self._clock = clock

    def known(self, places: Sequence[str]) -> dict[str, Package]:
        """Packages that were found before, by their places."""
        p, found = packages.c, dict[str, Package]()
        with self.database.read() as connection:
            for part in _parts(places):
                for row in connection.execute(select(packages).where(p.place.in_(part))):
                    found[row.place] = Package(
                        row.place, "", row.content, row.bytes, row.fingerprint
                    )
        return found

    def register(
        self,
        found: Sequence[Package],
        recipe: Recipe,
        *,
        lane: str = COMMON,
        ranks: Mapping[str, int] | None = None,
    ) -> int:
        """Register packages as units of a recipe; how many were new.

        Units that wait for the same content by older knowledge, or for what lies no longer there,
        are forgotten. Those that wait get the lane and their rank by place (`ranks`).
        """
        rows = [_row(one, recipe, lane, (ranks or {}).get(one.place, 0)) for one in found]
        new = 0
        with self.database.rows() as connection:
            self.database.in_turn(connection, _REGISTERING)
            for part in _parts(rows):
                connection.execute(_ADD_PACKAGE, part)
                split = {row["key"]: divided.rows(row) for row in part if row["of"] > 1}
                every = [*part, *chain.from_iterable(split.values())]
                _forget_stale(connection, every)
                new -= _count(connection, part)
                connection.execute(ADD_UNIT, every)
                new += _count(connection, part)
                divided.tell_apart(connection, split)
                connection.execute(
                    update(units)
                    .where(u.key == bindparam("b_key"), (u.state == _WAITING) | (u.state == _HELD))
                    .values(lane=lane, rank=bindparam("b_rank")),
                    [{"b_key": row["key"], "b_rank": row["rank"]} for row in every],
                )
        return new

    def park(self, lost: Mapping[str, str], recipe: Recipe, *, lane: str = COMMON) -> None:
        """Park what could not be read, by place, with the reason.

        What is read later, when it can be, takes the place of that.
        """
        found = [
            Package(place, place.rstrip("/").rpartition("/")[2], _unread(place), 0)
            for place in lost
        ]  # fmt: skip
        self.register(found, recipe, lane=lane)
        with self.database.rows() as connection:
            for one in found:
                connection.execute(
                    update(units).where(u.key == recipe.key(one.content)).values(
                        state=_PARKED, reason=lost[one.place][:_LONGEST],
                        finished=iso(datetime.now(UTC)),
                    )
                )  # fmt: skip

    def parked(self, recipe: Recipe) -> list[str]:
        """The places of units of a recipe that are parked."""
        query = select(u.place).where(u.recipe == recipe.digest, u.state == _PARKED)
        with self.database.read() as connection:
            return list(connection.execute(query.order_by(u.id)).scalars())

    def budget(self, budgets: Mapping[str, int]) -> None:
        """Set how many units of some lanes may be under way at once; 0: as many as there are."""
        with self.database.rows() as connection:
            for name, most in budgets.items():
                connection.execute(delete(lanes).where(lanes.c.name == name))
                if most:
                    connection.execute(lanes.insert().values(name=name, budget=most))

    def claim(self, recipe: Recipe, most: int, worker: str) -> list[Unit]:
        """Take up to so many units; none where none waits."""
        with self.database.rows() as connection:
            return claims.claim(
                connection, recipe.digest, most, worker=worker,
                lease=self._now(connection) + self.lease, started=iso(datetime.now(UTC)),
            )  # fmt: skip

    def beat(self, worker: str, held: Collection[int]) -> set[int]:
        """Prolong the lease of the units that a driver holds; gives those that are still its own.

        What it has without knowing (the answer to its claim was lost) waits again.
        """
        with self.database.rows() as connection:
            mine = select(u.id).where(u.worker == worker, u.state == _RUNNING).order_by(u.id)
            found = set(connection.execute(mine.with_for_update()).scalars())
            lease = self._now(connection) + self.lease
            for part in _parts(sorted(found)):
                connection.execute(update(units).where(u.id.in_(part)).values(lease=lease))
            for part in _parts(sorted(found.difference(held))):
                connection.execute(
                    update(units).where(u.id.in_(part)).values(
                        state=_WAITING, token=u.token + 1, attempts=u.attempts - 1
                    )
                )  # fmt: skip
        return found.intersection(held)

    def drivers(self) -> list[str]:
        """Who has units under way, or had them when it was last heard of."""
        query = select(u.worker).where(u.state == _RUNNING).distinct().order_by(u.worker)
        with self.database.read() as connection:
            return list(connection.execute(query).scalars())

    def recover(self, *, everything: bool = False, of: Collection[str] = ()) -> int:
        """Let units of drivers that are gone wait again; how many. `everything`: all drivers are.

        Their leases tell, or somebody who knows it (`of`). What was begun too often is parked.
        """
        with self.database.rows() as connection:
            gone = [u.state == _RUNNING]
            if not everything:
                late = u.lease < self._now(connection)
                gone.append(late | u.worker.in_(list(of)))
            often = u.attempts >= MOST_ATTEMPTS
            why = f"begun {MOST_ATTEMPTS} times and never ended; its drivers were ended"
            return connection.execute(
                update(units).where(*gone).values(
                    state=case((often, _PARKED), else_=_WAITING), token=u.token + 1,
                    reason=case((often, why), else_=u.reason), lease=0,
                )
            ).rowcount  # fmt: skip

    def settle(self, ended: Sequence[Ended], who: str) -> Settled:
        """End attempts, and store what they brought, in one transaction.

        An attempt whose unit is somebody else's by now changes nothing. Raises DatabaseBusyError
        while another imports or rebuilds; then nothing has changed.
        """
        settled = Settled()
        with self._writing(ended) as connection:
            held = _held(connection, ended)
            settled.late = len(ended) - len(held)
            stored = _stored(connection, [one for one in held if _document(one)], who)
            for one in held:
                _end(connection, one, settled, stored.get(one.unit.id, {}))
        return settled

    @contextmanager
    def _writing(self, ended: Sequence[Ended]) -> Iterator[Connection]:
        """Results are imports, of which one goes on at a time."""
        if not any(_document(one) for one in ended):
            with self.database.rows() as connection:
                yield connection
            return
        with self.database.work(), self.database.write() as connection:
            yield connection

    def retry(self, numbers: Iterable[int] | None, *, without_file: bool = False) -> list[int]:
        """Let parked units wait again, some or all, as if they had never been begun; which.

        `without_file`: the files that they were parked for are left out.
        """
        query = select(u.id, u.position, u.reason, u.avoid).where(u.state == _PARKED)
        again: list[int] = []
        with self.database.rows() as connection:
            if numbers is not None:
                query = query.where(u.id.in_(list(numbers)))
            for row in connection.execute(query.order_by(u.id).with_for_update()).all():
                avoid = dict(claims.read_avoid(row.avoid))
                if without_file and row.position:
                    avoid[row.position] = f"not read: {row.reason}"
                connection.execute(
                    update(units).where(u.id == row.id).values(
                        state=_WAITING, attempts=0, strikes=0, token=u.token + 1, reason="",
                        position="", avoid=claims.write_avoid(list(avoid.items())),
                    )
                )  # fmt: skip
                again.append(row.id)
        return again

    def left(self, recipe: Recipe) -> tuple[int, int]:
        """How many units of a recipe wait, and how many are under way."""
        query = (
            select(u.state, func.count())
            .where(u.recipe == recipe.digest, u.state.in_((_WAITING, _RUNNING)))
            .group_by(u.state)
        )
        with self.database.read() as connection:
            found: dict[str, int] = dict(connection.execute(query).all())
        return found.get(_WAITING, 0), found.get(_RUNNING, 0)

    def bytes_left(self, recipe: Recipe) -> int:
        """Bytes of packages, as they lie there, that are not done."""
        open_ = u.state.in_((_WAITING, _RUNNING, _HELD))
        query = select(func.coalesce(func.sum(u.bytes), 0)).where(u.recipe == recipe.digest, open_)
        with self.database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def _now(self, connection: Connection) -> int:
        """Machines do not agree about the time: that of the database counts."""
        if self._clock is not None:
            return int(self._clock())
        if self.database.is_sqlite:
            return int(time.time())
        query = text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS bigint)")
        return int(connection.execute(query).scalar_one())


def _row(one: Package, recipe: Recipe, lane: str, rank: int) -> dict[str, Any]:
    """The row of a unit, and of its package."""
    of = parts_of(one, recipe)
    return {
        "key": recipe.key(one.content), "recipe": recipe.digest, "kind": recipe.kind.value,
        "lane": lane, "place": one.place, "name": one.name, "content": one.content,
        "parameters": msgspec.json.encode(recipe.parameters).decode(),
        "knowledge": recipe.knowledge, "bytes": one.bytes, "made": iso(datetime.now(UTC)),
        "rank": rank, "fingerprint": one.fingerprint, "state": _WAITING if of == 1 else _HELD,
        "of": of,
    }  # fmt: skip


def _unread(place: str) -> str:
    """What stands for the content of what could not be read: of each place another."""
    return hashlib.sha256(f"unread\n{place}".encode("utf-8", "surrogatepass")).hexdigest()


def _document(one: Ended) -> bool:
    return one.result is not None and one.result.document is not None


def _held(connection: Connection, ended: Sequence[Ended]) -> list[Ended]:
    """Those whose unit still belongs to the claim that they are of; the rows are held."""
    tokens: dict[int, int] = {}
    for part in _parts([one.unit.id for one in ended]):
        query = select(u.id, u.token).where(u.id.in_(part), u.state == _RUNNING).order_by(u.id)
        tokens.update(dict(connection.execute(query.with_for_update()).all()))
    return [one for one in ended if tokens.get(one.unit.id) == one.unit.token]


def _stored(connection: Connection, ended: Sequence[Ended], who: str) -> dict[int, dict[str, Any]]:
    """Store results; gives what the rows of their units have of that, by unit."""
    results = [one.result for one in ended if one.result is not None]
    documents = [result.document for result in results if result.document is not None]
    stored = record_documents(connection, documents, who)
    judged = [
        (one.result, numbers) for one, (_, numbers) in zip(ended, stored, strict=True)
        if one.result is not None and one.unit.kind is UnitKind.TRIAGE
    ]  # fmt: skip
    traces.add(
        connection,
        [(number, trace) for result, numbers in judged
         for number, each in zip(numbers, result.traces, strict=True) for trace in each],
    )  # fmt: skip
    strands.add(
        connection,
        [one for result, numbers in judged for one in zip(numbers, result.strands, strict=True)],
    )
    return {
        one.unit.id: {
            "import_id": number,
            "servers": len(numbers),
            "verdict": result.verdict,
            # Of packages alone a report asks which.
            "observations": msgspec.json.encode(
                numbers if one.unit.kind is UnitKind.TRIAGE else []
            ).decode(),
        }
        for one, result, (number, numbers) in zip(ended, results, stored, strict=True)
    }


def _end(connection: Connection, one: Ended, settled: Settled, stored: Mapping[str, Any]) -> None:
    values = {**_values(one), **stored}
    connection.execute(update(units).where(u.id == one.unit.id).values(values))
    if one.unit.of > 1 or one.unit.collected:
        divided.settle(connection, one, done=values["state"] == _DONE)
    if values["state"] == _DONE and one.unit.kind is UnitKind.PART:
        settled.parts += 1
    elif values["state"] == _DONE:
        settled.done += 1
    elif values["state"] == _PARKED:
        settled.parked.append((one.unit, str(values["reason"])))
    else:
        settled.again += 1


def _values(one: Ended) -> dict[str, Any]:
    """What becomes of the row of a unit."""
    values: dict[str, Any] = {
        "state": _WAITING, "lease": 0, "milliseconds": one.milliseconds,
        "finished": iso(datetime.now(UTC)),
    }  # fmt: skip
    result = one.result
    if result is not None:
        values |= {"cpu": result.cpu, "read": result.read}
        if not result.refused:
            return values | {"state": _DONE, "reason": "", "position": ""}
        return values | {"state": _PARKED, "reason": result.refused[:_LONGEST]}
    strikes = one.unit.strikes + (one.fault is Fault.STRIKE)
    values |= {"strikes": strikes, "finished": ""}
    if one.fault is Fault.GIVEN_BACK:
        return values | {"attempts": one.unit.attempts - 1}
    values |= {"reason": one.reason[:_LONGEST], "position": one.position[:_LONGEST]}
    if strikes >= MOST_STRIKES or one.unit.attempts >= MOST_ATTEMPTS:
        values |= {"state": _PARKED, "finished": iso(datetime.now(UTC))}
    return values


def _forget_stale(connection: Connection, part: Sequence[Mapping[str, Any]]) -> None:
    """Forget units that wait for what has changed since: the knowledge, or the content.

    Where the same content lies at another place as well, it is read there.
    """
    kinds = {UnitKind.PART.value, *(row["kind"] for row in part)}
    open_ = (
        u.parameters == part[0]["parameters"], u.kind.in_(kinds),
        u.state.in_((_WAITING, _PARKED, _HELD)), u.key.not_in([row["key"] for row in part]),
    )  # fmt: skip
    older = u.content.in_([row["content"] for row in part])
    divided.forget(connection, select(u.id).where(*open_, older))
    connection.execute(delete(units).where(*open_, older))
    moved = select(u.id, u.content).where(*open_, u.place.in_([row["place"] for row in part]))
    for row in connection.execute(moved).all():
        place = select(packages.c.place).where(packages.c.content == row.content).limit(1)
        other = connection.execute(place).scalar()
        mine = u.id == row.id
        if other is None:
            divided.forget(connection, select(u.id).where(mine))
            connection.execute(delete(units).where(mine))
        else:
            connection.execute(update(units).where(mine).values(place=other))


def _count(connection: Connection, part: Sequence[Mapping[str, Any]]) -> int:
    query = select(func.count()).where(u.key.in_([row["key"] for row in part]))
    return connection.execute(query).scalar_one()


def _parts(many: Sequence[Any]) -> Iterator[list[Any]]:
    every = iter(many)
    while part := list(islice(every, _AT_ONCE)):
        yield part
