"""Jobs in the database: handed in, claimed by exactly one worker, and what came of them.

Every change is a transaction of the only writer, so that no two workers can claim the same. Whoever
runs a job says so again and again; a job of a worker that is gone is taken up by another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypedDict, Unpack

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, update

from alpheus.cases.console_schema import jobs
from alpheus.cases.database import Database
from alpheus.cases.observations import iso
from alpheus.errors import RefusedError
from alpheus.web.access import audit
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.model import (
    COLUMNS,
    OF_NOTICES,
    OPEN,
    Entry,
    Job,
    Kind,
    Note,
    Options,
    Result,
    State,
    Upload,
    read_job,
    written,
)

MOST_TRIES = 3
"""How often a job is taken up before it is left alone."""
LOST = timedelta(seconds=90)
"""After this without a word a worker that cannot be looked for is held to be gone."""
AT_LAST = timedelta(minutes=10)
"""A rebuild waits for imports, but not longer than this."""

ALONE = ((Kind.IMPORT, Kind.REBUILD), (Kind.PLAN,), (Kind.SEND,))
"""Of each of these groups, one runs at a time."""

IsThere = Callable[[str], bool | None]

_AT_ONCE = 100
_MOST_LINES = 200
j = jobs.c


class Wanted(TypedDict, total=False):
    """Which jobs are asked for: '' and 0 ask nothing; `before` is the last one of a page."""

    kind: str
    state: str
    who: str
    before: int


class Queue:
    """The jobs of one database. `clock` gives the time, for tests."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.database = database
        self._clock = clock

    def submit(
        self,
        kind: Kind,
        *,
        name: str,
        who: str,
        organisation: str = "",
        files: Sequence[Upload] = (),
        options: Options | None = None,
        store: str = "",
        holder: str = "",
    ) -> int:
        """Hand in a job; gives its number. `holder` is the worker that knows its password."""
        now = iso(self._clock())
        size = sum(one.size for one in files)
        asked = said.note(said.RECEIVED, bytes=size, files=len(files), who=who)
        first = Entry(now, asked if files else said.note(said.ASKED, who=who))
        with self.database.write() as connection:
            number = connection.execute(
                insert(jobs).values(
                    kind=kind.value, name=name, who=who, organisation=organisation, made=now,
                    state=State.WAITING.value, files=written(tuple(files)), store=store, beat=now,
                    options=written(options or Options()), worker=holder, log=written((first,)),
                ).returning(j.id)
            ).scalar_one()  # fmt: skip
            what = "evidence received" if kind is Kind.TRIAGE else "list received"
            for file in files:
                audit.note(connection, time=now, who=who, action=what, object_=file.name,
                           job=str(number), bytes=str(file.size),
                           organisation=organisation)  # fmt: skip
            if not files:
                about = f"batch {options.batch}" if options and options.batch else name
                audit.note(connection, time=now, who=who, action=f"{kind} asked for",
                           object_=about, job=str(number))  # fmt: skip
        return int(number)

    def want_rebuild(self, who: str) -> int:
        """Have servers worked out anew; gives the job, which may wait already."""
        with self.database.write() as connection:
            return self._want_rebuild(connection, who)

    def claim(
        self, worker: str, store: str, kinds: Collection[Kind], holds: Collection[int] = ()
    ) -> Job | None:
        """Take up the next job of these kinds; None where there is none for this worker.

        `holds` are those whose password this worker knows.
        """
        if not self._is_any(worker, store, kinds):
            return None
        now = iso(self._clock())
        with self.database.write() as connection:
            found = self._next(connection, worker, store, kinds, holds)
            if found is None:
                return None
            again = Entry(now, said.note(said.TAKEN_UP, attempt=found.attempts + 1))
            log = (*found.log, again)[-_MOST_LINES:]
            values = {
                "state": State.RUNNING.value, "worker": worker, "beat": now, "log": written(log),
                "started": found.started or now, "attempts": found.attempts + 1, "done": 0, "of": 0,
            }  # fmt: skip
            connection.execute(update(jobs).where(j.id == found.id).values(values))
            return _one(connection, found.id)

    def beat(self, job: Job, *, done: int, of: int, log: Iterable[Entry]) -> bool:
        """Say that a job is being run; whether it is to go on. False: somebody wants its end."""
        with self.database.write() as connection:
            told = connection.execute(
                update(jobs)
                .where(j.id == job.id, j.worker == job.worker, j.state == State.RUNNING.value,
                       j.attempts == job.attempts)
                .values(beat=iso(self._clock()), done=done, of=of,
                        log=written(tuple(log)[-_MOST_LINES:]))
                .returning(j.stopped)
            ).scalar()  # fmt: skip
        return told == ""

    def finish(
        self, job: Job, state: State, note: Note, result: Result, log: Sequence[Entry],
        *, deleted: bool = False,
    ) -> bool:  # fmt: skip
        """Take down what came of a job; False where it is another worker's by now.

        `deleted`: its files are gone.
        """
        now = iso(self._clock())
        with self.database.write() as connection:
            mine = connection.execute(
                select(j.stopped, j.files).where(
                    j.id == job.id, j.worker == job.worker, j.attempts == job.attempts,
                    j.state == State.RUNNING.value,
                )
            ).first()  # fmt: skip
            if mine is None:
                return False
            if mine.stopped and state is not State.DONE:
                state, note = State.CANCELLED, said.note(said.CANCELLED, who=mine.stopped)
            files = tuple(Upload("", one.name, one.size) if deleted else one for one in job.files)
            values = {
                "state": state.value, "note": written(note), "result": written(result),
                "finished": now, "worker": "", "files": written(files),
                "log": written((*log, Entry(now, note))[-_MOST_LINES:]),
            }  # fmt: skip
            connection.execute(update(jobs).where(j.id == job.id).values(values))
            self._take_down(connection, job, state, note, result, deleted=deleted)
            if result.again or (state is State.DONE and result.added):
                self._want_rebuild(connection, job.who)
        return True

    def give_back(self, job: Job, log: Sequence[Entry]) -> None:
        """Let it wait again, as if this try had not been: its worker is told to stop."""
        now = iso(self._clock())
        log = (*log, Entry(now, said.note(said.GIVEN_BACK)))[-_MOST_LINES:]
        with self.database.write() as connection:
            connection.execute(
                update(jobs)
                .where(j.id == job.id, j.worker == job.worker, j.state == State.RUNNING.value)
                .values(state=State.WAITING.value, attempts=j.attempts - 1, log=written(log),
                        worker=job.worker if job.options.locked else "")
            )  # fmt: skip

    def hold(self, worker: str, numbers: Collection[int]) -> None:
        """Say that the passwords of waiting jobs are still known."""
        with self.database.write() as connection:
            connection.execute(
                update(jobs).where(j.id.in_(numbers), j.worker == worker)
                .values(beat=iso(self._clock()))
            )  # fmt: skip

    def recover(self, is_there: IsThere) -> int:
        """Take jobs from workers that are gone; how many."""
        with self.database.read() as connection:
            held = connection.execute(
                select(j.worker, func.min(j.beat)).where(j.state.in_(OPEN), j.worker != "")
                .group_by(j.worker)
            ).all()  # fmt: skip
        limit = iso(self._clock() - LOST)
        gone = [worker for worker, beat in held if _is_gone(is_there(worker), beat, limit)]
        if not gone:
            return 0
        count = 0
        with self.database.write() as connection:
            query = select(*(j[name] for name in COLUMNS)).where(
                j.state.in_(OPEN), j.worker.in_(gone)
            )
            for job in map(read_job, connection.execute(query).all()):
                if _is_gone(is_there(job.worker), job.beat, limit):
                    self._take_away(connection, job)
                    count += 1
        return count

    def cancel(self, number: int, who: str) -> None:
        """Want the end of a job. Raises RefusedError where it has ended already."""
        now = iso(self._clock())
        note = said.note(said.CANCELLED, who=who)
        with self.database.write() as connection:
            job = _one(connection, number)
            if job is None or not job.is_open:
                raise RefusedError(f"job {number} has ended already")
            values = {"stopped": who}
            if job.state is State.WAITING:
                values |= {"state": State.CANCELLED.value, "note": written(note), "finished": now,
                           "worker": ""}  # fmt: skip
            connection.execute(update(jobs).where(j.id == number).values(values))
            audit.note(connection, time=now, who=who, action="job cancelled", object_=job.name,
                       job=str(number))  # fmt: skip

    def again(self, number: int, who: str, *, options: Options, holder: str = "") -> None:
        """Let a job that failed wait once more. Raises RefusedError where its files are gone."""
        now = iso(self._clock())
        with self.database.write() as connection:
            job = _one(connection, number)
            gone = job is None or job.is_open or job.kind in OF_NOTICES
            if job is None or gone or not all(one.id for one in job.files):
                raise RefusedError(f"job {number} cannot be done once more: its files are gone")
            log = (*job.log, Entry(now, said.note(said.AGAIN, who=who)))[-_MOST_LINES:]
            values = {
                "state": State.WAITING.value, "note": "", "finished": "", "stopped": "",
                "attempts": 0, "worker": holder, "beat": now, "options": written(options),
                "log": written(log), "done": 0, "of": 0,
            }  # fmt: skip
            connection.execute(update(jobs).where(j.id == number).values(values))
            audit.note(connection, time=now, who=who, action="job once more", object_=job.name,
                       job=str(number))  # fmt: skip

    def forget_files(self, number: int, who: str, why: str) -> None:
        """Take down that the files of a job are gone."""
        now = iso(self._clock())
        with self.database.write() as connection:
            job = _one(connection, number)
            if job is None or job.is_open or not any(one.id for one in job.files):
                return
            files = tuple(Upload("", one.name, one.size) for one in job.files)
            connection.execute(update(jobs).where(j.id == number).values(files=written(files)))
            for file in job.files:
                audit.note(connection, time=now, who=who, action="evidence deleted",
                           object_=file.name, job=str(number), why=why)  # fmt: skip

    def one(self, number: int) -> Job | None:
        """A job by its number."""
        with self.database.read() as connection:
            return _one(connection, number)

    def page(
        self,
        *,
        organisations: Collection[str] | None = None,
        asked_by: str = "",
        size: int = 50,
        **wanted: Unpack[Wanted],
    ) -> list[Job]:
        """The newest first; of some organisations, or of all for None.

        Beside those of organisations come those about notices that somebody (`asked_by`) asked for.
        """
        query = select(*(j[name] for name in COLUMNS)).order_by(j.id.desc()).limit(size)
        if organisations is not None:
            mine = and_(j.who == asked_by, j.kind.in_([one.value for one in OF_NOTICES]))
            query = query.where(or_(j.organisation.in_(organisations), mine))
        if before := wanted.pop("before", 0):
            query = query.where(j.id < before)
        for name, value in wanted.items():
            if value:
                query = query.where(j[name] == value)
        with self.database.read() as connection:
            return [read_job(row) for row in connection.execute(query)]

    def count_open(self, who: str) -> int:
        """How many jobs of somebody have not ended."""
        query = select(func.count()).where(j.state.in_(OPEN), j.who == who)
        with self.database.read() as connection:
            return connection.execute(query).scalar_one()

    def count_waiting(self, kinds: Collection[Kind]) -> int:
        """How many jobs of these kinds wait."""
        query = select(func.count()).where(
            j.state == State.WAITING.value, j.kind.in_([one.value for one in kinds])
        )
        with self.database.read() as connection:
            return connection.execute(query).scalar_one()

    def with_files(self, store: str) -> list[Job]:
        """Jobs whose files are still in a folder of uploads."""
        query = select(*(j[name] for name in COLUMNS)).where(
            j.store == store, j.files.regexp_match('"id":"[0-9a-f]')
        )
        with self.database.read() as connection:
            return [read_job(row) for row in connection.execute(query)]

    def _is_any(self, worker: str, store: str, kinds: Collection[Kind]) -> bool:
        with self.database.read() as connection:
            return bool(connection.execute(_waiting(worker, store, kinds).limit(1)).first())

    def _next(
        self,
        connection: Connection,
        worker: str,
        store: str,
        kinds: Collection[Kind],
        holds: Collection[int],
    ) -> Job | None:
        for group in ALONE:
            if set(kinds) & set(group):
                running = select(j.id).where(
                    j.state == State.RUNNING.value, j.kind.in_([one.value for one in group])
                )
                if connection.execute(running.limit(1)).first():
                    kinds = [one for one in kinds if one not in group]
        query = _waiting(worker, store, kinds).order_by(j.organisation != "", j.id).limit(_AT_ONCE)
        found = [read_job(row) for row in connection.execute(query)]
        free = [one for one in found if not one.options.locked or one.id in holds]
        if not free:
            return None
        last = iso(self._clock() - AT_LAST)
        late = (one for one in free if one.kind is Kind.REBUILD and one.made < last)
        soon = (one for one in free if one.kind is not Kind.REBUILD)
        return next(late, None) or next(soon, None) or free[0]

    def _want_rebuild(self, connection: Connection, who: str) -> int:
        waiting = connection.execute(
            select(j.id).where(j.state == State.WAITING.value, j.kind == Kind.REBUILD.value)
        ).scalar()
        if waiting is not None:
            return int(waiting)
        made = insert(jobs).values(
            kind=Kind.REBUILD.value, who=who, state=State.WAITING.value, made=iso(self._clock()),
        ).returning(j.id)  # fmt: skip
        return int(connection.execute(made).scalar_one())

    def _take_away(self, connection: Connection, job: Job) -> None:
        now = iso(self._clock())
        note = None
        if job.options.locked:
            note = said.note(said.WORD_GONE)
        elif job.stopped:
            note = said.note(said.CANCELLED, who=job.stopped)
        elif job.attempts >= MOST_TRIES:
            note = said.note(said.PARKED, attempts=job.attempts)
        line = Entry(now, note or said.note(said.WORKER_GONE))
        values = {"worker": "", "log": written((*job.log, line)[-_MOST_LINES:])}
        if note is None:
            values["state"] = State.WAITING.value
        else:
            state = State.CANCELLED if job.stopped else State.FAILED
            values |= {"state": state.value, "note": written(note), "finished": now}
            self._take_down(connection, job, state, note, Result())
        connection.execute(update(jobs).where(j.id == job.id).values(values))

    def _take_down(
        self,
        connection: Connection,
        job: Job,
        state: State,
        note: Note,
        result: Result,
        *,
        deleted: bool = False,
    ) -> None:
        """The lines of the audit log about the end of a job."""
        now = iso(self._clock())
        if job.kind is Kind.REBUILD:
            return
        if job.kind in OF_NOTICES:
            _take_down_notices(connection, job, state, note, result, now=now)
            return
        read = "evidence read" if job.kind is Kind.TRIAGE else "list taken in"
        detail = {"job": str(job.id), "attempts": str(job.attempts), "handed_in": job.made}
        if state is not State.DONE:
            audit.note(connection, time=now, who=job.who, action=f"{job.kind} {state}",
                       object_=job.name, why=str(note), sha256=" ".join(result.sha256),
                       **detail)  # fmt: skip
            return
        for file, digest in zip(job.files, result.sha256, strict=False):
            audit.note(connection, time=now, who=job.who, action=read, object_=file.name,
                       sha256=digest, bytes=str(file.size), added=str(result.added),
                       lost=str(result.lost), servers=str(len(result.judged)),
                       **detail)  # fmt: skip
            if deleted and job.kind is Kind.TRIAGE:
                audit.note(connection, time=now, who=job.who, action="evidence deleted",
                           object_=file.name, sha256=digest, job=str(job.id),
                           why="read, and not to be kept")  # fmt: skip


