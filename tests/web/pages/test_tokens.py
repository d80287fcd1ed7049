"""One's own tokens: made, shown once, revoked."""

from __future__ import annotations

import re
from typing import Any

import pytest
from litestar import Litestar

from alpheus.web.access.roles import Grant, Permission, Role
from console import Client, made, signed_in

TOKEN = re.compile(r"alpheus_[\w-]{43}")


@pytest.fixture
def form(client: Client, app: Litestar) -> dict[str, Any]:
    """A viewer's browser, and a token as one asks for it."""
    session = signed_in(client, app, made(app, "mia", Grant(Role.VIEWER)))
    return {"name": "nightly", "days": "30", "scope": "see", **session}


def test_a_token_is_shown_once_and_holds(
    client: Client, app: Litestar, form: dict[str, Any]
) -> None:
    """For what was chosen; the page lists it without its text."""
    answer = client.post("/account/tokens", data=form)
    assert answer.status_code == 201
    text = TOKEN.search(answer.text)
    assert text is not None
    found = app.state.sessions.find_token(text[0])
    assert found is not None
    assert found[1] == {Permission.SEE}
    shown = client.get("/account").text
    assert "nightly" in shown
    assert not TOKEN.search(shown)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"name": ""}, "Una clave de acceso tiene un nombre de 1 a 80 caracteres."),
        ({"days": "0"}, "Una clave de acceso vale de 1 a 366 días."),
        ({"days": "for ever"}, "vale de 1 a 366 días."),
        ({"days": "9" * 400}, "vale de 1 a 366 días."),
        ({"scope": "administer"}, "Una clave de acceso permite algo de lo que permite su cuenta"),
        ({"scope": "no such"}, "permite algo de lo que permite su cuenta"),
    ],
)
def test_what_is_wrong_is_told_in_place(
    client: Client, app: Litestar, form: dict[str, Any], typed: dict[str, str], reason: str
) -> None:
    """In the reader's language, and what was typed stays; no token was made."""
    client.headers["accept-language"] = "es"
    asked = {**form, **typed}
    answer = client.post("/account/tokens", data=asked)
    assert answer.status_code == 422
    assert reason in answer.text
    assert f'name="days" type="number" value="{asked["days"]}"' in answer.text
    assert app.state.sessions.tokens_of(1) == []


def test_only_what_the_account_allows_is_offered(client: Client, form: dict[str, Any]) -> None:
    """A viewer is not tempted by an administrator's."""
    assert form
    text = client.get("/account").text
    assert 'value="see"' in text
    assert 'value="administer"' not in text


def test_a_token_is_revoked_and_nobody_revokes_anothers(
    client: Client, app: Litestar, form: dict[str, Any]
) -> None:
    """It is as if it were not there."""
    text = TOKEN.search(client.post("/account/tokens", data=form).text)
    assert text is not None
    other = signed_in(client, app, made(app, "noa"))
    assert client.post("/account/tokens/1/revoke", data=other).status_code == 404
    mine = signed_in(client, app, 1)
    assert "Revoked" in client.post("/account/tokens/1/revoke", data=mine).text
    assert app.state.sessions.find_token(text[0]) is None


def test_an_organisation_with_a_code_has_no_tokens(client: Client, app: Litestar) -> None:
    """Its session ends with the day; a token would not."""
    session = app.state.sessions.begin_for("a.example", "A-1", "notice A-1")
    client.cookies.set("alpheus", session.secret)
    asked = {"name": "n", "days": "1", "scope": "own", "csrf": session.csrf}
    assert client.post("/account/tokens", data=asked).status_code == 404
    assert "/account/tokens" not in client.get("/account").text
