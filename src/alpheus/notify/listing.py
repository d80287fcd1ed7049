"""Notices in lists: by where they stand, page after page, and within some organisations.

Whoever may look at some organisations alone sees the notices and batches that are about servers of
these and of no other; a notice about a server of unknown owner is for those who may see all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from alpheus.cases.questions import OneOf, Question
from alpheus.cases.schema import (
    batches,
    notice_events,
    notice_servers,
    notice_standings,
    notices,
    unreached,
)
from alpheus.errors import UsageError
from alpheus.notify.model import EventKind, Recipient, Rung, Status
from alpheus.notify.news import later
from alpheus.notify.records import Line
from alpheus.notify.status import OUT

MOST = 500
"""Notices of a page."""

_AT_ONCE = 500
_OUT = tuple(one.value for one in OUT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a notice must be; empty asks nothing. `batch` is a number, 0 for all.

    `answered`: a person wrote back, and nobody has acknowledged it. `overdue` are times by rung: of
    those that went out, nobody has answered since then.
    """

    status: tuple[str, ...] = ()
    rung: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    batch: int = 0
    answered: bool = False
    overdue: tuple[tuple[str, str], ...] = ()


class Brief(msgspec.Struct, frozen=True):
    """A notice in a list. Times are ISO 8601 UTC; `servers` is how many it is about."""

    id: int
    batch: int
    reference: str
    organisation: str
    owner: str
    recipient: Recipient
    situation: str
    reduced: bool
    made: str
    status: str = ""
    handed_over: str = ""
    answered: str = ""
    servers: int = 0


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Notices, those first that were handed over last; `next` is the key of the page after."""

    notices: tuple[Brief, ...]
    next: str


_READ = msgspec.json.Decoder(Brief)


def page(
    connection: Connection,
    wanted: Wanted,
    lines: Iterable[Line],
    *,
    within: Collection[str] | None = None,
    after: str = "",
    size: int = 50,
) -> NoticePage:
    """A page of notices; `lines` are the kinds that there are, as `lines_of` gives them.

    Each kind is asked along an index, and the answers are merged. Raises UsageError for a key that
    is none.
    """
    size = max(1, min(size, MOST))
    mine = _within(connection, wanted, within)
    if wanted.batch:
        return _of_batch(connection, wanted.batch, mine, after, size)
    s = notice_standings.c
    conditions: list[ColumnElement[bool]] = [] if mine is None else [s.notice.in_(mine)]
    if after:
        time, number = _key(after)
        conditions.append(and_(s.handed_over <= time, or_(s.handed_over < time, s.notice < number)))
    found: list[tuple[str, int]] = []
    for kind in _kinds(wanted, lines, few=mine is not None):
        found += _asked(connection, [*conditions, *kind], size)
    found = sorted(set(found), reverse=True)
    more = len(found) > size
    found = found[:size]
    next_ = f"{found[-1][0]}.{found[-1][1]}" if more else ""
    return NoticePage(tuple(_briefs(connection, [number for _, number in found])), next_)


def _of_batch(
    connection: Connection, batch: int, mine: Sequence[int] | None, after: str, size: int
) -> NoticePage:
    """Notices of a batch, in the order in which they are sent."""
    found: list[int] = []
    edge = _key(after)[1] if after else 0
    among = {} if mine is None else {"mine": list(mine)}
    question = _IN_BATCH if mine is None else _MINE_IN_BATCH
    for status in Status:
        found += question.column(
            connection, batch=batch, status=status.value, after=edge, most=size + 1, **among
        )
    found.sort()
    next_ = f".{found[size - 1]}" if len(found) > size else ""
    return NoticePage(tuple(_briefs(connection, found[:size])), next_)


_NUMBERS = (
    select(notice_standings.c.notice)
    .where(notice_standings.c.batch == bindparam("batch"),
           notice_standings.c.status == bindparam("status"),
           notice_standings.c.notice > bindparam("after"))
    .order_by(notice_standings.c.notice).limit(bindparam("most", type_=Integer()))
)  # fmt: skip
_IN_BATCH = Question(_NUMBERS)
_MINE_IN_BATCH = Question(_NUMBERS.where(OneOf(notice_standings.c.notice, "mine")))


def lines_of(connection: Connection, within: Collection[str]) -> tuple[Line, ...]:
    """How many notices of which rung, channel and status there are within organisations."""
    s = notice_standings.c
    counted: dict[tuple[str, str, str], int] = {}
    for part in _parts(visible_in(connection, within)):
        query = (
            select(s.rung, s.channel, s.status, func.count())
            .where(s.notice.in_(part)).group_by(s.rung, s.channel, s.status)
        )  # fmt: skip
        for row in connection.execute(query):
            key = (row[0], row[1], row[2])
            counted[key] = counted.get(key, 0) + row[3]
    return tuple(Line(*key, number) for key, number in sorted(counted.items()))


def visible_in(connection: Connection, within: Collection[str]) -> list[int]:
    """The numbers of the notices about servers of these organisations and of no other."""
    n = notice_servers.c
    keys = sorted({key for key in within if key})
    mine = select(n.notice).where(n.organisation.in_(keys)).distinct()
    found = list(connection.execute(mine).scalars()) if keys else []
    others: set[int] = set()
    for part in _parts(found):
        query = select(n.notice).where(n.notice.in_(part), n.organisation.not_in(keys)).distinct()
        others.update(connection.execute(query).scalars())
    return sorted(set(found) - others)


def is_visible(connection: Connection, notice: int, within: Collection[str] | None) -> bool:
    """Whether a notice is about servers of these organisations alone; of any for None."""
    if within is None:
        return True
    query = select(notice_servers.c.organisation).where(notice_servers.c.notice == notice)
    found = set(connection.execute(query.distinct()).scalars())
    return bool(found) and "" not in found and found <= set(within)


def batches_in(connection: Connection, within: Collection[str], who: str) -> list[int]:
    """The batches whose notices are all within organisations; an empty one is its planner's."""
    mine = visible_in(connection, within)
    asked: set[int] = set()
    for part in _parts(mine):
        query = select(notices.c.batch).where(notices.c.id.in_(part)).distinct()
        asked.update(connection.execute(query).scalars())
    own = select(batches.c.id).where(batches.c.who == who, batches.c.planned == 0)
    found = [one for one in asked if is_batch_visible(connection, one, within, who)]
    return sorted({*found, *connection.execute(own).scalars()}, reverse=True)


