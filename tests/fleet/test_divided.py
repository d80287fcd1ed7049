"""Packages in parts, in the ledger."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from alpheus.cases.database import Database
from alpheus.cases.ledger_schema import parts, units
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import (
    PART,
    Ended,
    Package,
    Parameters,
    Recipe,
    Result,
    Unit,
    UnitKind,
    parts_of,
)
from alpheus.fleet.progress import progress
from alpheus.fleet.report import report
from fleet_filling import RECIPE, finished, package, result, row, states, stored

LARGE = package(1, size=2 * PART + 2)


def _contents(database: Database) -> int:
    with database.read() as connection:
        query = select(func.count()).select_from(parts).where(parts.c.content.is_not(None))
        return connection.execute(query).scalar_one()


def _read(claimed: list[Unit]) -> list[Ended]:
    return [Ended(one, Result(part=f"part {one.part}".encode(), read=7)) for one in claimed]


@pytest.mark.parametrize(
    ("size", "place", "results", "of"),
    [(PART, "/p", "", 1), (PART + 1, "/p", "", 2), (900 * PART, "/p", "", 255),
     (9 * PART, "s3://b/p", "", 9), (9 * PART, "/p", "/results", 1)],
)  # fmt: skip
def test_large_packages_have_parts(size: int, place: str, results: str, of: int) -> None:
    """Of 1 GB, in a store as well; not where a timeline is wanted, which needs all of it."""
    recipe = Recipe(UnitKind.TRIAGE, Parameters(results=results), "k")
    assert parts_of(Package(place, "p", "c", size), recipe) == of


def test_a_package_is_judged_when_all_its_parts_were_read(database: Database) -> None:
    """By what they said, in their order; then that is let go of."""
    ledger = Ledger(database)
    assert ledger.register([LARGE, package(2)], RECIPE) == 2
    assert states(database) == {"held": 1, "waiting": 4}
    claimed = ledger.claim(RECIPE, 9, "w")
    below = sorted((one for one in claimed if one.kind is UnitKind.PART), key=lambda one: one.part)
    assert [(one.part, one.of, one.name) for one in below] == [
        (0, 3, "srv0001 (1 of 3)"), (1, 3, "srv0001 (2 of 3)"), (2, 3, "srv0001 (3 of 3)"),
    ]  # fmt: skip
    assert sum(one.bytes for one in below) == LARGE.bytes
    settled = ledger.settle(_read([below[2], below[0]]), "mia")
    assert (settled.done, settled.parts) == (0, 2)
    assert ledger.left(RECIPE) == (0, 2)
    found = progress(database)
    assert (found.waiting, found.running, found.done) == (1, 2, 2)
    assert found.bytes == LARGE.bytes + 1_000
    ledger.settle(_read([below[1]]), "mia")
    (whole,) = ledger.claim(RECIPE, 9, "w")
    assert (whole.kind, whole.name) == (UnitKind.TRIAGE, "srv0001")
    assert whole.collected == (b"part 0", b"part 1", b"part 2")
    assert report(database).units == {"waiting": 0, "running": 2, "done": 0, "parked": 0}
    ledger.settle([Ended(whole, result("srv0001", victim=True))], "mia")
    assert (_contents(database), stored(database)) == (0, 1)
    assert report(database).units["done"] == 1
    assert ledger.register([LARGE], RECIPE) == 0
    assert ledger.claim(RECIPE, 9, "w") == []


def test_a_part_that_is_parked_holds_its_package(database: Database) -> None:
    """Until somebody lets it be tried again; nothing is judged by half."""
    ledger = Ledger(database)
    ledger.register([LARGE], RECIPE)
    one, two, three = ledger.claim(RECIPE, 9, "w")
    ledger.settle([Ended(one, Result(refused="it is encrypted")), *_read([two, three])], "mia")
    assert states(database) == {"held": 1, "parked": 1, "done": 2}
    assert ledger.left(RECIPE) == (0, 0)
    assert ledger.retry(None) == [one.id]
    ledger.settle(_read(ledger.claim(RECIPE, 9, "w")), "mia")
    (whole,) = ledger.claim(RECIPE, 9, "w")
    assert len(whole.collected) == 3


def test_one_whose_judge_dies_keeps_what_its_parts_said(database: Database) -> None:
    """It is judged again, by another."""
    ledger = Ledger(database)
    ledger.register([LARGE], RECIPE)
    ledger.settle(_read(ledger.claim(RECIPE, 9, "w")), "mia")
    ledger.claim(RECIPE, 9, "w")
    ledger.recover(everything=True)
    (whole,) = ledger.claim(RECIPE, 9, "x")
    assert len(whole.collected) == 3


def test_what_changed_meanwhile_is_forgotten_with_its_parts(database: Database) -> None:
    """Newer knowledge, or other content at the same place."""
    ledger = Ledger(database)
    ledger.register([LARGE], RECIPE)
    newer = Recipe(RECIPE.kind, RECIPE.parameters, "knowledge 2")
    ledger.register([LARGE], newer)
    assert states(database) == {"held": 1, "waiting": 3}
    ledger.register([package(1, content="another", size=PART)], newer)
    assert states(database) == {"waiting": 1}
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(parts)).scalar_one() == 0


def test_small_ones_have_none(database: Database) -> None:
    """A unit is its package."""
    ledger = Ledger(database)
    ledger.register([package(1)], RECIPE)
    (claimed,) = ledger.claim(RECIPE, 9, "w")
    assert (claimed.kind, claimed.part, claimed.of, claimed.collected) == (
        UnitKind.TRIAGE, 0, 1, (),
    )  # fmt: skip
    ledger.settle(finished([claimed]), "mia")
    assert row(database, claimed.id)["state"] == "done"
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(units)).scalar_one() == 1
