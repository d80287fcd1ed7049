"""The service: what is asked, what is done, and what is refused."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from alpheus.cases import derived_store
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases, Filters
from alpheus.errors import DatabaseError, RefusedError
from cases_filling import NOW, derived_rows, fill, seen
from exposure_runs import CLOSED, OPEN


@pytest.fixture
def cases(database: Database) -> Cases:
    """Three servers, of which the first was seen twice."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, CLOSED, 1), seen(1, OPEN, 3)])
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def _rebuilt(cases: Cases) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is derived before and after a rebuild."""
    before = derived_rows(cases.database)
    rebuild(cases.database, now=NOW)
    return before, derived_rows(cases.database)


def test_without_servers_the_remedy_is_said(database: Database) -> None:
    """Before the first rebuild."""
    with pytest.raises(DatabaseError, match="alpheus case rebuild"):
        Cases(database).page()


def test_what_is_done_shows_at_once_and_stays(cases: Cases) -> None:
    """Through a rebuild, too, to the last count."""
    cases.act(1, ActKind.ASSIGNED, who="kim", to="lou")
    cases.act(4, ActKind.STARTED, who="lou")
    cases.act(3, ActKind.CLOSED, who="lou", why="seen", to="done")
    row = cases.act(2, ActKind.FALSE_POSITIVE, who="kim", why="lab", until="2021-05-01T00:00:00Z")
    assert (row["work"], row["until"], row["priority"]) == (
        "false-positive",
        "2021-05-01T00:00:00Z",
        0,
    )
    found = {one["id"]: (one["work"], one["assignee"]) for one in cases.page().servers}
    assert found == {1: ("in-progress", "lou"), 2: ("false-positive", ""), 3: ("closed", "")}
    before, after = _rebuilt(cases)
    assert before == after


def test_what_is_not_allowed_changes_nothing(cases: Cases) -> None:
    """And says why, with the number of the server."""
    before = derived_rows(cases.database)
    with pytest.raises(RefusedError, match="server 1: closed: it is vulnerable"):
        cases.act(1, ActKind.CLOSED, who="kim", why="so", to="done")
    with pytest.raises(RefusedError, match="there is no server 99"):
        cases.act(99, ActKind.NOTE, who="kim", why="so")
    assert derived_rows(cases.database) == before


def test_merged_servers_are_one(cases: Cases) -> None:
    """With what was done to both, and every number leads to it; a rebuild gives the same."""
    cases.act(1, ActKind.STARTED, who="kim")
    cases.act(2, ActKind.ASSIGNED, who="kim", to="lou")
    row = cases.merge([2, 1], who="kim", why="same rack")
    assert (row["id"], row["observations"], row["assignee"]) == (1, 3, "lou")
    assert row["work"] == "in-progress"
    assert cases.show(2).server["id"] == 1
    assert [one["id"] for one in cases.page(Filters(text="qq0002xy")).servers] == [1]
    before, after = _rebuilt(cases)
    assert before == after


def test_split_servers_are_two(cases: Cases) -> None:
    """What was done stays with the observation that it was done to; a rebuild gives the same."""
    cases.act(1, ActKind.STARTED, who="kim")
    rows = cases.split(1, [4], who="kim", why="two boxes")
    assert [(row["id"], row["work"]) for row in rows] == [(1, "in-progress"), (4, "new")]
    before, after = _rebuilt(cases)
    assert before == after
    cases.merge([1, 4], who="kim", why="one after all")
    before, after = _rebuilt(cases)
    assert before == after


def test_merges_and_splits_that_make_no_sense(cases: Cases) -> None:
    """Are refused with what is wrong."""
    for ask, said in (
        (lambda: cases.merge([1, 4], who="kim", why="so"), "one already"),
        (lambda: cases.merge([1, 2], who="kim", why=""), "say why"),
        (lambda: cases.split(1, [2], who="kim", why="so"), "no observation 2"),
        (lambda: cases.split(1, [1, 4], who="kim", why="so"), "some of the 2"),
        (lambda: cases.split(1, [], who="kim", why="so"), "some of the 2"),
        (lambda: cases.split(1, [4], who="", why="so"), "say who"),
    ):
        with pytest.raises(RefusedError, match=said):
            ask()


def test_every_server_page_after_page(cases: Cases) -> None:
    """As of one moment."""
    assert [one["id"] for one in cases.every(sort="name")] == [1, 2, 3]


def test_statistics_and_days(cases: Cases) -> None:
    """Raw and merged."""
    (total,) = cases.statistics()
    assert (total.servers, total.observations) == (3, 4)
    patches = [day for day in cases.days() if day.axis == "patch"]
    assert [(day.day, day.state, day.servers) for day in patches] == [
        ("2021-03-01", "fixed", 1), ("2021-03-01", "vulnerable", 2),
    ]  # fmt: skip


def test_observations_that_wait_are_counted(cases: Cases) -> None:
    """Until a rebuild takes them in."""
    fill(cases.database, [seen(9, OPEN, 9)])
    assert cases.waiting() == 1
    rebuild(cases.database, now=NOW)
    assert cases.waiting() == 0


def test_tables_that_were_exchanged_are_asked_again(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once; another mistake is passed on."""
    cases.page()  # what has expired is looked for now, and not again in this minute
    real, calls = derived_store.current, []

    def once(connection: Any, place: str) -> Any:
        calls.append(1)
        if len(calls) == 1:
            missing = sqlite3.OperationalError("no such table: servers_a")
            raise OperationalError("", {}, missing)
        return real(connection, place)

    monkeypatch.setattr(derived_store, "current", once)
    assert len(cases.page().servers) == 3
    assert len(calls) == 2
