"""Servers by what is asked of them, a page at a time.

A page begins after the last server of the one before, by key, so that the thousandth is as quick as
the first. Alternatives are asked one by one, each along an index, and merged.
"""

from __future__ import annotations

import base64
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import product
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
)

from alpheus.cases.bulk import among
from alpheus.cases.schema import Derived
from alpheus.cases.server_rows import places_of
from alpheus.errors import UsageError

SORTS = ("priority", "last-seen", "name", "due")
"""By `due` only those are listed of which a law asks something."""

MOST = 1_000
"""Servers of a page."""

SHOWN = (
    "id", "name", "organisation", "sector", "region", "network", "product", "build", "address",
    "patch", "patch_since", "compromise", "compromise_since", "work", "work_since", "assignee",
    "until", "first_seen", "last_seen", "due", "priority", "observations", "service",
)  # fmt: skip
"""The fields of a server in a listing."""

_FEW = 2_000
_MANY = 10_000
_COMMON = 150_000
_MOST_WORDS = 8
_MOST_QUERIES = 40
_END = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a server must be; of several values of a field, one. Empty asks nothing.

    `network` holds numbers of autonomous systems, with or without `AS`, or networks such as
    `192.0.2.0/24`; `text` words that names, keys or addresses begin with, all of them. `due_before`
    is a time (ISO 8601 in UTC) before which a law asks for something that has not been done; it
    goes with the order by `due`.
    """

    patch: tuple[str, ...] = ()
    compromise: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    assignee: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    text: str = ""
    due_before: str = ""


_STATES = ("patch", "compromise", "work")
_EXACT = tuple(f.name for f in fields(Filters) if f.name not in {"network", "text", "due_before"})


Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Page:
    """Servers with the fields `SHOWN`; `next` is the key of the page after, '' at the end."""

    servers: list[dict[str, Any]]
    next: str


class Wanted(NamedTuple):
    """A page that is asked for; `after` is the `next` of the page before."""

    filters: Filters
    sort: str = "priority"
    after: str = ""
    size: int = 50


def page(
    connection: Connection,
    tables: Derived,
    wanted: Wanted,
    *,
    shown: Sequence[str] = SHOWN,
    known: Conditions | None = None,
) -> Page:
    """A page of servers. Raises UsageError for a sort, a key or a network that is none.

    `known` are the `conditions` of its filters, where somebody has them already.
    """
    filters = wanted.filters
    _check(filters, wanted.sort)
    size = max(1, min(wanted.size, MOST))
    order = _Order(tables, wanted.sort, wanted.after)
    rows: list[dict[str, Any]] = []
    if not _any(connection, tables, filters):
        return Page([], "")
    if known is None:
        known = tuple(conditions(connection, tables, filters))
    for query in _queries(tables, filters, order.name, known):
        found = connection.execute(order.apply(query).limit(size + 1))
        rows += [row._asdict() for row in found]
    rows.sort(key=order.key_of)
    more = len(rows) > size
    rows = rows[:size]
    next_key = order.written(rows[-1]) if more else ""
    return Page(rows_of(connection, tables, [row["id"] for row in rows], shown), next_key)


def rows_of(
    connection: Connection, tables: Derived, numbers: Sequence[int], shown: Sequence[str] = SHOWN
) -> list[dict[str, Any]]:
    """What is shown of servers, in the order of their numbers; those that are gone are left out."""
    servers = tables.servers.c
    query = select(*(servers[name] for name in shown)).where(servers.id.in_(numbers))
    found = {row.id: row._asdict() for row in connection.execute(query)}
    return [found[number] for number in numbers if number in found]


def numbers(
    connection: Connection, tables: Derived, filters: Filters, *, sort: str = "priority"
) -> array[int]:
    """The numbers of all servers that fit, in order. Raises UsageError as `page` does."""
    _check(filters, sort)
    order = _Order(tables, sort, "")
    query = select(tables.servers.c.id).where(*where(connection, tables, filters))
    if sort == "due":
        query = query.where(tables.servers.c.due > "")
    found = connection.execution_options(yield_per=_MANY).execute(order.apply(query))
    return array("q", found.scalars())


def _check(filters: Filters, sort: str) -> None:
    if sort not in SORTS:
        raise UsageError(f"'{sort}' is none of {', '.join(SORTS)}")
    if filters.due_before and sort != "due":
        raise UsageError("servers with a day by which something is due are listed by that day")


def _any(connection: Connection, tables: Derived, filters: Filters) -> bool:
    """Whether the counts know of a server that fits, as far as they tell; quick where none does."""
    c = tables.counts.c
    states = [c[name].in_(getattr(filters, name)) for name in _STATES if getattr(filters, name)]
    asked = [(name, getattr(filters, name)) for name in ("sector", "region", "product")
             if getattr(filters, name)]  # fmt: skip
    for name, values in asked or [("", ("",))]:
        query = select(c.value).where(c.dimension == name, c.value.in_(values), *states).limit(1)
        if connection.execute(query).first() is None:
            return False
    return True


class _Order:
    """The order of servers, and where in it a page begins."""

    def __init__(self, tables: Derived, sort: str, after: str) -> None:
        self._sort = sort
        self.name = {"last-seen": "last_seen"}.get(sort, sort)
        self._id = tables.servers.c.id
        self._column: ColumnElement[Any] = tables.servers.c[self.name]
        self._falls = sort not in {"name", "due"}
        self._after = self._read(after) if after else None

    def apply(self, query: Select[Any]) -> Select[Any]:
        """The query in order, from where the page begins."""
        column = self._column
        if self._after is not None:
            value, number = self._after
            edge = column <= value if self._falls else column >= value
            past = column < value if self._falls else column > value
            query = query.where(and_(edge, or_(past, self._id > number)))
        return query.order_by(column.desc() if self._falls else column, self._id)

    def key_of(self, row: dict[str, Any]) -> tuple[Any, ...]:
        """By what rows of several queries are merged."""
        value = row[self.name]
        if not self._falls:
            return value, row["id"]
        falling = -value if isinstance(value, int) else (*(-ord(c) for c in value), 1)
        return falling, row["id"]

    def written(self, row: dict[str, Any]) -> str:
        """The key of the page after a row."""
        raw = msgspec.json.encode([self._sort, row[self.name], row["id"]])
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def _read(self, key: str) -> tuple[Any, int]:
        try:
            raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
            sort, value, number = msgspec.json.decode(raw, type=tuple[str, int | str, int])
        except ValueError:
            raise UsageError(f"'{key}' is no key of a page") from None
        if sort != self._sort or isinstance(value, int) != (sort == "priority"):
            raise UsageError(f"this key is of a list sorted by {sort}, not by {self._sort}")
        return value, number


def _queries(
    tables: Derived, filters: Filters, sort: str, known: Conditions
) -> Iterator[Select[Any]]:
    """One query per alternative, unless there were too many; it gives numbers and their order."""
    servers = tables.servers.c
    base = select(servers.id, servers[sort])
    if sort == "due":
        base = base.where(servers.due > "")
    base = base.where(*known)
    asked = _asked(filters)
    alternatives = 1
    for _, values in asked:
        alternatives *= len(set(values))
    if alternatives > _MOST_QUERIES:
        yield base.where(*(servers[name].in_(values) for name, values in asked))
        return
    for values in product(*(dict.fromkeys(values) for _, values in asked)):
        yield base.where(*(servers[name] == value
                           for (name, _), value in zip(asked, values, strict=True)))  # fmt: skip


def where(connection: Connection, tables: Derived, filters: Filters) -> list[ColumnElement[bool]]:
    """What a server must be, all of it, for who reads every one that fits. Raises UsageError."""
    return [*conditions(connection, tables, filters), *exact(tables, filters)]


def exact(tables: Derived, filters: Filters) -> list[ColumnElement[bool]]:
    """The part of it that is compared as it is. Raises UsageError."""
    return [tables.servers.c[name].in_(values) for name, values in _asked(filters)]


def _asked(filters: Filters) -> list[tuple[str, tuple[str, ...]]]:
    """The fields that must have one of some values."""
    asked = [(name, getattr(filters, name)) for name in _EXACT if getattr(filters, name)]
    systems = [_system(one) for one in filters.network if places_of(one) is None or one.isdigit()]
    return [*asked, ("network", tuple(systems))] if systems else asked


def system_of(text: str) -> str:
    """The number of an autonomous system such as `AS64500` or `64500`; '' for anything else."""
    number = text.upper().removeprefix("AS")
    return number if number.isascii() and number.isdigit() else ""


def _system(text: str) -> str:
    number = system_of(text)
    if not number:
        raise UsageError(f"'{text}' is neither a network such as 192.0.2.0/24 nor an AS number")
    return number


def conditions(
    connection: Connection, tables: Derived, filters: Filters
) -> Iterator[ColumnElement[bool]]:
    """What is found by words and addresses.

    Where only few have all of it these are named, so that no order is walked through in vain.
    """
    if filters.due_before:
        due = tables.servers.c.due
        yield and_(due > "", due < filters.due_before)
    held = list(_held(tables, filters))
    most = _COMMON if len(held) > 1 else _FEW
    telling = rarest_first(connection, held, most)
    if telling:
        found: list[Any] = list(connection.execute(in_all(telling).limit(_FEW + 1)).scalars())
        if len(found) <= _FEW:
            yield among(connection, tables.servers.c.id, set(found))
            held = [one for one in held if one not in telling]
    for one in held:
        yield exists(one.where(one.selected_columns[0] == tables.servers.c.id))


def _held(tables: Derived, filters: Filters) -> Iterator[Select[tuple[int]]]:
    """For each word, and for the networks, the servers that have it."""
    places = tables.addresses.c
    asked = list(dict.fromkeys(filters.text.lower().split()))[:_MOST_WORDS]
    for number, word in enumerate(asked):
        words = tables.words.alias(f"words{number}").c  # to look for each beside the others
        yield select(words.server).where(words.word >= word, words.word <= word + _END)
    networks = [found for one in filters.network if not one.isdigit() and (found := places_of(one))]
    if networks:
        spans = (and_(places.place >= first, places.place <= last) for first, last in networks)
        yield select(places.server).where(or_(*spans))


def rarest_first(
    connection: Connection, held: Sequence[Select[Any]], most: int
) -> list[Select[Any]]:
    """Those of which there are not more than some, the one with fewest first."""
    counted = []
    for place, one in enumerate(held):
        some = one.limit(most + 1).subquery()
        number = connection.execute(select(func.count()).select_from(some)).scalar_one()
        if number <= most:
            counted.append((number, place))
    return [held[place] for _, place in sorted(counted)]


def in_all(held: Sequence[Select[Any]]) -> Select[Any]:
    """What is in the first and in all others, which are of other tables or aliases.

    The first is gone through, and each of it looked for in the others, so that what is limited ends
    as soon as enough was found.
    """
    first, *others = held
    if not others:
        return first
    column = first.selected_columns[0]
    return first.where(*(exists(one.where(one.selected_columns[0] == column)) for one in others))


def every(
    connection: Connection, tables: Derived, filters: Filters, *, sort: str = "priority"
) -> Iterator[dict[str, Any]]:
    """All servers that fit, page after page."""
    after = ""
    while True:
        found = page(connection, tables, Wanted(filters, sort, after, MOST))
        yield from found.servers
        after = found.next
        if not after:
            return
