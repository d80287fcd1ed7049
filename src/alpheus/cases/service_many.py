"""One thing done to many servers: to those that were shown, and to no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection

from alpheus.cases import service_listing
from alpheus.cases.bases import bases_of
from alpheus.cases.derived_store import Standing
from alpheus.cases.schema import Derived
from alpheus.cases.service_acts import Asked, do_to
from alpheus.cases.service_listing import Filters
from alpheus.errors import RefusedError

MOST = 20_000
"""Servers that something is done to at once."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Matching:
    """The servers that fit filters, the most urgent first. `code` stands for exactly these."""

    servers: tuple[int, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Many:
    """What came of it: the rows of servers that it was done to, and why not to others."""

    done: tuple[dict[str, Any], ...]
    refused: tuple[tuple[int, str], ...]


def matching(connection: Connection, tables: Derived, filters: Filters) -> Matching:
    """The servers that fit. Raises RefusedError where they are too many, UsageError."""
    found: list[int] = []
    for row in _fitting(connection, tables, filters):
        found.append(int(row["id"]))
        if len(found) > MOST:
            raise RefusedError(f"more than {MOST:,} servers fit; narrow it down and do it in parts")
    return Matching(tuple(found), code_of(found))


def code_of(servers: Iterable[int]) -> str:
    """A few letters that stand for some servers and no others: their count, and a digest."""
    ordered = sorted(set(servers))
    text = " ".join(map(str, ordered))
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


def _fitting(connection: Connection, tables: Derived, filters: Filters) -> Iterator[dict[str, Any]]:
    sort = "due" if filters.due_before else "priority"
    return service_listing.every(connection, tables, filters, sort=sort)
