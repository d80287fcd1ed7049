"""Compromised servers of one organisation, for the servers beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from alpheus.cases.derived_store import Standing, replace_server
from alpheus.cases.schema import Derived
from alpheus.cases.server_rows import Row, ServerDetail, identity_of, kin_of

MOST = 500
"""Servers of one organisation that are counted at once; of more, a rebuild counts."""


def neighbours_of(breached: Mapping[str, int], detail: ServerDetail, organisation: str = "") -> int:
    """Compromised servers of one organisation, by its key if it is known, but for itself."""
    near = [breached.get(name, 0) for name in kin_of(detail.keys, organisation)]
    return max(max(near, default=0) - bool(detail.compromised), 0)


def count_neighbours(
    connection: Connection,
    tables: Derived,
    found: Standing,
    organisations: Iterable[str],
    *,
    now: str,
) -> None:
    """Tell every server of some organisations anew how many others of them are compromised."""
    reader = _Reader(connection, tables)
    changed: dict[int, Row] = {}
    for name in sorted(organisations):
        changed.update(reader.holders(name))
    for number, row in sorted(changed.items()):
        known = identity_of(row)
        whose = known.owner.organisation
        near = neighbours_of(reader.breached(known.detail, whose), known.detail, whose)
        if near != known.detail.neighbours:
            known.detail.neighbours = near
            replace_server(connection, tables, found, [changed[number]], [known], now=now)


class _Reader:
    """Finds servers by the key of their organisation, or the domain where none is known."""

    def __init__(self, connection: Connection, tables: Derived) -> None:
        self._connection = connection
        self._tables = tables
        self._counts: dict[str, int] = {}

    def holders(self, name: str) -> dict[int, Row]:
        """The servers of a key or domain; none where they are too many."""
        words, servers = self._tables.words.c, self._tables.servers.c
        query = (
            select(self._tables.servers)
            .where(servers.id.in_(select(words.server).where(words.word == name.lower())))
            .limit(MOST + 1)
        )
        rows = [row._asdict() for row in self._connection.execute(query)]
        if len(rows) > MOST:
            return {}
        return {row["id"]: row for row in rows if name in _kin(row)}

    def breached(self, detail: ServerDetail, organisation: str) -> dict[str, int]:
        """How many compromised servers each organisation of a server has."""
        for name in kin_of(detail.keys, organisation):
            if name not in self._counts:
                rows = self.holders(name).values()
                self._counts[name] = sum(1 for row in rows if _detail(row).compromised)
        return self._counts


def _detail(row: Mapping[str, object]) -> ServerDetail:
    return msgspec.json.decode(str(row["detail"]), type=ServerDetail)


def _kin(row: Mapping[str, object]) -> Sequence[str]:
    return kin_of(_detail(row).keys, str(row["organisation"]))
