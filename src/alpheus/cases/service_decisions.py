"""Decisions about what one server is: merged, split, kept apart, and taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from sqlalchemy import Connection

from alpheus.cases.bases import bases_of
from alpheus.cases.derived_store import Standing, set_standing
from alpheus.cases.groups import Detail, read_decisions
from alpheus.cases.identity import Decision, DecisionKind
from alpheus.cases.identity.decisions import standing_of
from alpheus.cases.regroup import numbers_of, regroup, rows_of
from alpheus.cases.schema import Derived
from alpheus.cases.server_rows import Row
from alpheus.cases.service_acts import Asked, check_decision, find, take_down
from alpheus.errors import RefusedError


def merge(
    connection: Connection,
    tables: Derived,
    found: Standing,
    numbers: Sequence[int],
    *,
    asked: Asked,
) -> Row:
    """Make servers one, with the lowest of their numbers. Raises RefusedError."""
    servers = sorted({find(connection, tables, number) for number in numbers})
    if len(servers) < 2:
        raise RefusedError("name two servers or more that are to be one; these are one already")
    check_decision(asked, servers[0])
    for one in _apart(connection, tables, servers):
        raise RefusedError(
            f"decision {one.id} of {one.who} on {one.when[:10]} keeps them apart: {one.why}; "
            f"if that does not hold any more, take it back: alpheus case revoke {one.id}"
        )
    take_down(connection, found, [servers[0]], asked, Detail(observations=tuple(servers)))
    set_standing(connection, found)
    rows = regroup(connection, tables, found, servers, now=asked.now)
    return next(row for row in rows if row["id"] == servers[0])


def split(
    connection: Connection,
    tables: Derived,
    found: Standing,
    number: int,
    *,
    apart: Collection[int],
    asked: Asked,
) -> list[Row]:
    """Make observations of a server one of their own. Raises RefusedError."""
    server = find(connection, tables, number)
    members = set(numbers_of(connection, tables, server))
    out = set(apart)
    if not out <= members:
        wrong = ", ".join(map(str, sorted(out - members)))
        raise RefusedError(f"server {server} has no observation {wrong}")
    if not out or out == members:
        raise RefusedError(f"name some of the {len(members)} observations of server {server}")
    check_decision(asked, server)
    take_down(connection, found, [server], asked, Detail(observations=tuple(sorted(out))))
    set_standing(connection, found)
    rows = regroup(connection, tables, found, members, now=asked.now)
    here = {server for server, _ in bases_of(connection, tables, members).values()}
    return [row for row in rows if row["id"] in here]


def keep_apart(
    connection: Connection,
    tables: Derived,
    found: Standing,
    numbers: Sequence[int],
    *,
    asked: Asked,
) -> list[Row]:
    """Say that servers are never one, whatever is seen of them later. Raises RefusedError."""
    servers = sorted({find(connection, tables, number) for number in numbers})
    if len(servers) < 2:
        raise RefusedError(
            f"name two servers or more; these are server {servers[0]}: if it is several, "
            "take the observations out that are of another: alpheus case split"
        )
    check_decision(asked, servers[0])
    known = {pair for one in _apart(connection, tables, servers) for pair in _pairs(one.sightings)}
    if set(_pairs(servers)) <= known:
        raise RefusedError(f"server {servers[0]}: they are kept apart already")
    take_down(connection, found, [servers[0]], asked, Detail(observations=tuple(servers)))
    set_standing(connection, found)
    return rows_of(connection, tables, servers)


def revoke(
    connection: Connection, tables: Derived, found: Standing, number: int, *, asked: Asked
) -> list[Row]:
    """Take a decision back; all is as it would be without it. Raises RefusedError."""
    decisions, _ = read_decisions(connection)
    by_number = {one.id: one for one in decisions}
    one = by_number.get(number)
    if one is None:
        raise RefusedError(f"there is no decision {number}; alpheus case show SERVER lists them")
    if one.kind is DecisionKind.REVOKE:
        holds = _revocations_that_hold(decisions)
    else:
        holds = {each.id for each in standing_of(decisions)}
    if number not in holds:
        raise RefusedError(f"decision {number} is taken back already")
    named = set(_named(one, by_number))
    anchor = min(named & bases_of(connection, tables, named).keys(), default=0)
    if not anchor:
        raise RefusedError(f"decision {number} is about observations that were purged")
    check_decision(asked, anchor)
    take_down(connection, found, [anchor], asked, Detail(revokes=number))
    set_standing(connection, found)
    return regroup(connection, tables, found, named, now=asked.now)


def _named(one: Decision, by_number: dict[int, Decision]) -> Sequence[int]:
    """The observations that a decision is about, or the one that it takes back."""
    while one.kind is DecisionKind.REVOKE and one.revokes in by_number:
        one = by_number[one.revokes]
    return one.sightings


def _revocations_that_hold(decisions: Sequence[Decision]) -> set[int]:
    revoked: set[int] = set()
    holds: set[int] = set()
    for one in sorted(decisions, key=lambda each: (each.when, each.id), reverse=True):
        if one.kind is DecisionKind.REVOKE and one.id not in revoked:
            holds.add(one.id)
            revoked.add(one.revokes)
    return holds


def _apart(connection: Connection, tables: Derived, servers: Sequence[int]) -> Iterator[Decision]:
    """Decisions that keep some of these servers apart."""
    decisions, _ = read_decisions(connection)
    for one in standing_of(decisions):
        if one.kind is DecisionKind.NEVER_MERGE:
            places = bases_of(connection, tables, one.sightings)
            if len({server for server, _ in places.values()} & {*servers}) > 1:
                yield one


def _pairs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    return combinations(sorted(numbers), 2)
