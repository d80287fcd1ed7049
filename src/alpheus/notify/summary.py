"""Where all notices stand, by counts that indices answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, case, exists, func, select

from alpheus.cases.schema import batches, notice_servers, notice_standings, notices
from alpheus.notify.listing import reasons_of, visible_in
from alpheus.notify.model import LADDER, Notice, Rung, Status
from alpheus.notify.news import later
from alpheus.notify.records import Line, Overdue, Summary
from alpheus.notify.status import OUT, TOLD

SHOWN = 100
"""Notices of a kind that are named."""

_AT_ONCE = 500
_TOLD = [one.value for one in TOLD]
_OUT = [one.value for one in OUT]
_RANKS = {Status.ACKNOWLEDGED.value: 3, Status.FAILED.value: 1, **dict.fromkeys(_OUT, 2)}
"""What has come of an organisation at best: it knows, was told, or could not be told."""


def summary(
    connection: Connection,
    *,
    now: str,
    wait_days: Mapping[Rung, int],
    within: Collection[str] | None = None,
) -> Summary:
    """Where all notices stand as of `now` (ISO 8601, UTC); `within` organisations, those of them.

    Then only notices count that are about servers of these organisations and of no other.
    """
    if within is not None:
        return _of_few(connection, now, wait_days, within)
    s = notice_standings.c
    lines = tuple(
        Line(row.rung, row.channel, row.status, row.number)
        for row in connection.execute(
            select(s.rung, s.channel, s.status, func.count().label("number"))
            .group_by(s.status, s.rung, s.channel)
        )
    )  # fmt: skip
    total, overdue = _overdue(connection, now, wait_days, lines)
    as_of, nobody = _nobody(connection, None)
    uncertain = sum(one.notices for one in lines if one.status == Status.UNCERTAIN)
    return Summary(
        *_organisations(connection), uncertain, nobody, as_of, _servers(connection),
        _in_order(lines), _named(connection, overdue, wait_days), total,
        _references(connection, s.status == Status.UNCERTAIN.value),
        _references(connection, s.answered != "", s.status.in_(_OUT)),
    )  # fmt: skip


def _of_few(
    connection: Connection, now: str, wait_days: Mapping[Rung, int], within: Collection[str]
) -> Summary:
    """The same of the notices that are about some organisations alone, one by one."""
    n, s = notice_servers.c, notice_standings.c
    only = visible_in(connection, within)
    best: dict[str, int] = {}
    told: set[int] = set()
    rows: dict[int, Row[Any]] = {}
    for begin in range(0, len(only), _AT_ONCE):
        part = only[begin : begin + _AT_ONCE]
        for row in connection.execute(select(notice_standings).where(s.notice.in_(part))):
            rows[row.notice] = row
        query = select(n.notice, n.organisation, n.anchor).where(n.notice.in_(part))
        for row in connection.execute(query):
            rank = _RANKS.get(rows[row.notice].status, 0)
            best[row.organisation] = max(rank, best.get(row.organisation, 0))
            told.update({row.anchor} if rank > 1 else ())
    counted = Counter((row.rung, row.channel, row.status) for row in rows.values())
    late = sorted(
        (row.handed_over, row.notice) for row in rows.values() if row.status in _OUT
        and max(row.handed_over, row.answered) < later(now, -wait_days[Rung(row.rung)])
    )  # fmt: skip
    out = [row.notice for row in rows.values() if row.status in _OUT and row.answered]
    unsure = [row.notice for row in rows.values() if row.status == Status.UNCERTAIN]
    as_of, nobody = _nobody(connection, within)
    ranks = Counter(best.values())
    return Summary(
        ranks[2] + ranks[3], ranks[3], ranks[1], len(unsure), nobody, as_of, len(told),
        _in_order(Line(*kind, number) for kind, number in counted.items()),
        _named(connection, late[:SHOWN], wait_days), len(late),
        _references(connection, s.notice.in_(unsure[:SHOWN])),
        _references(connection, s.notice.in_(out[:SHOWN])),
    )  # fmt: skip


def _in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda one: (_rank(one.rung), one.channel, one.status)))


def _organisations(connection: Connection) -> tuple[int, int, int]:
    """How many were told, have acknowledged, and could not be told since all has failed.

    They are gone through in the order of their index, each with its notices.
    """
    n, s = notice_servers.c, notice_standings.c
    rank = case(
        (s.status == Status.ACKNOWLEDGED.value, 3), (s.status.in_(_TOLD), 2),
        (s.status == Status.FAILED.value, 1), else_=0,
    )  # fmt: skip
    joined = notice_servers.join(notice_standings, s.notice == n.notice)
    found: dict[int, int] = {}
    for known, whose in ((n.organisation != "", n.organisation), (n.organisation == "", n.anchor)):
        best = (
            select(func.max(rank).label("best")).select_from(joined)
            .where(known).group_by(whose).subquery()
        )  # fmt: skip
        query = select(best.c.best, func.count()).group_by(best.c.best)
        for row in connection.execute(query):
            found[row[0]] = found.get(row[0], 0) + row[1]
    return found.get(2, 0) + found.get(3, 0), found.get(3, 0), found.get(1, 0)


def _servers(connection: Connection) -> int:
    n, s = notice_servers.c, notice_standings.c
    told = exists(select(s.notice).where(s.notice == n.notice, (s.status + "").in_(_TOLD)))
    of = select(n.anchor).where(told).group_by(n.anchor).subquery()
    return int(connection.execute(select(func.count()).select_from(of)).scalar_one())


def _overdue(
    connection: Connection,
    now: str,
    wait_days: Mapping[Rung, int],
    lines: Iterable[Line],
) -> tuple[int, list[tuple[str, int]]]:
    """When notices were handed over that nobody has answered in time, and which, the oldest first.

    Each kind is asked along its index; those that somebody has answered since are few.
    """
    s = notice_standings.c
    total, first = 0, list[tuple[str, int]]()
    for line in lines:
        if line.status not in _OUT:
            continue
        since = later(now, -wait_days[Rung(line.rung)])
        kind = (s.status == line.status, s.rung == line.rung, s.channel == line.channel,
                s.handed_over < since)  # fmt: skip
        total += connection.execute(select(func.count()).where(*kind)).scalar_one()
        since_then = ((s.status + "") == line.status, (s.rung + "") == line.rung,
                      (s.channel + "") == line.channel, s.handed_over + "" < since,
                      s.answered >= since)  # fmt: skip
        total -= connection.execute(select(func.count()).where(*since_then)).scalar_one()
        query = (
            select(s.handed_over, s.notice).where(*kind, s.answered + "" < since)
            .order_by(s.handed_over, s.notice).limit(SHOWN)
        )  # fmt: skip
        first += [(row.handed_over, row.notice) for row in connection.execute(query)]
    return total, sorted(first)[:SHOWN]


def _named(
    connection: Connection, late: Iterable[tuple[str, int]], wait_days: Mapping[Rung, int]
) -> tuple[Overdue, ...]:
    when = {number: time for time, number in late}
    found = select(notices.c.id, notices.c.content).where(notices.c.id.in_(when))
    content = {row.id: row.content for row in connection.execute(found)}
    return tuple(_late(content[number], time, wait_days) for number, time in when.items())


def _late(content: str, handed_over: str, wait_days: Mapping[Rung, int]) -> Overdue:
    notice = msgspec.json.decode(content, type=Notice)
    to = notice.recipient
    return Overdue(notice.reference, notice.owner, to.rung.value, to.channel.value, to.address,
                   handed_over, later(handed_over, wait_days[to.rung]))  # fmt: skip


def _nobody(connection: Connection, within: Collection[str] | None) -> tuple[str, int]:
    """When all were last planned for, and how many of them could not be reached."""
    b = batches.c
    query = select(b.id, b.made).where(b.whole == 1).order_by(b.id.desc()).limit(1)
    newest = connection.execute(query).first()
    if newest is None:
        return "", 0
    return newest.made, sum(reasons_of(connection, within).values())


def _references(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[str, ...]:
    s = notice_standings.c
    query = (
        select(notices.c.reference)
        .select_from(notice_standings.join(notices, notices.c.id == s.notice))
        .where(*conditions)
        .order_by(s.notice)
        .limit(SHOWN)
    )
    return tuple(connection.execute(query).scalars())


def _rank(rung: str) -> int:
    return LADDER.index(Rung(rung))
