"""Plans of notices by programs."""

from __future__ import annotations

import pytest

from alpheus.web.access.roles import Role
from alpheus.web.notice_desk import NoticeDesk
from web.access_matrix import OTHER, Asker
from web.programs import Api

NOBODY = {"filters": {"network": ["198.51.100.0/30"]}}


def test_batches_and_what_an_approval_binds_to(api: Api) -> None:
    """Nothing waits in one that went out."""
    assert [one["number"] for one in api.get("/batches")["batches"]][-2:] == [2, 1]
    found = api.get("/batches/1")
    assert (found["batch"]["planned"], found["approval"]) == (1, None)
    assert api.refused("GET", "/batches/99") == (404, "not-found")
    assert api.refused("GET", "/batches/1", Asker(Role.ADMIN, OTHER)) == (404, "not-found")


def test_a_plan_is_shown_before_it_is_kept(api: Api) -> None:
    """By looking, nothing is kept."""
    before = api.get("/batches")
    found = api.ask("POST", "/batches/preview", json={"filters": {}}).json()
    assert found["batch"]["number"] == 0
    assert {one["reason"] for one in found["omitted"]} >= {"waiting"}
    assert api.get("/batches") == before


def test_a_batch_is_decided_about_once(api: Api) -> None:
    """What was decided otherwise meanwhile is told as a conflict."""
    digest = {"digest": "0123456789ab"}
    assert api.refused("POST", "/batches/1/approve", json=digest) == (409, "conflict")
    assert api.refused("POST", "/batches/99/approve", json=digest) == (404, "not-found")
    assert api.refused("POST", "/batches/1/reject", json={"why": " "})[0] == 422
    kept = api.ask("POST", "/batches", json=NOBODY)
    assert (kept.status_code, kept.json()["batch"]["planned"], kept.json()["job"]) == (201, 0, 0)
    assert api.refused("POST", "/batches/1/send") == (422, "refused")


def test_a_plan_for_very_many_is_a_job(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it."""
    monkeypatch.setattr(NoticeDesk, "is_large", lambda *_: True)
    kept = api.ask("POST", "/batches", json={"filters": {}}).json()
    assert (kept["batch"], api.get(f"/jobs/{kept['job']}")["job"]["kind"]) == (None, "plan")
    assert api.ask("POST", f"/jobs/{kept['job']}/cancel").status_code == 200
