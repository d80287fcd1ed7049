"""What a run found, over all packages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from alpheus.cases.database import Database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.traces import TraceKind
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Recipe
from alpheus.fleet.report import report
from assessments import ATTACKER
from cases_filling import fill, seen
from exposure_runs import OPEN
from fleet_filling import RECIPE, finished, package, registered, stored

NOW = datetime(2021, 4, 1, tzinfo=UTC)


def _judged(database: Database, *victims: int, count: int = 3) -> Ledger:
    ledger = Ledger(database)
    registered(ledger, count)
    ledger.settle(finished(ledger.claim(RECIPE, count, "w"), victims), "mia")
    return ledger


def test_victims_come_first_and_what_they_share_is_told(database: Database) -> None:
    """The same page, kind of shell, address, secret, tool and steps; the first victim of each."""
    _judged(database, 2, 3)
    found = report(database)
    assert [one.name for one in found.judged] == ["srv0002", "srv0003", "srv0001"]
    assert found.verdicts == {"compromised": 2, "no-evidence": 1}
    assert {one.kind for one in found.shared} == {one.value for one in TraceKind}
    for one in found.shared:
        assert (one.servers, one.first.name) == (2, "srv0002")
    assert found.units["done"] == 3


def test_victims_of_one_hand_are_told_with_the_first(database: Database) -> None:
    """By what they share at once; of what was read twice the last result counts here, too."""
    ledger = _judged(database, 2, 3)
    (hand,) = report(database).hands.hands
    assert (hand.servers, hand.first_victim) == (2, "srv0002")
    assert {"secret", "page"} & {one.kind for one in hand.signs}
    newer = Recipe(RECIPE.kind, RECIPE.parameters, "knowledge 2")
    ledger.register([package(3)], newer)
    ledger.settle(finished(ledger.claim(newer, 1, "w")), "mia")
    found = report(database).hands
    assert (found.hands, found.strands) == ((), 1)


def test_one_victim_shares_nothing(database: Database) -> None:
    """What is on one server alone is in its own assessment."""
    _judged(database, 2)
    assert report(database).shared == ()


def test_of_what_was_read_twice_the_last_result_counts(database: Database) -> None:
    """By newer knowledge, or after it changed."""
    ledger = _judged(database, 2, 3)
    newer = Recipe(RECIPE.kind, RECIPE.parameters, "knowledge 2")
    ledger.register([package(3)], newer)
    ledger.settle(finished(ledger.claim(newer, 1, "w")), "mia")
    found = report(database)
    assert found.verdicts == {"compromised": 1, "no-evidence": 2}
    assert found.shared == ()
    ledger.register([package(2, content="changed")], RECIPE)
    assert report(database).verdicts == {"no-evidence": 2}


def test_what_newer_knowledge_says_again_counts_too(database: Database) -> None:
    """It is the observation that is there already, of an older import."""
    ledger = _judged(database, 2, 3)
    newer = Recipe(RECIPE.kind, RECIPE.parameters, "knowledge 2")
    registered(ledger, 3, newer)
    ledger.settle(finished(ledger.claim(newer, 3, "w"), [5, 6]), "mia")
    assert report(database).verdicts == {"compromised": 2, "no-evidence": 1}
    assert stored(database) == 3


def test_servers_from_which_an_intruder_came_are_named(database: Database) -> None:
    """Where an address of an intruder is that of a server in cases."""
    fill(database, [seen(1, OPEN, 1), replace(seen(2, OPEN, 2), address=ATTACKER)])
    _judged(database, 2, 3)
    assert report(database).sources == (), "nothing has been worked out yet"
    rebuild(database, now=NOW)
    (source,) = report(database).sources
    assert source.address == ATTACKER
    assert [one.name for one in source.victims] == ["srv0002", "srv0003"]
