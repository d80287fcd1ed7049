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
from math import prod
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from alpheus.cases.bulk import among
from alpheus.cases.questions import OneOf, Question, of_tables
from alpheus.cases.remembered import remembered
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
_SOME = 20_000
_COMMON = 150_000
_SAMPLE = 400
_OFTEN = 4
"""One of so many of a sample has all words: then many have."""
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
    if known:
        for query in _queries(tables, filters, order.name, known):
            found = connection.execute(order.apply(query).limit(size + 1))
            rows += [row._asdict() for row in found]
    else:
        rows += _plain(connection, tables, filters, order, size + 1)
    rows.sort(key=order.key_of)
    more = len(rows) > size
    rows = rows[:size]
    next_key = order.written(rows[-1]) if more else ""
    return Page(rows_of(connection, tables, [row["id"] for row in rows], shown), next_key)


def rows_of(
    connection: Connection, tables: Derived, numbers: Sequence[int], shown: Sequence[str] = SHOWN
) -> list[dict[str, Any]]:
    """What is shown of servers, in the order of their numbers; those that are gone are left out."""
    question = _rows(tables, tuple(shown))
    found = {row["id"]: row for row in question.dicts(connection, numbers=list(numbers))}
    return [found[number] for number in numbers if number in found]


@of_tables
def _rows(tables: Derived, shown: tuple[str, ...]) -> Question:
    s = tables.servers.c
    return Question(select(*(s[name] for name in shown)).where(OneOf(s.id, "numbers")))


def numbers(
    connection: Connection, tables: Derived, filters: Filters, *, sort: str = "priority"
) -> array[int]:
    """The numbers of all servers that fit, in order. Raises UsageError as `page` does."""
    _check(filters, sort)
    order = _Order(tables, sort, "")
    query = select(tables.servers.c.id).where(*where(connection, tables, filters))
    if sort == "due":
        query = query.where(tables.servers.c.due > "")
    found = connection.execute(order.apply(query).execution_options(yield_per=_MANY))
    return array("q", found.scalars())


def _check(filters: Filters, sort: str) -> None:
    if sort not in SORTS:
        raise UsageError(f"'{sort}' is none of {', '.join(SORTS)}")
    if filters.due_before and sort != "due":
        raise UsageError("servers with a day by which something is due are listed by that day")


def _plain(
    connection: Connection, tables: Derived, filters: Filters, order: _Order, most: int
) -> Iterator[dict[str, Any]]:
    """The first of each alternative, where nothing is asked for but values of fields."""
    asked = _asked(filters)
    few = _are_few(asked)
    names = tuple(name for name, _ in asked)
    question = _in_order(tables, _Form(order.sort, names, few, order.after is not None))
    given: dict[str, Any] = {"most": most}
    if order.after is not None:
        given |= {"edge": order.after[0], "number": order.after[1]}
    if not few:
        given |= {f"of_{name}": list(values) for name, values in asked}
    for chosen in product(*(dict.fromkeys(values) for _, values in asked)) if few else [()]:
        values = {f"of_{name}": value for (name, _), value in zip(asked, chosen, strict=False)}
        yield from question.dicts(connection, **given, **values)


class _Form(NamedTuple):
    """What tells one question for a page from another: sort, fields, how many values, and place."""

    sort: str
    asked: tuple[str, ...]
    few: bool
    after: bool


@of_tables
def _in_order(tables: Derived, form: _Form) -> Question:
    """Numbers and their order, of servers whose fields have a value, or one of many."""
    s, order = tables.servers.c, _Order(tables, form.sort, "")
    query = select(s.id, s[order.name])
    for name in form.asked:
        given = f"of_{name}"
        query = query.where(s[name] == bindparam(given) if form.few else OneOf(s[name], given))
    if form.sort == "due":
        query = query.where(s.due > "")
    if form.after:
        query = order.begin(query, bindparam("edge", type_=s[order.name].type), bindparam("number"))
    return Question(order.apply(query).limit(bindparam("most", type_=Integer())))


