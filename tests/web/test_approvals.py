"""The digest that an approval binds to is made in time for a page."""

from __future__ import annotations

import time

import pytest

from alpheus.cases.database import Database
from alpheus.errors import DatabaseError, RefusedError
from alpheus.notify.records import Approval
from alpheus.web import approvals
from alpheus.web.approvals import Approvals, Underway
from cases_filling import seen
from exposure_runs import OPEN
from notices_filling import Country, contact


@pytest.fixture
def country(database: Database) -> Country:
    """Two notices that wait."""
    found = Country(database, {n: [contact(f"it@one{n}.example")] for n in (1, 2)})
    found.sees(seen(1, OPEN, 1), seen(2, OPEN, 1))
    found.plan()
    return found


def test_a_few_are_done_at_once_and_kept(country: Country) -> None:
    """As long as nothing has changed; then anew."""
    kept = Approvals()
    first = kept.of(country.notices, 1)
    assert first == country.notices.approval(1)
    assert kept.of(country.notices, 1) is first
    country.notices.reject(1, who="lou", why="no",
                           references=(next(country.notices.notices(1)).reference,))  # fmt: skip
    again = kept.of(country.notices, 1)
    assert isinstance(again, Approval)
    assert again.notices == 1
    country.notices.reject(1, who="lou", why="no")
    assert kept.of(country.notices, 1) is None
    with pytest.raises(RefusedError, match="there is no batch 9"):
        kept.of(country.notices, 9)


def test_many_are_done_beside(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks meanwhile hears how far it is; the outcome is the same."""
    monkeypatch.setattr(approvals, "AT_ONCE", 1)
    kept = Approvals()
    assert kept.of(country.notices, 1) == Underway(0, 2)
    found = kept.of(country.notices, 1)
    for _ in range(500):
        if isinstance(found, Approval):
            break
        time.sleep(0.02)
        found = kept.of(country.notices, 1)
    assert found == country.notices.approval(1)


def test_what_goes_wrong_beside_is_told_and_tried_again(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not stay on for ever."""
    monkeypatch.setattr(approvals, "AT_ONCE", 1)

    def broken(*_: object, **__: object) -> Approval:
        raise DatabaseError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(country.notices, "approval", broken)
        kept = Approvals()
        kept.of(country.notices, 1)
        found = kept.of(country.notices, 1)
        for _ in range(500):
            if isinstance(found, Underway) and found.fault:
                break
            time.sleep(0.02)
            found = kept.of(country.notices, 1)
        assert isinstance(found, Underway)
        assert found.fault == "the disk is gone"
    assert isinstance(kept.of(country.notices, 1), Underway)