def is_batch_visible(
    connection: Connection, batch: int, within: Collection[str] | None, who: str
) -> bool:
    """Whether all notices of a batch are about servers of these organisations; of any for None."""
    if within is None:
        return True
    n, a = notice_servers.c, notices.c
    keys = sorted({key for key in within if key})
    joined = notice_servers.join(notices, a.id == n.notice)
    of_batch = select(n.notice).select_from(joined).where(a.batch == batch).limit(1)
    if connection.execute(of_batch).first() is None:
        query = select(batches.c.id).where(batches.c.id == batch, batches.c.who == who,
                                           batches.c.planned == 0)  # fmt: skip
        return connection.execute(query).first() is not None
    return connection.execute(of_batch.where(n.organisation.not_in(keys))).first() is None


def answers_in(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
    """When a person last wrote back about notices, and where that lies."""
    e = notice_events.c
    found: dict[int, tuple[str, str]] = {}
    for part in _parts(numbers):
        query = (
            select(e.notice, e.time, e.detail)
            .where(e.notice.in_(part), e.kind == EventKind.ANSWERED.value).order_by(e.id)
        )  # fmt: skip
        for row in connection.execute(query):
            found[row.notice] = (row.time, row.detail)
    return found


def unreached_of(
    connection: Connection,
    *,
    within: Collection[str] | None = None,
    reason: str = "",
    after: int = 0,
    size: int = 50,
) -> tuple[list[dict[str, Any]], int]:
    """Whom the newest plan of all could not reach, and the key of the page after (0 at the end)."""
    u = unreached.c
    batch = newest_whole(connection)
    query = (
        select(u.anchor, u.organisation, u.owner, u.reason, u.why, u.servers)
        .where(u.batch == batch, u.anchor > after).order_by(u.anchor).limit(size + 1)
    )  # fmt: skip
    if within is not None:
        query = query.where(u.organisation.in_(sorted(key for key in within if key)))
    if reason:
        query = query.where(u.reason == reason)
    rows = [row._asdict() for row in connection.execute(query)]
    return rows[:size], rows[size - 1]["anchor"] if len(rows) > size else 0


def reasons_of(connection: Connection, within: Collection[str] | None) -> dict[str, int]:
    """Why the newest plan of all could not reach organisations: how many by each reason."""
    u = unreached.c
    query = select(u.reason, func.count()).where(u.batch == newest_whole(connection))
    if within is not None:
        query = query.where(u.organisation.in_(sorted(key for key in within if key)))
    return {row[0]: row[1] for row in connection.execute(query.group_by(u.reason))}


def newest_whole(connection: Connection) -> int:
    """The newest batch that was planned for all; 0 for none."""
    query = select(func.max(batches.c.id)).where(batches.c.whole == 1)
    return int(connection.execute(query).scalar() or 0)


def overdue_since(now: str, wait_days: dict[Rung, int]) -> tuple[tuple[str, str], ...]:
    """The times before which a notice of each rung was handed over that is overdue."""
    return tuple((rung.value, later(now, -days)) for rung, days in wait_days.items())


def _within(
    connection: Connection, wanted: Wanted, within: Collection[str] | None
) -> list[int] | None:
    """The notices that may be meant at all; None for any."""
    mine = None if within is None else visible_in(connection, within)
    if not wanted.organisation:
        return mine
    n = notice_servers.c
    query = select(n.notice).where(n.organisation.in_(wanted.organisation)).distinct()
    about = set(connection.execute(query).scalars())
    return sorted(about if mine is None else about & set(mine))


def _kinds(
    wanted: Wanted, lines: Iterable[Line], *, few: bool
) -> Iterator[list[ColumnElement[bool]]]:
    """The kinds of notices that fit, each as what it has to be, to be asked along an index.

    Where few are meant at all, where nothing is asked of them, or where a person wrote back, they
    are one kind.
    """
    s = notice_standings.c
    asked = {name: getattr(wanted, name) for name in ("status", "rung", "channel")}
    if few or wanted.answered or not (any(asked.values()) or wanted.overdue):
        one: list[ColumnElement[bool]] = [
            (s[name] + "").in_(values) for name, values in asked.items() if values
        ]
        if wanted.answered:
            one += [s.answered > "", (s.status + "").in_(_OUT)]
        if wanted.overdue:
            late = (and_(s.rung == rung, s.handed_over < time, s.answered < time)
                    for rung, time in wanted.overdue)  # fmt: skip
            one += [s.status.in_(_OUT), or_(*late)]
        yield one
        return
    since = dict(wanted.overdue)
    for line in lines:
        kind = {"status": line.status, "rung": line.rung, "channel": line.channel}
        if since and (line.status not in _OUT or line.rung not in since):
            continue
        if all(not values or kind[name] in values for name, values in asked.items()):
            of: list[ColumnElement[bool]] = [s[name] == value for name, value in kind.items()]
            if since:
                of += [s.handed_over < since[line.rung], s.answered + "" < since[line.rung]]
            yield of


def _asked(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], size: int
) -> list[tuple[str, int]]:
    s = notice_standings.c
    query: Select[Any] = (
        select(s.handed_over, s.notice).where(*conditions)
        .order_by(s.handed_over.desc(), s.notice.desc()).limit(size + 1)
    )  # fmt: skip
    return [(row.handed_over, row.notice) for row in connection.execute(query)]


