"""Batches: planned by a job where they are large, sent by a job when they are approved."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from litestar import Litestar

from alpheus.cases.database import Database
from alpheus.notify.settings import SmtpSettings
from alpheus.web import notice_desk
from alpheus.web.access.roles import Role
from alpheus.web.jobs.model import Kind, Note, Result, State
from cases_filling import seen
from console import Client, Clock
from exposure_runs import OPEN
from notices_filling import SETTINGS, Country, contact
from web.notices_world import person, settled_country

MAILED = msgspec.structs.replace(SETTINGS, smtp=SmtpSettings("127.0.0.1", 25, "none"))


@pytest.fixture
def country(app: Litestar, database: Database, clock: Clock) -> Country:
    """Three organisations with a contact, and a mail server."""
    found = settled_country(
        app, database, clock, {n: [contact(f"it@owner{n}.example")] for n in (1, 2, 3)},
        settings=MAILED,
    )  # fmt: skip
    found.sees(*(seen(n, OPEN, 1) for n in (1, 2, 3)))
    return found


def _send(client: Client, form: dict[str, Any], batch: int = 1) -> Any:
    return client.post(f"/notices/batches/{batch}/send", data=form, follow_redirects=False)


def test_an_approver_has_what_is_approved_sent(
    client: Client, app: Litestar, country: Country
) -> None:
    """By a job, once; before anything is approved, nothing is sent."""
    form = person(client, app, Role.APPROVER)
    country.plan()
    refused = _send(client, form)
    assert refused.status_code == 422
    assert "Nothing of batch 1 is approved and waits to be sent" in refused.text
    country.approve()
    assert "Send these 3 notices" in client.get("/notices/batches/1").text
    answer = _send(client, form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/jobs/1")
    assert _send(client, form).headers["location"] == "/jobs/1"
    page = client.get("/notices/batches/1").text
    assert '<a href="/jobs/1">' in page
    assert "Send these" not in page
    job = app.state.jobs.queue.one(1)
    assert (job.kind, job.options.batch) == (Kind.SEND, 1)


def test_an_analyst_has_nothing_sent(client: Client, app: Litestar, country: Country) -> None:
    """That is for who approves."""
    country.plan()
    country.approve()
    form = person(client, app, Role.ANALYST)
    assert "An approver has it sent." in client.get("/notices/batches/1").text
    assert _send(client, form).status_code == 403


def test_without_a_mail_server_the_page_says_what_to_do(
    client: Client, app: Litestar, database: Database, clock: Clock
) -> None:
    """Nothing is begun that could only fail."""
    found = settled_country(app, database, clock, {1: [contact("it@owner1.example")]})
    found.sees(seen(1, OPEN, 1))
    found.plan()
    found.approve()
    form = person(client, app, Role.APPROVER)
    assert "Write smtp: and host: below it" in client.get("/notices/batches/1").text
    answer = _send(client, form)
    assert answer.status_code == 422
    assert "name no mail server" in answer.text


def test_the_job_of_a_sending_names_what_is_in_doubt(
    client: Client, app: Litestar, country: Country
) -> None:
    """Each a link to where it is settled; also for an approver of one organisation."""
    (notice, *_) = country.plan(filters=notice_desk.Filters(organisation=("org1.example",)))
    country.approve()
    form = person(client, app, Role.APPROVER, "org1.example", name="olga")
    assert _send(client, form).headers["location"] == "/jobs/1"
    job = app.state.jobs.queue.claim("w", app.state.jobs.presence.store, [Kind.SEND])
    result = Result(batch=1, notices=2, uncertain=(notice.reference,))
    app.state.jobs.queue.finish(job, State.DONE, Note("Done"), result, ())
    text = client.get("/jobs/1").text
    assert "2 notices were handed over." in text
    assert f'<a href="/notices/{notice.reference}">' in text
    assert 'href="/notices/batches/1"' in text
    assert "2 notices were handed over." in client.get("/jobs").text
    again = client.post("/jobs/1/again", data=form)
    assert again.status_code == 422


def test_a_large_plan_is_a_job_that_shows_the_batch(
    client: Client, app: Litestar, country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a preview of how long it is, and bounded to what one may plan for."""
    assert country.notices.batches() == []
    monkeypatch.setattr(notice_desk, "MOST_PLANNED", 2)
    form = person(client, app, Role.ANALYST)
    text = client.get("/notices/plan?preview=yes&patch=vulnerable").text
    assert "Work it out as a batch" in text
    answer = client.post(
        "/notices/plan", data={**form, "patch": "vulnerable"}, follow_redirects=False
    )
    assert answer.headers["location"] == "/jobs/1"
    job = app.state.jobs.queue.claim("w", app.state.jobs.presence.store, [Kind.PLAN])
    assert (job.options.within, '"vulnerable"' in job.options.filters) == (None, True)
    result = Result(batch=1, notices=3, organisations=3, servers=3)
    app.state.jobs.queue.finish(job, State.DONE, Note("Done"), result, ())
    text = client.get("/jobs/1").text
    assert "3 notices were planned." in text
    assert 'href="/notices/batches/1"' in text
