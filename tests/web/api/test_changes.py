"""What programs do to servers."""

from __future__ import annotations

from typing import Any

import pytest

from alpheus.web.access.roles import Role
from web.access_matrix import OTHER, OWN, Asker
from web.programs import Api

ANALYST = Asker(Role.ANALYST, OTHER)


@pytest.fixture
def path(api: Api) -> str:
    """The server of the other organisation."""
    return f"/servers/{api.values['other_server']}"


def test_something_is_done_to_a_server(api: Api, path: str) -> None:
    """By whom is taken down, at the server and in the log."""
    name = f"analyst of {OTHER}"
    done = api.ask("POST", f"{path}/acts", ANALYST, json={"kind": "assigned", "to": name})
    assert (done.status_code, done.json()["assignee"]) == (200, name)
    acts = [one["act"] for one in api.get(f"{path}/history")["events"] if one["act"]]
    assert [one["to"] for one in acts if one["kind"] == "assigned"] == [name]
    assert "server: assigned" in {one["action"] for one in api.get("/audit?size=5")["entries"]}


@pytest.mark.parametrize("name", ["nobody", "viewer of all", f"analyst of {OWN}"])
def test_a_case_is_given_to_those_alone_who_may_work_on_it(api: Api, path: str, name: str) -> None:
    """One by one, and many at once; nothing is done then."""
    what = {"kind": "assigned", "to": name, "why": "so"}
    assert api.refused("POST", f"{path}/acts", json=what) == (422, "refused")
    many = {**what, "servers": [api.values["other_server"]]}
    assert api.refused("POST", "/bulk/preview", json=many) == (422, "refused")
    assert api.refused("POST", "/bulk", json={**many, "code": "1-x"})[0] in {409, 422}


@pytest.mark.parametrize("what", [{"kind": "note"}, {"kind": "closed", "to": "nothing", "why": "x"},
                                  {"kind": "false-positive", "why": "x", "until": "2021-99-99"},
                                  {"kind": "reopened", "why": "x"}])  # fmt: skip
def test_what_is_missing_or_not_allowed_is_refused(
    api: Api, path: str, what: dict[str, str]
) -> None:
    """With the reason."""
    assert api.refused("POST", f"{path}/acts", json=what) == (422, "refused")


def _preview(api: Api, **what: Any) -> Any:
    return api.ask("POST", "/bulk/preview", json={"kind": "note", "why": "looked", **what})


def test_many_are_done_as_they_were_shown(api: Api) -> None:
    """Those that were named, or all that fit; the code is for that act, once."""
    number = api.values["other_server"]
    shown = _preview(api, servers=[number, 99_999]).json()
    assert (shown["allowed"], shown["absent"]) == ([number], [99_999])
    asked = {"kind": "note", "why": "looked", "code": shown["code"], "servers": [number, 99_999]}
    assert api.ask("POST", "/bulk", json=asked).json() == {"count": 1, "refused": []}
    again = api.ask("POST", "/bulk", json=asked)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    fitting = _preview(api, filters={"organisation": [OWN, OTHER]}).json()
    assert fitting["count"] == 2


def test_many_that_are_others_by_now_are_left_alone(api: Api) -> None:
    """The code stands for exactly those that were shown."""
    asked = {"kind": "note", "why": "looked", "filters": {"organisation": [OTHER]}}
    answer = api.ask("POST", "/bulk", json={**asked, "code": "7-01234567"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_either_servers_or_filters(api: Api) -> None:
    """Nobody does something to all servers by leaving something out."""
    assert _preview(api).status_code == 422
    assert _preview(api, servers=[1], filters={}).status_code == 422
    assert _preview(api, filters={}).json()["count"] == 3


def test_decisions_are_taken_and_taken_back(api: Api, path: str) -> None:
    """Servers are numbered as they were, then."""
    own = api.values["own_server"]
    kept = api.ask("POST", f"{path}/apart", json={"servers": [own], "why": "two machines"})
    assert {one["id"] for one in kept.json()["servers"]} == {own, api.values["other_server"]}
    (decision,) = api.get(f"{path}/identity")["decisions"]
    back = {"decision": decision["id"], "why": "a mistake"}
    assert api.ask("POST", f"{path}/revoke", json=back).status_code == 200
    assert api.refused("POST", f"{path}/merge", json={"servers": [99_999], "why": "x"})[0] == 404
    part = {"observations": [99_999], "why": "x"}
    assert api.refused("POST", f"{path}/split", json=part)[0] == 422


def test_servers_of_others_are_not_there(api: Api, path: str) -> None:
    """Neither to be worked on, nor to be merged with."""
    note = {"kind": "note", "why": "looked"}
    stranger = Asker(Role.ANALYST, OWN)
    assert api.refused("POST", f"{path}/acts", stranger, json=note) == (404, "not-found")
    with_other = {"servers": [api.values["other_server"]], "why": "x"}
    own = f"/servers/{api.values['own_server']}/merge"
    assert api.refused("POST", own, stranger, json=with_other) == (404, "not-found")
