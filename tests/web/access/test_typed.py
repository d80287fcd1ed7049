"""What somebody typed is not lost because a session has ended."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar

from alpheus.cases.database import Database
from alpheus.web.access.roles import Grant, Role
from alpheus.web.access.typed import Typed
from console import Client, made, signed_in
from server_filling import filled

WORDS = 'called them;\nthey <b>said</b> "tomorrow"'


@pytest.fixture
def act(database: Database) -> str:
    """The address of a form about a server."""
    filled(database)
    return "/servers/1/acts/note"


def _form(page: str) -> dict[str, str]:
    """The form of the page, as a browser would send it."""
    (form,) = re.findall(r'<form method="post" action="/servers/.*?</form>', page, re.DOTALL)
    found = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    areas = re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL)
    return {name: html.unescape(value) for name, value in {**found, **dict(areas)}.items()}


def test_what_was_typed_is_there_after_signing_in_again(
    client: Client, app: Litestar, act: str
) -> None:
    """In the page that tells of it: once signed in, it is sent again, and looked at before."""
    mia = made(app, "mia", Grant(Role.ANALYST))
    typed = {**signed_in(client, app, mia), "why": WORDS, "more": "7"}
    client.post("/sign-out", data=typed)
    lost = client.post(act, data=typed)
    assert lost.status_code == 401
    assert "<h1>You were signed out</h1>" in lost.text
    assert 'href="/sign-in?next=/servers"' in lost.text
    assert "<b>said" not in lost.text
    assert _form(lost.text) == {"csrf": "", "why": WORDS, "more": "7"}
    session = signed_in(client, app, mia)
    shown = client.post(act, data=_form(lost.text))
    assert shown.status_code == 403
    assert "You are signed in as mia now." in shown.text
    assert "not for this account" not in shown.text
    assert _form(shown.text) == {**session, "why": WORDS, "more": "7"}
    assert client.post(act, data=_form(shown.text)).status_code == 200
    assert "tomorrow" in client.get("/servers/1").text


def test_a_constituent_comes_back_by_their_code(client: Client) -> None:
    """They have no password."""
    page = client.post("/own/1/answer", data={"kind": "done", "text": "it is done"})
    assert page.status_code == 401
    assert 'href="/code"' in page.text
    assert "it is done</textarea>" in page.text


def test_passwords_and_files_are_asked_for_anew(client: Client, app: Litestar) -> None:
    """Neither is ever in a page."""
    signed_in(client, app, made(app, "mia"))
    secret = {"old": "the old one", "password": "the new one", "again": "the new one"}
    page = client.post("/account/password", data=secret)
    assert page.status_code == 403
    assert "the old one" not in page.text
    assert "the new one" not in page.text
    assert 'type="password" name="old"' in page.text
    client.cookies.clear()
    page = client.post("/imports", data={"kind": "import"}, files={"files": ("a.csv", b"a secret")})
    assert page.status_code == 401
    assert "a secret" not in page.text
    assert 'enctype="multipart/form-data"' in page.text
    assert 'type="file" name="files"' in page.text


def test_a_form_of_another_site_is_never_shown(client: Client, app: Litestar, act: str) -> None:
    """Whoever looked at it could send it on as their own."""
    signed_in(client, app, made(app, "mia"))
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        page = client.post(act, data={"why": "evil words"}, headers=headers)
        assert page.status_code == 403
        assert "evil words" not in page.text
    page = client.post(act, data={"why": "words"}, headers={"accept": "application/json"})
    assert page.json()["code"] == "not-this-session"


@given(st.lists(st.tuples(st.text(), st.text())))
def test_no_field_is_left_out(fields: list[tuple[str, str]]) -> None:
    """Each is either shown or goes along."""
    typed = Typed(tuple(fields))
    assert sorted([*typed.said, *typed.carried]) == sorted(fields)
