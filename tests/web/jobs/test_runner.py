"""Jobs run in processes of their own: what they bring, and what becomes of those that are ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import psutil
import pytest

from alpheus.cases.database import Database
from alpheus.cases.observations_import import import_file
from alpheus.cases.service import Cases
from alpheus.web.access.roles import Grant, Person, Role
from alpheus.web.jobs import messages as said
from alpheus.web.jobs import process as process_module
from alpheus.web.jobs.model import Kind, State
from alpheus.web.jobs.runner import Runner
from alpheus.web.jobs.service import Jobs
from alpheus.web.jobs.wire import Bounds
from console_jobs import LIST, MIA, evidence, job_of, made_jobs, run_all, sent

PATIENCE = 60
SLOW = "tests.web.jobs.slow"
OWN = Person(0, "notice A", (Grant(Role.CONSTITUENT, "a.example"),))


def test_a_list_comes_in_and_servers_are_worked_out(jobs: Jobs, runner: Runner) -> None:
    """New, known and lost are told; the rebuild is a job of its own, one for all lists."""
    first = sent(jobs, "list.csv", LIST)
    second = sent(jobs, "again.csv", LIST)
    run_all(runner)
    job, again = job_of(jobs, first), job_of(jobs, second)
    assert (job.state, str(job.note)) == (State.DONE, "Done")
    assert (job.result.added, job.result.known, job.result.lost) == (2, 0, 1)
    assert again.result.before
    assert [one.kind for one in jobs.page(MIA)] == [Kind.REBUILD, Kind.IMPORT, Kind.IMPORT]
    assert len(Cases(jobs.queue.database).page().servers) == 2
    assert list((jobs.uploads.folder / "files").iterdir()) == []
    assert list((jobs.uploads.folder / "work").iterdir()) == []


def test_evidence_is_judged_and_stored(jobs: Jobs, runner: Runner, tmp_path: Path) -> None:
    """With its reports, readable by the owner of the program alone; the evidence goes."""
    number = sent(jobs, "EX01.zip", evidence(tmp_path), Kind.TRIAGE)
    run_all(runner)
    job = job_of(jobs, number)
    assert job.state is State.DONE, job.note
    (server,) = job.result.judged
    assert server.observation
    assert jobs.is_worked_out(server.observation)
    assert job.result.sha256[0] in str([str(one.note) for one in job.log])
    report = jobs.report(job, "report.html")
    assert report is not None
    assert report.stat().st_mode & 0o777 == 0o600
    assert jobs.report(job, "../store") is None
    assert job.files[0].id == ""
    assert list((jobs.uploads.folder / "files").iterdir()) == []


def test_evidence_is_kept_if_that_was_asked_for(jobs: Jobs, runner: Runner, tmp_path: Path) -> None:
    """Until somebody deletes it."""
    content = evidence(tmp_path)
    number = sent(jobs, "EX01.zip", content, Kind.TRIAGE, keep=True)
    run_all(runner)
    job = job_of(jobs, number)
    assert jobs.uploads.path(job.files[0].id).read_bytes() == content
    jobs.delete(job, MIA)
    assert job_of(jobs, number).files[0].id == ""
    assert not jobs.reports_of(job).exists()
    assert list((jobs.uploads.folder / "files").iterdir()) == []


def test_what_an_organisation_says_of_servers_not_its_own_waits_for_somebody(
    jobs: Jobs, runner: Runner, tmp_path: Path
) -> None:
    """Until an analyst takes it in: it may be another's server, or nobody's."""
    number = sent(jobs, "EX01.zip", evidence(tmp_path), Kind.TRIAGE, OWN, "a.example")
    run_all(runner)
    job = job_of(jobs, number)
    assert (job.state, job.result.stored) == (State.DONE, False)
    assert jobs.queue.database is not None
    assert Cases(jobs.queue.database).page().servers == []
    assert job.files[0].id
    jobs.again(job, MIA, accept=True)
    run_all(runner)
    job = job_of(jobs, number)
    assert (job.state, job.result.stored) == (State.DONE, True)
    assert len(Cases(jobs.queue.database).page().servers) == 1


@pytest.mark.parametrize(
    ("kind", "name", "content", "text"),
    [
        (Kind.IMPORT, "x.csv", b"\x00\x01\x02 no list at all", said.UNKNOWN_LIST),
        (Kind.TRIAGE, "x.zip", b"PK\x03\x04" + b"\x00" * 400, said.BROKEN),
        (Kind.TRIAGE, "x.bin", os.urandom(4_000), said.NOTHING_IN_IT),
    ],
)
def test_what_cannot_be_read_is_told_by_the_name_that_people_know(
    jobs: Jobs, runner: Runner, kind: Kind, name: str, content: bytes, text: str
) -> None:
    """And never by a path of ours."""
    number = sent(jobs, name, content, kind)
    run_all(runner)
    job = job_of(jobs, number)
    assert (job.state, job.note.text) == (State.FAILED, text)
    assert name in str(job.note)
    assert str(jobs.uploads.folder) not in str(job.note)
    assert job.files[0].id  # so that it can be asked for once more


def test_a_password_is_used_and_written_nowhere(jobs: Jobs, runner: Runner, tmp_path: Path) -> None:
    """Neither into the database nor into a file of ours."""
    import pyzipper  # noqa: PLC0415 - for this test alone

    word, held = "horse battery staple", tmp_path / "EX01.zip"
    inner = evidence(tmp_path)
    with pyzipper.AESZipFile(held, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(word.encode())
        archive.writestr("EX01.zip", inner)
    number = sent(jobs, "EX01.zip", held.read_bytes(), Kind.TRIAGE, password="wrong", keep=True)
    run_all(runner)
    job = job_of(jobs, number)
    assert (job.state, job.note.text) == (State.FAILED, said.LOCKED)
    jobs.again(job, MIA, password=word)
    run_all(runner)
    assert job_of(jobs, number).state is State.DONE
    assert jobs.passwords_known() == ()
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path != held]
    assert [path for path in written if word.encode() in path.read_bytes()] == []


@contextmanager
def _beside(runner: Runner, kinds: tuple[Kind, ...] = tuple(Kind)) -> Iterator[Thread]:
    """A job that runs while the test does something to it."""
    thread = Thread(target=runner.run_one, args=(kinds,))
    thread.start()
    try:
        yield thread
    finally:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def _child(timeout: float = PATIENCE) -> psutil.Process:
    """The process of the job that is being run, once it has begun."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        for one in psutil.Process().children():
            with suppress(psutil.Error):
                if any("alpheus.web.jobs" in part or SLOW in part for part in one.cmdline()):
                    return one
        time.sleep(0.02)
    raise AssertionError("no process was started")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs that do nothing but wait, with a process that they started."""
    code = str(Path(__file__).with_name("slow.py"))
    monkeypatch.setattr(process_module, "COMMAND", ("-P", code, SLOW))


@pytest.mark.usefixtures("slow")
def test_a_process_that_is_killed_is_a_job_that_failed(jobs: Jobs, runner: Runner) -> None:
    """In one line; with all that it had started."""
    number = sent(jobs, "list.csv", LIST)
    with _beside(runner):
        child = _child()
        _started(jobs, number)
        others = child.children()
        child.kill()
    job = job_of(jobs, number)
    assert (job.state, job.note.text) == (State.FAILED, said.KILLED)
    assert "SIGKILL" in str(job.note)
    assert others
    assert _are_gone(others)


@pytest.mark.usefixtures("slow")
def test_a_job_that_is_cancelled_ends_with_all_that_it_started(jobs: Jobs, runner: Runner) -> None:
    """Within seconds."""
    number = sent(jobs, "list.csv", LIST)
    with _beside(runner):
        child = _child()
        _started(jobs, number)
        others = [child, *child.children()]
        jobs.cancel(job_of(jobs, number), MIA)
    job = job_of(jobs, number)
    assert (job.state, str(job.note)) == (State.CANCELLED, "Cancelled by mia")
    assert _are_gone(others)


@pytest.mark.usefixtures("slow")
def test_a_job_that_takes_too_long_is_ended(jobs: Jobs) -> None:
    """By the clock."""
    bounds = dict.fromkeys(Kind, Bounds(seconds=1))
    number = sent(jobs, "list.csv", LIST)
    runner = Runner(jobs, bounds=bounds)
    runner.run_one([Kind.IMPORT])
    job = job_of(jobs, number)
    assert (job.state, job.note.text) == (State.FAILED, said.TOO_LONG)


@pytest.mark.parametrize(
    ("mode", "bounds", "text"),
    [
        ("memory", Bounds(memory=400 << 20), said.TOO_MUCH_MEMORY),
        ("cpu", Bounds(cpu_seconds=1), said.TOO_MUCH_TIME),
        ("disk", Bounds(file_bytes=1 << 20), said.TOO_LARGE_UNPACKED),
        ("crash", Bounds(), said.CRASHED),
        ("exit", Bounds(), said.ENDED_EARLY),
        ("noise", Bounds(), said.ENDED_EARLY),
        ("error", Bounds(), said.UNFORESEEN),
    ],
)
@pytest.mark.usefixtures("slow")
def test_what_goes_wrong_in_a_process_is_one_clear_line(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, mode: str, bounds: Bounds, text: str
) -> None:
    """The server is unharmed."""
    monkeypatch.setenv("SLOW", mode)
    number = sent(jobs, "list.csv", LIST)
    Runner(jobs, bounds=dict.fromkeys(Kind, bounds)).run_one([Kind.IMPORT])
    job = job_of(jobs, number)
    assert (job.state, job.note.text) == (State.FAILED, text), str(job.note)


@pytest.mark.usefixtures("slow")
def test_a_console_that_is_stopped_gives_its_job_back(jobs: Jobs, runner: Runner) -> None:
    """Another takes it up, or the same when it runs again."""
    number = sent(jobs, "list.csv", LIST)
    with _beside(runner):
        _started(jobs, number)
        runner._stopping.set()
    job = job_of(jobs, number)
    assert (job.state, job.attempts) == (State.WAITING, 0)


def test_a_job_of_a_program_that_was_killed_goes_on(
    jobs: Jobs, database: Database, tmp_path: Path, place: str
) -> None:
    """At once, where the same folder of uploads is used; its process does not outlive it."""
    number = sent(jobs, "list.csv", LIST)
    code = (
        "import sys; from pathlib import Path\n"
        "from alpheus.cases.database import open_database\n"
        "from alpheus.web.jobs import process\n"
        "from alpheus.web.jobs.model import Kind\n"
        "from alpheus.web.jobs.runner import Runner\n"
        "from alpheus.web.jobs.service import Jobs\n"
        "from alpheus.web.settings import Settings\n"
        f"process.COMMAND = ('-P', {str(Path(__file__).with_name('slow.py'))!r}, {SLOW!r})\n"
        f"settings = Settings(uploads=Path({str(tmp_path)!r}) / 'uploads')\n"
        f"jobs = Jobs(open_database({place!r}), settings)\n"
        "Runner(jobs).run_one([Kind.IMPORT])\n"
    )
    other = subprocess.Popen([sys.executable, "-c", code])
    _started(jobs, number)
    child = psutil.Process(other.pid).children(recursive=True)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert child
    assert _are_gone(child[:1])
    assert jobs.recover() == 1
    runner = Runner(jobs)
    run_all(runner)
    job = job_of(jobs, number)
    assert (job.state, job.attempts, job.result.added) == (State.DONE, 2, 2)
    assert said.WORKER_GONE in [one.note.text for one in job.log]


def test_an_import_that_was_half_done_goes_on_where_it_was(
    jobs: Jobs, runner: Runner, tmp_path: Path
) -> None:
    """The ledger knows; what was in is not told as new."""
    path = tmp_path / "list.csv"
    path.write_bytes(LIST)
    import_file(jobs.queue.database, path, "leo")
    number = sent(jobs, "list.csv", LIST)
    run_all(runner)
    assert job_of(jobs, number).result.before


def test_threads_take_up_what_comes(jobs: Jobs) -> None:
    """And what fails does not stop them."""
    runner = Runner(jobs, look_every=0.05)
    runner.start()
    try:
        bad = sent(jobs, "bad.csv", b"nothing")
        good = sent(jobs, "list.csv", LIST)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and any(one.is_open for one in jobs.page(MIA)):
            time.sleep(0.05)
    finally:
        runner.stop()
    assert job_of(jobs, bad).state is State.FAILED
    assert job_of(jobs, good).state is State.DONE
    assert jobs.page(MIA)[0].kind is Kind.REBUILD


def test_several_consoles_share_the_work(database: Database, tmp_path: Path) -> None:
    """Each job is done once."""
    consoles = [made_jobs(database, tmp_path) for _ in range(3)]
    numbers = [sent(consoles[0], f"{n}.csv", LIST.replace(b"mail", b"m%d" % n)) for n in range(4)]
    runners = [Runner(one, look_every=0.05) for one in consoles]
    for one in runners:
        one.start()
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and any(one.is_open for one in consoles[0].page(MIA)):
        time.sleep(0.05)
    for one in runners:
        one.stop()
    found = [job_of(consoles[0], one) for one in numbers]
    assert [(one.state, one.attempts, one.result.added) for one in found] == [
        (State.DONE, 1, 2)
    ] * 4


def _started(jobs: Jobs, number: int) -> None:
    """Wait until the process of a job says that it is at it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if any(one.note.text == said.READING for one in job_of(jobs, number).log):
            return
        time.sleep(0.02)
    raise AssertionError("it never began")


def _are_gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    return [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
