"""One server in parts, each as quick as a page has to be, however much is known of it.

`service_show` works everything out from all observations; what stands here is read from the derived
tables, and long lists come in pages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, func, select, tuple_

from alpheus.cases import assessments, organisations
from alpheus.cases.acts import Act, ActKind, plan_in
from alpheus.cases.assessments import Assessed, Kept
from alpheus.cases.deadlines import Clock, clocks
from alpheus.cases.derived_store import Standing
from alpheus.cases.explain import CveSaid, DecisionSaid, decisions_of, explained, outweighs
from alpheus.cases.groups import Detail
from alpheus.cases.lifecycle import Change, State
from alpheus.cases.questions import Question, of_tables
from alpheus.cases.repeats import places_of
from alpheus.cases.schema import Derived, acts, facts, imports, observations
from alpheus.cases.server_rows import ServerDetail
from alpheus.cases.states import Compromise, Patch, Work
from alpheus.directory.owner_model import Ownership
from alpheus.errors import RefusedError, UsageError
from alpheus.exposure.model import CveEntry

EXPLAINED = 200
"""Observations by which it is explained why they are one server; the first ones of more."""
LARGEST = 2**63 - 1
"""The largest number that a database keeps."""

_MOST_ACTS = 2_000
_MOST_FILES = 500
_SEEN = ("id", "kind", "source", "seen", "address", "port", "status", "build", "product", "verdict",
         "stage", "flags", "line")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """A server at a glance: its row and what people need of it on one page.

    `changes` and `acts` are in their order, `cves` is the last word on every flaw, of which the
    row's patch state is about `watched`. `assessed` are its assessments, the newest first; `kept`
    is the whole of the one that was asked for, whose observation is `chosen` (0 for none).
    """

    row: dict[str, Any]
    detail: ServerDetail
    changes: tuple[Change, ...]
    acts: tuple[Act, ...]
    clocks: tuple[Clock, ...]
    cves: dict[str, CveSaid]
    ownership: Ownership
    watched: str
    assessed: tuple[Assessed, ...]
    kept: Kept | None
    chosen: int


@dataclass(frozen=True, slots=True)
class Observed:
    """A page of what was seen of a server, the newest first; `next` is '' on the last."""

    rows: list[dict[str, Any]]
    next: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Why observations are one server, in lines; `read` of them were asked. What was decided."""

    lines: tuple[str, ...]
    read: int
    decisions: tuple[DecisionSaid, ...]


def row_of(connection: Connection, tables: Derived, number: int) -> dict[str, Any]:
    """The row of the server that a number leads to. Raises RefusedError where there is none."""
    if not 0 < number <= LARGEST:
        raise RefusedError(f"there is no server {number}")
    found = _row(tables).dicts(connection, number=number)
    if not found:
        raise RefusedError(f"there is no server {number}")
    return found[0]


@of_tables
def _row(tables: Derived) -> Question:
    m, s = tables.members.c, tables.servers
    server = select(m.server).where(m.observation == bindparam("number")).scalar_subquery()
    return Question(select(s).where(s.c.id == server))


def look(
    connection: Connection,
    tables: Derived,
    found: Standing,
    number: int,
    *,
    assessment: int = 0,
    now: str,
) -> Look:
    """A server at a glance, with one of its assessments, the newest for 0. Raises RefusedError."""
    row = row_of(connection, tables, number)
    server = int(row["id"])
    detail = msgspec.json.decode(row.pop("detail"), type=ServerDetail)
    changes = changes_of(connection, tables, server)
    done = _acts(connection, tables, server)
    running = clocks(
        state_of_row(row, changes), done, sector=str(row["sector"]), region=str(row["region"]),
        watched=found.watched, now=now,
    )  # fmt: skip
    assessed, kept, chosen = assessment_of(connection, tables, server, assessment)
    return Look(
        row, detail, changes, done, running, _cves(connection, tables, server),
        organisations.ownership(connection, tables, server), found.watched, assessed, kept, chosen,
    )  # fmt: skip


