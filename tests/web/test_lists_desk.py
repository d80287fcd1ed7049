"""Lists are bounded by what somebody may, and what is taken away or changed is taken down."""

from __future__ import annotations

import pytest

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.observations import hand_entry
from alpheus.cases.observations_import import record
from alpheus.cases.organisations import OrganisationFilters
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_acts import Asked
from alpheus.cases.service_listing import Filters
from alpheus.errors import RefusedError
from alpheus.web import lists_desk as module
from alpheus.web.access import audit
from alpheus.web.access.roles import Grant, Person, Role
from alpheus.web.lists_desk import ListsDesk
from console import Clock

NOTE = Asked(ActKind.NOTE, "", "looked")


@pytest.fixture
def cases(database: Database, clock: Clock) -> Cases:
    """A server each of two organisations, and one of nobody's."""
    entries = [hand_entry(time="2021-03-10T00:00:00Z", names=(f"mail.{one}.example",))
               for one in "ab"]  # fmt: skip
    entries.append(hand_entry(time="2021-03-10T00:00:00Z", address="192.0.2.9"))
    record(database, entries, "test")
    rebuild(database, now=clock())
    return Cases(database, clock)


def _desk(cases: Cases, *grants: Grant) -> ListsDesk:
    return ListsDesk(cases, Person(1, "mia", grants))


@pytest.mark.parametrize(
    ("grants", "servers", "organisations"),
    [
        ((Grant(Role.VIEWER),), 3, 2),
        ((Grant(Role.VIEWER, "a.example"),), 1, 1),
        ((Grant(Role.VIEWER, "a.example"), Grant(Role.ANALYST, "b.example")), 2, 2),
        ((Grant(Role.CONSTITUENT, "a.example"),), 0, 0),
        ((), 0, 0),
    ],
)
def test_what_is_seen_and_taken_away(
    cases: Cases, grants: tuple[Grant, ...], servers: int, organisations: int
) -> None:
    """The same in lists, in counts and in files."""
    desk = _desk(cases, *grants)
    queue = desk.queue(Filters())
    assert (len(queue.servers), queue.total) == (servers, servers)
    assert len(desk.page(Filters(), size=10).servers) == servers
    assert sum(map(len, desk.portions(Filters(), sort="name", said=""))) == servers
    every = [int(row["id"]) for row in cases.page().servers]
    assert len(desk.rows(every)) == servers
    page = desk.organisations(OrganisationFilters(), sort="name")
    assert len(page.organisations) == organisations
    portions = desk.organisation_portions(OrganisationFilters(), sort="name", said="")
    assert sum(map(len, portions)) == organisations


def test_what_is_taken_away_is_taken_down(cases: Cases) -> None:
    """Before the first line is sent, with who and what, and not more of it than there is room."""
    desk = _desk(cases, Grant(Role.VIEWER))
    desk.portions(Filters(), sort="name", said="q=" + "x" * 1_000)
    desk.organisation_portions(OrganisationFilters(), sort="name", said="")
    with cases.database.read() as connection:
        found = audit.entries(connection)
    assert [(one.who, one.object) for one in found] == [
        ("mia", "organisations"), ("mia", "servers"),
    ]  # fmt: skip
    assert len(found[1].detail["filters"]) == 500


def test_who_may_look_somewhere_and_work_elsewhere(cases: Cases) -> None:
    """Works there alone, whatever is asked; with nothing left to work on, nothing is done."""
    desk = _desk(cases, Grant(Role.VIEWER), Grant(Role.ANALYST, "a.example"))
    shown = desk.foreseen(Filters(), None, NOTE)
    assert len(shown.allowed) == 1
    done = desk.act_as_shown(Filters(), None, NOTE, code=shown.code, said="all")
    assert [row["organisation"] for row in done.done] == ["a.example"]
    assert cases.show(int(done.done[0]["id"])).acts[0].who == "mia"
    with pytest.raises(RefusedError, match="0 servers allow it now"):
        desk.act_as_shown(
            Filters(organisation=("a.example",)), [99], NOTE, code=shown.code, said=""
        )
    other = Filters(organisation=("b.example",))
    assert desk.foreseen(other, [1, 2], NOTE).absent == (1, 2)
    with pytest.raises(RefusedError, match="no server that fits"):
        desk.act_as_shown(other, None, NOTE, code=shown.code, said="")


def test_an_organisation_that_may_not_be_seen_is_not_there(cases: Cases) -> None:
    """The same answer as for what does not exist."""
    desk = _desk(cases, Grant(Role.VIEWER, "a.example"))
    assert desk.owner("a.example").organisation.servers == 1
    for key in ("b.example", "", "no.example"):
        with pytest.raises(RefusedError, match="there is no"):
            desk.owner(key)
    with pytest.raises(RefusedError, match="there is no organisation"):
        _desk(cases, Grant(Role.VIEWER)).owner("no.example")


def test_the_log_is_for_administrators(cases: Cases) -> None:
    """Others find nothing in it, whatever they look for."""
    _desk(cases, Grant(Role.VIEWER)).portions(Filters(), sort="name", said="q=secret")
    assert _desk(cases, Grant(Role.APPROVER)).entries_saying("secret") == []
    found = _desk(cases, Grant(Role.ADMIN)).entries_saying("SECRET servers")
    assert [one.object for one in found] == ["servers"]
    assert _desk(cases, Grant(Role.ADMIN)).notice("A-222222") is None


def test_not_more_than_is_answered_in_time(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither shown nor done."""
    desk = _desk(cases, Grant(Role.ANALYST))
    shown = desk.foreseen(Filters(), None, NOTE)
    monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    with pytest.raises(RefusedError, match="more than 2 servers at once"):
        desk.foreseen(Filters(), None, NOTE)
    with pytest.raises(RefusedError, match="more than 2 servers at once"):
        desk.act_as_shown(Filters(), None, NOTE, code=shown.code, said="")
