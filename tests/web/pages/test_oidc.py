"""Signing in at a provider of identities, in a browser."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alpheus.cases.database import Database
from alpheus.web.access import audit
from alpheus.web.access.roles import Grant, Role
from alpheus.web.access.throttle import Rate, Throttle
from alpheus.web.app import create_app
from alpheus.web.settings import Oidc, Settings
from console import Client, Clock, made
from identity_provider import CLIENT, SECRET, Provider, providing

ROLES = {"soc": (Grant(Role.ANALYST),)}


@pytest.fixture
def other(clock: Clock) -> Iterator[Provider]:
    """The provider."""
    with providing() as running:
        running.now = clock.now.timestamp()
        yield running


def _app(database: Database, other: Provider, clock: Clock, **more: Any) -> Litestar:
    oidc = Oidc(other.issuer, CLIENT, SECRET, **more)
    app = create_app(database, Settings(oidc=oidc), clock=clock)
    app.state.sign_in_throttle = Throttle(Rate(1_000, 1_000))
    return app


@pytest.fixture
def app(database: Database, other: Provider, clock: Clock) -> Litestar:
    """A console where an administrator binds accounts."""
    return _app(database, other, clock)


def _come_back(client: Client, other: Provider, where: str = "/account") -> Any:
    gone = client.get("/oidc/start", params={"next": where}, follow_redirects=False)
    assert gone.status_code == 302
    answer = other.authorize(gone.headers["location"])
    return client.get("/oidc/callback", params=answer, follow_redirects=False)


def test_somebody_who_is_bound_comes_in(
    client: Client, app: Litestar, other: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    """Where they wanted to go; taken down in the audit log, and nothing secret in any log."""
    caplog.set_level(logging.DEBUG, logger="alpheus")
    app.state.accounts.bind(made(app, "mia"), "sub-1", who="ada")
    assert "/oidc/start?next=" in client.get("/sign-in?next=/servers").text
    answer = _come_back(client, other)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "mia" in client.get("/account").text
    assert "alpheus-oidc" not in client.cookies
    with app.state.database.read() as connection:
        newest = audit.entries(connection, size=1)[0]
    assert (newest.who, newest.action) == ("mia", "signed in by a provider")
    assert SECRET not in caplog.text


def test_somebody_who_is_not_bound_is_told_how(client: Client, other: Provider) -> None:
    """By their subject, shown inert; no account is made."""
    other.claims["sub"] = "<sub>"
    answer = _come_back(client, other)
    assert answer.status_code == 422
    assert "tell an administrator your subject: &lt;sub&gt;" in answer.text


@pytest.mark.parametrize("where", ["https://evil.example", "//evil.example", "/\\evil"])
def test_nobody_is_led_away(client: Client, app: Litestar, other: Provider, where: str) -> None:
    """Neither by the address of the start."""
    app.state.accounts.bind(made(app, "mia"), "sub-1", who="ada")
    assert _come_back(client, other, where).headers["location"] == "/"


def test_an_answer_that_was_not_asked_for_lets_nobody_in(
    client: Client, app: Litestar, other: Provider
) -> None:
    """Whoever is sent to the callback with somebody else's code stays who they are."""
    app.state.accounts.bind(made(app, "mia"), "sub-1", who="ada")
    gone = client.get("/oidc/start", follow_redirects=False)
    answer = other.authorize(gone.headers["location"])
    client.cookies.clear()
    refused = client.get("/oidc/callback", params=answer, follow_redirects=False)
    assert refused.status_code == 422
    assert "begin again" in refused.text
    assert "alpheus" not in client.cookies


def test_who_is_disabled_stays_out(client: Client, app: Litestar, other: Provider) -> None:
    """Whatever the provider says."""
    made(app, "ada")
    account = made(app, "mia")
    app.state.accounts.bind(account, "sub-1", who="ada")
    app.state.accounts.disable(account, who="ada")
    answer = _come_back(client, other)
    assert answer.status_code == 422
    assert "disabled" in answer.text


def test_a_provider_that_gives_roles_makes_accounts(
    database: Database, other: Provider, clock: Clock
) -> None:
    """Also where the name is taken; roles follow the groups, and without one nobody comes in."""
    app = _app(database, other, clock, roles=ROLES)
    made(app, "mia")
    other.claims["groups"] = ["soc"]
    with TestClient(app) as client:
        client.headers["accept"] = "text/html"
        assert _come_back(client, other).status_code == 303
        account = app.state.accounts.every()[-1]
        assert account["name"].startswith("mia (")
        assert account["grants"] == (Grant(Role.ANALYST),)
        other.claims["groups"] = []
        refused = _come_back(client, other)
        assert refused.status_code == 422
        assert "no role here" in refused.text


def test_without_a_provider_there_is_nothing(database: Database) -> None:
    """Neither the way there nor the way back."""
    with TestClient(create_app(database, Settings())) as client:
        assert "/oidc/" not in client.get("/sign-in").text
        assert client.get("/oidc/start").status_code == 404
        assert client.get("/oidc/callback").status_code == 404
