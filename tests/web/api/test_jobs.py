"""Jobs and what came in, for programs."""

from __future__ import annotations

from alpheus.web.access.roles import Role
from web.access_matrix import OTHER, OWN, Asker
from web.programs import CONSTITUENT, Api


def test_jobs_and_how_far_they_are(api: Api) -> None:
    """The newest first, by kind and state, or as a file."""
    number = api.values["own_job"]
    found = api.get("/jobs?kind=triage&state=done")
    assert [one["id"] for one in found["jobs"]] == [number]
    assert found["jobs"][0]["judged"][0]["verdict"] == "compromised"
    assert api.get("/jobs?who=nobody")["jobs"] == []
    one = api.get(f"/jobs/{number}")
    assert one["reports"] == ["report.html"]
    assert one["log"]
    assert len(api.rows("/jobs?kind=triage")) == 2
    assert api.refused("GET", f"/jobs/{number}", Asker(Role.ADMIN, OTHER)) == (404, "not-found")


def test_reports_do_nothing_wherever_they_are_opened(api: Api) -> None:
    """They are files to be kept."""
    answer = api.ask("GET", f"/jobs/{api.values['own_job']}/reports/report.html")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    path = f"/jobs/{api.values['own_job']}/reports/assessment.json"
    assert api.refused("GET", path) == (404, "not-found")


def test_what_a_job_does_not_allow_is_refused(api: Api) -> None:
    """It has ended, and its files are gone."""
    path = f"/jobs/{api.values['own_job']}"
    assert api.refused("POST", f"{path}/cancel")[0] == 422
    assert api.refused("POST", f"{path}/again", json={}) == (422, "refused")
    local = Asker(Role.ANALYST, OWN)
    assert api.refused("POST", f"{path}/again", local, json={"accept": True})[0] == 404


def test_a_rebuild_is_asked_for_once(api: Api) -> None:
    """Whoever asks again gets the same job."""
    first, second = (api.ask("POST", "/rebuilds").json()["job"] for _ in range(2))
    assert first == second
    assert api.ask("POST", f"/jobs/{first}/cancel").json()["job"]["state"] == "cancelled"
    assert api.ask("POST", f"/jobs/{first}/delete").status_code == 200


def test_what_came_in(api: Api) -> None:
    """With the rows that could not be read."""
    assert api.get("/imports")["imports"]
    assert api.get("/imports/1")["lost"] == 0
    assert api.get("/imports/1/rejected") == {"rejected": [], "next": 0}
    assert api.rows("/imports/1/rejected") == ["file,line,reason"]
    assert api.refused("GET", "/imports/99") == (404, "not-found")


def test_an_organisation_sees_its_own_jobs(api: Api) -> None:
    """And no others."""
    assert [one["id"] for one in api.get("/own/jobs", CONSTITUENT)["jobs"]] == [
        api.values["own_job"]
    ]
    assert api.get("/own/jobs", Asker(Role.CONSTITUENT, OTHER))["jobs"] == []
