"""Jobs: who had what done, what came of it, and its end or once more."""

from __future__ import annotations

import pytest
from litestar import Litestar

from alpheus.web.access.roles import Grant, Role
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.model import Job, Judged, Kind, Note, Result, State
from alpheus.web.jobs.service import Jobs
from console import Client, made, signed_in
from console_jobs import LIST, MIA, job_of, sent

HOSTILE = "<img src=x onerror=alert(1)>\x1b[2J"


@pytest.fixture
def jobs(app: Litestar) -> Jobs:
    """Those of the application."""
    found: Jobs = app.state.jobs
    return found


@pytest.fixture
def form(client: Client, app: Litestar) -> dict[str, str]:
    """What forms of an analyst carry."""
    return dict(signed_in(client, app, made(app, "mia", Grant(Role.ANALYST))))


def _claimed(jobs: Jobs) -> Job:
    job = jobs.queue.claim("w", jobs.presence.store, list(Kind))
    assert job is not None
    return job


def _ended(jobs: Jobs, state: State, note: Note, result: Result | None = None) -> None:
    jobs.queue.finish(_claimed(jobs), state, note, result or Result(), ())


@pytest.mark.parametrize("language", ["en", "es", "de"])
def test_every_state_has_its_page_and_is_inert(
    client: Client, jobs: Jobs, form: dict[str, str], language: str
) -> None:
    """In each language, whatever names and reasons hold."""
    assert form
    client.headers["accept-language"] = language
    sent(jobs, HOSTILE, LIST)
    for kind in (Kind.IMPORT, Kind.TRIAGE):
        for state in (State.DONE, State.FAILED):
            sent(jobs, HOSTILE, b"x" + LIST, kind)
            judged = Judged(HOSTILE, "compromised", "operated", HOSTILE, 7)
            result = Result(judged=(judged,), lost=3, import_id=1, resumed=1, stored=True)
            note = said.note(said.BROKEN, name=HOSTILE, reason=HOSTILE)
            _ended(jobs, state, note, result)
    jobs.queue.want_rebuild("mia")
    numbers = [job.id for job in jobs.page(MIA)]
    for place in ("/jobs", "/imports", *(f"/jobs/{one}" for one in numbers)):
        text = client.get(place).text
        assert "<img src=x" not in text, place
        assert "\x1b" not in text
    file = client.get("/jobs?format=csv").text
    assert len(file.splitlines()) == len(numbers) + 1
    assert "\x1b" not in file


def test_filters_are_links_and_pages_go_on(
    client: Client, jobs: Jobs, form: dict[str, str]
) -> None:
    """Fifty at a time."""
    assert form
    for number in range(60):
        jobs.queue.submit(Kind.IMPORT, name=f"list-{number}.csv", who="mia")
    text = client.get("/jobs").text
    assert "list-59.csv" in text
    assert "list-9.csv" not in text
    following = text.split('rel="next"')[0].rpartition('href="')[2].rstrip('" ')
    assert "list-9.csv" in client.get(following.replace("&amp;", "&")).text
    assert "There is no such job" in client.get("/jobs?state=failed").text
    assert "list-59.csv" in client.get("/jobs?kind=import&state=waiting").text
    assert client.get("/jobs?before=x&kind=%00").status_code == 200


def test_cancel_once_more_and_delete(client: Client, jobs: Jobs, form: dict[str, str]) -> None:
    """What is not possible is told in place."""
    number = sent(jobs, "list.csv", LIST)
    assert client.post(f"/jobs/{number}/again", data=form).status_code == 422
    assert client.post(f"/jobs/{number}/delete", data=form).status_code == 422
    answer = client.post(f"/jobs/{number}/cancel", data=form, follow_redirects=False)
    assert answer.headers["location"] == f"/jobs/{number}"
    assert job_of(jobs, number).state is State.CANCELLED
    assert client.post(f"/jobs/{number}/cancel", data=form).status_code == 422
    client.post(f"/jobs/{number}/again", data={**form, "password": "horse"})
    assert job_of(jobs, number).state is State.WAITING
    assert jobs.password_of(number) == "horse"
    client.post(f"/jobs/{number}/cancel", data=form)
    client.post(f"/jobs/{number}/delete", data=form)
    assert job_of(jobs, number).files[0].id == ""
    assert client.post(f"/jobs/{number}/again", data=form).status_code == 422


def test_how_a_list_was_understood(client: Client, jobs: Jobs, form: dict[str, str]) -> None:
    """In the reader's language, and inert."""
    assert form
    number = sent(jobs, "list.csv", b"x", Kind.IMPORT)
    notes = ("columns: 'ip' is address", "not understood as any of these, and kept: '<b>'")
    _ended(jobs, State.DONE, Note("Done"), Result(added=2, notes=notes, stored=True))
    text = client.get(f"/jobs/{number}").text
    assert "How it was understood" in text
    assert "Columns: &#39;ip&#39;: address" in text
    assert "<b>" not in text
    client.headers["accept-language"] = "de"
    client.cookies.set("language", "de")
    assert "Spalten: &#39;ip&#39;: Adresse" in client.get(f"/jobs/{number}").text


def test_a_report_is_a_file_and_does_nothing(
    client: Client, jobs: Jobs, form: dict[str, str]
) -> None:
    """Wherever it is opened; no other file can be had."""
    assert form
    number = sent(jobs, "../EX 01.zip", b"PK\x03\x04", Kind.TRIAGE)
    _ended(jobs, State.DONE, Note("Done"), Result(reports=True, stored=True))
    folder = jobs.reports_of(job_of(jobs, number))
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<script>alert(1)</script>")
    (folder / "other.txt").write_text("no")
    answer = client.get(f"/jobs/{number}/reports/report.html")
    assert answer.text == "<script>alert(1)</script>"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "EX_01-report.html" in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    for name in ("other.txt", "servers.csv", "..%2f..%2fstore", "report.html%00"):
        assert client.get(f"/jobs/{number}/reports/{name}").status_code == 404


def test_an_analyst_of_one_organisation_takes_in_nothing_about_others(
    client: Client, app: Litestar, jobs: Jobs
) -> None:
    """They see its jobs, and only those who may take in anything accept what names others."""
    own = sent(jobs, "ev.zip", b"PK\x03\x04", Kind.TRIAGE, MIA, "own.example")
    sent(jobs, "list.csv", LIST)
    _ended(jobs, State.DONE, Note("Done"), Result(reports=True))
    form = signed_in(client, app, made(app, "leo", Grant(Role.ANALYST, "own.example")))
    text = client.get("/jobs").text
    assert "ev.zip" in text
    assert "list.csv" not in text
    assert client.get(f"/jobs/{own}").status_code == 200
    assert client.get(f"/jobs/{own + 1}").status_code == 404
    accepted = client.post(f"/jobs/{own}/again", data={**form, "accept": "yes"})
    assert accepted.status_code == 404
    assert client.post("/jobs/rebuild", data=form).status_code == 403


def test_script_is_told_how_far_jobs_are(client: Client, jobs: Jobs, form: dict[str, str]) -> None:
    """Those that may be seen; what is no number is nothing."""
    assert form
    number = sent(jobs, "list.csv", LIST)
    job = _claimed(jobs)
    jobs.queue.beat(job, done=2_000, of=10_000, log=job.log)
    found = client.get(f"/jobs/state?id={number}&id=-1&id=x&id=77").json()["jobs"]
    assert [(one["id"], one["text"], one["open"]) for one in found] == [
        (number, "2,000 of 10,000", True)
    ]
