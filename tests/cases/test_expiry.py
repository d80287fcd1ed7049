"""False positives that have expired."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.expiry import Expiry, expire
from alpheus.cases.observations import iso
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.errors import NotWorkedOutError
from cases_filling import NOW, fill, seen
from exposure_runs import OPEN

UNTIL = iso(NOW + timedelta(days=10))


@pytest.fixture
def cases(database: Database) -> Cases:
    """A server that is said to be a false positive for ten days, and another."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 2)])
    rebuild(database, now=NOW)
    found = Cases(database, lambda: NOW)
    found.act(1, ActKind.FALSE_POSITIVE, who="noa", why="a honeypot", until=UNTIL)
    return found


def test_expiry_is_a_transition_of_its_own(cases: Cases) -> None:
    """By the program, at the moment it ended, and it says who had said so, when and why."""
    later = Cases(cases.database, lambda: NOW + timedelta(days=11))
    assert later.statistics()[0].work == {"reopened": 1, "new": 1}
    assert [row["id"] for row in later.page(Filters(work=("reopened",))).servers] == [1]
    look = later.look(1)
    last = look.changes[-1]
    assert (last.before, last.after, last.time) == ("false-positive", "reopened", UNTIL)
    assert last.who == "alpheus"
    assert last.why == (
        f"the false positive has expired that noa set on {iso(NOW)[:10]}: a honeypot"
    )
    assert look.row["work_since"] == UNTIL
    assert later.show(1).changes[-1] == last
    assert [act.kind for act in look.acts] == [ActKind.FALSE_POSITIVE]


def test_nothing_expires_before_its_time(cases: Cases) -> None:
    """Nor twice."""
    assert expire(cases.database, iso(NOW + timedelta(days=9))) == 0
    late = iso(NOW + timedelta(days=11))
    assert [expire(cases.database, late), expire(cases.database, late)] == [1, 0]


def test_a_database_without_servers_has_none(database: Database) -> None:
    """Whoever reads is told so, and not who looks for what has expired."""
    with pytest.raises(NotWorkedOutError):
        expire(database, iso(NOW))
    Expiry(database)(iso(NOW))
