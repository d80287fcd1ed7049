"""Compromised servers of an organisation are counted for the others beside them."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from alpheus.cases import neighbours as module
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.neighbours import count_neighbours, neighbours_of
from alpheus.cases.rebuild import rebuild
from alpheus.cases.server_rows import ServerDetail
from alpheus.cases.service import Cases
from cases_filling import NOW, derived_rows, fill, listed, seen
from exposure_runs import OPEN

HOST = {"names": ("mail.org1.example",)}


def test_a_server_is_no_neighbour_of_itself() -> None:
    """Of several organisations the one with most counts."""
    keys = {"organisation": ("a.example", "b.example")}
    assert neighbours_of({"a.example": 1, "b.example": 3}, ServerDetail(keys=keys)) == 3
    bad = ServerDetail(keys=keys, compromised={"x": 1})
    assert neighbours_of({"a.example": 1}, bad) == 0
    assert neighbours_of({}, bad) == 0
    assert neighbours_of({"town": 2, "b.example": 9}, ServerDetail(keys=keys), "town") == 2


@pytest.mark.parametrize("most", [500, 2])
def test_counts_are_brought_up_to_date(
    database: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """As a rebuild has them; too many are left to one."""
    monkeypatch.setattr(module, "MOST", most)
    flags = {"flags": ("compromised-reported",)}
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1, **HOST),
                    seen(3, OPEN, 1, **HOST, **flags, **listed(1, 7))])  # fmt: skip
    rebuild(database, now=NOW)
    before = derived_rows(database)
    assert Cases(database, lambda: NOW).show(2).detail.neighbours == 1
    with database.write() as connection:
        tables, found = current(connection, "")
        row = connection.execute(tables.servers.select().where(tables.servers.c.id == 2)).one()
        text = row.detail.replace('"neighbours":1', '"neighbours":7')
        mine = tables.servers.c.id == 2
        connection.execute(update(tables.servers).where(mine).values(detail=text))
        count_neighbours(connection, tables, found, {"org1.example"}, now=found.as_of)
    assert (derived_rows(database) == before) is (most == 500)
