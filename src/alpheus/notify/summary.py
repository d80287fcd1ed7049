"""Where all notices stand, by counts that indices answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, Text, and_, case, cast, func, or_, select

from alpheus.cases.schema import batches, notice_servers, notice_standings, notices
from alpheus.notify.listing import reasons_of, visible_in
from alpheus.notify.model import LADDER, Notice, Rung, Status
from alpheus.notify.news import later
from alpheus.notify.records import Line, Overdue, Summary
from alpheus.notify.status import OUT, TOLD

SHOWN = 100
"""Notices of a kind that are named."""

_TOLD = [one.value for one in TOLD]
_OUT = [one.value for one in OUT]


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
    s = notice_standings.c
    mine: list[ColumnElement[bool]] = []
    if within is not None:
        mine.append(s.notice.in_(visible_in(connection, within)))
    lines = tuple(
        Line(row.rung, row.channel, row.status, row.number)
        for row in connection.execute(
            select(s.rung, s.channel, s.status, func.count().label("number"))
            .where(*mine).group_by(s.status, s.rung, s.channel)
        )
    )  # fmt: skip
    told, acknowledged, failed = _organisations(connection, mine)
    total, overdue = _overdue(connection, now, wait_days, mine)
    as_of, nobody = _nobody(connection, within)
    uncertain = sum(one.notices for one in lines if one.status == Status.UNCERTAIN)
    return Summary(
        told, acknowledged, failed, uncertain, nobody, as_of, _servers(connection, mine),
        tuple(sorted(lines, key=lambda one: (_rank(one.rung), one.channel, one.status))),
        overdue, total, _references(connection, s.status == Status.UNCERTAIN.value, *mine),
        _references(connection, s.answered != "", s.status.in_(_OUT), *mine),
    )  # fmt: skip


def _organisations(
    connection: Connection, mine: Sequence[ColumnElement[bool]]
) -> tuple[int, int, int]:
    """How many were told, have acknowledged, and could not be told since all has failed."""
    n, s = notice_servers.c, notice_standings.c
    rank = case(
        (s.status == Status.ACKNOWLEDGED.value, 3), (s.status.in_(_TOLD), 2),
        (s.status == Status.FAILED.value, 1), else_=0,
    )  # fmt: skip
    whose = case((n.organisation == "", cast(n.anchor, Text)),
                 else_=n.organisation)  # fmt: skip
    best = (
        select(func.max(rank).label("best"))
        .select_from(notice_servers.join(notice_standings, s.notice == n.notice))
        .where(s.status.in_([*_TOLD, Status.FAILED.value]), *mine)
        .group_by(whose)
        .subquery()
    )
    query = select(best.c.best, func.count()).group_by(best.c.best)
    found: dict[int, int] = {row[0]: row[1] for row in connection.execute(query)}
    return found.get(2, 0) + found.get(3, 0), found.get(3, 0), found.get(1, 0)


def _servers(connection: Connection, mine: Sequence[ColumnElement[bool]]) -> int:
    n, s = notice_servers.c, notice_standings.c
    query = (
        select(func.count(n.anchor.distinct()))
        .select_from(notice_servers.join(notice_standings, s.notice == n.notice))
        .where(s.status.in_(_TOLD), *mine)
    )
    return int(connection.execute(query).scalar_one())


def _overdue(
    connection: Connection,
    now: str,
    wait_days: Mapping[Rung, int],
    only: Sequence[ColumnElement[bool]],
) -> tuple[int, tuple[Overdue, ...]]:
    """Notices that nobody has answered in time, those that wait longest first."""
    s = notice_standings.c
    late = or_(
        *(
            and_(
                s.rung == rung.value,
                s.handed_over < later(now, -days),
                s.answered < later(now, -days),
            )
            for rung, days in wait_days.items()
        )
    )
    mine = (s.status.in_(_OUT), late, *only)
    total = connection.execute(select(func.count()).where(*mine)).scalar_one()
    query = (
        select(notices.c.reference, notices.c.content, s.handed_over)
        .select_from(notice_standings.join(notices, notices.c.id == s.notice))
        .where(*mine)
        .order_by(s.handed_over, s.notice)
        .limit(SHOWN)
    )
    return total, tuple(_late(row.content, row.handed_over, wait_days)
                        for row in connection.execute(query))  # fmt: skip


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
