"""Every server that ever had something to do, one after the other, with what may explain it.

Read in portions by number, so that memory does not grow with servers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, case, select

from alpheus.campaign.among import among
from alpheus.campaign.notices import Telling, Tellings, by_hand
from alpheus.cases.day_rows import Step, is_left
from alpheus.cases.schema import Derived, observations
from alpheus.cases.states import HEALTHY, OPEN_COMPROMISE, OPEN_PATCH
from alpheus.notify.model import Status

PORTION = 4_000
_AT_ONCE = 500
_PATCH = {state.value for state in OPEN_PATCH}
_COMPROMISE = {state.value for state in OPEN_COMPROMISE}
_HEALTHY = {state.value for state in HEALTHY}
_TOLD = {"notified", "acknowledged", "in-progress", "needs-help"}
_ROW = ("id", "organisation", "sector", "region", "network", "product", "build", "patch",
        "compromise", "work", "first_seen", "last_seen", "observations", "service")  # fmt: skip


class Contact(msgspec.Struct, gc=False):
    """What of an `Advice` says whether somebody can be reached."""

    kind: str = ""
    email: str = ""
    phone: str = ""
    warning: str = ""


class _Ownership(msgspec.Struct, gc=False):
    provider: str = ""
    contacts: tuple[Contact, ...] = ()


class _Detail(msgspec.Struct, gc=False):
    addresses: tuple[tuple[Any, ...], ...] = ()
    sources: dict[str, int] = {}


class Member(NamedTuple):
    """A server that ever had something to do; times are ISO 8601 UTC, '' is never or unknown.

    `opened` is when the flaw was first seen open, with which build; `fixed` when it was first seen
    fixed after that; `told` when it was first told. `sources` is how many lists and looks have it,
    `addresses` at how many addresses it was seen. `contacts` are the ways to its owner.
    """

    server: int
    organisation: str
    sector: str
    region: str
    network: str
    product: str
    build: str
    patch: str
    compromise: str
    work: str
    first_seen: str
    last_seen: str
    observations: int
    left: bool
    opened: str
    opened_build: str
    fixed: str
    told: str
    sources: int
    addresses: int
    provider: str
    contacts: tuple[Contact, ...]
    tellings: tuple[Telling, ...]


def members(
    connection: Connection, tables: Derived, conditions: Sequence[ColumnElement[bool]] = ()
) -> Iterator[Member]:
    """All of them, in the order of their numbers; `conditions` are of the table of servers."""
    tellings = Tellings(connection, tables)
    for rows in portions(connection, tables, conditions, detail=True):
        numbers = [row.id for row in rows]
        steps = steps_of(connection, tables, numbers)
        opened = {row.id for row in rows if not row.service and _was_open(steps.get(row.id, ()))}
        told = tellings.of(numbers)
        owners = _ownerships(connection, tables, numbers)
        builds = _opening_builds(connection, steps, opened)
        for row in rows:
            if row.id in opened:
                yield _member(
                    row, steps[row.id], told.get(row.id), owners.get(row.id, _NOBODY),
                    builds.get(row.id, ""),
                )  # fmt: skip


def portions(
    connection: Connection,
    tables: Derived,
    conditions: Sequence[ColumnElement[bool]] = (),
    *,
    detail: bool = False,
) -> Iterator[Sequence[Row[Any]]]:
    """Rows of servers by number, some thousand at a time: what is counted, or what a member needs.

    What is counted tells the detail of those alone that are no servers by themselves.
    """
    servers = tables.servers.c
    names = _ROW if detail else (*_ROW, "entries", "victim_entries", "system")
    whole = servers.detail if detail else case((servers.service != 0, servers.detail), else_="")
    columns = (*(servers[name] for name in names), whole.label("detail"))
    query = select(*columns).order_by(servers.id)
    if conditions:
        yield from _some(connection, tables, query, conditions)
        return
    last = 0
    while rows := connection.execute(query.where(servers.id > last).limit(PORTION)).all():
        yield rows
        last = rows[-1].id


def _some(
    connection: Connection,
    tables: Derived,
    query: Select[Any],
    conditions: Sequence[ColumnElement[bool]],
) -> Iterator[Sequence[Row[Any]]]:
    """Those that fit, named first: an order by number would be walked through for a few of them."""
    number = tables.servers.c.id
    found = connection.execute(select(number).where(*conditions)).scalars()
    numbers = array("q", sorted(found))
    for begin in range(0, len(numbers), PORTION):
        wanted = numbers[begin : begin + PORTION].tolist()
        known = set(wanted)
        rows: list[Row[Any]] = []
        for which in among(number, wanted):
            rows += (row for row in connection.execute(query.where(which)) if row.id in known)
        yield rows


def steps_of(
    connection: Connection, tables: Derived, numbers: Sequence[int]
) -> dict[int, list[Step]]:
    """Changes of servers (by sorted numbers, and perhaps of others between), in order of time."""
    c = tables.changes.c
    query = select(c.server, c.axis, c.time, c.before, c.after, c.evidence)
    found: dict[int, list[Step]] = {}
    for which in among(c.server, numbers):
        for row in connection.execute(query.where(which).order_by(c.server, c.time)).all():
            found.setdefault(row[0], []).append(Step._make(row[1:]))
    return found


def days_between(begin: str, end: str) -> int:
    """Whole days from one time to another; negative if it lies before."""
    return _ordinal(end[:10]) - _ordinal(begin[:10])


@lru_cache(maxsize=8_192)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _was_open(steps: Sequence[Step]) -> bool:
    return any(
        step.after in (_PATCH if step.axis == "patch" else _COMPROMISE)
        for step in steps if step.axis != "work"
    )  # fmt: skip


_NOBODY = _Ownership()
_read_detail = msgspec.json.Decoder(_Detail).decode
_read_ownership = msgspec.json.Decoder(_Ownership).decode


def _opening_builds(
    connection: Connection, steps: Mapping[int, Sequence[Step]], servers: Iterable[int]
) -> dict[int, str]:
    """The builds with which servers were first seen open: a later one would tell of the fix."""
    causes: dict[int, int] = {}
    for server in servers:
        first = next((s for s in steps[server] if s.axis == "patch" and s.after in _PATCH), None)
        number = first.evidence.rpartition(" ")[2] if first else ""
        if number.isdigit():
            causes[int(number)] = server
    found: dict[int, str] = {}
    numbers, o = sorted(causes), observations.c
    for begin in range(0, len(numbers), _AT_ONCE):
        some = select(o.id, o.build).where(o.id.in_(numbers[begin : begin + _AT_ONCE]))
        found.update((causes[row[0]], row[1]) for row in connection.execute(some).all())
    return found


def _ownerships(
    connection: Connection, tables: Derived, numbers: Sequence[int]
) -> Mapping[int, _Ownership]:
    o = tables.ownerships.c
    found: dict[int, _Ownership] = {}
    for which in among(o.server, numbers):
        rows = connection.execute(select(o.server, o.content).where(which)).all()
        found.update((server, _read_ownership(text)) for server, text in rows if text)
    return found


def _member(
    row: Row[Any],
    steps: Sequence[Step],
    told: list[Telling] | None,
    owner: _Ownership,
    build: str,
) -> Member:
    detail = _read_detail(row.detail)
    patches = [step for step in steps if step.axis == "patch"]
    opened = next((step.time for step in patches if step.after in _PATCH), "")
    fixed = next((s.time for s in patches if s.after in _HEALTHY and opened and s.time >= opened),
                 "")  # fmt: skip
    noted = _noted(steps)
    tellings = told or by_hand(noted[:1])
    held = [one.time for one in tellings if one.time and one.status != Status.FAILED]
    first = min(held + noted[:1], default="")
    left = is_left(row.patch, row.compromise, row.work)
    return Member._make((
        *row[:13], left, opened, build, fixed, first, len(detail.sources), len(detail.addresses),
        owner.provider, owner.contacts, tuple(tellings),
    ))  # fmt: skip


def _noted(steps: Sequence[Step]) -> list[str]:
    """When its case came to be told, since the last time that all that was sent had failed."""
    found: list[str] = []
    for step in steps:
        if step.axis != "work":
            continue
        if step.after in _TOLD:
            found.append(step.time)
        elif step.before == "notified" and step.after in {"new", "reopened"}:
            found.clear()
    return found
