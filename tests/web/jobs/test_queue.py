"""Jobs are claimed by exactly one worker, and none is lost with its worker."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from alpheus.cases.database import Database
from alpheus.errors import RefusedError
from alpheus.web.access import audit
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.model import Job, Kind, Note, Options, Result, State, Upload
from alpheus.web.jobs.queue import LOST, MOST_TRIES, Queue
from console import Clock

ALL = tuple(Kind)
STORE = "here"
FILE = Upload("a" * 32, "list.csv", 7)


@pytest.fixture
def queue(database: Database, clock: Clock) -> Queue:
    """A queue with a clock that is moved."""
    return Queue(database, clock)


@pytest.fixture
def clock() -> Clock:
    """A clock of the test's own."""
    return Clock()


def _submit(queue: Queue, kind: Kind = Kind.IMPORT, **more: object) -> int:
    values = {"name": "list.csv", "who": "mia", "files": [FILE], "store": STORE, **more}
    return queue.submit(kind, **values)  # type: ignore[arg-type]


def _one(queue: Queue, number: int) -> Job:
    job = queue.one(number)
    assert job is not None
    return job


def _claim(queue: Queue, worker: str = "w1") -> Job:
    job = queue.claim(worker, STORE, ALL)
    assert job is not None
    return job


def _gone(_: str) -> bool:
    return False


def _there(_: str) -> bool:
    return True


def _unknown(_: str) -> None:
    return None


def test_of_many_workers_each_job_is_one_workers(queue: Queue) -> None:
    """However many ask at the same time."""
    numbers = [_submit(queue, Kind.TRIAGE) for _ in range(12)]

    def work(name: str) -> list[int]:
        found = []
        while job := queue.claim(name, STORE, [Kind.TRIAGE]):
            found.append(job.id)
        return found

    with ThreadPoolExecutor(6) as pool:
        taken = [one for each in pool.map(work, [f"w{n}" for n in range(6)]) for one in each]
    assert Counter(taken) == Counter(numbers)


def test_what_changes_cases_is_done_one_after_another(queue: Queue) -> None:
    """Evidence may be read beside it."""
    first, second, third = _submit(queue), _submit(queue), _submit(queue, Kind.TRIAGE)
    assert _claim(queue).id == first
    assert queue.claim("w2", STORE, [Kind.IMPORT, Kind.REBUILD]) is None
    assert _claim(queue, "w2").id == third
    assert queue.claim("w3", STORE, ALL) is None
    assert _one(queue, second).state is State.WAITING


def test_rebuilds_are_one_and_wait_for_lists_but_not_for_ever(queue: Queue, clock: Clock) -> None:
    """However many ask for one."""
    rebuild = queue.want_rebuild("mia")
    assert queue.want_rebuild("leo") == rebuild
    number = _submit(queue)
    job = _claim(queue)
    assert job.id == number
    queue.finish(job, State.DONE, said.note(said.ENDED), Result(added=1), ())
    _submit(queue)
    clock.pass_by(minutes=11)
    assert _claim(queue).id == rebuild


def test_a_file_is_read_where_it_lies(queue: Queue) -> None:
    """Workers with another folder of uploads leave it."""
    _submit(queue)
    assert queue.claim("w1", "elsewhere", ALL) is None
    queue.want_rebuild("mia")
    found = queue.claim("w1", "elsewhere", ALL)
    assert found is not None
    assert found.kind is Kind.REBUILD


def test_a_job_with_a_password_is_for_who_knows_it(queue: Queue) -> None:
    """And fails, saying so, when that program has ended."""
    number = _submit(queue, Kind.TRIAGE, options=Options(locked=True), holder="w1")
    assert queue.claim("w2", STORE, ALL, [number]) is None
    assert queue.claim("w1", STORE, ALL) is None
    queue.recover(_gone)
    job = _one(queue, number)
    assert (job.state, job.note.text) == (State.FAILED, said.WORD_GONE)
    queue.again(number, "mia", options=Options(locked=True), holder="w3")
    found = queue.claim("w3", STORE, ALL, [number])
    assert found is not None
    assert found.attempts == 1


def test_a_job_of_a_dead_worker_is_taken_up_again_but_not_for_ever(queue: Queue) -> None:
    """Something that ends its worker each time would end them all."""
    number = _submit(queue)
    for attempt in range(1, MOST_TRIES + 1):
        job = _claim(queue, f"w{attempt}")
        assert (job.id, job.attempts) == (number, attempt)
        assert queue.recover(_there) == 0
        assert queue.recover(_gone) == 1
    job = _one(queue, number)
    assert (job.state, job.note.text) == (State.FAILED, said.PARKED)
    assert str(job.note).startswith("The program that ran it ended 3 times")
    assert queue.claim("w9", STORE, ALL) is None


