"""Files that programs send."""

from __future__ import annotations

from typing import Any

import pytest

from alpheus.web.access.roles import Role
from alpheus.web.jobs.uploads import Uploads
from web.access_matrix import OTHER, Asker
from web.programs import ADMIN, CONSTITUENT, Api

BYTES = {"content-type": "application/octet-stream"}
LIST = b'{"ip": "192.0.2.1"}\n'


def _room(api: Api, who: Asker = ADMIN, **more: Any) -> str:
    prefix = "/own" if who.role is Role.CONSTITUENT else ""
    made = api.ask("POST", f"{prefix}/uploads", who, json={"name": "a.txt", **more})
    assert made.status_code == 201, made.text
    return f"{prefix}/uploads/{made.json()['id']}"


def test_a_file_goes_on_where_it_broke_off(api: Api) -> None:
    """What is here is told, and a list becomes a job."""
    path = _room(api, kind="import", size=len(LIST))
    assert api.ask("PUT", path, content=LIST[:5], headers=BYTES).json()["offset"] == 5
    wrong = api.ask("PUT", f"{path}?offset=2", content=LIST[2:], headers=BYTES)
    assert (wrong.status_code, wrong.json()["offset"]) == (409, 5)
    rest = api.ask("PUT", f"{path}?offset=5", content=LIST[5:], headers=BYTES)
    assert rest.json() == {"offset": len(LIST), "size": len(LIST)}
    assert api.get(path) == {"offset": len(LIST), "size": len(LIST)}
    handed = {"uploads": [path.rpartition("/")[2]], "source": "a partner"}
    (job,) = api.ask("POST", "/uploads/hand-in", json=handed).json()["jobs"]
    assert api.get(f"/jobs/{job}")["job"]["state"] == "waiting"
    assert api.ask("POST", f"/jobs/{job}/cancel").status_code == 200


def test_more_than_was_announced_is_not_taken(api: Api) -> None:
    """And then it is not here any more."""
    path = _room(api, kind="triage", size=3)
    assert api.refused("PUT", path, content=LIST, headers=BYTES) == (413, "too-large")
    assert api.refused("GET", path) == (404, "not-found")


def test_a_file_that_is_not_to_come_is_dropped(api: Api) -> None:
    """Only by whoever began it."""
    path = _room(api, kind="triage", size=3)
    assert api.refused("DELETE", path, Asker(Role.ANALYST)) == (404, "not-found")
    assert api.ask("DELETE", path).status_code == 204
    assert api.refused("GET", path) == (404, "not-found")
    empty = {"kind": "import", "name": "a", "size": 0}
    assert api.refused("POST", "/uploads", json=empty) == (422, "refused")


def test_what_there_is_no_room_for_is_too_large(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is no failure of the console, and says what to do."""
    path = _room(api, kind="triage", size=3)
    monkeypatch.setattr(Uploads, "free", lambda _: 0)
    large = {"kind": "triage", "name": "a", "size": 5}
    assert api.refused("POST", "/uploads", json=large) == (413, "no-room")
    assert api.refused("GET", path) == (413, "no-room")
    assert api.ask("DELETE", path).status_code == 204


def test_an_organisation_hands_in_evidence_of_its_own(api: Api) -> None:
    """For itself alone."""
    path = _room(api, CONSTITUENT, size=len(LIST))
    assert api.ask("PUT", path, CONSTITUENT, content=LIST, headers=BYTES).status_code == 200
    assert api.refused("GET", path, Asker(Role.CONSTITUENT, OTHER)) == (404, "not-found")
    handed = {"uploads": [path.rpartition("/")[2]], "timezone": "Nowhere/Land"}
    assert api.refused("POST", "/own/uploads/hand-in", CONSTITUENT, json=handed)[0] == 422
    other = {"name": "a", "size": 1, "organisation": OTHER}
    assert api.refused("POST", "/own/uploads", CONSTITUENT, json=other) == (404, "not-found")
    assert api.ask("DELETE", path, CONSTITUENT).status_code == 204
