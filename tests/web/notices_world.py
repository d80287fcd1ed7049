"""Organisations with servers and notices, in a console, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Litestar

from alpheus.cases.database import Database
from alpheus.notify.model import Notice
from alpheus.notify.settings import Settings
from alpheus.web.access.roles import Grant, Role
from alpheus.web.notice_desk import Office, office_over
from console import Client, Clock, made, signed_in
from notices_filling import SETTINGS, Country


def office(database: Database, clock: Clock, settings: Settings = SETTINGS) -> Office:
    """The service of notices, as a console has it that was told who writes."""
    country = Country(database, settings=settings, time=clock)  # type: ignore[arg-type]
    return office_over(country.notices)


def settled_country(
    app: Litestar, database: Database, clock: Clock, contacts: Any, **more: Any
) -> Country:
    """A country whose notices the console has."""
    country = Country(database, contacts, time=clock, **more)  # type: ignore[arg-type]
    app.state.office = office_over(country.notices)
    return country


def person(
    client: Client, app: Litestar, role: Role, organisation: str = "", name: str = ""
) -> dict[str, Any]:
    """Sign a browser in with a role; gives what its forms carry."""
    account = made(app, name or f"{role} of {organisation or 'all'}", Grant(role, organisation))
    return signed_in(client, app, account)


def enter(client: Client, app: Litestar, notice: Notice) -> dict[str, Any]:
    """Come by the code of a notice; gives what the forms of the session carry."""
    client.cookies.clear()
    code = app.state.office.notices.with_code(notice).code
    answer = client.post("/code", data={"code": code}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return {"csrf": app.state.sessions.find(client.cookies["alpheus"]).csrf}


def by_organisation(notices: Sequence[Notice]) -> dict[str, Notice]:
    """Notices by the organisation that they are about."""
    return {one.organisation: one for one in notices}