def test_a_worker_that_cannot_be_looked_for_is_gone_when_it_is_silent(
    queue: Queue, clock: Clock
) -> None:
    """On another machine; each word of it counts."""
    _submit(queue)
    job = _claim(queue)
    clock.now += LOST - timedelta(seconds=1)
    assert queue.beat(job, done=1, of=2, log=job.log)
    clock.pass_by(seconds=5)
    assert queue.recover(_unknown) == 0
    clock.now += LOST
    assert queue.recover(_unknown) == 1


def test_a_worker_whose_job_was_taken_changes_nothing_any_more(queue: Queue) -> None:
    """It only seemed to be dead; what it says comes too late."""
    _submit(queue)
    old = _claim(queue)
    queue.recover(_gone)
    new = _claim(queue, "w2")
    assert not queue.beat(old, done=1, of=1, log=())
    assert not queue.finish(old, State.DONE, Note("no"), Result(added=9), ())
    assert _one(queue, new.id).state is State.RUNNING
    assert queue.finish(new, State.DONE, Note("yes"), Result(added=1), ())
    assert _one(queue, new.id).result.added == 1


def test_a_stop_is_no_try(queue: Queue) -> None:
    """A console that is stopped gives back what it was at."""
    number = _submit(queue)
    queue.give_back(_claim(queue), ())
    assert (_one(queue, number).state, _one(queue, number).attempts) == (State.WAITING, 0)


def test_cancelling(queue: Queue) -> None:
    """What waits ends at once, what runs is told to; what has ended stays as it is."""
    waiting = _submit(queue)
    queue.cancel(waiting, "leo")
    assert _one(queue, waiting).state is State.CANCELLED
    running = _submit(queue)
    job = _claim(queue)
    queue.cancel(running, "leo")
    assert not queue.beat(job, done=0, of=0, log=())
    queue.finish(job, State.FAILED, Note("ended"), Result(), ())
    assert _one(queue, running).state is State.CANCELLED
    assert str(_one(queue, running).note) == "Cancelled by leo"
    with pytest.raises(RefusedError, match="has ended already"):
        queue.cancel(running, "leo")


def test_what_came_in_and_what_became_of_it_is_in_the_audit_log(
    queue: Queue, database: Database
) -> None:
    """Who, when, how large, which hash; and that it was deleted."""
    _submit(queue, Kind.TRIAGE, name="ev.zip", files=[Upload("b" * 32, "ev.zip", 9)])
    job = _claim(queue)
    queue.finish(job, State.DONE, Note("Done"), Result(sha256=("ab" * 32,)), (), deleted=True)
    with database.read() as connection:
        found = audit.entries(connection)[::-1]
    assert [(one.action, one.who, one.object) for one in found] == [
        ("evidence received", "mia", "ev.zip"), ("evidence read", "mia", "ev.zip"),
        ("evidence deleted", "mia", "ev.zip"),
    ]  # fmt: skip
    assert found[0].detail["bytes"] == "9"
    assert found[1].detail["sha256"] == "ab" * 32
    assert audit.verify(database).fault == ""
    with pytest.raises(RefusedError, match="its files are gone"):
        queue.again(job.id, "mia", options=Options())


def test_pages_of_jobs(queue: Queue) -> None:
    """Newest first, by what is asked for, within organisations."""
    numbers = [_submit(queue, organisation=f"{name}.example") for name in "abab"]
    assert [one.id for one in queue.page(size=2)] == numbers[:1:-1]
    assert [one.id for one in queue.page(before=numbers[2])] == numbers[1::-1]
    assert [one.id for one in queue.page(organisations={"a.example"})] == [numbers[2], numbers[0]]
    assert queue.page(organisations=set()) == []
    assert queue.page(kind="triage") == []
    assert queue.count_open("mia") == 4
    assert queue.count_waiting([Kind.IMPORT]) == 4
    assert [one.id for one in queue.with_files(STORE)] == numbers
    queue.cancel(numbers[0], "mia")
    queue.forget_files(numbers[0], "mia", "asked for")
    assert [one.id for one in queue.with_files(STORE)] == numbers[1:]


def test_people_who_work_here_come_before_organisations(queue: Queue, tmp_path: Path) -> None:
    """Thousands of them may hand in evidence on one day."""
    _submit(queue, Kind.TRIAGE, organisation="a.example")
    own = _submit(queue, Kind.TRIAGE)
    assert _claim(queue).id == own
