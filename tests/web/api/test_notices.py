"""Notices for programs."""

from __future__ import annotations

import pytest

from alpheus.web.access.roles import Role
from web.access_matrix import OTHER, OWN, Asker
from web.programs import Api


def test_the_list_and_where_all_stand(api: Api) -> None:
    """By their states, or as a file."""
    found = api.get("/notices?status=sent")["notices"]
    assert {one["organisation"] for one in found} == {OWN, OTHER}
    assert api.get("/notices?status=failed")["notices"] == []
    assert api.get("/notices?batch=1")["notices"][0]["reference"] == api.values["own_notice"]
    assert api.get("/notices?overdue=true&answered=true")["notices"] == []
    assert api.get("/notice-summary")["told"] == 2
    assert len(api.rows("/notices")) == len(found) + 1


def test_one_notice_is_without_its_code(api: Api) -> None:
    """That proves that somebody holds it."""
    reference = api.values["own_notice"]
    found = api.get(f"/notices/{reference}")
    notices = api.world.app.state.office.notices
    (kept,) = [one for one in notices.notices(1) if one.reference == reference]
    assert found["subjects"][0]["organisation"] in {"", OWN}
    assert found["events"][-1]["kind"] == "handed-over"
    assert notices.with_code(kept).code not in str(found)
    stranger = Asker(Role.ADMIN, OTHER)
    assert api.refused("GET", f"/notices/{reference}", stranger) == (404, "not-found")


def test_what_is_said_of_a_notice_is_taken_down(api: Api) -> None:
    """With a reason, and as its state allows."""
    path = f"/notices/{api.values['notices'][OTHER]}"
    assert api.refused("POST", f"{path}/acknowledge", json={"why": " "})[0] == 422
    settled = {"sent": True, "why": "seen in the log"}
    assert api.refused("POST", f"{path}/settle", json=settled) == (422, "refused")
    failed = api.ask("POST", f"{path}/failed", json={"why": "came back"})
    assert failed.json() == {"reference": api.values["notices"][OTHER], "status": "failed"}
    said = api.ask("POST", f"{path}/acknowledge", json={"why": "by telephone"})
    assert said.json()["status"] == "acknowledged"
    assert api.refused("POST", "/codes", json={"code": "wrong"}) == (422, "refused")


def test_answers_are_taken_up_once(api: Api) -> None:
    """Until then they are in the list."""
    (answer,) = [one for one in api.get("/answers")["answers"]
                 if one["id"] == api.values["own_answer"]]  # fmt: skip
    assert answer["kind"] == "help"
    stranger = Asker(Role.ANALYST, OTHER)
    path = f"/answers/{answer['id']}/seen"
    assert api.refused("POST", path, stranger) == (404, "not-found")


@pytest.mark.parametrize("path", ["/unreached", "/unreached?reason=no-contact"])
def test_whom_nobody_could_reach(api: Api, path: str) -> None:
    """As of the newest plan of all; there was none of all."""
    assert api.get(path) == {"unreached": [], "next": 0}
    assert len(api.rows(path)) == 1


def test_without_settings_there_are_none(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is said how to have some."""
    monkeypatch.setattr(api.world.app.state, "office", None)
    assert api.refused("GET", "/notices") == (422, "refused")