def _take_down_notices(
    connection: Connection, job: Job, state: State, note: Note, result: Result, *, now: str
) -> None:
    done = "notices planned" if job.kind is Kind.PLAN else "notices handed over"
    number = result.batch or job.options.batch
    detail = {
        "job": str(job.id), "notices": str(result.notices), "refused": str(result.refused),
        "left": str(result.left), "uncertain": " ".join(result.uncertain),
        "why": "" if state is State.DONE else str(note),
    }  # fmt: skip
    told = {name: value for name, value in detail.items() if value not in {"", "0"}}
    audit.note(connection, time=now, who=job.who, object_=f"batch {number}" if number else "",
               action=done if state is State.DONE else f"{job.kind} {state}", **told)  # fmt: skip


def _waiting(worker: str, store: str, kinds: Collection[Kind]) -> Select[tuple[object, ...]]:
    return select(*(j[name] for name in COLUMNS)).where(
        j.state == State.WAITING.value,
        j.kind.in_([one.value for one in kinds]),
        j.store.in_(("", store)),
        or_(j.worker == "", j.worker == worker),
    )


def _one(connection: Connection, number: int) -> Job | None:
    query = select(*(j[name] for name in COLUMNS)).where(j.id == number)
    row = connection.execute(query).first()
    return None if row is None else read_job(row)


def _is_gone(is_there: bool | None, beat: str, limit: str) -> bool:  # noqa: FBT001 - what was seen
    return beat < limit if is_there is None else not is_there
