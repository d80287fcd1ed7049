"""How many servers of each organisation were broken into is known before any row is made."""

from __future__ import annotations

import pytest

from alpheus.cases import kin as module
from alpheus.cases.database import Database
from alpheus.cases.groups import read_groups
from alpheus.cases.kin import Kin, breached_by, kin_of_compromised, neighbours_of
from alpheus.cases.owners import Owner, owners_by_file
from cases_filling import fill, listed, seen
from exposure_runs import OPEN

_BROKEN = {"flags": ("compromised-reported",), **listed(1, 7)}


def _fill(database: Database) -> None:
    fill(database, [
        seen(1, OPEN, 1), seen(1, OPEN, 2, **_BROKEN), seen(2, OPEN, 1),
        seen(3, OPEN, 2, names=("mail.org1.example",), **_BROKEN), seen(4, OPEN, 3, **_BROKEN),
    ])  # fmt: skip


def test_of_all_that_was_broken_into_and_of_nothing_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the organisation, however many processes ask; a plain list of servers gives the same."""
    _fill(database)
    clusters, owners = read_groups(database).clusters, owners_by_file("")
    found = kin_of_compromised(database, clusters, owners)
    broken = [one for one in clusters if one.compromised]
    names = [("org1.example",), ("org1.example",), ("org4.example",)]
    assert {one.id: found[one.id].names for one in broken} == dict(
        zip((one.id for one in broken), names, strict=True)
    )
    assert [found[one.id].owner.organisation for one in broken] == [name for (name,) in names]
    assert kin_of_compromised(database, list(clusters), owners) == found
    monkeypatch.setattr(module, "_AT_ONCE", 1)
    monkeypatch.setattr(module, "_FEW", 1)
    monkeypatch.setattr(module, "workers", lambda: 2)
    assert kin_of_compromised(database, clusters, owners) == found


def test_neighbours_are_compromised_servers_of_one_organisation(database: Database) -> None:
    """But for the server itself; by what it names where its organisation is not known."""
    _fill(database)
    clusters = read_groups(database).clusters
    broken = [one for one in clusters if one.compromised]
    breached = breached_by(Kin(Owner(), one.keys["organisation"]) for one in broken)
    assert breached == {"org1.example": 2, "org4.example": 1}
    for one in clusters:
        near = [breached[name] for name in one.keys["organisation"]]
        assert neighbours_of(breached, one, "") == max(near) - bool(one.compromised)
    owned = breached_by([Kin(Owner(), ("town",))] * 2)
    assert owned == {"town": 2}
    for one in clusters:
        assert neighbours_of(owned, one, "town") == 2 - bool(one.compromised)
        assert neighbours_of(owned, one, "another") == 0
