"""What is done to many servers happens to those that were shown, and to no others."""

from __future__ import annotations

import pytest

from alpheus.cases import service_many as module
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases, Filters
from alpheus.cases.service_acts import Asked
from alpheus.cases.service_many import code_of
from alpheus.errors import RefusedError
from cases_filling import NOW, derived_rows, fill, seen
from exposure_runs import CLOSED, OPEN

VULNERABLE = Filters(patch=("vulnerable",))


@pytest.fixture
def cases(database: Database) -> Cases:
    """Four servers, three of them vulnerable; the first seen twice."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, CLOSED, 1), seen(4, OPEN, 2),
                    seen(1, OPEN, 3)])  # fmt: skip
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def test_some_are_done_and_the_others_told(cases: Cases) -> None:
    """Each once, whatever number leads to it; a rebuild has the same."""
    cases.act(2, ActKind.CLOSED, who="kim", why="so", to="gone")
    found = cases.act_many([5, 1, 2, 3, 99], ActKind.CLOSED, who="kim", why="moved", to="gone")
    assert [row["id"] for row in found.done] == [1, 3]
    assert [number for number, _ in found.refused] == [2, 99]
    assert "server 2: closed: the case is closed already" in found.refused[0][1]
    assert len(cases.show(1).acts) == 1
    before = derived_rows(cases.database)
    rebuild(cases.database, now=NOW)
    assert derived_rows(cases.database) == before


def test_all_that_fit_and_no_others(cases: Cases) -> None:
    """If others fit meanwhile, nothing happens to any."""
    shown = cases.matching(VULNERABLE)
    assert sorted(shown.servers) == [1, 2, 4]
    assert shown.code.startswith("3-")
    before = derived_rows(cases.database)
    for wrong in ("", "3", code_of([1, 2, 3])):
        with pytest.raises(RefusedError, match="3 servers fit now"):
            cases.act_many(VULNERABLE, ActKind.ASSIGNED, who="kim", to="lou", code=wrong)
    assert derived_rows(cases.database) == before
    done = cases.act_many(VULNERABLE, ActKind.ASSIGNED, who="kim", to="lou", code=shown.code)
    assert {row["assignee"] for row in done.done} == {"lou"}
    assert cases.matching(Filters(assignee=("lou",))).servers == shown.servers
    with pytest.raises(RefusedError, match="not the same"):  # a code is for one act
        cases.act_many(VULNERABLE, ActKind.ASSIGNED, who="kim", to="lou", code=shown.code)


def test_a_code_stands_for_a_set() -> None:
    """In any order; another one has another code."""
    assert code_of([3, 1, 1]) == code_of([1, 3])
    assert code_of([1, 3]) != code_of([1, 4])


def test_there_is_a_bound(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it, it is done in parts."""
    monkeypatch.setattr(module, "MOST", 2)
    with pytest.raises(RefusedError, match="narrow it down"):
        cases.matching(VULNERABLE)
    with pytest.raises(RefusedError, match="in parts"):
        cases.act_many([1, 2, 3], ActKind.NOTE, who="kim", why="so")


CLOSE = Asked(ActKind.CLOSED, "kim", "moved", to="gone")


def test_what_is_foreseen_is_what_is_done(cases: Cases) -> None:
    """To those that allow it, with the reasons of the others."""
    cases.act(2, ActKind.CLOSED, who="kim", why="so", to="gone")
    before = derived_rows(cases.database)
    shown = cases.foreseen(VULNERABLE, None, CLOSE)
    assert derived_rows(cases.database) == before
    assert {*shown.allowed} == {1, 4}
    assert shown.refused == (("the case is closed already", (2,)),)
    done = cases.act_as_shown(VULNERABLE, None, CLOSE, code=shown.code)
    assert ({row["id"] for row in done.done}, done.refused) == ({1, 4}, ())
    rebuild(cases.database, now=NOW)
    assert {one["id"] for one in cases.every(Filters(work=("closed",)))} == {1, 2, 4}


def test_never_more_than_was_shown(cases: Cases) -> None:
    """Where others would allow it by now, nothing happens to any."""
    cases.act(2, ActKind.CLOSED, who="kim", why="so", to="gone")
    shown = cases.foreseen(VULNERABLE, None, CLOSE)
    cases.act(2, ActKind.REOPENED, who="kim", why="so")
    before = derived_rows(cases.database)
    with pytest.raises(RefusedError, match="3 servers allow it now"):
        cases.act_as_shown(VULNERABLE, None, CLOSE, code=shown.code)
    assert derived_rows(cases.database) == before


def test_some_of_those_that_fit(cases: Cases) -> None:
    """By any number that leads to them; what does not fit is not there."""
    mine = Filters(organisation=("org1.example", "org4.example"))
    shown = cases.foreseen(mine, [5, 1, 2, 4, 99], CLOSE)
    assert (shown.allowed, shown.absent) == ((1, 4), (2, 99))
    cases.act_as_shown(mine, [5, 1, 2, 4, 99], CLOSE, code=shown.code)
    assert {one["id"] for one in cases.every(Filters(work=("closed",)))} == {1, 4}


@pytest.mark.parametrize(
    ("asked", "lacks"),
    [
        (CLOSE._replace(why=" "), "needs a reason"),
        (CLOSE._replace(to=""), "say how it ends"),
        (Asked(ActKind.ASSIGNED, "kim", ""), "say to whom"),
        (Asked(ActKind.FALSE_POSITIVE, "kim", "so"), "say until when"),
        (Asked(ActKind.FALSE_POSITIVE, "kim", "so", until="2021-03-01T00:00:00Z"), "is over"),
        (Asked(ActKind.NOTIFIED, "kim", "so", when="2021-04-02T00:00:00Z"), "has not been yet"),
    ],
)
def test_what_is_lacking_is_told_before_anything_is_looked_at(
    cases: Cases, asked: Asked, lacks: str
) -> None:
    """Also where no server fits."""
    with pytest.raises(RefusedError, match=lacks):
        cases.foreseen(Filters(sector=("no such",)), None, asked)


def test_what_is_foreseen_has_the_same_bound(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it, it is done in parts."""
    monkeypatch.setattr(module, "MOST", 2)
    with pytest.raises(RefusedError, match="narrow it down"):
        cases.foreseen(VULNERABLE, None, CLOSE)
    with pytest.raises(RefusedError, match="in parts"):
        cases.foreseen(Filters(), [1, 2, 3], CLOSE)
