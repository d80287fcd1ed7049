"""One thing done to many servers: to those that were shown, and to no others.

`foreseen` says what would happen, by the states that servers have in their rows; what it says is
done by `act_as_shown`, to those that were shown to allow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from alpheus.cases import service_listing
from alpheus.cases.acts import lacking, refusal
from alpheus.cases.bases import bases_of
from alpheus.cases.derived_store import Standing
from alpheus.cases.lifecycle import State
from alpheus.cases.schema import Derived, acts
from alpheus.cases.service_acts import Asked, act_of, do_to
from alpheus.cases.service_listing import Filters
from alpheus.cases.states import Compromise, Patch, Work
from alpheus.errors import RefusedError

MOST = 20_000
"""Servers that something is done to at once."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Matching:
    """The servers that fit filters, the most urgent first.

    `code` stands for exactly these, and as long as nothing more has been done to any.
    """

    servers: tuple[int, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Many:
    """What came of it: the rows of servers that it was done to, and why not to others."""

    done: tuple[dict[str, Any], ...]
    refused: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would happen: the servers it would be done to, and reasons with those that refuse it.

    `absent` are numbers that no server has, or none that may be worked on. `code` stands for
    exactly the servers in `allowed`.
    """

    allowed: tuple[int, ...]
    refused: tuple[tuple[str, tuple[int, ...]], ...]
    absent: tuple[int, ...]
    code: str


def matching(connection: Connection, tables: Derived, filters: Filters) -> Matching:
    """The servers that fit. Raises RefusedError where they are too many, UsageError."""
    found: list[int] = []
    for row in _fitting(connection, tables, filters):
        found.append(int(row["id"]))
        if len(found) > MOST:
            raise RefusedError(f"more than {MOST:,} servers fit; narrow it down and do it in parts")
    return Matching(tuple(found), code_of(found, f"\n{_last_act(connection, found)}"))


def code_of(servers: Iterable[int], act: str = "") -> str:
    """A few letters that stand for some servers and no others: their count, and a digest.

    With an `act` they stand for that as well, and for no other.
    """
    ordered = sorted(set(servers))
    text = " ".join(map(str, ordered)) + act
    return f"{len(ordered)}-{blake2b(text.encode(), digest_size=4).hexdigest()}"


def act_on_many(
    connection: Connection,
    tables: Derived,
    found: Standing,
    servers: Sequence[int],
    *,
    asked: Asked,
) -> Many:
    """Do it to every server that allows it; those that do not are told with the reason."""
    if len(servers) > MOST:
        raise RefusedError(f"more than {MOST:,} servers at once; do it in parts")
    places = bases_of(connection, tables, servers)
    wanted = list(dict.fromkeys(places[one][0] for one in servers if one in places))
    refused = {one: f"there is no server {one}" for one in servers if one not in places}
    done: list[dict[str, Any]] = []
    for begin in range(0, len(wanted), _AT_ONCE):
        part = wanted[begin : begin + _AT_ONCE]
        rows, others = do_to(connection, tables, found, part, asked=asked, now=asked.now)
        done += rows
        refused |= others
    return Many(tuple(done), tuple(sorted(refused.items())))


def foreseen(
    connection: Connection,
    tables: Derived,
    filters: Filters,
    servers: Sequence[int] | None,
    *,
    asked: Asked,
) -> Foreseen:
    """What would happen to all that fit, or to those of some servers that fit.

    Raises RefusedError where they are too many, or the act lacks what every server asks for.
    """
    act = act_of(asked)
    if reason := lacking(act, now=asked.now):
        raise RefusedError(reason)
    rows, absent = _states(connection, tables, filters, servers)
    known: dict[tuple[str, ...], str] = {}
    allowed, refused = [], dict[str, list[int]]()
    for number, *states in rows:
        key = tuple(states)
        if key not in known:
            known[key] = refusal(_state(*key), act, now=asked.now)
        if known[key]:
            refused.setdefault(known[key], []).append(number)
        else:
            allowed.append(number)
    ordered = sorted(refused.items(), key=lambda one: (-len(one[1]), one[0]))
    return Foreseen(tuple(allowed), tuple((reason, tuple(those)) for reason, those in ordered),
                    absent, code_of(allowed, _act_of(connection, allowed, asked)))  # fmt: skip


def _last_act(connection: Connection, servers: Sequence[int], *such: ColumnElement[bool]) -> int:
    """The last thing, or such thing, that was done to any of some servers."""
    last = 0
    for begin in range(0, len(servers), _AT_ONCE):
        query = select(func.max(acts.c.id)).where(
            acts.c.anchor.in_(servers[begin : begin + _AT_ONCE]), *such
        )
        last = max(last, connection.execute(query).scalar() or 0)
    return last


def _act_of(connection: Connection, servers: Sequence[int], asked: Asked) -> str:
    """What is to be done, and when the same was done last: once done, it is another act."""
    same = (acts.c.kind == asked.kind.value, acts.c.why == asked.why)
    last = _last_act(connection, servers, *same)
    return "\n".join(("", asked.kind.value, asked.why, asked.to, asked.until, str(last)))


def act_as_shown(
    connection: Connection,
    tables: Derived,
    found: Standing,
    filters: Filters,
    servers: Sequence[int] | None,
    *,
    asked: Asked,
    code: str,
) -> Many:
    """Do what was foreseen with this code. Raises RefusedError where it would be something else."""
    shown = foreseen(connection, tables, filters, servers, asked=asked)
    if shown.code != code:
        raise RefusedError(
            f"{len(shown.allowed):,} servers allow it now, and not the same as were shown; "
            f"nothing was done: look at them again"
        )
    return act_on_many(connection, tables, found, shown.allowed, asked=asked)


def _states(
    connection: Connection, tables: Derived, filters: Filters, servers: Sequence[int] | None
) -> tuple[list[tuple[Any, ...]], tuple[int, ...]]:
    """Numbers and states of servers, the most urgent first, and numbers of those that are none."""
    s = tables.servers.c
    query = select(s.id, s.patch, s.compromise, s.work)
    query = query.where(*service_listing.where(connection, tables, filters))
    if servers is None:
        query = query.order_by(s.priority.desc(), s.id).limit(MOST + 1)
        rows = [tuple(row) for row in connection.execute(query)]
        if len(rows) > MOST:
            raise RefusedError(f"more than {MOST:,} servers fit; narrow it down and do it in parts")
        return rows, ()
    if len(servers) > MOST:
        raise RefusedError(f"more than {MOST:,} servers at once; do it in parts")
    wanted = list(dict.fromkeys(servers))
    places = bases_of(connection, tables, wanted)
    home = {one: places[one][0] for one in wanted if one in places}
    found: dict[int, tuple[Any, ...]] = {}
    numbers = sorted(set(home.values()))
    for begin in range(0, len(numbers), _AT_ONCE):
        part = query.where(s.id.in_(numbers[begin : begin + _AT_ONCE]))
        found |= {row.id: tuple(row) for row in connection.execute(part)}
    rows = [found[number] for number in dict.fromkeys(home.values()) if number in found]
    return rows, tuple(one for one in wanted if home.get(one) not in found)


def _state(patch: str, compromise: str, work: str) -> State:
    return State(patch=Patch(patch), compromise=Compromise(compromise), work=Work(work))


def _fitting(connection: Connection, tables: Derived, filters: Filters) -> Iterator[dict[str, Any]]:
    sort = "due" if filters.due_before else "priority"
    return service_listing.every(connection, tables, filters, sort=sort)
