"""Decisions about servers: what is allowed, and what is said where it is not."""

from __future__ import annotations

import pytest

from alpheus.cases.database import Database
from alpheus.cases.purge import purge
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.errors import RefusedError
from cases_filling import NOW, derived_rows, fill, seen
from exposure_runs import OPEN


@pytest.fixture
def cases(database: Database) -> Cases:
    """Three servers, the first seen twice."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, OPEN, 1), seen(1, OPEN, 3)])
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def test_servers_that_are_kept_apart_are_not_merged(cases: Cases) -> None:
    """Until that is taken back; the refusal says by whom, why, and how."""
    rows = cases.keep_apart([2, 1], who="kim", why="two firms")
    assert [row["id"] for row in rows] == [1, 2]
    with pytest.raises(RefusedError, match=r"decision 1 of kim .*: two firms; .* revoke 1"):
        cases.merge([1, 2, 3], who="lou", why="one")
    with pytest.raises(RefusedError, match="apart already"):
        cases.keep_apart([1, 2], who="lou", why="so")
    cases.merge([1, 3], who="lou", why="one")
    with pytest.raises(RefusedError, match="keeps them apart"):
        cases.merge([2, 3], who="lou", why="one")
    cases.revoke(1, who="kim", why="one firm")
    assert cases.merge([1, 2], who="lou", why="one")["observations"] == 4


def test_what_is_seen_later_does_not_join_what_is_kept_apart(cases: Cases) -> None:
    """Neither does a rebuild."""
    cases.keep_apart([1, 2], who="kim", why="two firms")
    both = seen(1, OPEN, 9, servers=("QQ0001XY",), names=("mail.org2.example", "mail.org1.example"))
    fill(cases.database, [both, seen(1, OPEN, 9, servers=("QQ0002XY",))])
    rebuild(cases.database, now=NOW)
    servers = dict(derived_rows(cases.database)["members"])
    assert servers[1] != servers[2]


def test_a_decision_is_taken_back_once(cases: Cases) -> None:
    """And the taking back can be taken back; what is no decision is said."""
    cases.merge([1, 2], who="kim", why="one")
    merged = derived_rows(cases.database)["members"]
    cases.revoke(1, who="lou", why="two")
    with pytest.raises(RefusedError, match="taken back already"):
        cases.revoke(1, who="lou", why="two")
    cases.revoke(2, who="kim", why="one after all")
    assert derived_rows(cases.database)["members"] == merged
    with pytest.raises(RefusedError, match="decision 2 is taken back already"):
        cases.revoke(2, who="kim", why="so")
    cases.revoke(3, who="lou", why="two, finally")
    with pytest.raises(RefusedError, match="no decision 99"):
        cases.revoke(99, who="lou", why="so")
    with pytest.raises(RefusedError, match="say why"):
        cases.revoke(2, who="lou", why="")


def test_decisions_that_make_no_sense(cases: Cases) -> None:
    """Are refused with what is wrong, and what helps."""
    for ask, said in (
        (lambda: cases.merge([1, 4], who="kim", why="so"), "one already"),
        (lambda: cases.keep_apart([1, 4], who="kim", why="so"), "alpheus case split"),
        (lambda: cases.keep_apart([1, 2], who="kim", why=""), "say why"),
        (lambda: cases.split(1, [2], who="kim", why="so"), "no observation 2"),
        (lambda: cases.split(1, [1, 4], who="kim", why="so"), "some of the 2"),
        (lambda: cases.merge([1, 99], who="kim", why="so"), "no server 99"),
    ):
        with pytest.raises(RefusedError, match=said):
            ask()


def test_a_decision_about_what_was_purged(cases: Cases) -> None:
    """Changes nothing, and cannot be taken back."""
    cases.merge([2, 3], who="kim", why="one")
    cases.split(2, [3], who="kim", why="two")
    purge(cases.database, servers=[2])
    rebuild(cases.database, now=NOW)
    with pytest.raises(RefusedError, match=r"no decision 1|purged|already"):
        cases.revoke(1, who="kim", why="so")