def assessment_of(
    connection: Connection, tables: Derived, server: int, asked: int
) -> tuple[tuple[Assessed, ...], Kept | None, int]:
    """The assessments of a server; and one whole with its observation, the newest for 0."""
    found = assessments.listed(connection, tables, server)
    whole = [one.observation for one in found if one.whole]
    chosen = asked if asked in whole else next(iter(whole), 0)
    return tuple(found), assessments.read(connection, chosen) if chosen else None, chosen


def state_of_row(row: dict[str, Any], changes: tuple[Change, ...] = ()) -> State:
    """Where a server stands, as its row says."""
    return State(
        Patch(row["patch"]), row["patch_since"], "", Compromise(row["compromise"]),
        row["compromise_since"], Work(row["work"]), row["work_since"], "", row["until"],
        row["assignee"], changes,
        plan=next((plan_in(one.evidence) for one in reversed(changes)
                   if one.after == Compromise.CLEANED), ""),
    )  # fmt: skip


def observed(
    connection: Connection, tables: Derived, server: int, *, after: str = "", size: int = 50
) -> Observed:
    """A page of what was seen of a server; `after` is the `next` of the page before. UsageError."""
    query = _seen_of(tables, server)
    if after:
        query = query.where(tuple_(observations.c.seen, observations.c.id) < _place(after))
    rows = [row._asdict() for row in connection.execute(query.limit(size + 1))]
    places = places_of(connection, [one["id"] for one in rows])
    rows = [{**one, "also": places.get(one["id"], ())} for one in rows]
    more = len(rows) > size
    last = rows[:size][-1] if rows else {}
    return Observed(rows[:size], f"{last['seen']}|{last['id']}" if more else "")


def files_of(connection: Connection, tables: Derived, server: int) -> list[dict[str, Any]]:
    """The files that observations of a server came from: hash, who took it in and when."""
    m, o, i = tables.members.c, observations.c, imports.c
    of = (i.id, i.file, i.sha256, i.kind, i.who, i.started, i.finished, i.bytes)
    query = (
        select(*of, func.count().label("observations"), func.min(o.seen).label("first"),
               func.max(o.seen).label("last"))
        .select_from(
            tables.members.join(observations, o.id == m.observation)
            .join(imports, i.id == o.import_id)
        )
        .where(m.server == server)
        .group_by(*of)
        .order_by(i.started.desc(), i.id.desc())
        .limit(_MOST_FILES)
    )  # fmt: skip
    return [row._asdict() for row in connection.execute(query)]


def identity(connection: Connection, tables: Derived, server: int) -> Identity:
    """Why its observations are one server, and what people decided about that."""
    numbers = members_of(connection, tables, server)
    text = explained(connection, tables, server, numbers, most=EXPLAINED)
    return Identity(
        tuple(text.splitlines()), min(len(numbers), EXPLAINED),
        decisions_of(connection, tables, numbers),
    )  # fmt: skip


def members_of(connection: Connection, tables: Derived, server: int) -> list[int]:
    """The numbers of a server's observations, the lowest first."""
    return _members(tables).column(connection, server=server)


@of_tables
def _members(tables: Derived) -> Question:
    m = tables.members.c
    query = select(m.observation).where(m.server == bindparam("server"))
    return Question(query.order_by(m.observation))


def rows_behind(
    connection: Connection, tables: Derived, numbers: Collection[int]
) -> list[dict[str, Any]]:
    """The rows of the servers that observations are of now, each once."""
    m, s = tables.members.c, tables.servers
    asked = [one for one in numbers if 0 < one <= LARGEST]
    query = (
        select(s).where(s.c.id.in_(select(m.server).where(m.observation.in_(asked))))
        .order_by(s.c.id)
    )  # fmt: skip
    return [row._asdict() for row in connection.execute(query)]


