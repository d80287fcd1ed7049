"""Packages into the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpheus.cases.database import Database, open_database
from alpheus.cases.rebuild import rebuild
from alpheus.errors import EvidenceError
from alpheus.fleet import register as module
from alpheus.fleet.content import find_packages
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.progress import progress
from alpheus.fleet.register import bare, ranks_of, register
from cases_filling import fill, seen
from exposure_runs import OPEN
from fleet_filling import RECIPE, package, states


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Three packages, two of which have the same content."""
    for name, text in (("a", "1"), ("b", "2"), ("c", "2")):
        (tmp_path / "all" / name).mkdir(parents=True)
        (tmp_path / "all" / name / "x.log").write_text(text, "utf-8")
    return tmp_path / "all"


def test_the_same_content_is_one_unit_and_nothing_is_read_twice(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the file system says of a package as it did before is taken as unchanged."""
    with open_database(tmp_path / "c.db") as database:
        ledger, told = Ledger(database), list[int]()
        done = register(ledger, find_packages([top]), RECIPE, tell=lambda d: told.append(d.new))
        assert (done.packages, done.new, done.same, done.bytes) == (3, 2, 1, 3)
        assert told == [2]
        read = list[str]()
        whole = module.read_package
        monkeypatch.setattr(
            module,
            "read_package",
            lambda place, *more: read.append(place.name) or whole(place, *more),
        )
        (top / "a" / "x.log").write_text("changed", "utf-8")
        done = register(ledger, find_packages([top]), RECIPE)
        assert (done.new, read) == (1, ["a"])
        assert states(database) == {"waiting": 2}


def test_a_package_that_cannot_be_read_costs_itself(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told and parked until it can be read, and the others are registered."""
    whole = module.read_package

    def read(place: Path, name: str, said: str) -> object:
        if name == "b":
            raise EvidenceError(f"{place}: permission denied")
        return whole(place, name, said)

    monkeypatch.setattr(module, "read_package", read)
    with open_database(tmp_path / "c.db") as database:
        ledger = Ledger(database)
        done = register(ledger, find_packages([top]), RECIPE)
        assert (done.packages, done.lost) == (
            2,
            {str(top / "b"): f"{top / 'b'}: permission denied"},
        )
        (parked,) = progress(database).parked_units
        assert (parked.name, parked.reason) == ("b", f"{top / 'b'}: permission denied")
        assert (ledger.parked(RECIPE), states(database)) == (
            [str(top / "b")],
            {"waiting": 2, "parked": 1},
        )
        ledger.retry(None)
        register(ledger, find_packages([top]), RECIPE)
        assert ledger.parked(RECIPE) == [str(top / "b")]
        monkeypatch.setattr(module, "read_package", whole)
        register(ledger, find_packages([top]), RECIPE)
        assert (ledger.parked(RECIPE), states(database)) == ([], {"waiting": 2})


def test_a_package_that_is_called_like_a_server_is_as_urgent_as_that(database: Database) -> None:
    """By its computer's name or its host name; where nothing is known, all are alike."""
    packages = [package(1), package(2)]
    packages[0] = packages[0].__class__("/p/QQ0001XY.zip", "QQ0001XY.zip", "c", 1)
    assert ranks_of(database, packages) == {}
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 2)])
    rebuild(database, now=datetime(2021, 4, 1, tzinfo=UTC))
    ranks = ranks_of(database, packages)
    assert list(ranks) == ["/p/QQ0001XY.zip"]
    assert ranks["/p/QQ0001XY.zip"] < 0


@pytest.mark.parametrize(
    ("name", "server"),
    [("EX01.tar.gz", "ex01"), ("mail.town.example.zip", "mail.town.example"), ("EX01", "ex01"),
     (".zip", ".zip"), ("disk.E01", "disk")],
)  # fmt: skip
def test_the_name_of_a_package_as_that_of_a_server(name: str, server: str) -> None:
    """Without what archives end with."""
    assert bare(name) == server
