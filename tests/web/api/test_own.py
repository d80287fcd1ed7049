"""An organisation's own servers, for its programs."""

from __future__ import annotations

import pytest

from alpheus.errors import RefusedError
from alpheus.web.access.roles import Role
from alpheus.web.own_desk import NOT_TAKEN, OwnDesk
from web.access_matrix import OTHER, OWN, Asker
from web.programs import CONSTITUENT, Api


@pytest.fixture
def path(api: Api) -> str:
    """Its server."""
    return f"/own/servers/{api.values['own_server']}"


def test_its_servers_in_plain_words(api: Api) -> None:
    """In the reader's language, with what to do."""
    (one,) = api.get("/own", CONSTITUENT)["servers"]
    assert one["server"] == api.values["own_server"]
    assert one["actions"][0]["text"]
    german = api.get("/own", CONSTITUENT, headers={"accept-language": "de"})["servers"][0]
    assert german["actions"] != one["actions"]


def test_one_server_and_what_is_said_of_it(api: Api, path: str) -> None:
    """What is said is taken down for a person to read."""
    assert api.get(path, CONSTITUENT)["server"]["condition"]
    said = api.ask("POST", f"{path}/answers", CONSTITUENT, json={"kind": "working"})
    assert (said.status_code, said.json()["kind"]) == (201, "working")
    assert "working" in {one["kind"] for one in api.get(path, CONSTITUENT)["given"]}
    empty = {"kind": "done"}
    assert api.refused("POST", f"{path}/answers", CONSTITUENT, json=empty) == (422, "refused")
    wrong = {"kind": "passed-on"}
    assert api.refused("POST", f"{path}/answers", CONSTITUENT, json=wrong)[0] == 400


def test_servers_of_others_are_not_there(api: Api, path: str) -> None:
    """Nor is anything for those who have none of their own."""
    stranger = Asker(Role.CONSTITUENT, OTHER)
    assert api.refused("GET", path, stranger) == (404, "not-found")
    zero = "/own/servers/0/answers"
    assert api.refused("POST", zero, CONSTITUENT, json={"kind": "working"})[0] == 404
    assert api.refused("GET", "/own", Asker(Role.ADMIN)) == (403, "scope")
    passed = {"text": "to our customer"}
    assert api.refused("POST", "/own/answers", CONSTITUENT, json=passed) == (404, "not-found")


def test_a_code_that_lets_nobody_in_any_more(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said without why."""

    def shut(_: OwnDesk) -> None:
        raise RefusedError(NOT_TAKEN)

    monkeypatch.setattr(OwnDesk, "view", shut)
    assert api.refused("GET", "/own", Asker(Role.CONSTITUENT, OWN)) == (403, "not-allowed")
