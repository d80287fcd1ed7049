"""Runs jobs beside the pages: threads that claim one after another and listen to its process.

One thread is for evidence, which may take hours, one for what changes cases, so that a list never
waits for a large package, and one each for what is planned and what is sent. A process that is
stopped gives back what it was at; one that is killed leaves it to be taken from it.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from alpheus.cases.observations import iso
from alpheus.errors import AlpheusError, DatabaseError
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.model import Entry, Job, Kind, Note, Result, State
from alpheus.web.jobs.presence import make_private
from alpheus.web.jobs.process import Process, why
from alpheus.web.jobs.service import Jobs
from alpheus.web.jobs.wire import Bounds, Ended, Failed, Phase, Progress, Task

LANES: tuple[tuple[Kind, ...], ...] = (
    (Kind.TRIAGE,), (Kind.IMPORT, Kind.REBUILD), (Kind.PLAN,), (Kind.SEND,),
)  # fmt: skip
BOUNDS = {
    Kind.TRIAGE: Bounds(),
    Kind.IMPORT: Bounds(),
    Kind.REBUILD: Bounds(memory=0, file_bytes=0),
    Kind.PLAN: Bounds(),
    Kind.SEND: Bounds(seconds=7 * 24 * 3_600),
}

_LOG = logging.getLogger("alpheus.web.jobs")
_LOOK_EVERY = 1.0
_BEAT_EVERY = 2.0
_QUIET_BEAT_EVERY = 10.0
_RECOVER_EVERY = 15.0
_SWEEP_EVERY = 900.0
_PATIENCE = 10.0
_GENTLE = 8.0
"""Seconds in which what is being sent ends with the notice in flight."""


class Runner:
    """The threads of one process. `bounds` are for tests."""

    def __init__(
        self,
        jobs: Jobs,
        *,
        processes: int = 0,
        bounds: dict[Kind, Bounds] | None = None,
        look_every: float = _LOOK_EVERY,
    ) -> None:
        self.jobs = jobs
        self._bounds = bounds or BOUNDS
        self._look_every = look_every
        self._processes = processes or os.cpu_count() or 1
        self._stopping = Event()
        self._threads: list[Thread] = []
        self._recovered = self._swept = float("-inf")

    def start(self) -> None:
        """Begin; gives way at once."""
        for lane in LANES:
            thread = Thread(target=self._serve, args=(lane,), name=f"jobs-{lane[0]}", daemon=True)
            self._threads.append(thread)
        self._threads.append(Thread(target=self._keep, name="jobs-keeper", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the processes under way and give back their jobs."""
        self._stopping.set()
        self.jobs.wake()
        for thread in self._threads:
            thread.join(_PATIENCE)
        self.jobs.presence.end()

    def run_one(self, kinds: Collection[Kind]) -> bool:
        """Run the next job of these kinds, if there is one."""
        jobs = self.jobs
        job = jobs.queue.claim(
            jobs.presence.name, jobs.presence.store, kinds, jobs.passwords_known()
        )
        if job is None:
            return False
        _Run(self, job).to_its_end()
        return True

    def look_after(self) -> None:
        """Take up what others left, and remove what nobody wants any more; each at its times."""
        now = time.monotonic()
        if now - self._recovered >= _RECOVER_EVERY:
            self._recovered = now
            self.jobs.recover()
        if now - self._swept >= _SWEEP_EVERY:
            self._swept = now
            self.jobs.sweep()

    @property
    def is_stopping(self) -> bool:
        """Whether this process is to end."""
        return self._stopping.is_set()

    def bounds(self, kind: Kind) -> Bounds:
        """How much a job may take."""
        return self._bounds[kind]

    @property
    def processes(self) -> int:
        """How many processes a triage may have."""
        return self._processes

    def _serve(self, lane: Collection[Kind]) -> None:
        """The life of a thread: whatever goes wrong, it goes on."""
        while not self._stopping.is_set():
            ran = False
            try:
                ran = self.run_one(lane)
            except AlpheusError as error:
                _LOG.warning("jobs: %s", error)
            except Exception:
                _LOG.exception("jobs: something unforeseen")
            if not ran:
                self.jobs.wait(self._look_every)

    def _keep(self) -> None:
        """The life of the thread that looks after what others left."""
        while not self._stopping.is_set():
            try:
                self.look_after()
            except AlpheusError as error:
                _LOG.warning("jobs: %s", error)
            except Exception:
                _LOG.exception("jobs: something unforeseen")
            self._stopping.wait(self._look_every)