def _seen_of(tables: Derived, server: int) -> Select[Any]:
    m, o, i = tables.members.c, observations.c, imports.c
    return (
        select(*(o[name] for name in _SEEN), i.file, i.sha256, i.who, i.started.label("imported"))
        .select_from(
            tables.members.join(observations, o.id == m.observation)
            .join(imports, i.id == o.import_id)
        )
        .where(m.server == server)
        .order_by(o.seen.desc(), o.id.desc())
    )  # fmt: skip


def _place(after: str) -> tuple[str, int]:
    seen, _, number = after.rpartition("|")
    if not (number.isascii() and number.isdigit()) or int(number) > LARGEST:
        raise UsageError("this is no page of the list; begin with the first")
    return seen, int(number)


def changes_of(connection: Connection, tables: Derived, server: int) -> tuple[Change, ...]:
    """The changes of its states that its row is the outcome of, in their order."""
    return in_order(Change(*row) for row in _changes(tables).rows(connection, server=server))


@of_tables
def _changes(tables: Derived) -> Question:
    c = tables.changes.c
    query = select(c.axis, c.time, c.before, c.after, c.who, c.why, c.evidence)
    return Question(query.where(c.server == bindparam("server")))


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Changes by time; of one moment, each begins where the one before on its axis ended."""
    ordered: list[Change] = []
    stands: dict[str, str] = {}
    for _, group in groupby(sorted(changes, key=attrgetter("time")), key=attrgetter("time")):
        left = list(group)
        while left:
            fits = (one for one in left if stands.get(one.axis, one.before) == one.before)
            one = next(fits, left[0])
            left.remove(one)
            stands[one.axis] = one.after
            ordered.append(one)
    return tuple(ordered)


def _acts(connection: Connection, tables: Derived, server: int) -> tuple[Act, ...]:
    found = []
    for row in _acts_of(tables).rows(connection, server=server):
        detail = msgspec.json.decode(row.detail or "{}", type=Detail)
        found.append(Act(row.id, row.time, row.who, ActKind(row.kind), row.why, row.evidence,
                         detail.to, detail.until))  # fmt: skip
    return tuple(reversed(found))


@of_tables
def _acts_of(tables: Derived) -> Question:
    a, m = acts.c, tables.members.c
    return Question(
        select(a.id, a.time, a.who, a.kind, a.why, a.evidence, a.detail)
        .select_from(acts.join(tables.members, m.observation == a.anchor))
        .where(m.server == bindparam("server"))
        .order_by(a.time.desc(), a.id.desc())
        .limit(_MOST_ACTS)
    )


def _cves(connection: Connection, tables: Derived, server: int) -> dict[str, CveSaid]:
    """The last word on every flaw, see `explain.cves_of`; of equal states the newest is read."""
    found: dict[str, CveSaid] = {}
    for number, source, seen, build, content in _facts_of(tables).rows(connection, server=server):
        for cve, entry in _read_states(content).items():
            said = CveSaid(entry.state, entry.why, source, seen, build, number)
            if cve not in found or outweighs(said, found[cve]):
                found[cve] = said
    return dict(sorted(found.items()))


_read_states = msgspec.json.Decoder(dict[str, CveEntry]).decode


@of_tables
def _facts_of(tables: Derived) -> Question:
    m, o = tables.members.c, observations.c
    place = func.row_number().over(partition_by=o.facts_id, order_by=(o.seen.desc(), o.id.desc()))
    newest = (
        select(o.id, o.source, o.seen, o.build, o.facts_id, place.label("place"))
        .select_from(tables.members.join(observations, o.id == m.observation))
        .where(m.server == bindparam("server"), o.facts_id.is_not(None))
        .subquery()
    )
    n = newest.c
    return Question(
        select(n.id, n.source, n.seen, n.build, facts.c.content)
        .select_from(newest.join(facts, facts.c.id == n.facts_id))
        .where(n.place == 1)
        .order_by(n.seen.desc(), n.id.desc())
    )
