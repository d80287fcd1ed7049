"""Units that are no packages: registered once, bounded while they are under way, left on demand."""

from __future__ import annotations

from alpheus.cases.database import Database
from alpheus.fleet import planned
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Asked, Ended, Recipe, Result, UnitKind
from alpheus.fleet.planned import Planned
from fleet_filling import registered, states

RECIPE = Recipe(UnitKind.PROBE, Asked("5c", "7a", "1b", 2, 3, "one"), "a run")
UNITS = [Planned(f"{n} of 3", f"{n}/3", f"probe one ({n} of 3)") for n in (1, 2, 3)]


def test_units_are_registered_once(database: Database) -> None:
    """Whatever became of them, and beside packages."""
    ledger = Ledger(database)
    registered(ledger, 2)
    assert planned.add(database, RECIPE, "probe-5c", UNITS[:2]) == 2
    (first,) = ledger.claim(RECIPE, 1, "a.1.x")
    assert (first.place, first.kind, first.content) == ("1/3", UnitKind.PROBE, "1 of 3")
    ledger.settle([Ended(first, Result())], "mia")
    assert planned.add(database, RECIPE, "probe-5c", UNITS) == 1
    assert planned.add(database, RECIPE, "probe-5c", []) == 0
    assert states(database) == {"waiting": 4, "done": 1}


def test_what_somebody_else_has_begun_is_not_begun_beside(database: Database) -> None:
    """Known rounds, one's own, and units of other kinds are no matter."""
    other = Recipe(UnitKind.PROBE, Asked("5c", "7a", "1b", 2, 3, "two"), "a run")
    registered(Ledger(database), 1)
    assert planned.begin(database, other, "probe-5c", UNITS[:1], set()) == 1
    assert planned.begin(database, RECIPE, "probe-5c", UNITS, set()) is None
    assert states(database) == {"waiting": 2}
    (theirs,) = planned.standing(database, UnitKind.PROBE)
    assert planned.begin(database, RECIPE, "probe-5c", UNITS, {theirs.parameters}) == 3
    assert planned.begin(database, RECIPE, "probe-5c", UNITS, {theirs.parameters}) == 0


def test_what_is_done_of_a_kind_is_told_by_its_parameters(database: Database) -> None:
    """The oldest first, with what is left and when the last ended."""
    other = Recipe(UnitKind.PROBE, Asked("5c", "7a", "1b", 2, 3, "two"), "a run")
    planned.add(database, RECIPE, "probe-5c", UNITS)
    planned.add(database, other, "probe-5c", UNITS[:1])
    ledger = Ledger(database)
    ledger.settle([Ended(one, Result()) for one in ledger.claim(RECIPE, 2, "a.1.x")], "mia")
    ledger.claim(RECIPE, 1, "a.1.x")
    first, second = planned.standing(database, UnitKind.PROBE)
    assert (first.states, first.units, first.left) == ({"done": 2, "running": 1}, 3, 1)
    assert first.ended.startswith("20")
    assert (second.states, second.ended) == ({"waiting": 1}, "")
    assert planned.standing(database, UnitKind.NOTIFY) == []


def test_what_is_left_alone_is_forgotten_and_what_was_done_is_not(database: Database) -> None:
    """Nor what is under way."""
    planned.add(database, RECIPE, "probe-5c", UNITS)
    ledger = Ledger(database)
    ledger.settle([Ended(*ledger.claim(RECIPE, 1, "a.1.x"), Result())], "mia")
    ledger.settle([Ended(*ledger.claim(RECIPE, 1, "a.1.x"), Result(refused="why"))], "mia")
    other = Recipe(UnitKind.PROBE, Asked("5c", "7a", "1b", 2, 3, "two"), "a run")
    planned.add(database, other, "probe-5c", UNITS)
    first, _ = planned.standing(database, UnitKind.PROBE)
    assert planned.leave(database, [first]) == 2
    assert states(database) == {"done": 1, "waiting": 3}


def test_some_units_can_be_all_that_waits(database: Database) -> None:
    """Others are forgotten, but not what was done or is parked, and none while others are done."""
    planned.add(database, RECIPE, "notify", UNITS)
    ledger = Ledger(database)
    (one,) = ledger.claim(RECIPE, 1, "a.1.x")
    assert not planned.alone(database, RECIPE, ["3 of 3"])
    assert states(database) == {"running": 1, "waiting": 2}
    assert planned.alone(database, RECIPE, ["1 of 3", "2 of 3"])
    assert states(database) == {"running": 1, "waiting": 1}
    ledger.settle([Ended(one, Result(refused="why"))], "mia")
    assert planned.alone(database, RECIPE, ["3 of 3"])
    assert states(database) == {"parked": 1}


def test_units_can_wait_again(database: Database) -> None:
    """Those that were done or parked, by what they are of, with all their attempts before them."""
    planned.add(database, RECIPE, "notify", UNITS)
    ledger = Ledger(database)
    done, parked = ledger.claim(RECIPE, 2, "a.1.x")
    ledger.settle([Ended(done, Result()), Ended(parked, Result(refused="why"))], "mia")
    assert planned.again(database, RECIPE, ["1 of 3", "3 of 3"]) == 1
    assert planned.again(database, RECIPE, ["2 of 3"]) == 1
    assert states(database) == {"waiting": 3}
    assert [unit.attempts for unit in ledger.claim(RECIPE, 3, "a.1.x")] == [1, 1, 1]


def test_a_bound_stays_while_something_relies_on_it(database: Database) -> None:
    """Each shard has its part of the rates: no other number may be under way meanwhile."""
    planned.add(database, RECIPE, "probe-5c", UNITS)
    assert planned.bound(database, "probe-5c", 2) == 2
    ledger = Ledger(database)
    claimed = ledger.claim(RECIPE, 9, "a.1.x")
    assert len(claimed) == 2
    assert planned.bound(database, "probe-5c", 3) == 2
    assert planned.bound(database, "probe-5c", 2) == 2
    assert ledger.claim(RECIPE, 9, "a.1.y") == []
    ledger.settle([Ended(one, Result()) for one in claimed], "mia")
    assert planned.bound(database, "probe-5c", 3) == 3