def _any(connection: Connection, tables: Derived, filters: Filters) -> bool:
    """Whether the counts know of a server that fits, as far as they tell; quick where none does."""
    told = tuple(getattr(filters, name) for name in (*_STATES, "sector", "region", "product"))
    return remembered(
        connection, ("any", told), lambda: _any_by_counts(connection, tables, filters)
    )


def _any_by_counts(connection: Connection, tables: Derived, filters: Filters) -> bool:
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
        self.sort = sort
        self.name = {"last-seen": "last_seen"}.get(sort, sort)
        self._id = tables.servers.c.id
        self._column: ColumnElement[Any] = tables.servers.c[self.name]
        self._falls = sort not in {"name", "due"}
        self.after = self._read(after) if after else None

    def apply(self, query: Select[Any]) -> Select[Any]:
        """The query in order, from where the page begins."""
        if self.after is not None:
            query = self.begin(query, *self.after)
        column = self._column
        return query.order_by(column.desc() if self._falls else column, self._id)

    def begin(self, query: Select[Any], value: Any, number: Any) -> Select[Any]:  # noqa: ANN401
        """The query from after a server on: what it is sorted by, and its number."""
        column = self._column
        edge = column <= value if self._falls else column >= value
        past = column < value if self._falls else column > value
        return query.where(and_(edge, or_(past, self._id > number)))

    def key_of(self, row: dict[str, Any]) -> tuple[Any, ...]:
        """By what rows of several queries are merged."""
        value = row[self.name]
        if not self._falls:
            return value, row["id"]
        falling = -value if isinstance(value, int) else (*(-ord(c) for c in value), 1)
        return falling, row["id"]

    def written(self, row: dict[str, Any]) -> str:
        """The key of the page after a row."""
        raw = msgspec.json.encode([self.sort, row[self.name], row["id"]])
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def _read(self, key: str) -> tuple[Any, int]:
        try:
            raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
            sort, value, number = msgspec.json.decode(raw, type=tuple[str, int | str, int])
        except ValueError:
            raise UsageError(f"'{key}' is no key of a page") from None
        if sort != self.sort or isinstance(value, int) != (sort == "priority"):
            raise UsageError(f"this key is of a list sorted by {sort}, not by {self.sort}")
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
    if not _are_few(asked):
        yield base.where(*(servers[name].in_(values) for name, values in asked))
        return
    for values in product(*(dict.fromkeys(values) for _, values in asked)):
        yield base.where(*(servers[name] == value
                           for (name, _), value in zip(asked, values, strict=True)))  # fmt: skip


def _are_few(asked: Sequence[tuple[str, tuple[str, ...]]]) -> bool:
    """Whether each alternative is asked for by itself."""
    return prod(len(set(values)) for _, values in asked) <= _MOST_QUERIES


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
    telling = telling_of(connection, held, _COMMON)
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


def telling_of(
    connection: Connection, held: Sequence[Select[Any]], common: int
) -> list[Select[Any]]:
    """By what to name all that fits, what fewest have first; nothing where that are many.

    Many are soon met with in whatever order is walked through. Whether several words are often
    together a sample says; what more than `common` have is no beginning.
    """
    if len(held) < 2:
        return _rarest_first(connection, held, _FEW)
    some = _rarest_first(connection, held, _SOME)
    if some:
        return [*some, *(one for one in held if one not in some)]
    if _are_often_together(connection, held):
        return []
    return _rarest_first(connection, held, common)


def _are_often_together(connection: Connection, held: Sequence[Select[Any]]) -> bool:
    first, *others = held
    sample = first.limit(_SAMPLE).subquery()
    (column,) = sample.c
    query = select(func.count()).select_from(sample).where(*_all_of(column, others))
    return connection.execute(query).scalar_one() * _OFTEN >= _SAMPLE


def _rarest_first(
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


def _all_of(column: Any, held: Sequence[Select[Any]]) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """That a column is in each."""
    return (exists(one.where(one.selected_columns[0] == column)) for one in held)


def in_all(held: Sequence[Select[Any]]) -> Select[Any]:
    """What is in the first and in all others, which are of other tables or aliases.

    The first is gone through, and each of it looked for in the others, so that what is limited ends
    as soon as enough was found.
    """
    first, *others = held
    if not others:
        return first
    return first.where(*_all_of(first.selected_columns[0], others))


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
