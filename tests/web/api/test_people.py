"""Who asks, tokens, accounts and the log, for programs."""

from __future__ import annotations

from alpheus.web.access.roles import Permission, Role
from web.access_matrix import Asker
from web.programs import ADMIN, VIEWER, Api


def test_who_asks_and_what_they_may(api: Api) -> None:
    """Within the scope of the token."""
    found = api.get("/me", VIEWER)
    assert found["grants"] == [{"role": "viewer", "organisation": ""}]
    assert set(found["permissions"]) == {"see", "export"}
    assert found["csrf"] == ""
    text = api.token(VIEWER, Permission.SEE)
    api.client.cookies.clear()
    narrow = api.client.get("/api/v1/me", headers={"authorization": f"Bearer {text}"}).json()
    assert (narrow["permissions"], narrow["token"]) == (["see"], "test")


def test_a_session_makes_and_revokes_tokens(api: Api) -> None:
    """With its word in the header; the text is shown once."""
    secret, csrf = api.world.session(ADMIN)
    api.client.cookies.clear()
    api.client.cookies.set("alpheus", secret)
    asked = {"name": "nightly", "scope": ["see"], "days": 7}
    assert api.client.post("/api/v1/me/tokens", json=asked).status_code == 403
    headers = {"x-csrf": api.client.get("/api/v1/me").json()["csrf"]}
    assert headers == {"x-csrf": csrf}
    made = api.client.post("/api/v1/me/tokens", json=asked, headers=headers)
    assert made.status_code == 201
    assert made.json()["token"].startswith("alpheus_")
    (token,) = [one for one in api.client.get("/api/v1/me/tokens").json()["tokens"]
                if one["name"] == "nightly"]  # fmt: skip
    assert made.json()["id"] == token["id"]
    gone = api.client.delete(f"/api/v1/me/tokens/{made.json()['id']}", headers=headers)
    assert gone.status_code == 204
    api.client.cookies.clear()
    held = {"authorization": f"Bearer {made.json()['token']}"}
    assert api.client.get("/api/v1/me", headers=held).status_code == 401


def test_a_token_makes_no_other(api: Api) -> None:
    """It would outlive its own end."""
    asked = {"name": "x", "scope": ["see"]}
    assert api.refused("POST", "/me/tokens", json=asked) == (403, "scope")


def test_accounts_are_for_administrators(api: Api) -> None:
    """Without anything of a password."""
    found = api.get("/accounts")["accounts"]
    assert "somebody" in {one["name"] for one in found}
    one = api.get(f"/accounts/{api.values['account']}")
    assert one["account"]["has_password"] is True
    assert "argon2" not in str(one)
    assert api.refused("GET", "/accounts/99999") == (404, "not-found")
    assert api.refused("GET", "/accounts", VIEWER)[0] == 403


def test_the_log_a_page_at_a_time(api: Api) -> None:
    """By who and what; as a file with its hashes; checked."""
    first = api.get("/audit?size=2")
    second = api.get(f"/audit?size=2&before={first['next']}")
    numbers = [one["id"] for one in (*first["entries"], *second["entries"])]
    assert numbers == sorted(numbers, reverse=True)
    assert {one["action"] for one in api.get("/audit?action=token%20made")["entries"]} == {
        "token made"
    }
    assert api.rows("/audit?who=nobody")[0].endswith("previous,hash")
    assert api.get("/audit/check")["fault"] == ""
    assert api.refused("GET", "/audit", Asker(Role.APPROVER)) == (403, "scope")