class _Run:
    """One try of one job."""

    def __init__(self, runner: Runner, job: Job) -> None:
        self._runner = runner
        self._jobs = runner.jobs
        self._job = job
        self._bounds = runner.bounds(job.kind)
        self._log = list(job.log)
        self._done, self._of = 0, 0
        self._beaten = self._told = time.monotonic()
        self._changed = False

    def to_its_end(self) -> None:
        """Start the process, listen, and take down what came of it."""
        work = self._jobs.work_of(self._job)
        shutil.rmtree(work, ignore_errors=True)
        try:
            make_private(work)
            state, note, result = self._listen(self._task(work))
        except OSError as error:
            _LOG.error("job %d: %s", self._job.id, error)
            state, note, result = State.FAILED, said.note(said.UNFORESEEN), Result()
        except Exception:
            _LOG.exception("job %d: something unforeseen", self._job.id)
            state, note, result = State.FAILED, said.note(said.UNFORESEEN), Result()
        finally:
            shutil.rmtree(work, ignore_errors=True)
        if state is not State.WAITING:
            self._finish(state, note, result)

    def _task(self, work: Path) -> Task:
        job, jobs = self._job, self._jobs
        reports = jobs.reports_of(job)
        if job.kind is Kind.TRIAGE:
            make_private(reports)
        return Task(
            job.kind, jobs.place, job.who, job.name, job.organisation, job.files,
            tuple(str(jobs.uploads.path(one.id)) for one in job.files), job.options, str(work),
            str(reports), os.getpid(), self._bounds, self._runner.processes,
            jobs.password_of(job.id), job.id, str(jobs.uploads.folder), jobs.notify,
        )  # fmt: skip

    def _listen(self, task: Task) -> tuple[State, Note, Result]:
        """All that it says; WAITING: this try is not to count."""
        process = Process(task)
        last = time.monotonic() + self._bounds.seconds if self._bounds.seconds else float("inf")
        found: Ended | Failed | None = None
        try:
            while True:
                try:
                    message = process.hear(0.5)
                except EOFError:
                    break
                if isinstance(message, Ended | Failed):
                    found = message
                    break
                self._take(message)
                if self._runner.is_stopping:
                    self._end(process)
                    self._give_back()
                    return State.WAITING, Note(), Result()
                if time.monotonic() > last:
                    process.end()
                    minutes = max(self._bounds.seconds // 60, 1)
                    return State.FAILED, said.note(said.TOO_LONG, minutes=minutes), Result()
                if not self._beat():
                    ended = self._end(process)
                    result = ended.result if isinstance(ended, Ended) else Result()
                    return State.FAILED, said.note(said.CANCELLED, who=""), result
            return self._outcome(process, found)
        finally:
            process.end()

    def _end(self, process: Process) -> Ended | Failed | None:
        """End a process; what talks to others is asked first, and may say what it has done."""
        found: Ended | Failed | None = None
        if self._job.kind is Kind.SEND:
            process.ask_to_end()
            last = time.monotonic() + _GENTLE
            with suppress(EOFError):
                while found is None and time.monotonic() < last:
                    message = process.hear(0.2)
                    if isinstance(message, Ended | Failed):
                        found = message
                    else:
                        self._take(message)
        process.end()
        return found

    def _outcome(
        self, process: Process, found: Ended | Failed | None
    ) -> tuple[State, Note, Result]:
        status = process.wait()
        if text := process.said_last().strip():
            _LOG.warning("job %d: %s", self._job.id, text)
        if isinstance(found, Ended) and found.result.stopped:
            note = said.note(said.SEND_ENDED, reason=found.result.stopped)
            return State.FAILED, note, found.result
        if isinstance(found, Ended):
            return State.DONE, said.note(said.ENDED), found.result
        note = found.note if isinstance(found, Failed) else why(status, self._bounds)
        return State.FAILED, note, Result(sha256=self._digests())

    def _digests(self) -> tuple[str, ...]:
        """The hashes of its files, as far as it came to say them."""
        told = [one.note.values.get("sha256") for one in self._log
                if one.note.text == said.HASHED]  # fmt: skip
        return tuple(one for one in told[-len(self._job.files) :] if isinstance(one, str))

    def _take(self, message: object) -> None:
        if isinstance(message, Phase):
            self._log.append(Entry(iso(datetime.now(UTC)), message.note))
            self._done = self._of = 0
            self._changed, self._beaten = True, float("-inf")  # told at once
        elif isinstance(message, Progress):
            self._done, self._of, self._changed = message.done, message.of, True

    def _beat(self) -> bool:
        """Say that it goes on; whether it is to."""
        now = time.monotonic()
        if now - self._beaten < (_BEAT_EVERY if self._changed else _QUIET_BEAT_EVERY):
            return self._is_wanted(now)
        self._beaten, self._told, self._changed = now, now, False
        try:
            return self._jobs.queue.beat(self._job, done=self._done, of=self._of, log=self._log)
        except DatabaseError as error:
            _LOG.warning("job %d goes on: %s", self._job.id, error)
            return True

    def _is_wanted(self, now: float) -> bool:
        """Whether nobody wants its end; looked for now and then."""
        if now - self._told < _BEAT_EVERY:
            return True
        self._told = now
        try:
            return not self._jobs.is_stopped(self._job)
        except DatabaseError:
            return True

    def _give_back(self) -> None:
        with suppress(DatabaseError):
            self._jobs.queue.give_back(self._job, self._log)

    def _finish(self, state: State, note: Note, result: Result) -> None:
        """Take it down; as often as it takes, for the work is done."""
        job, jobs = self._job, self._jobs
        deleted = state is State.DONE and not (job.kind is Kind.TRIAGE and job.options.keep)
        deleted = deleted and (result.stored or job.kind is not Kind.TRIAGE)
        while True:
            try:
                mine = jobs.queue.finish(job, state, note, result, self._log, deleted=deleted)
                break
            except DatabaseError as error:
                _LOG.warning("job %d: its end is not taken down yet: %s", job.id, error)
                if self._runner.is_stopping:
                    return
                time.sleep(self._runner.jobs.pause)
        if mine and deleted:
            for file in job.files:
                jobs.uploads.drop(file.id)
        if mine:
            jobs.forget_password(job.id)
        jobs.wake()
