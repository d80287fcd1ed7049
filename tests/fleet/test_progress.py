"""How far a run is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alpheus.cases.database import Database
from alpheus.fleet import planned
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Asked, Ended, Recipe, Result, UnitKind
from alpheus.fleet.planned import Planned
from alpheus.fleet.progress import Kind, progress
from fleet_filling import RECIPE, finished, package, result


def test_an_empty_ledger(database: Database) -> None:
    """Nothing is registered, nothing is done, nothing is left."""
    found = progress(database)
    assert (found.units, found.rate, found.seconds_left, found.lanes) == (0, 0.0, 0, ())


def test_units_bytes_lanes_workers_and_what_is_parked(database: Database) -> None:
    """All of it as of one moment."""
    ledger = Ledger(database)
    ledger.register([package(n, size=10_000_000) for n in range(1, 5)], RECIPE)
    ledger.register([package(5), package(6)], RECIPE, lane="slow")
    ledger.budget({"slow": 2, "empty": 1})
    first, second, third = ledger.claim(RECIPE, 3, "v")
    ledger.claim(RECIPE, 1, "w")
    ended = [replace(one, milliseconds=5, result=replace(result(one.unit.name), cpu=1_500, read=7))
             for one in finished([first, second])]  # fmt: skip
    ended.append(Ended(third, Result(refused="encrypted")))
    ledger.settle(ended, "mia")
    found = progress(database, now=datetime.now(UTC) + timedelta(seconds=4))
    assert (found.units, found.waiting, found.running, found.done, found.parked) == (6, 2, 1, 2, 1)
    assert (found.bytes_done, found.read) == (20_000_000, 14)
    assert 2e6 < found.rate <= 6e6
    assert found.seconds_left == int(10_002_000 / found.rate)
    assert found.verdicts == {"no-evidence": 2}
    lanes = {one.name: (one.budget, one.waiting, one.running, one.done) for one in found.lanes}
    assert lanes == {"common": (0, 0, 1, 2), "slow": (2, 2, 0, 0), "empty": (1, 0, 0, 0)}
    workers = {one.name: (one.running, one.done, one.cpu) for one in found.workers}
    assert workers == {"v": (0, 2, 3.0), "w": (1, 0, 0.0)}
    assert [(one.unit, one.reason) for one in found.parked_units] == [(third.id, "encrypted")]


def test_units_without_bytes_are_told_by_their_number(database: Database) -> None:
    """Shards of a probe beside packages, by kind, and the time left by what is left."""
    ledger = Ledger(database)
    probe = Recipe(UnitKind.PROBE, Asked("5c", "7a", "1b", 2, 4, "one"), "a run")
    planned.add(database, probe, "probe-5c", [Planned(f"{n}", f"{n}/4", "x") for n in range(1, 5)])
    first, second = ledger.claim(probe, 2, "v")
    ledger.settle([Ended(first, Result()), Ended(second, Result(refused="why"))], "mia")
    found = progress(database, now=datetime.now(UTC) + timedelta(seconds=5))
    assert (found.bytes, found.rate) == (0, 0.0)
    assert found.seconds_left == int(2 / found.units_a_second)
    assert found.kinds == (Kind("probe", 2, 0, 1, 1),)
    assert found.parked_units[0].kind == "probe"
    ledger.register([package(1)], RECIPE)
    assert progress(database).kinds[1] == Kind("triage", 1)
    assert progress(database).seconds_left == 0, "nobody knows how long a package takes"
