"""Every route gives each role in each organisation what the table says, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from alpheus.cases.database import open_database
from alpheus.web.access import audit, passwords
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission, Role
from alpheus.web.access.throttle import Rate, Throttle
from alpheus.web.app import create_app
from alpheus.web.settings import Settings
from console import Client, Clock
from web import access_matrix, api_matrix
from web.access_matrix import COLUMNS, Asker, Line, World, letters, made_world

TABLE = tuple(sorted((*access_matrix.TABLE, *api_matrix.TABLE), key=lambda one: (
    one.path.endswith("/delete") or one.method == "DELETE"
)))  # fmt: skip
"""What is deleted is asked for before."""
ADMIN = Asker(Role.ADMIN)
UNSAFE = [line for line in TABLE if line.method != "GET"]
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all lines."""
    patch = pytest.MonkeyPatch()
    folder: Path = tmp_path_factory.mktemp("world")
    patch.setenv("ALPHEUS_CACHE", str(folder / "cache"))
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch.setattr(passwords, "_hasher", lambda: cheap)
    clock, much = Clock(), Rate(10_000_000, 10_000_000)
    with open_database(folder / "cases.db") as database:
        settings = Settings(uploads=folder / "uploads")
        app = create_app(database, settings, clock=clock, rate=much)
        app.state.sign_in_throttle = Throttle(much)
        yield made_world(app, database, clock)
    patch.undo()


@pytest.fixture(scope="module")
def browser(world: World) -> Iterator[Client]:
    """A browser."""
    with TestClient(world.app, raise_server_exceptions=False) as opened:
        yield opened


def _routes(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and handler.http_methods != {"OPTIONS"}:
                for method in handler.http_methods:
                    yield str(method), route.path_format, handler


def _name(line: Line) -> str:
    return f"{line.method} {line.path}"


def _ask(browser: Client, world: World, line: Line, asker: Asker, **headers: str) -> Any:
    secret, csrf = world.session(asker)
    browser.cookies.clear()
    if secret:
        browser.cookies.set("alpheus", secret)
    return _send(browser, world, line, {**HTML, **headers}, csrf)


def _send(browser: Client, world: World, line: Line, headers: dict[str, str], csrf: str) -> Any:
    address = (line.address or line.path).format_map(world.values)
    more: dict[str, Any] = {}
    if line.method != "GET" and line.json is not None:
        more["json"] = line.json
        headers = {**headers, "x-csrf": csrf}
    elif line.method != "GET":
        filled = {name: value.format_map(world.values) for name, value in (line.form or {}).items()}
        more["data"] = {**filled, "csrf": csrf}
    return browser.request(line.method, address, headers=headers, follow_redirects=False, **more)


def _letter(answer: Any) -> str:
    """What was got: let through, has to sign in, not allowed, absent; else the status."""
    if answer.status_code == 401:
        return "S"
    if answer.status_code == 302 and answer.headers["location"].startswith("/sign-in"):
        return "S"
    if answer.status_code < 400 or answer.status_code in {400, 409, 413, 415, 422}:
        return "Y"
    return {403: "N", 404: "A"}.get(answer.status_code, str(answer.status_code))


def test_every_route_is_in_the_table_and_nothing_else(world: World) -> None:
    """Whoever adds a route says who gets what of it: see `access_matrix.py` for how."""
    routes = {(method, path) for method, path, _ in _routes(world.app)}
    lines = {(line.method, line.path) for line in TABLE}
    assert sorted(routes - lines) == [], (
        "these routes need a line in tests/web/access_matrix.py, or api_matrix.py"
    )
    assert sorted(lines - routes) == [], "these lines are of no route"


@pytest.mark.parametrize("line", TABLE, ids=_name)
def test_everybody_gets_what_the_table_says(world: World, browser: Client, line: Line) -> None:
    """And no stranger reads a name of the organisation."""
    wanted = letters(line)
    got = {asker: _ask(browser, world, line, asker) for asker in COLUMNS}
    assert {asker: _letter(answer) for asker, answer in got.items()} == wanted
    for asker, answer in got.items():
        if asker.is_stranger:
            assert [one for one in world.secrets if one in answer.text] == [], asker


@pytest.mark.parametrize("line", TABLE, ids=_name)
def test_programs_get_what_people_get(world: World, browser: Client, line: Line) -> None:
    """By JSON, never by a redirect to a form."""
    if not line.gets.startswith("S"):
        return
    answer = _ask(browser, world, line, Asker(None), accept="application/json")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("line", UNSAFE, ids=_name)
def test_nothing_is_changed_from_another_site(world: World, browser: Client, line: Line) -> None:
    """Neither without the session's word, nor with it from a foreign page."""
    secret, csrf = world.session(ADMIN)
    browser.cookies.clear()
    browser.cookies.set("alpheus", secret)
    assert _send(browser, world, line, HTML, "").status_code == 403
    assert _send(browser, world, line, HTML, f"{csrf}x").status_code == 403
    foreign = {**HTML, "sec-fetch-site": "cross-site"}
    assert _send(browser, world, line, foreign, csrf).status_code == 403


def test_a_token_opens_what_it_is_for_alone(world: World, browser: Client) -> None:
    """An administrator's token for looking opens nothing else, whatever the account may."""
    asked = {(method, path): one.opt[PERMISSION] for method, path, one in _routes(world.app)}
    person = world.app.state.accounts.person(world.accounts[ADMIN])
    scopes = [one for one in Permission if one not in {Permission.PUBLIC, Permission.SIGNED_IN}]
    for scope in (one for one in scopes if person.may(one)):
        text = world.app.state.sessions.make_token(person, scope, frozenset({scope}), 1)
        browser.cookies.clear()
        for line in TABLE:
            permission = asked[line.method, line.path]
            if permission in {Permission.PUBLIC, Permission.SIGNED_IN, scope}:
                continue
            headers = {**HTML, "authorization": f"Bearer {text}"}
            assert _send(browser, world, line, headers, "").status_code == 403, (scope, line)


def test_a_token_is_no_key_to_the_account(world: World, browser: Client) -> None:
    """It neither changes the password nor makes other tokens: it would outlive its own end."""
    person = world.app.state.accounts.person(world.accounts[ADMIN])
    text = world.app.state.sessions.make_token(person, "t", frozenset({Permission.SEE}), 1)
    browser.cookies.clear()
    for line in UNSAFE:
        if line.path.startswith("/account"):
            answer = _send(browser, world, line, {**HTML, "authorization": f"Bearer {text}"}, "")
            assert answer.status_code == 403, line


def test_whatever_is_taken_away_is_taken_down(world: World, browser: Client) -> None:
    """Every route that gives a file, by any way that it gives one, leaves an entry in the log."""
    secret, _ = world.session(ADMIN)
    browser.cookies.clear()
    browser.cookies.set("alpheus", secret)
    files = 0
    for line in (one for one in TABLE if one.method == "GET"):
        address = (line.address or line.path).format(**world.values)
        by = "&" if "?" in address else "?"
        for where, accept in ((f"{address}{by}format=csv", HTML), (address, HTML)):
            with world.app.state.database.read() as connection:
                before = audit.entries(connection, size=1)[0].id
            answer = browser.get(where, headers=accept, follow_redirects=False)
            if not answer.headers.get("content-disposition", "").startswith("attachment"):
                continue
            with world.app.state.database.read() as connection:
                (entry,) = audit.entries(connection, size=1)
            assert entry.id == before + 1, where
            assert entry.action.startswith("taken away"), where
            assert entry.who == "admin of all"
            files += 1
    assert files > 12
