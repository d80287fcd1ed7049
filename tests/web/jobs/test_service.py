"""What pages ask of jobs: bounded by who asks, and with nothing left behind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alpheus.cases.observations import hand_entry
from alpheus.cases.observations_import import record
from alpheus.errors import RefusedError
from alpheus.web.access.roles import Grant, Permission, Person, Role
from alpheus.web.jobs import messages as said
from alpheus.web.jobs import service
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.model import Kind, Options, State
from alpheus.web.jobs.service import MOST_OPEN_OF_CONSTITUENT, Jobs, check_zone
from console_jobs import LIST, MIA, job_of, sent

OWN = Person(0, "notice A", (Grant(Role.CONSTITUENT, "a.example"),))
OTHER = Person(0, "notice B", (Grant(Role.CONSTITUENT, "b.example"),))
HERE = Person(2, "leo", (Grant(Role.ANALYST, "a.example"),))


def test_each_sees_the_jobs_that_are_theirs_to_see(jobs: Jobs) -> None:
    """What is another's is not there."""
    own = sent(jobs, "ev.zip", b"PK", Kind.TRIAGE, OWN, "a.example")
    general = sent(jobs, "list.csv", LIST)
    assert [one.id for one in jobs.page(MIA)] == [general, own]
    assert [one.id for one in jobs.page(HERE)] == [own]
    assert [one.id for one in jobs.page(OWN, permission=Permission.OWN)] == [own]
    assert jobs.page(OTHER, permission=Permission.OWN) == []
    assert jobs.page(OWN) == []
    with pytest.raises(RefusedError, match="there is no job"):
        jobs.find(HERE, general)
    with pytest.raises(RefusedError, match="there is no job"):
        jobs.find(OTHER, own, Permission.OWN)


def test_lists_are_a_job_each_and_evidence_one(jobs: Jobs) -> None:
    """Several files of one server are read together."""
    for kind, count in ((Kind.IMPORT, 2), (Kind.TRIAGE, 1)):
        incoming = [jobs.announce(MIA, kind, f"{n}.log", 3) for n in range(2)]
        for one in incoming:
            with jobs.uploads.writer(one, 0) as writer:
                writer.write(b"abc")
        assert len(jobs.hand_in(incoming, Options())) == count
        for one in incoming:
            with pytest.raises(ComplaintError):
                jobs.uploads.find(one.id, "mia")


def test_an_organisation_has_few_jobs_at_once(jobs: Jobs) -> None:
    """One of thousands must not keep the others waiting."""
    for number in range(MOST_OPEN_OF_CONSTITUENT):
        sent(jobs, f"{number}.log", b"x", Kind.TRIAGE, OWN, "a.example")
    with pytest.raises(ComplaintError) as caught:
        jobs.announce(OWN, Kind.TRIAGE, "more.log", 1, "a.example")
    assert caught.value.note.text == said.TOO_MANY


def test_nothing_is_handed_in_where_something_is_wrong(jobs: Jobs) -> None:
    """The file waits, so that the form can be sent once more."""
    incoming = jobs.announce(MIA, Kind.TRIAGE, "x.log", 3)
    for options, text in ((Options(), said.EMPTY), (Options(timezone="Mars/X"), said.NO_ZONE)):
        with pytest.raises(ComplaintError) as caught:
            jobs.hand_in([incoming], options)
        assert caught.value.note.text == text
    with pytest.raises(ComplaintError):
        jobs.hand_in([], Options())
    with pytest.raises(ComplaintError):
        jobs.announce(MIA, Kind.IMPORT, " ", 1)
    assert jobs.uploads.find(incoming.id, "mia") == incoming


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "Nowhere/X", "x" * 300, "\0"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    """Whatever it would lead to."""
    with pytest.raises(ComplaintError):
        check_zone(name)
    check_zone("")
    check_zone("Europe/Berlin")


def test_files_of_failed_jobs_go_after_a_week(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are waited for stay."""
    failed, waiting = sent(jobs, "a.csv", LIST), sent(jobs, "b.csv", LIST)
    jobs.cancel(job_of(jobs, failed), MIA)
    jobs.sweep()
    assert job_of(jobs, failed).files[0].id
    monkeypatch.setattr(service, "KEPT_FOR", timedelta(days=-1))
    jobs.sweep()
    assert not job_of(jobs, failed).files[0].id
    assert job_of(jobs, waiting).files[0].id
    files = [path.name for path in (jobs.uploads.folder / "files").iterdir()]
    assert files == [job_of(jobs, waiting).files[0].id]


def test_a_password_of_a_job_that_has_ended_is_forgotten(jobs: Jobs) -> None:
    """However it ended."""
    number = sent(jobs, "a.zip", b"PK", Kind.TRIAGE, password="horse")
    assert (jobs.password_of(number), job_of(jobs, number).options.locked) == ("horse", True)
    assert "horse" not in str(job_of(jobs, number))
    jobs.cancel(job_of(jobs, number), MIA)
    jobs.recover()
    assert jobs.password_of(number) == ""
    jobs.again(job_of(jobs, number), MIA, password="other")
    assert jobs.password_of(number) == "other"
    jobs.recover()
    assert job_of(jobs, number).state is State.WAITING
    with pytest.raises(RefusedError):
        jobs.again(job_of(jobs, number), MIA, password="third")


def test_what_waits_is_counted(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """And whether somebody is at it."""
    monkeypatch.setattr(service, "_BACKLOG_FOR", 0)
    assert jobs.backlog().observations == 0
    entry = hand_entry(time="2021-03-10T00:00:00Z", names=("x.example",))
    record(jobs.queue.database, [entry], "mia")
    assert (jobs.backlog().observations, jobs.backlog().is_coming) == (1, False)
    jobs.queue.want_rebuild("mia")
    assert jobs.backlog().is_coming
    assert not jobs.is_worked_out(1)


def test_what_is_not_done_is_not_deleted(jobs: Jobs, tmp_path: Path) -> None:
    """First it is cancelled."""
    number = sent(jobs, "a.csv", LIST)
    with pytest.raises(RefusedError, match="has not ended yet"):
        jobs.delete(job_of(jobs, number), MIA)
    assert jobs.place
    assert tmp_path in jobs.uploads.folder.parents
