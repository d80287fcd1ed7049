"""What people did, across servers: to those of an organisation, and by what they wrote."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, func, select

from alpheus.cases.groups import Detail
from alpheus.cases.schema import Derived, acts

LOOKED_THROUGH = 5_000
"""The newest acts, through which a text is looked for."""

_MOST_SERVERS = 500
_MOST_WORDS = 8
_ESCAPE = "\\"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done to a server, as `acts.Act` says it. Times are ISO 8601 UTC."""

    id: int
    server: int
    name: str
    organisation: str
    time: str
    who: str
    kind: str
    why: str
    evidence: str
    to: str
    until: str


def deeds(connection: Connection, tables: Derived, organisation: str, *, size: int) -> list[Deed]:
    """What was done to servers of an organisation, the newest first.

    Of an organisation with very many, to the most urgent.
    """
    s = tables.servers.c
    theirs = (
        select(s.id).where(s.organisation == organisation)
        .order_by(s.priority.desc(), s.id).limit(_MOST_SERVERS)
    )  # fmt: skip
    query = _done(tables).where(s.id.in_(theirs.scalar_subquery()))
    return _read(connection, query.order_by(acts.c.time.desc(), acts.c.id.desc()).limit(size))


def deeds_saying(
    connection: Connection,
    tables: Derived,
    text: str,
    organisations: Collection[str] | None,
    *,
    size: int,
) -> list[Deed]:
    """Of the newest acts, those that say all words of a text; to servers of some organisations."""
    words = list(dict.fromkeys(text.lower().split()))[:_MOST_WORDS]
    if not words:
        return []
    a = acts.c
    newest = select(a.id).order_by(a.id.desc()).limit(LOOKED_THROUGH)
    said = func.lower(a.who + " " + a.why + " " + a.evidence)
    query = _done(tables).where(a.id.in_(newest.scalar_subquery()))
    for word in words:
        query = query.where(said.contains(word, autoescape=True, escape=_ESCAPE))
    if organisations is not None:
        query = query.where(tables.servers.c.organisation.in_(organisations))
    return _read(connection, query.order_by(a.id.desc()).limit(size))


def _done(tables: Derived) -> Select[Any]:
    s, m, a = tables.servers.c, tables.members.c, acts.c
    columns = (a.id, s.id.label("server"), s.name, s.organisation, a.time, a.who, a.kind, a.why,
               a.evidence, a.detail)  # fmt: skip
    return select(*columns).select_from(
        acts.join(tables.members, m.observation == a.anchor).join(tables.servers, s.id == m.server)
    )


def _read(connection: Connection, query: Select[Any]) -> list[Deed]:
    found = []
    for row in connection.execute(query):
        values = row._asdict()
        detail = msgspec.json.decode(values.pop("detail") or "{}", type=Detail)
        found.append(Deed(**values, to=detail.to, until=detail.until))
    return found
