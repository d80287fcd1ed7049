"""One server for programs."""

from __future__ import annotations

import pytest

from alpheus.web.access.roles import Role
from web.access_matrix import OTHER, OWN, Asker
from web.programs import Api


@pytest.fixture
def path(api: Api) -> str:
    """The server of the organisation."""
    return f"/servers/{api.values['own_server']}"


def test_a_server_as_it_stands(api: Api, path: str) -> None:
    """With the sentence that matters, what it is known by, and its assessments."""
    found = api.get(path)
    assert found["server"]["organisation"] == OWN
    assert found["headline"]
    assert f"mail.{OWN}" in str(found["keys"])
    assert [one["whole"] for one in found["assessments"]] == [True]
    assert found["flaws"]
    assert api.get(path, headers={"accept-language": "de"})["headline"] != found["headline"]


def test_what_was_done_and_seen(api: Api, path: str) -> None:
    """The newest first, a page at a time."""
    events = api.get(f"{path}/history")["events"]
    assert [one["time"] for one in events] == sorted((one["time"] for one in events), reverse=True)
    assert api.get(f"{path}/history?size=1")["more"] == len(events) - 1
    first = api.get(f"{path}/observations?size=1")
    second = api.get(f"{path}/observations?size=1&after={first['next']}")
    assert first["observations"][0]["seen"] > second["observations"][0]["seen"]
    assert len(api.rows(f"{path}/observations")) == 3


def test_what_it_is_known_from(api: Api, path: str) -> None:
    """Why it is one server, the files, and who was told."""
    assert api.get(f"{path}/identity")["lines"]
    assert all(one["sha256"] for one in api.get(f"{path}/custody")["files"])
    assert api.get(f"{path}/notices")["notices"][0]["reference"] == api.values["own_notice"]


def test_what_may_not_be_seen_is_not_there(api: Api, path: str) -> None:
    """As if there were none."""
    stranger = Asker(Role.ADMIN, OTHER)
    for part in ("", "/history", "/observations", "/identity", "/custody", "/notices"):
        assert api.refused("GET", f"{path}{part}", stranger) == (404, "not-found")
    assert api.refused("GET", "/servers/99999") == (404, "not-found")
