"""Rows of servers do not depend on who makes how many of them."""

from __future__ import annotations

import pickle

import pytest

from alpheus.cases import chunks as module
from alpheus.cases.chunks import Chunk, Maker
from alpheus.cases.database import Database
from alpheus.cases.derived_store import Standing, Tally
from alpheus.cases.groups import read_groups
from alpheus.cases.organisation_rows import OrganisationTally
from alpheus.cases.owners import owners_by_file
from alpheus.cases.schema import derived
from cases_filling import fill, listed, seen
from exposure_runs import CLOSED, OPEN

_TABLES = ("servers", "words", "addresses", "changes", "ownerships")


def _maker(database: Database) -> Maker:
    fill(database, [
        seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, CLOSED, 2), seen(1, CLOSED, 3),
        seen(4, None, 5, flags=("compromised-reported",), names=("mail.org1.example",),
             **listed(1, 7, geo="DE")),
    ])  # fmt: skip
    groups, tables = read_groups(database), derived("a")
    with database.write() as connection:
        tables.metadata.create_all(connection)
    found = Standing("a", as_of="2021-04-01T00:00:00Z")
    return Maker(tables, groups, found, owners_by_file(""), {}, kin={})


def test_portions_put_together_are_the_whole(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows as well as what is counted, sent through a pipe as they are."""
    maker = _maker(database)
    whole = list(maker.chunks(database, [0]))
    monkeypatch.setattr(module, "CHUNK", 1)
    parts: list[Chunk] = []
    for begins in ([0, 2], [1, 3]):
        sent = pickle.dumps(list(maker.chunks(database, begins)))
        parts += pickle.loads(sent)
    assert [one.count for one in whole] == [4, 0]
    assert [one.count for one in parts] == [1, 1, 0, 1, 1, 0]
    for name in _TABLES:
        one, other = ([row for chunk in chunks for row in getattr(chunk, name)]
                      for chunks in (whole, parts))  # fmt: skip
        assert sorted(map(tuple, one)) == sorted(map(tuple, other))
    servers, organisations = Tally(), OrganisationTally()
    for chunk in parts:
        if chunk.tallies is not None:
            servers.merge(chunk.tallies.servers)
            organisations.merge(chunk.tallies.organisations)
    assert whole[-1].tallies is not None
    assert dict(servers.counted()) == dict(whole[-1].tallies.servers.counted())
    assert servers.days == whole[-1].tallies.servers.days
    assert sorted(organisations.rows()) == sorted(whole[-1].tallies.organisations.rows())
    assert sorted(organisations.words()) == sorted(whole[-1].tallies.organisations.words())


def test_rows_name_their_tables(database: Database) -> None:
    """Each table once."""
    maker = _maker(database)
    chunk = next(maker.chunks(database, [0]))
    found = {table.name: len(rows) for table, rows in chunk.rows(derived("a"))}
    assert found["servers_a"] == found["ownerships_a"] == 4
    assert set(found) == {f"{name}_a" for name in _TABLES}
