"""Signing in and out, links, and how somebody likes the console."""

from __future__ import annotations

import pytest
from litestar import Litestar

from alpheus.web.access.roles import Grant, Role
from console import PASSWORD, Client, made, signed_in


def test_a_link_a_password_and_one_is_in(client: Client, app: Litestar) -> None:
    """The link of the first start leads to a session."""
    secret = app.state.accounts.make("mia", [Grant(Role.ADMIN)], who="first start")
    assert client.get(f"/join/{secret}").status_code == 200
    form = {"password": PASSWORD, "again": PASSWORD}
    answer = client.post(f"/join/{secret}", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/account").status_code == 200
    client.cookies.clear()
    for gone in (secret, "no-such-link"):
        used = client.get(f"/join/{gone}")
        assert used.status_code == 422
        assert "This link has been used" in used.text
        assert 'name="password"' not in used.text


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"password": PASSWORD, "again": "x"}, "Die beiden Passwörter sind nicht gleich."),
        ({"password": "short", "again": "short"}, "Ein Passwort hat mindestens 12 Zeichen"),
    ],
)
def test_what_is_wrong_is_told_in_place_and_the_link_still_holds(
    client: Client, app: Litestar, form: dict[str, str], reason: str
) -> None:
    """In the reader's language."""
    secret = app.state.accounts.make("mia", [Grant(Role.ADMIN)], who="first start")
    client.headers["accept-language"] = "de"
    answer = client.post(f"/join/{secret}", data=form)
    assert answer.status_code == 422
    assert reason in answer.text
    good = {"password": PASSWORD, "again": PASSWORD}
    assert client.post(f"/join/{secret}", data=good, follow_redirects=False).status_code == 303


def test_signing_in_goes_where_one_wanted(client: Client, app: Litestar) -> None:
    """And out again ends the session, also for who kept the cookie."""
    made(app, "mia")
    form = {"name": "mia", "password": PASSWORD, "next": "/account"}
    answer = client.post("/sign-in", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    kept = client.cookies["alpheus"]
    session = app.state.sessions.find(kept)
    out = client.post("/sign-out", data={"csrf": session.csrf}, follow_redirects=False)
    assert out.headers["location"] == "/sign-in"
    client.cookies.set("alpheus", kept)
    assert client.get("/account", follow_redirects=False).status_code == 302


def test_a_wrong_password_keeps_what_was_typed(client: Client, app: Litestar) -> None:
    """But for the password; an unknown name looks the same."""
    made(app, "mia")
    for name in ("mia", "nobody"):
        answer = client.post("/sign-in", data={"name": name, "password": "wrong"})
        assert answer.status_code == 422
        assert f'value="{name}"' in answer.text
        assert "name and password do not fit" in answer.text


@pytest.mark.parametrize(
    "where", ["https://other.example/", "//other.example", "/\\other.example", "x", "/a\nb"]
)
def test_nobody_is_led_away_after_signing_in(client: Client, app: Litestar, where: str) -> None:
    """A link to our form must not end on another site."""
    made(app, "mia")
    form = {"name": "mia", "password": PASSWORD, "next": where}
    answer = client.post("/sign-in", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_an_old_session_does_not_outlive_a_new_one(client: Client, app: Litestar) -> None:
    """Whoever planted a session in a browser does not see who signs in with it."""
    account = made(app, "mia")
    planted = app.state.sessions.begin(account).secret
    client.cookies.set("alpheus", planted)
    session = app.state.sessions.find(planted)
    form = {"name": "mia", "password": PASSWORD, "csrf": session.csrf}
    client.post("/sign-in", data=form, follow_redirects=False)
    assert app.state.sessions.find(planted) is None


def test_many_tries_are_slowed_down(client: Client, app: Litestar) -> None:
    """By address, whatever the name."""
    made(app, "mia")
    tries = [client.post("/sign-in", data={"name": str(n), "password": "x"}).status_code
             for n in range(12)]  # fmt: skip
    assert tries[0] == 422
    assert tries[-1] == 429


def test_language_and_colours_are_kept(client: Client, app: Litestar) -> None:
    """With the account; for who is not signed in, the language in the browser."""
    client.post("/preferences", data={"language": "es", "next": "/sign-in"})
    assert "Iniciar sesión" in client.get("/sign-in").text
    form = signed_in(client, app, made(app, "mia"))
    client.post("/preferences", data={"language": "de", "theme": "dark", **form})
    text = client.get("/account").text
    assert 'lang="de" data-theme="dark"' in text
    client.post("/preferences", data={"language": "xx", "theme": "<", **form})
    assert 'data-theme="system"' in client.get("/account").text


def test_changing_a_password_begins_a_new_session(client: Client, app: Litestar) -> None:
    """All others end."""
    account = made(app, "mia")
    other = app.state.sessions.begin(account).secret
    form = signed_in(client, app, account)
    new = {"old": PASSWORD, "password": PASSWORD + "!", "again": PASSWORD + "!", **form}
    answer = client.post("/account/password", data=new, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert client.get("/account").status_code == 200
    assert app.state.sessions.find(other) is None
