"""The desk of notices: what one person may see and do of them."""

from __future__ import annotations

import pytest
from litestar import Litestar

from alpheus.cases.database import Database
from alpheus.cases.service import Cases
from alpheus.errors import RefusedError
from alpheus.web.access.roles import Grant, Person, Role
from alpheus.web.notice_desk import NoticeDesk
from cases_filling import seen
from console import Clock
from exposure_runs import OPEN
from notices_filling import Country, contact
from web.notices_world import settled_country


@pytest.fixture
def country(app: Litestar, database: Database, clock: Clock) -> Country:
    """Two organisations, each told of its server."""
    found = settled_country(
        app, database, clock, {1: [contact("it@one.example")], 2: [contact("it@two.example")]}
    )
    found.sees(seen(1, OPEN, 1), seen(2, OPEN, 1))
    found.tell()
    return found


def _desk(app: Litestar, database: Database, clock: Clock, *grants: Grant) -> NoticeDesk:
    return NoticeDesk(app.state.office, Cases(database, clock), Person(1, "mia", grants))


def test_a_role_in_one_organisation_sees_its_notices_alone(
    app: Litestar, database: Database, clock: Clock, country: Country
) -> None:
    """The other's is not there, by whatever reference."""
    desk = _desk(app, database, clock, Grant(Role.VIEWER, "org1.example"))
    found = {one.organisation: one for one in country.notices.notices()}
    assert desk.notice(found["org1.example"].reference).id == found["org1.example"].id
    with pytest.raises(RefusedError, match="there is no "):
        desk.notice(found["org2.example"].reference)


def test_whoever_only_looks_takes_nothing_down(
    app: Litestar, database: Database, clock: Clock, country: Country
) -> None:
    """A viewer settles no notice, and approves none."""
    desk = _desk(app, database, clock, Grant(Role.VIEWER))
    notice = next(iter(country.notices.notices()))
    with pytest.raises(RefusedError):
        desk.settle(notice.reference, sent=True, why="it went out")
    with pytest.raises(RefusedError):
        desk.approve(notice.batch, "0" * 64)