def _briefs(connection: Connection, numbers: Sequence[int]) -> Iterator[Brief]:
    """Notices in the order of their numbers here."""
    if not numbers:
        return iter(())
    found: dict[int, Brief] = {}
    servers = dict(_SERVERS.rows(connection, numbers=list(numbers)))
    for row in _BRIEF.rows(connection, numbers=list(numbers)):
        found[row.id] = msgspec.structs.replace(
            _READ.decode(row.content), status=row.status, handed_over=row.handed_over,
            answered=row.answered, servers=servers.get(row.id, 0),
        )  # fmt: skip
    return (found[number] for number in numbers if number in found)


_SERVERS = Question(
    select(notice_servers.c.notice, func.count().label("servers"))
    .where(OneOf(notice_servers.c.notice, "numbers")).group_by(notice_servers.c.notice)
)  # fmt: skip
_BRIEF = Question(
    select(notices.c.id, notices.c.content, notice_standings.c.status,
           notice_standings.c.handed_over, notice_standings.c.answered)
    .select_from(notices.join(notice_standings, notice_standings.c.notice == notices.c.id))
    .where(OneOf(notices.c.id, "numbers"))
)  # fmt: skip


def _key(text: str) -> tuple[str, int]:
    time, _, number = text.rpartition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and len(time) <= 20):
        raise UsageError(f"'{text}' is no key of a page")
    return time, int(number)


def _parts(values: Sequence[int]) -> Iterator[Sequence[int]]:
    return (values[begin : begin + _AT_ONCE] for begin in range(0, len(values), _AT_ONCE))
