"""Notices in the database: their rows, their events, and where they stand.

Rows are added and never changed, but for `notice_standings`, which follows from the events and is
written with them. Whoever calls is in a transaction; `append` has to be in one of the only writer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from alpheus.cases.bulk import add_rows
from alpheus.cases.questions import Question
from alpheus.cases.schema import (
    batches,
    meta,
    notice_events,
    notice_servers,
    notice_standings,
    notices,
    unreached,
)
from alpheus.errors import RefusedError
from alpheus.notify.codes import (
    is_code,
    new_secret,
    plain_reference,
    reference_in,
    reference_of,
)
from alpheus.notify.model import Event, EventKind, Notice, Status
from alpheus.notify.news import Facts
from alpheus.notify.records import Batch, Omission
from alpheus.notify.status import Standing, after

_SECRET = "notices"  # noqa: S105 - the name of a row
_AT_ONCE = 500
_READ = msgspec.json.Decoder(Notice)
_WRITE = msgspec.json.Encoder()


def secret(connection: Connection) -> str:
    """What references and codes are made with; made by the first plan. Raises RefusedError."""
    found = _KEPT_SECRET.value(connection)
    if not found:
        raise RefusedError("no notice was planned yet; begin with: alpheus notify plan")
    return str(found)


_KEPT_SECRET = Question(select(meta.c.value).where(meta.c.key == _SECRET))


def make_secret(connection: Connection) -> str:
    """The secret, made where there is none."""
    found = connection.execute(select(meta.c.value).where(meta.c.key == _SECRET)).scalar()
    if not found:
        found = new_secret()
        connection.execute(insert(meta).values(key=_SECRET, value=found))
    return str(found)


class Draft(NamedTuple):
    """A notice that is to be written. It gets its number, batch and reference then."""

    notice: Notice
    facts: tuple[Facts, ...]
    """Of its subjects, in their order."""

    why: str
    """Why this recipient now."""


def add_batch(connection: Connection, batch: Batch, *, whole: bool) -> int:
    """Write a batch; gives its number."""
    made = insert(batches).values(
        made=batch.made, who=batch.who, filters=batch.filters, planned=batch.planned,
        servers=batch.servers, organisations=batch.organisations, withdrawn=batch.withdrawn,
        whole=int(whole), omitted=_WRITE.encode(batch.omitted).decode(),
        channels=_WRITE.encode(batch.channels).decode(),
    )  # fmt: skip
    return int(connection.execute(made.returning(batches.c.id)).scalar_one())


def add_notices(connection: Connection, batch: int, who: str, drafts: Iterable[Draft]) -> None:
    """Write the notices of a batch in the order in which they will be sent."""
    key = make_secret(connection)
    number = connection.execute(select(func.max(notices.c.id))).scalar() or 0
    event = connection.execute(select(func.max(notice_events.c.id))).scalar() or 0
    part: list[Draft] = []
    for draft in drafts:
        number += 1
        known = msgspec.structs.replace(
            draft.notice, id=number, batch=batch, reference=reference_of(key, number)
        )
        part.append(draft._replace(notice=known))
        if len(part) == _AT_ONCE:
            event = _write(connection, part, who, event)
            part = []
    _write(connection, part, who, event)
    _advance(connection)


def _write(connection: Connection, part: Sequence[Draft], who: str, event: int) -> int:
    kind, status = EventKind.PLANNED.value, Status.PLANNED.value
    rows, servers, events, standings = [], [], [], []
    for one, facts, why in part:
        event += 1
        to = one.recipient
        rows.append((one.id, one.batch, one.reference, one.organisation, to.rung.value,
                     to.channel.value, to.address, one.made,
                     _WRITE.encode(one).decode()))  # fmt: skip
        servers += [
            (one.id, subject.anchor, subject.organisation, *told)
            for subject, told in zip(one.subjects, facts, strict=True)
        ]
        events.append((event, one.id, one.made, who, kind, why, ""))
        standings.append((one.id, one.batch, status, to.rung.value, to.channel.value, "", ""))
    for table, values in ((notices, rows), (notice_servers, servers), (notice_events, events),
                          (notice_standings, standings)):  # fmt: skip
        add_rows(connection, table, values)
    return event


def _advance(connection: Connection) -> None:
    """PostgreSQL numbers events by a sequence, which has not seen those that came numbered."""
    if connection.dialect.name == "postgresql":
        newest = func.coalesce(func.max(notice_events.c.id), 1)
        sequence = func.pg_get_serial_sequence("notice_events", "id")
        connection.execute(select(func.setval(sequence, select(newest).scalar_subquery())))


def add_unreached(connection: Connection, batch: int, omissions: Iterable[Omission]) -> None:
    """Write whom a plan could not reach."""
    add_rows(
        connection, unreached,
        ((batch, one.server, one.organisation, one.owner, one.reason.value, one.why, one.servers)
         for one in omissions),
    )  # fmt: skip


def append(
    connection: Connection,
    notice: int,
    kind: EventKind,
    *,
    who: str,
    time: str,
    detail: str = "",
    left_out: Sequence[int] = (),
) -> tuple[Event, Standing, Standing]:
    """Add an event; gives it, and where the notice stood before and stands now."""
    before = standing(connection, notice)
    now = after(before, kind, time)
    made = insert(notice_events).values(
        notice=notice, time=time, who=who, kind=kind.value, detail=detail,
        left_out=" ".join(map(str, left_out)),
    )  # fmt: skip
    number = connection.execute(made.returning(notice_events.c.id)).scalar_one()
    if now != before:
        changed = update(notice_standings).where(notice_standings.c.notice == notice)
        connection.execute(changed.values(status=now.status.value, handed_over=now.handed_over,
                                          answered=now.answered))  # fmt: skip
    return Event(number, notice, time, who, kind, detail), before, now


def append_many(
    connection: Connection,
    kind: EventKind,
    details: Iterable[tuple[int, str]],
    *,
    who: str,
    time: str,
) -> None:
    """Add an event to each of many notices, with its detail: one that hands nothing over."""
    e, s = notice_events.c, notice_standings.c
    event = connection.execute(select(func.max(e.id))).scalar() or 0
    for part in _parts(sorted(details)):
        query = select(s.notice, s.status).where(s.notice.in_([number for number, _ in part]))
        moved: dict[Status, list[int]] = {}
        for number, status in connection.execute(query):
            moved.setdefault(after(Standing(Status(status)), kind, time).status, []).append(number)
        rows = [(event + place, number, time, who, kind.value, detail, "")
                for place, (number, detail) in enumerate(part, start=1)]  # fmt: skip
        add_rows(connection, notice_events, rows)
        event += len(rows)
        for now, which in moved.items():
            changed = update(notice_standings).where(s.notice.in_(which))
            connection.execute(changed.values(status=now.value))
    _advance(connection)


def _parts(rows: Sequence[tuple[int, str]]) -> Iterator[Sequence[tuple[int, str]]]:
    return (rows[begin : begin + _AT_ONCE] for begin in range(0, len(rows), _AT_ONCE))


def standing(connection: Connection, notice: int) -> Standing:
    """Where a notice stands. Raises RefusedError where there is none."""
    found = _STANDING.first(connection, notice=notice)
    if found is None:
        raise RefusedError(f"there is no notice {notice}")
    return Standing(Status(found.status), found.handed_over, found.answered)


_STANDING = Question(
    select(notice_standings.c.status, notice_standings.c.handed_over, notice_standings.c.answered)
    .where(notice_standings.c.notice == bindparam("notice"))
)  # fmt: skip


def events_of(connection: Connection, notice: int) -> list[Event]:
    """What became of a notice, in the order in which it was taken down."""
    return [Event(row.id, row.notice, row.time, row.who, EventKind(row.kind), row.detail)
            for row in _EVENTS.rows(connection, notice=notice)]  # fmt: skip


_EVENTS = Question(
    select(*(notice_events.c[name] for name in ("id", "notice", "time", "who", "kind", "detail")))
    .where(notice_events.c.notice == bindparam("notice")).order_by(notice_events.c.id)
)  # fmt: skip


def left_out_of(connection: Connection, notice: int) -> frozenset[int]:
    """Anchors of servers that a notice did not tell of when it was last handed over."""
    text = _LEFT_OUT.value(connection, notice=notice) or ""
    return frozenset(map(int, text.split()))


_LEFT_OUT = Question(
    select(notice_events.c.left_out)
    .where(notice_events.c.notice == bindparam("notice"),
           notice_events.c.kind == EventKind.HANDING_OVER.value)
    .order_by(notice_events.c.id.desc()).limit(1)
)  # fmt: skip


def last_event(connection: Connection, notice: int, kind: EventKind) -> Event | None:
    """The last event of a kind."""
    return next((one for one in reversed(events_of(connection, notice)) if one.kind is kind), None)


def by_reference(connection: Connection, reference: str) -> Notice | None:
    """A notice by its reference, however somebody wrote it."""
    plain = plain_reference(reference)
    if not plain:
        return None
    found = _BY_REFERENCE.value(connection, reference=plain)
    return _READ.decode(found) if found else None


_BY_REFERENCE = Question(
    select(notices.c.content).where(notices.c.reference == bindparam("reference"))
)


def by_code(connection: Connection, code: str) -> Notice | None:
    """The notice that a code is of, however somebody wrote it; None for what is no code."""
    key = connection.execute(select(meta.c.value).where(meta.c.key == _SECRET)).scalar() or ""
    if not is_code(str(key), code) or not key:
        return None
    return by_reference(connection, reference_in(code))


def page(
    connection: Connection, batch: int, statuses: Iterable[Status], after_id: int, size: int
) -> list[tuple[Notice, Status]]:
    """Notices in order, after a number; of any batch for 0, of any status for none."""
    s = notice_standings.c
    asked = [one.value for one in statuses]
    query: Select[Any] = select(s.notice, s.status, notices.c.content)
    query = query.join_from(notice_standings, notices, notices.c.id == s.notice)
    query = query.where(s.batch == batch) if batch else query
    query = query.where(s.status.in_(asked)) if asked else query
    query = query.where(s.notice > after_id).order_by(s.notice).limit(size)
    return [(_READ.decode(row.content), Status(row.status)) for row in connection.execute(query)]


def numbers(connection: Connection, batch: int, statuses: Iterable[Status]) -> list[int]:
    """The numbers of notices of a batch, of any for 0, that stand somewhere."""
    s = notice_standings.c
    asked = [one.value for one in statuses]
    query = select(s.notice).where(s.status.in_(asked)).order_by(s.notice)
    query = query.where(s.batch == batch) if batch else query
    return list(connection.execute(query).scalars())


def approved_since(connection: Connection, time: str) -> list[tuple[str, str, int]]:
    """Who planned, who approved, and how many notices, since a time (ISO 8601, UTC)."""
    e = notice_events.c
    query = select(batches.c.who, e.who, func.count())
    query = query.join_from(notice_events, notices, notices.c.id == e.notice)
    query = query.join(batches, batches.c.id == notices.c.batch)
    query = query.where(e.kind == EventKind.APPROVED.value, e.time > time)
    return [(row[0], row[1], row[2])
            for row in connection.execute(query.group_by(batches.c.who, e.who))]  # fmt: skip


def batch_of(connection: Connection, number: int) -> Batch:
    """A batch with the statuses of its notices. Raises RefusedError where there is none."""
    row = _BATCH.first(connection, number=number)
    if row is None:
        raise RefusedError(f"there is no batch {number}; alpheus notify status lists them")
    return _batch(connection, row)


_BATCH = Question(select(batches).where(batches.c.id == bindparam("number")))


def every_batch(connection: Connection) -> Iterator[Batch]:
    """All batches, the newest first."""
    for row in connection.execute(select(batches).order_by(batches.c.id.desc())).all():
        yield _batch(connection, row)


def newest_batches(connection: Connection, most: int) -> list[Batch]:
    """The newest batches, the newest first."""
    query = select(batches).order_by(batches.c.id.desc()).limit(most)
    return [_batch(connection, row) for row in connection.execute(query).all()]


_COUNTS = Question(
    select(notice_standings.c.status, func.count().label("notices"))
    .where(notice_standings.c.batch == bindparam("batch")).group_by(notice_standings.c.status)
)  # fmt: skip


def _batch(connection: Connection, row: Any) -> Batch:  # noqa: ANN401 - a row of `batches`
    return Batch(
        row.id, row.made, row.who, row.filters, row.planned, row.servers, row.organisations,
        row.withdrawn, msgspec.json.decode(row.omitted, type=dict[str, int]),
        msgspec.json.decode(row.channels, type=dict[str, int]),
        dict(_COUNTS.rows(connection, batch=row.id)),
    )  # fmt: skip
