"""What a campaign run found, over all packages: who is a victim, and what victims have in common.

Of a package that was read more than once (by newer knowledge, or after it changed) the last result
counts. All is as of one moment, while a run goes on as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, exists, func, select

from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.ledger_schema import packages, traces, units
from alpheus.cases.observations import iso
from alpheus.cases.schema import observations
from alpheus.cases.server_rows import place_of
from alpheus.cases.traces import TraceKind
from alpheus.errors import NotWorkedOutError
from alpheus.fleet.hands_told import Hands, read_strands, tell_hands
from alpheus.fleet.model import UnitKind, UnitState
from alpheus.fleet.progress import Parked, parked_units
from alpheus.knowledge.indicators import Indicators
from alpheus.knowledge.packs import load_packs
from alpheus.model import Verdict

SCHEMA = "alpheus.campaign-report/1"
MOST_SHARED = 100
"""What victims have in common, of each kind, the commonest first."""
MOST_VICTIMS = 50
"""Victims that are named of each, the first first."""

_AT_ONCE = 500
_newer = units.alias("newer")
u, o, t = units.c, observations.c, traces.c


class Victim(msgspec.Struct, frozen=True):
    """A server that was judged. `since` is the last sign of an intruder, '' for none.

    `observation` leads to it in cases (`alpheus case show`). `full` is its name with its domain, ''
    where that is not known.
    """

    observation: int
    name: str
    verdict: str
    stage: str
    since: str
    headline: str
    package: str
    unit: int
    full: str = ""


class Shared(msgspec.Struct, frozen=True):
    """What several victims have in common; `first` is the one where it was seen first."""

    kind: str
    value: str
    label: str
    servers: int
    first: Victim
    since: str
    victims: tuple[Victim, ...]


class Source(msgspec.Struct, frozen=True):
    """A server in cases from whose address an intruder came to others."""

    server: int
    name: str
    address: str
    compromise: str
    victims: tuple[Victim, ...]


class Report(msgspec.Struct, frozen=True):
    """All of it. `verdicts` counts servers; `judged` are all of them, compromised ones first."""

    schema: str
    made: str
    units: dict[str, int]
    verdicts: dict[str, int]
    judged: tuple[Victim, ...]
    hands: Hands
    shared: tuple[Shared, ...]
    sources: tuple[Source, ...]
    parked: tuple[Parked, ...]


_WAITING = UnitState.WAITING.value
_OF_PACKAGES = frozenset({UnitKind.TRIAGE.value, UnitKind.PART.value})
_STATES = tuple(one.value for one in UnitState if one is not UnitState.HELD)


class _Body(msgspec.Struct):
    name: str = ""
    headline: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        """Its name with its domain, '' where none is told."""
        whole = [one for one in (self.name, *self.aliases) if "." in one]
        return min(whole, key=lambda one: (-one.count("."), one.lower()), default="")


_numbers = msgspec.json.Decoder(list[int]).decode
_read = msgspec.json.Decoder(_Body).decode


def report(database: Database, *, now: datetime | None = None, whole: bool = False) -> Report:
    """What was found so far; `whole`: hands with all that they have. Raises DatabaseError."""
    moment = iso(now or datetime.now(UTC))
    with database.read() as connection:
        of_package = u.kind == UnitKind.TRIAGE.value
        states = select(u.state, func.count()).where(of_package).group_by(u.state)
        counts: dict[str, int] = dict(connection.execute(states).all())
        counts[_WAITING] = counts.get(_WAITING, 0) + counts.pop(UnitState.HELD.value, 0)
        judged = judged_servers(connection)
        by_number = {one.observation: one for one in judged}
        verdicts: dict[str, int] = {}
        for one in judged:
            verdicts[one.verdict] = verdicts.get(one.verdict, 0) + 1
        return Report(
            SCHEMA, moment, {one: counts.get(one, 0) for one in _STATES}, verdicts,
            tuple(judged), told_hands(connection, judged, whole=whole),
            tuple(_shared(connection, by_number)),
            tuple(_sources(connection, database.place, by_number)),
            tuple(one for one in parked_units(connection) if one.kind in _OF_PACKAGES),
        )  # fmt: skip


def told_hands(connection: Connection, judged: Sequence[Victim], *, whole: bool = False) -> Hands:
    """Which of these are by one hand. Raises DatabaseError."""
    names = {one.observation: (one.name, one.full) for one in judged}
    broken = [one.observation for one in judged if one.verdict == Verdict.COMPROMISED]
    return tell_hands(read_strands(connection, names), _public(), broken, whole=whole)


def _public() -> Callable[[str], bool]:
    """Pages whose hash was published: who has one has not made it."""
    known = Indicators(load_packs())
    return lambda digest: known.by_hash(digest) is not None


def judged_servers(connection: Connection) -> list[Victim]:
    """The servers of the results that count, the gravest first."""
    superseded = exists().where(
        _newer.c.content == u.content, _newer.c.id > u.id, _newer.c.import_id != 0
    )
    there = exists().where(packages.c.content == u.content)
    results = select(u.id, u.place, u.observations).where(u.import_id != 0, ~superseded, there)
    of: dict[int, tuple[int, str]] = {}
    for unit, place, numbers in connection.execute(results.order_by(u.id.desc())):
        of.update((number, (unit, place)) for number in _numbers(numbers))
    rank = {one.value: -one.rank for one in Verdict}
    found = list(_victims(connection, of))
    return sorted(found, key=lambda v: (rank.get(v.verdict, 1), v.since or "~", v.observation))


def _victims(connection: Connection, of: Mapping[int, tuple[int, str]]) -> Iterator[Victim]:
    for part in batched(sorted(of)):
        query = select(o.id, o.verdict, o.stage, o.breach, o.body).where(o.id.in_(part))
        for number, verdict, stage, since, text in connection.execute(query):
            body, (unit, place) = _read(text), of[number]
            yield Victim(number, body.name, verdict, stage, since, body.headline, place, unit,
                         body.full)  # fmt: skip


def _shared(connection: Connection, judged: dict[int, Victim]) -> Iterable[Shared]:
    for kind in TraceKind:
        many = (
            select(t.value)
            .where(t.kind == kind.value)
            .group_by(t.value)
            .having(func.count() > 1)
            .order_by(func.count().desc(), t.value)
            .limit(MOST_SHARED)
        )
        found = [_one(connection, kind, value, judged)
                 for value in connection.execute(many).scalars().all()]  # fmt: skip
        several = (one for one in found if one is not None)
        yield from sorted(several, key=lambda one: (-one.servers, one.since or "~", one.value))


def _one(
    connection: Connection, kind: TraceKind, value: str, judged: dict[int, Victim]
) -> Shared | None:
    """What is shared, with its victims in the order in which they became such."""
    query = select(t.observation, t.label, t.seen).where(t.kind == kind.value, t.value == value)
    rows = [row for row in connection.execute(query) if row.observation in judged]
    if len(rows) < 2:
        return None
    rows.sort(key=lambda row: (row.seen or "~", row.observation))
    victims = tuple(judged[row.observation] for row in rows)
    return Shared(kind.value, value, rows[0].label, len(rows), victims[0], rows[0].seen,
                  victims[:MOST_VICTIMS])  # fmt: skip


def _sources(connection: Connection, place: str, judged: dict[int, Victim]) -> list[Source]:
    """Servers that are known by an address that an intruder came from; none is worked out here."""
    try:
        tables, _ = current(connection, place)
    except NotWorkedOutError:
        return []
    query = select(t.value, t.observation).where(t.kind == TraceKind.ADDRESS.value)
    came: dict[str, list[int]] = {}
    for value, number in connection.execute(query):
        if number in judged:
            came.setdefault(value, []).append(number)
    by_place = {found: address for address in came if (found := place_of(address))}
    a, s = tables.addresses.c, tables.servers.c
    sources = []
    for part in batched(sorted(by_place)):
        known = (
            select(s.id, s.name, s.compromise, a.place)
            .select_from(tables.addresses.join(tables.servers, s.id == a.server))
            .where(a.place.in_(part))
            .order_by(s.id)
        )
        for number, name, compromise, at in connection.execute(known):
            address = by_place[at]
            victims = tuple(judged[one] for one in sorted(came[address]))[:MOST_VICTIMS]
            sources.append(Source(number, name, address, compromise, victims))
    return sorted(sources, key=lambda one: (-len(one.victims), one.server))


def batched(many: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """So many at a time as a question takes."""
    return (many[begin : begin + _AT_ONCE] for begin in range(0, len(many), _AT_ONCE))
