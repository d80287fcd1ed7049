"""Organisations by what is asked of them, and the servers of each."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

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

from alpheus.cases.questions import OneOf, Question, of_tables
from alpheus.cases.schema import Derived
from alpheus.cases.server_rows import ServerDetail
from alpheus.cases.service_listing import SHOWN, Filters, in_all, telling_of, where
from alpheus.directory.owner_model import Advice, Ownership
from alpheus.errors import RefusedError, UsageError

SORTS = ("priority", "name", "servers")
MOST = 1_000
"""Organisations of a page."""

_FIELDS = ("key", "name", "domain", "country", "region", "city", "sector", "servers", "open",
           "compromised", "priority", "described")  # fmt: skip
_FEW = 2_000
_COMMON = 80_000
_MOST_WORDS = 8
_MOST_QUERIES = 40
_AT_ONCE = 500
_MOST_CONTACTS = 60
_END = "\U0010ffff"
_KINDS = ("registered", "government-list", "listed", "security-txt", "abuse", "usual-mailbox",
          "provider", "national-cert")  # fmt: skip
_read_ownership = msgspec.json.Decoder(Ownership).decode


class Organisation(msgspec.Struct, frozen=True, gc=False):
    """Who owns servers, with all ways to reach it, the best first.

    `key` is its main domain, or a slug of its name; '' where nobody can tell whose a server is:
    then all but `country`, `provider` and `contacts` is empty, and these are of its network.
    `region` is written as `US-TX`. `servers` counts servers, `open` those that are vulnerable or
    not shown to be clean and whose case has not ended, `compromised` those of them that somebody
    broke into. `priority` is that of the most urgent one. `beside` are those of its list that are
    no servers by themselves and not counted: what was seen of a service of several servers without
    telling which of them, and what is taken for a decoy.
    """

    key: str
    name: str
    domain: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    sector: str = ""
    confidence: str = ""
    provider: str = ""
    contacts: tuple[Advice, ...] = ()
    servers: int = 0
    open: int = 0
    compromised: int = 0
    priority: int = 0
    beside: int = 0


@dataclass(frozen=True, slots=True)
class OrganisationFilters:
    """What an organisation must be; of several values of a field, one. Empty asks nothing.

    `text` holds words that its name or key begin with, or parts of them, all of them. `open_only`
    leaves out those that have nothing left to be done, `key` all but those with some keys.
    """

    sector: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    text: str = ""
    open_only: bool = False
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """A page; `next` is the key of the page after, '' at the end."""

    organisations: list[Organisation]
    next: str


def page(
    connection: Connection,
    tables: Derived,
    filters: OrganisationFilters,
    *,
    sort: str = "priority",
    after: str = "",
    size: int = 50,
) -> OrganisationPage:
    """A page of organisations; contacts are those of the server that says most of its owner.

    Raises UsageError for a sort or a key of a page that is none.
    """
    order = _Order(tables, sort, after)
    size = max(1, min(size, MOST))
    rows: list[dict[str, Any]] = []
    if filters == OrganisationFilters(open_only=filters.open_only):
        rows = _plain(connection, tables, order, size + 1, open_only=filters.open_only)
    else:
        for query in _queries(connection, tables, filters, order.name):
            found = connection.execute(order.apply(query).limit(size + 1))
            rows += [row._asdict() for row in found]
    rows.sort(key=order.key_of)
    next_key = order.written(rows[size - 1]) if len(rows) > size else ""
    return OrganisationPage(_whole(connection, tables, [r["key"] for r in rows[:size]]), next_key)


def _plain(
    connection: Connection, tables: Derived, order: _Order, most: int, *, open_only: bool
) -> list[dict[str, Any]]:
    """The first of all organisations, or of those that have something left to be done."""
    question = _in_order(tables, (order.name, open_only, order.after is not None))
    edge = {"edge": order.after[0], "from_key": order.after[1]} if order.after else {}
    return question.dicts(connection, most=most, **edge)


@of_tables
def _in_order(tables: Derived, form: tuple[str, bool, bool]) -> Question:
    sort, open_only, after = form
    g, order = tables.organisations.c, _Order(tables, sort, "")
    query = select(g.key, g[sort])
    if open_only:
        query = query.where(g.open > 0)
    if after:
        query = order.begin(query, bindparam("edge", type_=g[sort].type), bindparam("from_key"))
    return Question(order.apply(query).limit(bindparam("most", type_=Integer())))


def one(connection: Connection, tables: Derived, key: str) -> Organisation:
    """An organisation, with the contacts of all its servers. Raises RefusedError."""
    found = _whole(connection, tables, [key]) if key else []
    if not found:
        raise RefusedError(f"there is no organisation {key!r}; see: alpheus case organisations")
    owned = [_read_ownership(text) for text in _owned(tables).column(connection, key=key)]
    return msgspec.structs.replace(found[0], contacts=_contacts(owned))


@of_tables
def _owned(tables: Derived) -> Question:
    s, o = tables.servers.c, tables.ownerships.c
    return Question(
        select(o.content)
        .select_from(tables.servers.join(tables.ownerships, o.server == s.id))
        .where(s.organisation == bindparam("key"))
        .order_by(o.weight.desc(), s.id)
        .limit(_AT_ONCE)
    )


def ownership(connection: Connection, tables: Derived, server: int) -> Ownership:
    """Who owns a server, with all reasons; of unknown owner where nothing is kept of it."""
    text = _ownership_of(tables).value(connection, server=server)
    return _read_ownership(text) if text else Ownership()


@of_tables
def _ownership_of(tables: Derived) -> Question:
    o = tables.ownerships.c
    return Question(select(o.content).where(o.server == bindparam("server")))


def each(
    connection: Connection, tables: Derived, filters: Filters
) -> Iterator[tuple[Organisation, list[dict[str, Any]]]]:
    """The organisations of all servers that fit, the most urgent first, with these servers.

    See `Cases.by_organisation`. Raises UsageError.
    """
    s = tables.servers.c
    query = (
        select(s.id, s.organisation)
        .where(*where(connection, tables, filters))
        .order_by(s.priority.desc(), s.id)
    )
    groups: dict[tuple[str, int], list[int]] = {}
    for number, key in connection.execute(query):
        groups.setdefault((key, 0 if key else number), []).append(number)
    for some in _portions(groups):
        yield from _told(connection, tables, some)


def _portions(
    groups: Mapping[tuple[str, int], list[int]],
) -> Iterator[list[tuple[str, list[int]]]]:
    """Organisations with their servers, so many that there are some hundred servers at a time."""
    portion: list[tuple[str, list[int]]] = []
    size = 0
    for (key, _), numbers in groups.items():
        portion.append((key, numbers))
        size += len(numbers)
        if size >= _AT_ONCE:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _told(
    connection: Connection, tables: Derived, groups: Sequence[tuple[str, list[int]]]
) -> Iterator[tuple[Organisation, list[dict[str, Any]]]]:
    servers = _servers(connection, tables, [n for _, numbers in groups for n in numbers])
    known = {one.key: one for one in _whole(connection, tables, [key for key, _ in groups if key])}
    for key, numbers in groups:
        here = [servers[number] for number in numbers]
        owned = sorted((one["ownership"] for one in here), key=lambda found: -found.weight)
        found = known.get(key) or _of_nobody(here[0])
        yield msgspec.structs.replace(found, contacts=_contacts(owned)), here


def _servers(
    connection: Connection, tables: Derived, numbers: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """Servers with what is known of them and of their owners."""
    s, o = tables.servers.c, tables.ownerships.c
    read = msgspec.json.Decoder(ServerDetail).decode
    found: dict[int, dict[str, Any]] = {}
    for begin in range(0, len(numbers), _AT_ONCE):
        query = (
            select(*(s[name] for name in SHOWN), s.detail, o.content.label("ownership"))
            .select_from(tables.servers.outerjoin(tables.ownerships, o.server == s.id))
            .where(s.id.in_(numbers[begin : begin + _AT_ONCE]))
        )
        for row in connection.execute(query):
            values = row._asdict()
            values["detail"] = read(values["detail"])
            owned = values["ownership"]
            values["ownership"] = _read_ownership(owned) if owned else Ownership()
            found[values["id"]] = values
    return found


def _of_nobody(server: Mapping[str, Any]) -> Organisation:
    """In place of the unknown owner of a server: who carries it."""
    found: Ownership = server["ownership"]
    is_open = server["priority"] > 0
    return Organisation(
        "", "", country=found.country,
        region=server["region"], sector=server["sector"], provider=found.provider,
        servers=1, open=int(is_open), priority=server["priority"],
    )  # fmt: skip


def _contacts(owned: Iterable[Ownership]) -> tuple[Advice, ...]:
    """All ways to reach an owner, each once and with the warning that any of its servers gives."""
    found: dict[tuple[str, ...], Advice] = {}
    for one in owned:
        for advice in one.contacts:
            key = (advice.email, advice.phone, advice.name)
            known = found.get(key)
            if known is None or (advice.warning and not known.warning):
                found[key] = advice
    ranks = {kind: rank for rank, kind in enumerate(_KINDS)}
    ordered = sorted(found.values(), key=lambda advice: ranks.get(advice.kind, len(ranks)))
    return tuple(ordered[:_MOST_CONTACTS])


def _whole(connection: Connection, tables: Derived, keys: Sequence[str]) -> list[Organisation]:
    """Organisations by their keys, in this order; keys that there are none of are left out."""
    if not keys:
        return []
    found: dict[str, Organisation] = {}
    beside = dict(_beside(tables).rows(connection, keys=list(keys)))
    for values in _described(tables).dicts(connection, keys=list(keys)):
        del values["described"]
        text = values.pop("content")
        owned = _read_ownership(text) if text else Ownership()
        found[values["key"]] = Organisation(
            **values, confidence=owned.confidence, provider=owned.provider,
            contacts=owned.contacts, beside=beside.get(values["key"], 0),
        )  # fmt: skip
    return [found[key] for key in keys if key in found]


@of_tables
def _described(tables: Derived) -> Question:
    g, o = tables.organisations.c, tables.ownerships.c
    return Question(
        select(*(g[name] for name in _FIELDS), o.content)
        .select_from(tables.organisations.outerjoin(tables.ownerships, o.server == g.described))
        .where(OneOf(g.key, "keys"))
    )


@of_tables
def _beside(tables: Derived) -> Question:
    """How many of the list of each are no servers by themselves."""
    s = tables.servers.c
    return Question(
        select(s.organisation, func.count().label("beside"))
        .where(OneOf(s.organisation, "keys"), s.service != 0)
        .group_by(s.organisation)
    )


class _Order:
    """The order of organisations, and where in it a page begins."""

    def __init__(self, tables: Derived, sort: str, after: str) -> None:
        if sort not in SORTS:
            raise UsageError(f"'{sort}' is none of {', '.join(SORTS)}")
        self.name = sort
        self._key = tables.organisations.c.key
        self._column: ColumnElement[Any] = tables.organisations.c[sort]
        self._falls = sort != "name"
        self.after = self._read(after) if after else None

    def apply(self, query: Select[Any]) -> Select[Any]:
        """The query in order, from where the page begins."""
        if self.after is not None:
            query = self.begin(query, *self.after)
        column = self._column
        return query.order_by(column.desc() if self._falls else column, self._key)

    def begin(self, query: Select[Any], value: Any, key: Any) -> Select[Any]:  # noqa: ANN401
        """The query from after an organisation on: what it is sorted by, and its key."""
        column = self._column
        edge = column <= value if self._falls else column >= value
        past = column < value if self._falls else column > value
        return query.where(and_(edge, or_(past, self._key > key)))

    def key_of(self, row: Mapping[str, Any]) -> tuple[Any, str]:
        """By what rows of several queries are merged."""
        value = row[self.name]
        return (-value if self._falls else value), row["key"]

    def written(self, row: Mapping[str, Any]) -> str:
        """The key of the page after a row."""
        raw = msgspec.json.encode([self.name, row[self.name], row["key"]])
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def _read(self, text: str) -> tuple[str | int, str]:
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            sort, value, key = msgspec.json.decode(raw, type=tuple[str, int | str, str])
        except ValueError:
            raise UsageError(f"'{text}' is no key of a page") from None
        if sort != self.name or isinstance(value, int) != self._falls:
            raise UsageError(f"this key is of a list sorted by {sort}, not by {self.name}")
        return value, key


def _queries(
    connection: Connection, tables: Derived, filters: OrganisationFilters, sort: str
) -> Iterator[Select[Any]]:
    """One query per alternative, unless there were too many; it gives keys and their order."""
    g = tables.organisations.c
    base = select(g.key, g[sort])
    if filters.open_only:
        base = base.where(g.open > 0)
    if filters.key:
        base = base.where(g.key.in_(filters.key))
    for condition in _named(connection, tables, filters.text):
        base = base.where(condition)
    asked = [(g[name], tuple(dict.fromkeys(values))) for name in ("sector", "region", "country")
             if (values := getattr(filters, name))]  # fmt: skip
    if asked:
        base = base.where(*(column.in_(values) for column, values in asked))
        keys = base.with_only_columns(g.key)
        if not _are_more(connection, keys, _FEW):
            yield base.where(g.key.in_(connection.execute(keys).scalars().all()))
            return
    alternatives = 1
    for _, values in asked:
        alternatives *= len(values)
    if alternatives > _MOST_QUERIES:
        yield base.where(*(column.in_(values) for column, values in asked))
        return
    for chosen in product(*(values for _, values in asked)):
        yield base.where(
            *(column == value for (column, _), value in zip(asked, chosen, strict=True))
        )


def _named(connection: Connection, tables: Derived, text: str) -> Iterator[ColumnElement[bool]]:
    """Organisations with words that begin with those of a text.

    Where only few have them all these are named, so that no order is walked through in vain.
    """
    key = tables.organisations.c.key
    held = []
    for number, word in enumerate(list(dict.fromkeys(text.lower().split()))[:_MOST_WORDS]):
        column = tables.organisation_words.alias(f"words{number}").c
        held.append(select(column.key).where(column.word >= word, column.word <= word + _END))
    telling = telling_of(connection, held, _COMMON)
    if telling:
        found = connection.execute(in_all(telling).limit(_FEW + 1)).scalars().all()
        if len(found) <= _FEW:
            yield key.in_(set(found))
            held = [one for one in held if one not in telling]
    for one in held:
        yield exists(one.where(one.selected_columns[0] == key))


def _are_more(connection: Connection, asked: Select[tuple[str]], number: int) -> bool:
    """Whether more rows fit than a number."""
    some = asked.limit(number + 1).subquery()
    counted: int = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return counted > number
