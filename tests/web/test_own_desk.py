"""The desk of an organisation about itself."""

from __future__ import annotations

import pytest
from litestar import Litestar

from alpheus.cases.database import Database
from alpheus.cases.service import Cases
from alpheus.errors import RefusedError
from alpheus.web.access.roles import Grant, Person, Role
from alpheus.web.own_desk import OwnDesk
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
    return found


@pytest.mark.usefixtures("country")
def test_an_account_of_an_organisation_sees_its_own_servers(
    database: Database, clock: Clock
) -> None:
    """In plain words; another's server is not there."""
    person = Person(1, "mia", (Grant(Role.CONSTITUENT, "org1.example"),))
    desk = OwnDesk(database, clock, person, "en")
    numbers = {row["organisation"]: int(row["id"]) for row in Cases(database).every()}
    assert desk.notice() is None
    assert len(desk.view().servers) == 1
    assert desk.server(numbers["org1.example"])
    with pytest.raises(RefusedError, match="there is no server"):
        desk.server(numbers["org2.example"])


@pytest.mark.usefixtures("country")
def test_a_role_everywhere_owns_nothing(database: Database, clock: Clock) -> None:
    """All organisations are nobody's own."""
    person = Person(1, "mia", (Grant(Role.CONSTITUENT),))
    assert OwnDesk(database, clock, person, "en").view().servers == ()
