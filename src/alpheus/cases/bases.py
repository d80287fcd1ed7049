"""Servers as they were worked out, where somebody decided otherwise.

They are kept so that a decision that is taken back leaves all as it was before. An observation
that is not listed is of the server that was worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, delete, insert, select

from alpheus.cases.bulk import add_rows
from alpheus.cases.identity import Cluster
from alpheus.cases.owner_evidence import Seen
from alpheus.cases.questions import OneOf, Question, of_tables
from alpheus.cases.schema import Derived, observations
from alpheus.cases.server_rows import Identity, identity_of

_AT_ONCE = 500


def add_bases(
    connection: Connection,
    tables: Derived,
    bases: Sequence[Cluster],
    home: Mapping[int, int],
    identify: Callable[[Cluster], Identity],
) -> None:
    """Keep servers that were worked out and are none. `home` has the server of each observation."""
    add_rows(connection, tables.bases, (
        (number, one.id) for one in bases for number in one.sightings if home[number] != one.id
    ))  # fmt: skip
    add_rows(connection, tables.base_rows, ((one.id, _written(identify(one))) for one in bases))


def bases_of(
    connection: Connection, tables: Derived, numbers: Iterable[int]
) -> dict[int, tuple[int, int]]:
    """Of observations, the server that they are of and the one that was worked out."""
    asked = list(numbers)
    rows = _bases_of(tables).rows(connection, numbers=asked) if asked else []
    return {number: (server, server if base is None else base) for number, server, base in rows}


@of_tables
def _bases_of(tables: Derived) -> Question:
    m, b = tables.members.c, tables.bases.c
    whole = tables.members.outerjoin(tables.bases, b.observation == m.observation)
    query = select(m.observation, m.server, b.base).select_from(whole)
    return Question(query.where(OneOf(m.observation, "numbers")))


def together(
    connection: Connection, tables: Derived, servers: Iterable[int], bases: Iterable[int]
) -> set[int]:
    """The observations of servers, and those of servers that were worked out."""
    worked_out = sorted(set(bases))
    every = sorted({*servers, *worked_out})
    found: set[int] = set()
    if every:
        found.update(_of_servers(tables).column(connection, servers=every))
    if worked_out:
        found.update(_of_bases(tables).column(connection, bases=worked_out))
    return found


@of_tables
def _of_servers(tables: Derived) -> Question:
    m = tables.members.c
    return Question(select(m.observation).where(OneOf(m.server, "servers")))


@of_tables
def _of_bases(tables: Derived) -> Question:
    b = tables.bases.c
    return Question(select(b.observation).where(OneOf(b.base, "bases")))


def kept(connection: Connection, tables: Derived, base: int) -> Identity | None:
    """What was known of a server that was worked out and is none."""
    r = tables.base_rows.c
    text = connection.execute(select(r.content).where(r.base == base)).scalar()
    return msgspec.json.decode(text, type=Identity) if text else None


def keep(connection: Connection, tables: Derived, row: Mapping[str, object]) -> None:
    """Keep a server, by its row, before it becomes none."""
    number = int(str(row["id"]))
    o = tables.ownerships.c
    found = connection.execute(select(o.weight, o.content).where(o.server == number)).first()
    known = identity_of(row)
    if found is not None:
        owner = known.owner._replace(weight=found.weight, ownership=found.content.encode())
        known = known._replace(owner=owner)
    values = {"base": number, "content": _written(known)}
    connection.execute(insert(tables.base_rows).values(values))


def set_bases(
    connection: Connection, tables: Derived, base_of: Mapping[int, int], home: Mapping[int, int]
) -> None:
    """Say anew which observations are not of the server that was worked out."""
    b = tables.bases
    for part in _parts(base_of):
        connection.execute(delete(b).where(b.c.observation.in_(part)))
    rows = [{"observation": number, "base": base} for number, base in base_of.items()
            if home[number] != base]  # fmt: skip
    if rows:
        connection.execute(insert(b), rows)


def forget(connection: Connection, tables: Derived, bases: Collection[int]) -> None:
    """Servers that were worked out and are some again need not be kept."""
    r = tables.base_rows
    for part in _parts(bases):
        connection.execute(delete(r).where(r.c.base.in_(part)))


def seen_of(connection: Connection, numbers: Iterable[int]) -> dict[int, Seen]:
    """Observations, as evidence of owners is chosen by them."""
    o = observations.c
    found: dict[int, Seen] = {}
    for part in _parts(numbers):
        query = select(o.id, o.source, o.seen).where(o.id.in_(part))
        found.update((row.id, Seen(*row)) for row in connection.execute(query))
    return found


def _written(known: Identity) -> str:
    """Without what follows from states, and what stands in the ownership."""
    d = known.detail
    d.stage, d.flags, d.mitigated_by, d.work_why, d.reasons = "", (), "", "", ()
    owner = known.owner._replace(domain="", country="", city="")
    return msgspec.json.encode(known._replace(owner=owner)).decode()


def _parts(numbers: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(numbers)
    for begin in range(0, len(ordered), _AT_ONCE):
        yield ordered[begin : begin + _AT_ONCE]
