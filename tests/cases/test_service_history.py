"""What was done is found by organisation and by words, the newest first."""

from __future__ import annotations

import pytest

from alpheus.cases import service_history as module
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from cases_filling import NOW, fill, seen
from exposure_runs import OPEN


@pytest.fixture
def cases(database: Database) -> Cases:
    """Three servers of three organisations, the first seen twice; something was done to each."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, OPEN, 1), seen(1, OPEN, 3)])
    rebuild(database, now=NOW)
    made = Cases(database, lambda: NOW)
    made.act(1, ActKind.NOTE, who="kim", why="Called 100% of them", when="2021-03-05T00:00:00Z")
    made.act(2, ActKind.CLOSED, who="lou", why="moved away", to="gone")
    made.act(3, ActKind.NOTE, who="kim", why="called_nobody", evidence="ticket 7")
    made.act(4, ActKind.ASSIGNED, who="kim", to="lou", when="2021-03-06T00:00:00Z")
    return made


def test_of_an_organisation(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    """To whichever of its observations it was done; the newest first, and not more than asked."""
    found = cases.deeds("org1.example")
    assert [(one.kind, one.server, one.to) for one in found] == [
        ("assigned", 1, "lou"), ("note", 1, ""),
    ]  # fmt: skip
    assert found[1].name == cases.row(1)["name"]
    assert len(cases.deeds("org1.example", size=1)) == 1
    assert cases.deeds("org9.example") == []
    monkeypatch.setattr(module, "_MOST_SERVERS", 0)
    assert cases.deeds("org1.example") == []


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("called", [3, 1]), ("CALLED kim", [3, 1]), ("called lou", []), ("100%", [1]), ("%", [1]),
        ("called_", [3]), ("ticket 7", [3]), ("", []), (" ", []), ("\\", []), ("away", [2]),
    ],
)  # fmt: skip
def test_by_words(cases: Cases, text: str, servers: list[int]) -> None:
    """All of them, in any case, wherever they stand; no character is a wildcard."""
    assert [one.server for one in cases.deeds_saying(text, None)] == servers


def test_within_organisations(cases: Cases) -> None:
    """Of others nothing is found."""
    assert [one.server for one in cases.deeds_saying("called", {"org1.example"})] == [1]
    assert cases.deeds_saying("called", set()) == []


def test_only_the_newest_are_looked_through(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are."""
    monkeypatch.setattr(module, "LOOKED_THROUGH", 2)
    assert [one.server for one in cases.deeds_saying("called", None)] == [3]
