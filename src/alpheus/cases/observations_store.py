"""Observations into the database, many at a time; what is there already is left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from alpheus.cases import assessments, repeats
from alpheus.cases.bulk import add_rows
from alpheus.cases.database import driver
from alpheus.cases.identity import Kind
from alpheus.cases.observations import Row, States
from alpheus.cases.schema import facts, observations

_AT_ONCE = 500


class Stored(NamedTuple):
    """How many rows were new, and how many were there already."""

    added: int
    known: int


class Store:
    """Adds rows in the transaction of a writer. After a failure a new one is needed."""

    def __init__(self) -> None:
        self._facts: dict[bytes, int] = {}

    def add(
        self, connection: Connection, import_id: int, rows: Sequence[tuple[int, Row]]
    ) -> Stored:
        """Add rows, each with its line in the file; numbers rise in the order given.

        Of those that are there already it is kept where they stand once more.
        """
        numbers, added = self.add_of_many(connection, {import_id: rows})
        return Stored(added, len(numbers[import_id]) - added)

    def add_of_many(
        self, connection: Connection, rows: Mapping[int, Sequence[tuple[int, Row]]]
    ) -> tuple[dict[int, list[int]], int]:
        """Add rows of several imports, by import; what number each has, and how many are new."""
        known = _known(connection, list({row.digest: 0 for each in rows.values()
                                         for _, row in each}))  # fmt: skip
        query = select(func.coalesce(func.max(observations.c.id), 0))
        number = connection.execute(query).scalar_one()
        fresh: list[tuple[object, ...]] = []
        whole: list[tuple[int, bytes]] = []
        again: dict[int, list[tuple[int, int]]] = {one: [] for one in rows}
        for import_id, line, row in ((one, *each) for one in rows for each in rows[one]):
            if (there := known.get(row.digest)) is not None:
                if row.kind != Kind.HAND:
                    again[import_id].append((line, there))
                continue
            known[row.digest] = number + len(fresh) + 1
            fresh.append((
                number + len(fresh) + 1, row.digest, import_id, line, *row[1:10],
                self._facts_id(connection, row.states) if row.states else None, *row[11:16],
            ))  # fmt: skip
            if row.whole:
                whole.append((number + len(fresh), row.whole))
        add_rows(connection, observations, fresh)
        for import_id, lines in again.items():
            repeats.add(connection, import_id, lines)
        if whole:
            assessments.add(connection, whole)
        numbers = {one: [known[row.digest] for _, row in each] for one, each in rows.items()}
        return numbers, len(fresh)

    def _facts_id(self, connection: Connection, states: States) -> int:
        digest = states.digest
        found = self._facts.get(digest)
        if found is None:
            found = connection.execute(select(facts.c.id).where(facts.c.digest == digest)).scalar()
            if found is None:
                made = insert(facts).values(digest=digest, content=states.text.decode())
                found = connection.execute(made.returning(facts.c.id)).scalar_one()
            self._facts[digest] = found
        return found


def _known(connection: Connection, digests: Sequence[bytes]) -> dict[bytes, int]:
    """Those of some digests that are there, with the numbers of their observations."""
    raw = driver(connection)
    if connection.dialect.name == "sqlite":
        found: dict[bytes, int] = {}
        for begin in range(0, len(digests), _AT_ONCE):
            part = digests[begin : begin + _AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT digest, id FROM observations WHERE digest IN ({marks})"  # noqa: S608
            found.update(raw.execute(query, part))
        return found
    query = "SELECT digest, id FROM observations WHERE digest = ANY(%s)"
    return {bytes(digest): number for digest, number in raw.execute(query, [list(digests)])}
