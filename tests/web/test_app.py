"""What every answer of the console carries, and what no route goes without."""

from __future__ import annotations

from datetime import UTC, datetime
from pkgutil import iter_modules
from threading import current_thread, main_thread

import pytest
from litestar import Litestar, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from alpheus.cases.database import Database
from alpheus.errors import UsageError
from alpheus.web import app as web_app
from alpheus.web import pages
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Grant, Permission, Role
from alpheus.web.access.throttle import Rate
from alpheus.web.settings import Settings
from console import Client, made, signed_in


def test_answers_carry_what_keeps_a_browser_safe(client: Client) -> None:
    """No script but ours, no frame, no guess at kinds, nothing kept."""
    headers = client.get("/sign-in").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert client.get("/sign-in").text.count("<script") == 1


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("path", ["/nothing", "/account", "/static/0/none", "/accounts"])
def test_failures_are_as_safe_as_answers(
    client: Client, app: Litestar, path: str, accept: str
) -> None:
    """What was refused or not found comes with the same headers, and is not kept."""
    signed_in(client, app, made(app, "mia", Grant(Role.VIEWER)))
    for cookie in (True, False):
        if not cookie:
            client.cookies.clear()
        headers = client.get(path, headers={"accept": accept}, follow_redirects=False).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_also_what_is_refused_counts(database: Database) -> None:
    """Guessing at tokens or routes is asking, too."""
    app = web_app.create_app(database, Settings(), rate=Rate(3, 1))
    with TestClient(app) as client:
        headers = {"authorization": "Bearer alpheus_guess", "accept": "application/json"}
        statuses = [client.get("/accounts", headers=headers).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]


def test_a_route_that_does_not_say_whom_it_is_for_stops_the_program(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forgetting is told at the start, not found by an attacker."""

    @get("/open", sync_to_thread=False)
    def forgotten() -> str:
        return ""

    monkeypatch.setattr(web_app, "handlers", lambda: [forgotten])
    with pytest.raises(UsageError, match="/open: the route does not say whom it is for"):
        web_app.create_app(database, Settings())


def test_methods_that_share_a_path_are_each_answered_from_a_thread(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Litestar wraps the first of them once more for each other."""

    @get("/shared", opt={PERMISSION: Permission.PUBLIC}, sync_to_thread=True)
    def look() -> str:
        return f"{current_thread() is main_thread()}"

    @post("/shared", opt={PERMISSION: Permission.PUBLIC}, sync_to_thread=True)
    def change() -> str:
        return "changed"

    @delete("/shared", opt={PERMISSION: Permission.PUBLIC}, sync_to_thread=True)
    def remove() -> None:
        return None

    monkeypatch.setattr(web_app, "handlers", lambda: [look, change, remove])
    for _ in range(2):
        with TestClient(web_app.create_app(database, Settings())) as client:
            assert client.get("/shared").text == "False"
            assert client.post("/shared").text == "changed"
            assert client.delete("/shared").status_code == 204


def test_whoever_asks_too_often_waits(database: Database) -> None:
    """And is told for how long."""
    app = web_app.create_app(database, Settings(), clock=lambda: datetime.now(UTC), rate=Rate(2, 1))
    with TestClient(app) as client:
        statuses = [client.get("/sign-in").status_code for _ in range(3)]
        last = client.get("/sign-in")
    assert statuses == [200, 200, 429]
    assert int(last.headers["retry-after"]) > 0


def test_the_desk_is_for_whoever_asks(client: Client, app: Litestar) -> None:
    """One person's desk never serves another."""
    account = made(app, "mia")
    signed_in(client, app, account)
    assert client.get("/account").status_code == 200
    assert "mia" in client.get("/account").text


def test_every_module_of_pages_is_in_the_list() -> None:
    """What is not in it cannot be asked for."""
    modules = {one.name for one in iter_modules(pages.__path__)}
    listed = {
        one.fn.__module__.rpartition(".")[2]
        for one in pages.PAGES
        if isinstance(one, HTTPRouteHandler)
    }
    assert modules == listed
