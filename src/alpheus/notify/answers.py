"""What owners say of their servers at the console: taken down for people to read and act on.

Nobody's word fixes or cleans a server. What is said goes to the case as a note, as work that has
begun, or as a call for help, and waits in a list until somebody has taken it up.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update

from alpheus.cases.acts import ActKind
from alpheus.cases.console_schema import answers
from alpheus.cases.derived_store import current
from alpheus.cases.service_acts import Asked, do_to
from alpheus.errors import RefusedError

LONGEST = 2_000
"""Characters of what somebody says."""
MOST_UNREAD = 50
"""What one asker may leave unread; whoever has more to say calls."""

_FIRST_YEAR = 2000
_MOST_SHOWN = 200


class AnswerKind(StrEnum):
    """What an owner says."""

    DONE = "done"
    """Something was done; only an observation shows whether it worked."""
    WORKING = "working"
    HELP = "help"
    NOT_OURS = "not-ours"
    """A person has to find out whose it is."""
    PASSED_ON = "passed-on"
    """Of a notice as a whole, by who carries a network or cares for a country."""


class Answer(msgspec.Struct, frozen=True):
    """Something that an owner said. `anchor` is 0 for a notice as a whole; times are ISO 8601 UTC.

    `day` is when it was done, '' for not said; `seen` when a person took it up, '' for not yet.
    """

    id: int
    time: str
    who: str
    notice: str
    organisation: str
    anchor: int
    kind: AnswerKind
    text: str
    day: str = ""
    seen: str = ""
    seen_by: str = ""


_ACTS = {
    AnswerKind.DONE: ActKind.NOTE,
    AnswerKind.WORKING: ActKind.STARTED,
    AnswerKind.HELP: ActKind.ASKED_HELP,
    AnswerKind.NOT_OURS: ActKind.NOTE,
}
_SAID = {
    AnswerKind.DONE: "the owner says that this was done",
    AnswerKind.WORKING: "the owner says that they work on it",
    AnswerKind.HELP: "the owner asks for help",
    AnswerKind.NOT_OURS: "the owner says that the server is not theirs",
}
_NEED_TEXT = frozenset({AnswerKind.DONE, AnswerKind.HELP, AnswerKind.PASSED_ON})


def give(connection: Connection, place: str, said: Answer, *, now: str) -> Answer:
    """Take an answer down, and on its server what it comes to; gives it with its number.

    Raises RefusedError where something is missing, or very much is unread.
    """
    _check(connection, said, now)
    said = msgspec.structs.replace(said, time=now, text=said.text.strip())
    made = insert(answers).values(
        time=now, who=said.who, notice=said.notice, organisation=said.organisation,
        anchor=said.anchor, kind=said.kind.value, text=said.text, day=said.day,
    )  # fmt: skip
    number = connection.execute(made.returning(answers.c.id)).scalar_one()
    if said.anchor:
        _act(connection, place, said, now)
    return msgspec.structs.replace(said, id=number)


def _check(connection: Connection, said: Answer, now: str) -> None:
    if said.kind in _NEED_TEXT and not said.text.strip():
        raise RefusedError("say it in a few words, so that we know what to do")
    if len(said.text) > LONGEST:
        raise RefusedError("this is too long; say the most important of it in 2,000 characters")
    if said.day and not is_day(said.day, now):
        raise RefusedError("this is no day that has been; write it as 2021-03-12")
    c = answers.c
    waiting = select(func.count()).where(c.seen == "", c.who == said.who)
    if connection.execute(waiting).scalar_one() >= MOST_UNREAD:
        raise RefusedError("much of what you told us has not been read yet; please call us")


def is_day(text: str, now: str) -> bool:
    """Whether a text is a day (ISO 8601) that has begun by a time, and in this century."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2021-03-12") and found.year >= _FIRST_YEAR and text <= now[:10]


def _act(connection: Connection, place: str, said: Answer, now: str) -> None:
    """What it comes to on its server; where a case has ended, it is noted all the same."""
    tables, found = current(connection, place)
    text = _SAID[said.kind] + (f" (on {said.day})" if said.day else "")
    text += f": {said.text}" if said.text else ""
    source = f"notice {said.notice}" if said.notice else ""
    for kind in (_ACTS[said.kind], ActKind.NOTE):
        asked = Asked(kind, said.who, text, source, when=now, now=now)
        _, refused = do_to(connection, tables, found, [said.anchor], asked=asked, now=now)
        if not refused:
            return


def given_by(
    connection: Connection, *, notice: str, organisations: Collection[str], who: str
) -> list[Answer]:
    """What was said by the code of a notice, by somebody, or of organisations; newest first."""
    c = answers.c
    mine: ColumnElement[bool] = c.notice == notice if notice else c.who == who
    if organisations:
        mine = c.organisation.in_(sorted(organisations))
    query = select(answers).where(mine).order_by(c.id.desc()).limit(_MOST_SHOWN)
    return [_read(row) for row in connection.execute(query)]


def unread(
    connection: Connection,
    *,
    within: Collection[str] | None = None,
    after: int = 0,
    size: int = 50,
) -> tuple[list[Answer], int]:
    """What nobody has taken up yet, in its order; and the key of the page after, 0 at the end."""
    c = answers.c
    query = _in(select(answers), within).where(c.seen == "", c.id > after)
    rows = connection.execute(query.order_by(c.id).limit(size + 1)).all()
    found = [_read(row) for row in rows]
    return found[:size], found[size - 1].id if len(found) > size else 0


def how_many_unread(connection: Connection, within: Collection[str] | None = None) -> int:
    """How much nobody has taken up yet."""
    query = _in(select(func.count()), within).where(answers.c.seen == "")
    return int(connection.execute(query).scalar_one())


def take_up(
    connection: Connection, number: int, *, who: str, now: str, within: Collection[str] | None
) -> Answer:
    """Say that a person has taken it up. Raises RefusedError where there is none, or it was."""
    c = answers.c
    row = connection.execute(_in(select(answers), within).where(c.id == number)).first()
    if row is None:
        raise RefusedError(f"there is no answer {number}")
    if row.seen:
        raise RefusedError(f"{row.seen_by} has taken this up already, at {row.seen}")
    connection.execute(update(answers).where(c.id == number).values(seen=now, seen_by=who))
    return msgspec.structs.replace(_read(row), seen=now, seen_by=who)


def of_servers(connection: Connection, anchors: Sequence[int]) -> dict[int, list[Answer]]:
    """What was said of servers, by their numbers as they were then; the newest first."""
    c = answers.c
    found: dict[int, list[Answer]] = {}
    query = select(answers).where(c.anchor.in_(anchors)).order_by(c.id.desc()).limit(_MOST_SHOWN)
    for row in connection.execute(query):
        found.setdefault(row.anchor, []).append(_read(row))
    return found


def _in(query: Select[Any], within: Collection[str] | None) -> Select[Any]:
    if within is None:
        return query
    return query.where(answers.c.organisation.in_(sorted(key for key in within if key)))


def _read(row: Row[Any]) -> Answer:
    return Answer(
        row.id, row.time, row.who, row.notice, row.organisation, row.anchor, AnswerKind(row.kind),
        row.text, row.day, row.seen, row.seen_by,
    )  # fmt: skip
