"""Who is let through, and what is taken for our own form."""

import pytest
from litestar import Litestar

from alpheus.web.access.guard import roles_of
from alpheus.web.access.roles import Grant, Permission, Role
from console import PASSWORD, Client, made, signed_in

FORM = {"old": "wrong", "password": PASSWORD, "again": PASSWORD}


def test_a_page_for_signed_in_people_leads_to_the_form_first(client: Client) -> None:
    """And back to where one wanted to go."""
    answer = client.get("/account", follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"] == "/sign-in?next=/account"


def test_a_form_without_the_sessions_word_is_refused(client: Client, app: Litestar) -> None:
    """Another site can make a browser send a form, but does not know the word in it."""
    signed_in(client, app, made(app, "mia"))
    for word in ("", "guessed"):
        answer = client.post("/account/password", data={**FORM, "csrf": word})
        assert answer.status_code == 403
    assert "This form was from another session." in answer.text


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
     {"origin": "https://other.example"}, {"origin": "null"}],
)  # fmt: skip
def test_a_form_from_another_site_is_refused(
    client: Client, app: Litestar, headers: dict[str, str]
) -> None:
    """Even with the right word; and one that signs in as well."""
    form = signed_in(client, app, made(app, "mia"))
    answer = client.post("/account/password", data={**FORM, **form}, headers=headers)
    assert answer.status_code == 403
    client.cookies.clear()
    sign_in = {"name": "mia", "password": PASSWORD}
    assert client.post("/sign-in", data=sign_in, headers=headers).status_code == 403


def test_our_own_form_is_taken(client: Client, app: Litestar) -> None:
    """By its field, or by a header, as our script sends it."""
    form = signed_in(client, app, made(app, "mia"))
    own = {"sec-fetch-site": "same-origin"}
    assert client.post("/account/password", data={**FORM, **form}, headers=own).status_code == 422
    header = {"x-csrf": str(form["csrf"]), **own}
    assert client.post("/account/password", data=FORM, headers=header).status_code == 422


def test_a_token_signs_a_program_in_within_its_scope(client: Client, app: Litestar) -> None:
    """Without a cookie, so without a form's word; a wrong one is nobody."""
    account = made(app, "mia")
    person = app.state.accounts.person(account)
    text = app.state.sessions.make_token(person, "nightly", frozenset({Permission.SEE}), 1)
    headers = {"authorization": f"Bearer {text}"}
    assert client.get("/account", headers=headers).status_code == 200
    headers = {"authorization": "Bearer alpheus_wrong", "accept": "application/json"}
    answer = client.get("/account", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_which_roles_have_a_permission() -> None:
    """Only administrators look after accounts."""
    assert roles_of(Permission.ADMINISTER) == {Role.ADMIN}
    assert roles_of(Permission.OWN) == {Role.CONSTITUENT}
    assert Grant(Role.ADMIN).organisation == ""
