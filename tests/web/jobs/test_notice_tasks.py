"""Notices are planned and sent by jobs: each once, what is in doubt by name, ended gently."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any, cast

import pytest

from alpheus.cases.database import Database
from alpheus.cases.service_listing import Filters
from alpheus.notify.model import Status
from alpheus.web.access import audit
from alpheus.web.access.roles import Grant, Person, Role
from alpheus.web.jobs import messages as said
from alpheus.web.jobs import notice_tasks, tasks
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.model import Kind, Options, State
from alpheus.web.jobs.runner import Runner
from alpheus.web.jobs.service import Jobs
from alpheus.web.jobs.wire import Message, Phase
from alpheus.web.settings import Settings
from cases_filling import seen
from console_jobs import job_of, run_all
from exposure_runs import OPEN
from mail_server import CLOSE, Inbox, player, real_server
from notices_filling import Country, contact

LOU = Person(2, "lou", (Grant(Role.APPROVER),))
SENDER = (
    "sender:\n  name: Kim Doe\n  organisation: CERT of Exampleland\n"
    "  email: notices@cert.example\n  reply_to: answers@cert.example\n"
    "  bounce: bounces@cert.example\n  telephone: +1 555 0100\n"
    "  verify_url: https://cert.example/verify\n"
)


@pytest.fixture
def country(database: Database) -> Country:
    """Three organisations with a contact each, whose notices are approved."""
    found = Country(
        database, {n: [contact(f"it@owner{n}.example")] for n in (1, 2, 3)},
        time=cast("Any", Now()),
    )  # fmt: skip
    found.sees(*(seen(n, OPEN, 1) for n in (1, 2, 3)))
    found.plan()
    found.approve()
    return found


class Now:
    """The time that it is, as the process of a job has it."""

    @property
    def now(self) -> datetime:
        """For those who ask for it."""
        return datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def _settings(folder: Path, port: int, *, per_minute: int = 6_000) -> Path:
    place = folder / "notify.yaml"
    place.write_text(
        f"{SENDER}smtp: {{host: 127.0.0.1, port: {port}, security: none}}\n"
        f"rates: {{per_minute: {per_minute}, per_domain_per_hour: 1000}}\n"
    )
    return place


def _jobs(database: Database, folder: Path, notify: Path) -> Jobs:
    return Jobs(database, Settings(uploads=folder / "uploads", notify=notify))


def _task(notify: Path | None, **options: Any) -> Any:
    kind = Kind.SEND if "batch" in options else Kind.PLAN
    return SimpleNamespace(
        kind=kind, who="lou", options=Options(**options), notify=str(notify or "")
    )


def test_what_is_approved_is_handed_over_by_a_process(
    database: Database, country: Country, tmp_path: Path
) -> None:
    """By a real server of mail, each notice once; asked for twice, it is one job."""
    with real_server(inbox := Inbox()) as port:
        jobs = _jobs(database, tmp_path, _settings(tmp_path, port))
        runner = Runner(jobs, processes=1)
        number = jobs.send(LOU, 1)
        assert jobs.send(LOU, 1) == number
        run_all(runner)
        again = jobs.send(LOU, 1)
        run_all(runner)
        runner.stop()
    job = job_of(jobs, number)
    assert job.state is State.DONE, job.note
    assert (job.result.notices, job.result.refused, job.result.uncertain) == (3, 0, ())
    assert job_of(jobs, again).result.notices == 0
    assert len(inbox.taken) == 3
    assert {country.notices.status_of(one) for one in country.notices.notices(1)} == {Status.SENT}
    with database.read() as connection:
        told = [(one.who, one.action, one.object) for one in audit.entries(connection)]
    assert told.count(("lou", "notices handed over", "batch 1")) == 2
    assert ("lou", "send asked for", "batch 1") in told


def test_who_stops_it_leaves_nothing_in_doubt(
    database: Database, country: Country, tmp_path: Path
) -> None:
    """It ends after the notice in flight, and says what it has done; the rest is sent later."""
    with real_server(inbox := Inbox()) as port:
        jobs = _jobs(database, tmp_path, _settings(tmp_path, port, per_minute=1))
        runner = Runner(jobs, processes=1)
        number = jobs.send(LOU, 1)
        thread = Thread(target=run_all, args=(runner,))
        thread.start()
        until = time.monotonic() + 60
        while not inbox.taken and time.monotonic() < until:
            time.sleep(0.1)
        jobs.cancel(job_of(jobs, number), LOU)
        thread.join(60)
        runner.stop()
    job = job_of(jobs, number)
    assert (job.state, job.note.text) == (State.CANCELLED, said.CANCELLED)
    assert (job.result.notices, job.result.uncertain) == (1, ())
    standing = [country.notices.status_of(one) for one in country.notices.notices(1)]
    assert sorted(standing) == [Status.APPROVED, Status.APPROVED, Status.SENT]


def test_a_notice_of_which_nobody_knows_is_named(
    database: Database, country: Country, tmp_path: Path
) -> None:
    """In the log as it happens, and in the result; no other run sends it again."""
    told: list[Message] = []
    with player(DOT=[CLOSE, "250 2.0.0 queued"]) as server:
        task = _task(_settings(tmp_path, server.port), batch=1)
        result = notice_tasks.run(task, database, told.append)
        again = notice_tasks.run(task, database, lambda _: None)
    (reference,) = result.uncertain
    assert (result.notices, again.notices, again.uncertain) == (2, 0, (reference,))
    notes = [one.note for one in told if isinstance(one, Phase)]
    assert [one.text for one in notes] == [said.SENDING, said.UNCERTAIN]
    assert notes[-1].values["reference"] == reference
    assert country.notices.status_of(country.notices.notice(reference)) is Status.UNCERTAIN


def test_a_server_that_refuses_us_ends_it_with_a_reason(
    database: Database, country: Country, tmp_path: Path
) -> None:
    """What was handed over before stays so."""
    assert country.notices.batch(1).planned == 3
    with player(MAIL="550 5.7.1 you are not welcome") as server:
        result = notice_tasks.run(
            _task(_settings(tmp_path, server.port), batch=1), database, lambda _: None
        )
    assert result.stopped.startswith("the mail server refuses us")
    assert result.notices == 0


def test_a_plan_for_many_is_kept_as_a_batch(database: Database, tmp_path: Path) -> None:
    """Within what its asker may; a second one finds nobody who was not told of already."""
    found = Country(database, {n: [contact(f"it@owner{n}.example")] for n in (1, 2, 3)})
    found.sees(*(seen(n, OPEN, 1) for n in (1, 2, 3)))
    jobs = _jobs(database, tmp_path, _settings(tmp_path, 25))
    within = frozenset({"org1.example", "org2.example"})
    number = jobs.plan(LOU, Filters(organisation=tuple(sorted(within))), within)
    task = _task(Path(jobs.notify), filters=job_of(jobs, number).options.filters,
                 within=tuple(within))  # fmt: skip
    result = notice_tasks.run(task, database, lambda _: None)
    assert (result.notices, result.organisations, result.servers) == (2, 2, 2)
    assert found.notices.batch(result.batch).who == "lou"


def test_a_plan_waits_for_an_import(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who fits is not looked for while servers change."""
    monkeypatch.setattr(tasks, "_PAUSE", 0.1)
    told: list[Message] = []
    task = _task(_settings(tmp_path, 25), filters="{}")
    with database.work():
        thread = Thread(target=notice_tasks.run, args=(task, database, told.append))
        thread.start()
        until = time.monotonic() + 30
        while len(told) < 2 and time.monotonic() < until:
            time.sleep(0.05)
    thread.join(30)
    assert [one.note.text for one in told if isinstance(one, Phase)] == [said.PLANNING, said.HELD]


def test_without_settings_it_is_told_what_to_do(database: Database, tmp_path: Path) -> None:
    """Neither file nor mail server."""
    with pytest.raises(ComplaintError) as caught:
        notice_tasks.run(_task(None, batch=1), database, lambda _: None)
    assert caught.value.note.text == said.NO_SETTINGS
    (tmp_path / "notify.yaml").write_text(SENDER)
    with pytest.raises(ComplaintError) as caught:
        notice_tasks.run(_task(tmp_path / "notify.yaml", batch=1), database, lambda _: None)
    assert caught.value.note.text == said.NO_MAIL_SERVER
