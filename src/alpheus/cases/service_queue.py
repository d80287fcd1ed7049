"""Who comes first, and why, with what can be chosen beside it: a page of servers for people.

Beside a value stands how many servers fit with it, all else as it is chosen, where that is known
without reading many rows: from the counts that are kept ready, or because few servers fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    CompoundSelect,
    Connection,
    Select,
    Table,
    bindparam,
    func,
    select,
    union_all,
)

from alpheus.cases.priority import Reason
from alpheus.cases.remembered import remembered
from alpheus.cases.schema import DIMENSIONS, Derived
from alpheus.cases.server_rows import TOTAL
from alpheus.cases.service_listing import (
    SHOWN,
    Conditions,
    Filters,
    Wanted,
    conditions,
    exact,
    page,
    system_of,
)
from alpheus.cases.states import Compromise, Patch, Work

STATES = {"patch": Patch, "compromise": Compromise, "work": Work}
FACETS = (*STATES, *DIMENSIONS, "assignee")
"""What is offered to choose from."""

_OFFERED = 8
_MOST_REGIONS = 24
_FEW = 300
_NONE: dict[str, Any] = dict.fromkeys(DIMENSIONS, ())
_WIDE = {"region": _MOST_REGIONS, "sector": 40, "assignee": 20}


class Told(msgspec.Struct, frozen=True):
    """What of a server's detail a list tells: its owner's name, and why it stands where it does."""

    owner: str = ""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be chosen, and how many servers fit then; None where nobody counted."""

    value: str
    servers: int | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Servers with the fields `SHOWN`, the name of the `owner` and the `reasons` of their priority.

    `next` is the key of the page after, '' at the end; `total` how many fit, None where nobody
    counted; `choices` are by the names of `FACETS`.
    """

    servers: list[dict[str, Any]]
    next: str
    total: int | None
    choices: Mapping[str, tuple[Choice, ...]]


_Weighed = tuple[Mapping[str, Any], int]
_read_told = msgspec.json.Decoder(Told).decode


def queue(connection: Connection, tables: Derived, wanted: Wanted) -> Queue:
    """A page of servers with what can be chosen. Raises UsageError as `service_listing.page`."""
    filters = wanted.filters
    known = tuple(conditions(connection, tables, filters))
    found = page(connection, tables, wanted, shown=(*SHOWN, "detail"), known=known)
    for row in found.servers:
        told = _read_told(row.pop("detail"))
        row["owner"], row["reasons"] = told.owner, told.reasons
    total, choices = offered(connection, tables, filters, known)
    return Queue(found.servers, found.next, total, choices)


def offered(
    connection: Connection, tables: Derived, filters: Filters, known: Conditions
) -> tuple[int | None, dict[str, tuple[Choice, ...]]]:
    """How many servers fit, and what can be chosen; `known` are the `conditions` of the filters."""
    if _is_told_otherwise(filters):
        return _by_reading(connection, tables, filters, known)
    return remembered(
        connection, ("choices", filters), lambda: _by_counts(connection, tables, filters)
    )


def _is_told_otherwise(filters: Filters) -> bool:
    """Whether something is asked for that no counts are kept of."""
    systems = all(map(system_of, filters.network))
    return bool(filters.organisation or filters.assignee or filters.text or filters.due_before
                or not systems)  # fmt: skip


# what few servers say themselves


def _by_reading(
    connection: Connection, tables: Derived, filters: Filters, known: Conditions
) -> tuple[int | None, dict[str, tuple[Choice, ...]]]:
    """Those that fit but for what can be chosen, where they are few."""
    s = tables.servers.c
    free = Filters(organisation=filters.organisation, assignee=filters.assignee)
    query = select(*(s[name] for name in FACETS))
    query = query.where(*known, *exact(tables, free)).limit(_FEW + 1)
    rows = connection.execute(query).all()
    weighed = [(row._asdict(), 1) for row in rows]
    total, choices = _chosen(filters, weighed)
    if filters.assignee and not filters.organisation:
        read = choices["assignee"]
        others = (one for one in _assignees(connection, tables)
                  if one.value not in {known.value for known in read})  # fmt: skip
        choices["assignee"] = (*read, *others)
    if len(rows) <= _FEW:
        return total, choices
    return None, {
        **{name: tuple(replace(one, servers=None) for one in found)
           for name, found in choices.items()},
        **{name: tuple(Choice(value.value) for value in kind) for name, kind in STATES.items()},
    }  # fmt: skip


def _chosen(
    filters: Filters, rows: Iterable[_Weighed]
) -> tuple[int, dict[str, tuple[Choice, ...]]]:
    """How many fit, and for each field how many with each value, all other fields as chosen."""
    asked = {name: _values(filters, name) for name in FACETS}
    asked = {name: values for name, values in asked.items() if values}
    total, counts = 0, {name: Counter[str]() for name in FACETS}
    for row, weight in rows:
        others = [name for name, values in asked.items() if row[name] not in values]
        if len(others) > 1:
            continue
        total += 0 if others else weight
        for name in others or FACETS:
            counts[name][row[name]] += weight
    return total, {
        name: _in_order(name, counts[name], _values(filters, name)) for name in FACETS
    }  # fmt: skip


def _in_order(name: str, counts: Counter[str], chosen: frozenset[str]) -> tuple[Choice, ...]:
    if name in STATES:
        values = [one.value for one in STATES[name] if one.value in counts or one.value in chosen]
    else:
        most = [value for value, _ in counts.most_common(_WIDE.get(name, _OFFERED))]
        values = list(dict.fromkeys([*most, *sorted(chosen)]))
    return tuple(Choice(value, counts[value]) for value in values)


def _values(filters: Filters, name: str) -> frozenset[str]:
    """What a field must be one of; networks by their numbers."""
    values = getattr(filters, name)
    if name == "network":
        return frozenset(filter(None, map(system_of, values)))
    return frozenset(values)


# what counts that are kept ready say


def _by_counts(
    connection: Connection, tables: Derived, filters: Filters
) -> tuple[int | None, dict[str, tuple[Choice, ...]]]:
    by = [name for name in DIMENSIONS if getattr(filters, name)]
    total: int | None = None
    if len(by) > 1:
        choices = {name: tuple(Choice(one.value) for one in kind) for name, kind in STATES.items()}
    else:
        rows = _states(connection, tables, filters, *by)
        total, found = _chosen(replace(filters, **_NONE), rows)
        choices = {name: found[name] for name in STATES}
    for name, counted in _dimensions(connection, tables, filters).items():
        known = not set(by) - {name}
        choices[name] = tuple(one if known else Choice(one.value) for one in counted)
    choices["assignee"] = _assignees(connection, tables)
    return total, choices


def _states(
    connection: Connection, tables: Derived, filters: Filters, by: str = ""
) -> Iterator[_Weighed]:
    """How many servers stand in which states, of those with the values asked for."""
    c = tables.counts.c
    query = select(c.patch, c.compromise, c.work, func.sum(c.listed).label("listed"))
    query = query.where(c.dimension == by).group_by(c.patch, c.compromise, c.work)
    if by:
        query = query.where(c.value.in_(_values(filters, by)))
    rest = dict.fromkeys((*DIMENSIONS, "assignee"), "")
    for patch, compromise, work, listed in connection.execute(query):
        if listed:
            yield {**rest, "patch": patch, "compromise": compromise, "work": work}, int(listed)


def _dimensions(
    connection: Connection, tables: Derived, filters: Filters
) -> dict[str, list[Choice]]:
    """The values with most servers, and those that are chosen, with how many are in the states."""
    values: dict[str, list[str]] = {name: [] for name in DIMENSIONS}
    counts: dict[tuple[str, str], int] = {}
    for name, value, servers in connection.execute(_greatest(tables.counts)):
        name = name.removesuffix(TOTAL)  # noqa: PLW2901 - its own name
        values[name].append(value)
        counts[name, value] = servers
    for name in DIMENSIONS:
        values[name] += sorted(_values(filters, name) - {*values[name]})
    states = [name for name in STATES if getattr(filters, name)]
    unknown = any((name, one) not in counts for name in DIMENSIONS for one in values[name])
    if states or unknown:
        counts = _counted(connection, tables, filters, values, states)
    return {
        name: [Choice(value, counts.get((name, value), 0)) for value in found]
        for name, found in values.items()
    }


@cache
def _greatest(counts: Table) -> Select[Any]:
    """The values of each dimension that have most servers; made once, since it is large."""
    c = counts.c
    each = [
        select(c.dimension, c.value, c.listed)
        .where(c.dimension == f"{name}{TOTAL}", c.listed > 0)
        .order_by(c.listed.desc())
        .limit(_WIDE.get(name, _OFFERED))
        .subquery()
        for name in DIMENSIONS
    ]
    both = union_all(*(select(*one.c) for one in each)).subquery()
    return select(*both.c).order_by(both.c.dimension, both.c.listed.desc(), both.c.value)


def _counted(
    connection: Connection,
    tables: Derived,
    filters: Filters,
    values: Mapping[str, Sequence[str]],
    states: Sequence[str],
) -> dict[tuple[str, str], int]:
    query = _sums(tables.counts, tuple(states))
    asked = {name: list(found) for name, found in values.items()}
    asked |= {name: list(getattr(filters, name)) for name in states}
    found = connection.execute(query, asked)
    return {(name, value): int(servers) for name, value, servers in found}


@cache
def _sums(counts: Table, states: tuple[str, ...]) -> CompoundSelect[Any]:
    """Servers by the values of each dimension, of those in some states; made once as well."""
    c = counts.c
    return union_all(
        *(
            select(c.dimension, c.value, func.sum(c.listed).label("listed"))
            .where(c.dimension == name, c.value.in_(bindparam(name, expanding=True)),
                   *(c[state].in_(bindparam(state, expanding=True)) for state in states))
            .group_by(c.dimension, c.value)
            for name in DIMENSIONS
        )
    )  # fmt: skip


def _assignees(connection: Connection, tables: Derived) -> tuple[Choice, ...]:
    """Nobody, and whoever has servers."""
    return remembered(connection, "assignees", lambda: tuple(_each_assignee(connection, tables)))


def _each_assignee(connection: Connection, tables: Derived) -> Iterator[Choice]:
    """One look into the index for each."""
    column, last = tables.servers.c.assignee, ""
    yield Choice("")
    for _ in range(_WIDE["assignee"]):
        found = connection.execute(select(func.min(column)).where(column > last)).scalar()
        if found is None:
            return
        last = found
        yield Choice(last)
