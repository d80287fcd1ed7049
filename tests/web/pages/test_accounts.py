"""Administrators look after accounts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from litestar import Litestar

from alpheus.cases.database import Database
from alpheus.cases.observations import hand_entry
from alpheus.cases.observations_import import record
from alpheus.cases.rebuild import rebuild
from alpheus.web.access.roles import Grant, Permission, Role
from console import PASSWORD, Client, Clock, made, signed_in


@pytest.fixture
def form(client: Client, app: Litestar, database: Database, clock: Clock) -> dict[str, Any]:
    """An administrator's browser, and an organisation that there is."""
    record(database, [hand_entry(time="2021-03-10T00:00:00Z", names=("mail.a.example",),
                                 build="15.1.2106.2")], "test")  # fmt: skip
    rebuild(database, now=clock())
    return signed_in(client, app, made(app, "ada"))


def _made(client: Client, form: dict[str, Any], name: str = "mia", **more: object) -> Any:
    return client.post("/accounts", data={"name": name, "role": "viewer", **more, **form})


def _number(app: Litestar, name: str) -> int:
    return int(next(one["id"] for one in app.state.accounts.every() if one["name"] == name))


def test_an_account_is_made_and_its_link_shown_once(
    client: Client, app: Litestar, form: dict[str, Any]
) -> None:
    """The link leads to a password; the list does not show it again."""
    answer = _made(client, form, role=["viewer", "analyst"], organisation=["", "a.example"])
    assert answer.status_code == 201
    link = re.search(r"http://127\.0\.0\.1:8443/join/([\w-]+)", answer.text)
    assert link is not None
    assert link[1] not in client.get("/accounts").text
    person = app.state.accounts.person(app.state.accounts.accept(link[1], PASSWORD))
    assert person.grants == (Grant(Role.VIEWER), Grant(Role.ANALYST, "a.example"))


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"name": " "}, "Ein Name hat 1 bis 80 sichtbare Zeichen."),
        ({"name": "ada"}, "Es gibt schon ein Konto „ada“."),
        ({"role": "", "organisation": "a.example"}, "Wählen Sie für jede Organisation eine Rolle."),
        ({"role": "king"}, "Wählen Sie für jede Organisation eine Rolle."),
        (
            {"role": "viewer", "organisation": "<b>"},
            "Es gibt keine Organisation &#39;&lt;b&gt;&#39;",
        ),
        ({"role": "constituent"}, "gehört zu einer; nennen Sie sie."),
    ],
)
def test_what_is_wrong_is_told_in_place_and_nothing_typed_is_lost(
    client: Client, app: Litestar, form: dict[str, Any], typed: dict[str, str], reason: str
) -> None:
    """In the reader's language; and nothing was made."""
    client.headers["accept-language"] = "de"
    answer = _made(client, form, **{"name": "mia", **typed})
    assert answer.status_code == 422
    assert reason in answer.text
    if typed.get("organisation") == "a.example":
        assert 'value="a.example"' in answer.text
    assert [one["name"] for one in app.state.accounts.every()] == ["ada"]


def test_roles_are_changed_in_place_of_those_there_are(
    client: Client, app: Litestar, form: dict[str, Any]
) -> None:
    """And act at once, also on who is signed in."""
    mia = made(app, "mia", Grant(Role.VIEWER))
    session = app.state.sessions.begin(mia)
    changed = {"role": ["analyst", ""], "organisation": ["a.example", ""], **form}
    answer = client.post(f"/accounts/{mia}/roles", data=changed, follow_redirects=False)
    assert answer.status_code == 303
    found = app.state.sessions.find(session.secret)
    assert found.person.grants == (Grant(Role.ANALYST, "a.example"),)
    assert 'value="a.example"' in client.get(f"/accounts/{mia}").text


def test_the_last_administrator_stays(client: Client, app: Litestar, form: dict[str, Any]) -> None:
    """Neither disabled nor with less; the reason is on the page."""
    ada = _number(app, "ada")
    for path, data in (("disable", {}), ("roles", {"role": "viewer"})):
        answer = client.post(f"/accounts/{ada}/{path}", data={**data, **form})
        assert answer.status_code == 422
        assert "This is the last administrator" in answer.text


def test_who_is_disabled_is_out_at_once_and_comes_in_again(
    client: Client, app: Litestar, form: dict[str, Any]
) -> None:
    """Sessions and tokens end; the page says so."""
    mia = made(app, "mia", Grant(Role.VIEWER))
    session = app.state.sessions.begin(mia)
    person = app.state.accounts.person(mia)
    app.state.sessions.make_token(person, "nightly", frozenset({Permission.SEE}), 1)
    assert "nightly" in client.get(f"/accounts/{mia}").text
    text = client.post(f"/accounts/{mia}/disable", data=form).text
    assert "Disabled" in text
    assert "Revoked" in text
    assert app.state.sessions.find(session.secret) is None
    assert "Disabled" not in client.post(f"/accounts/{mia}/enable", data=form).text


def test_a_new_link_ends_the_one_before(
    client: Client, app: Litestar, form: dict[str, Any]
) -> None:
    """It is shown on the page of the account, once."""
    first = _made(client, form).text
    mia = _number(app, "mia")
    second = client.post(f"/accounts/{mia}/invite", data=form)
    assert second.status_code == 200
    links = [re.search(r"/join/([\w-]+)", text) for text in (first, second.text)]
    assert links[0]
    assert links[1]
    assert (
        client.post(
            f"/join/{links[0][1]}", data={"password": PASSWORD, "again": PASSWORD, **form}
        ).status_code
        == 422
    )
    assert "/join/" not in client.get(f"/accounts/{mia}").text


def test_somebody_of_a_provider_has_one_account(
    client: Client, app: Litestar, form: dict[str, Any]
) -> None:
    """A subject that is taken is refused, with whose it is."""
    mia, noa = made(app, "mia"), made(app, "noa")
    bound = {"subject": "sub-1", **form}
    assert client.post(f"/accounts/{mia}/subject", data=bound).status_code == 200
    answer = client.post(f"/accounts/{noa}/subject", data=bound)
    assert answer.status_code == 422
    assert "that of the account &#39;mia&#39;" in answer.text


def test_an_account_that_is_not_there_is_nothing(client: Client, form: dict[str, Any]) -> None:
    """By whatever is asked of it."""
    for path in ("", "/roles", "/invite", "/disable", "/enable", "/subject", "/tokens/1/revoke"):
        method = client.post if path else client.get
        answer = method(f"/accounts/99{path}", **({"data": form} if path else {}))
        assert answer.status_code == 404, path
