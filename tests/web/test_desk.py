"""Nobody sees or changes what is not theirs."""

from __future__ import annotations

import pytest

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.observations import hand_entry
from alpheus.cases.observations_import import record
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.errors import RefusedError
from alpheus.web.access.roles import Grant, Person, Role
from alpheus.web.desk import Desk
from console import Clock


@pytest.fixture
def cases(database: Database, clock: Clock) -> Cases:
    """A server each of three organisations, and one that nobody is known to own."""
    hosts = ("mail.a.example", "mail.b.example", "mail.c.example")
    entries = [hand_entry(time="2021-03-10T00:00:00Z", names=(host,), build="15.1.2106.2")
               for host in hosts]  # fmt: skip
    entries.append(hand_entry(time="2021-03-10T00:00:00Z", address="192.0.2.9"))
    record(database, entries, "test")
    rebuild(database, now=clock())
    return Cases(database, clock)


def _desk(cases: Cases, *grants: Grant) -> Desk:
    return Desk(cases, Person(1, "mia", grants))


def _names(desk: Desk, filters: Filters | None = None) -> list[str]:
    return sorted(row["name"] for row in desk.page(filters or Filters()).servers)


def test_a_role_everywhere_sees_all(cases: Cases) -> None:
    """Also servers of which nobody knows the owner."""
    assert len(_names(_desk(cases, Grant(Role.VIEWER)))) == 4


def test_a_role_in_an_organisation_sees_its_servers(cases: Cases) -> None:
    """And neither by a filter nor by a number those of another."""
    desk = _desk(cases, Grant(Role.VIEWER, "a.example"))
    assert _names(desk) == ["mail.a.example"]
    assert _names(desk, Filters(organisation=("b.example",))) == []
    assert [row["name"] for row in desk.every(Filters())] == ["mail.a.example"]
    other = next(row for row in cases.page().servers if row["name"] == "mail.b.example")
    with pytest.raises(RefusedError, match=r"there is no server \d"):
        desk.show(int(other["id"]))


def test_nobody_without_a_role_sees_anything(cases: Cases) -> None:
    """No list is no filter."""
    assert _names(_desk(cases)) == []
    assert list(_desk(cases).every(Filters())) == []
    assert _names(_desk(cases, Grant(Role.CONSTITUENT, "a.example"))) == []


def test_a_viewer_changes_nothing_and_an_analyst_only_their_own(cases: Cases) -> None:
    """What was done has the name of who did it."""
    numbers = {row["name"]: int(row["id"]) for row in cases.page().servers}
    viewer = _desk(cases, Grant(Role.VIEWER))
    with pytest.raises(RefusedError, match="there is no server"):
        viewer.act(numbers["mail.a.example"], ActKind.NOTE, why="looked")
    analyst = _desk(cases, Grant(Role.ANALYST, "a.example"), Grant(Role.VIEWER))
    with pytest.raises(RefusedError, match="there is no server"):
        analyst.act(numbers["mail.b.example"], ActKind.NOTE, why="looked")
    analyst.act(numbers["mail.a.example"], ActKind.NOTE, why="looked")
    acts = analyst.show(numbers["mail.a.example"]).acts
    assert [(one.who, one.why) for one in acts] == [("mia", "looked")]
