"""What was told of servers before, and what is so of them now.

Notices name servers by an observation of them, so that what was told stays with a server however
servers are merged and split, and with an organisation by its key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from alpheus.cases.questions import OneOf, Question, of_tables
from alpheus.cases.schema import Derived, notice_servers, notice_standings, notices
from alpheus.notify.ladder import Told
from alpheus.notify.model import Channel, Notice, Rung, Status, Subject
from alpheus.notify.news import Facts, holds
from alpheus.notify.recipients import AGGREGATED

_AT_ONCE = 500
_STATES = ("id", "patch", "patch_since", "compromise", "compromise_since", "work", "work_since",
           "service")  # fmt: skip


def told_of(
    connection: Connection,
    tables: Derived,
    organisations: Iterable[str],
    servers: Iterable[int],
) -> list[tuple[str, Told]]:
    """What was told of organisations by their keys, or of servers; with the key it was told of."""
    n, keys = notice_servers.c, sorted({key for key in organisations if key})
    m = tables.members.c
    found: dict[tuple[int, int], tuple[str, Told]] = {}
    members: set[int] = set()
    for part in _parts(sorted(set(servers))):
        query = select(m.observation).where(m.server.in_(part))
        members.update(connection.execute(query).scalars())
    for column, values in ((n.organisation, keys), (n.anchor, sorted(members))):
        for part in _parts(values):
            for row in _rows(connection, tables, column.in_(part)):
                found[row.notice, row.anchor] = (row.of, _told(row))
    return list(found.values())


def _rows(connection: Connection, tables: Derived, condition: ColumnElement[bool]) -> list[Any]:
    n, s, a, m = notice_servers.c, notice_standings.c, notices.c, tables.members.c
    query = (
        select(
            n.notice, n.anchor, n.organisation.label("of"), a.reference, a.rung, a.channel,
            a.address, s.status, a.made, s.handed_over, s.answered, m.server, n.patch,
            n.patch_since, n.compromise, n.compromise_since,
        )
        .select_from(
            notice_servers.join(notices, a.id == n.notice)
            .join(notice_standings, s.notice == n.notice)
            .outerjoin(tables.members, m.observation == n.anchor)
        )
        .where(condition)
    )  # fmt: skip
    return list(connection.execute(query))


def _told(row: Any) -> Told:  # noqa: ANN401 - a row of the query above
    rung = Rung(row.rung)
    return Told(
        row.notice, row.reference, rung not in AGGREGATED, rung, Channel(row.channel), row.address,
        Status(row.status), row.made, row.handed_over, row.answered, row.server or 0,
        Facts(row.patch, row.patch_since, row.compromise, row.compromise_since),
    )  # fmt: skip


def states_of(
    connection: Connection, tables: Derived, anchors: Iterable[int]
) -> dict[int, Mapping[str, Any]]:
    """The states of the servers that observations are of, by observation; without those gone."""
    numbers = sorted(set(anchors))
    rows = _states(tables).dicts(connection, numbers=numbers) if numbers else []
    return {row["observation"]: row for row in rows}


@of_tables
def _states(tables: Derived) -> Question:
    m, s = tables.members.c, tables.servers.c
    return Question(
        select(m.observation, *(s[name] for name in _STATES))
        .select_from(tables.members.join(tables.servers, s.id == m.server))
        .where(OneOf(m.observation, "numbers"))
    )


def still_so(
    notice: Notice, facts: Mapping[int, Facts], states: Mapping[int, Mapping[str, Any]]
) -> tuple[Subject, ...]:
    """The subjects of a notice of which it is still true, and all there is to say."""
    return tuple(
        one for one in notice.subjects
        if holds(facts.get(one.anchor, Facts()), notice.made, states.get(one.anchor))
    )  # fmt: skip


def facts_in(connection: Connection, numbers: Collection[int]) -> dict[int, dict[int, Facts]]:
    """What notices told, by their numbers and by the observations of the servers."""
    n = notice_servers.c
    found: dict[int, dict[int, Facts]] = {number: {} for number in numbers}
    for part in _parts(sorted(numbers)):
        query = select(n.notice, n.anchor, n.patch, n.patch_since, n.compromise, n.compromise_since)
        for row in connection.execute(query.where(n.notice.in_(part))):
            found[row.notice][row.anchor] = Facts(*row[2:])
    return found


def _parts(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[begin : begin + _AT_ONCE] for begin in range(0, len(values), _AT_ONCE))
