"""Jobs and uploads of one console: what pages ask and do, and what the runner needs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock
from typing import Unpack
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy import func, select

from alpheus.cases import secret_rows
from alpheus.cases.console_schema import jobs as table
from alpheus.cases.database import Database
from alpheus.cases.derived_store import standing
from alpheus.cases.observations import iso
from alpheus.cases.schema import observations
from alpheus.cases.secret_key import SecretKey, secret_key
from alpheus.cases.service_listing import Filters
from alpheus.errors import RefusedError
from alpheus.web.access import audit
from alpheus.web.access.roles import Permission, Person
from alpheus.web.jobs import clear_values
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.model import OF_NOTICES, Job, Kind, Options, State
from alpheus.web.jobs.presence import Presence
from alpheus.web.jobs.queue import Queue, Wanted
from alpheus.web.jobs.uploads import Incoming, Uploads
from alpheus.web.settings import Settings

KEPT_FOR = timedelta(days=7)
"""How long the files of a job that failed stay, so that it can be asked for once more."""
MOST_OPEN = 500
"""Jobs of one person that have not ended."""
MOST_OPEN_OF_CONSTITUENT = 10
REPORTS = {
    "report.html": "text/html", "assessment.json": "application/json", "findings.csv": "text/csv",
    "servers.csv": "text/csv", "report.md": "text/markdown",
}  # fmt: skip
"""Reports of a job, each with its media type. That text is UTF-8 is added to every answer."""

_BACKLOG_FOR = 5.0
_LONGEST_PASSWORD = 1_024


class Backlog(msgspec.Struct, frozen=True):
    """What has come in and is not worked out yet: observations, and the jobs that are at it."""

    observations: int = 0
    is_coming: bool = False


class Jobs:
    """The jobs of one database and one folder of uploads, in one process."""

    pause = 2.0

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self.queue = Queue(database, clock)
        self.uploads = Uploads(settings.uploads.absolute())
        self._presence: Presence | None = None
        self._passwords: dict[int, str] = {}
        self._lock = Lock()
        self._wake = Event()
        self._backlog = (float("-inf"), Backlog())

    @property
    def place(self) -> str:
        """Where the database is, with all that another process needs to open it."""
        if self._database.is_sqlite:
            return self._database.place
        return self._database.engine.url.render_as_string(hide_password=False)

    @property
    def presence(self) -> Presence:
        """This process, as the others see it."""
        with self._lock:
            if self._presence is None:
                self._presence = Presence(self.uploads.folder)
            return self._presence

    @property
    def notify(self) -> str:
        """The file with the settings of notices, '' for none."""
        return "" if self._settings.notify is None else str(self._settings.notify.absolute())

    @property
    def key(self) -> SecretKey:
        """What opens clear values of secrets. Raises UsageError."""
        return secret_key(self.uploads.folder)

    # What pages do

    def most(self, kind: Kind) -> int:
        """Bytes of a file of a kind that are taken."""
        settings = self._settings
        return settings.largest_package if kind is Kind.TRIAGE else settings.largest_list

    def announce(
        self, person: Person, kind: Kind, name: str, size: int, organisation: str = ""
    ) -> Incoming:
        """Make room for a file, -1 bytes for unknown. Raises ComplaintError."""
        most = MOST_OPEN_OF_CONSTITUENT if organisation else MOST_OPEN
        if self.queue.count_open(person.name) >= most:
            raise ComplaintError(said.TOO_MANY, status=429, most=most)
        if not name.strip():
            raise ComplaintError(said.NO_NAME)
        return self.uploads.begin(
            kind, name, size, most=self.most(kind), who=person.name, organisation=organisation
        )

    def hand_in(
        self, incoming: Sequence[Incoming], options: Options, password: str = ""
    ) -> list[int]:
        """Make jobs of files that are here: one of evidence, or one of each list.

        Raises ComplaintError; then the files wait still.
        """
        if not incoming:
            raise ComplaintError(said.NO_NAME)
        check_zone(options.timezone)
        files = [self.uploads.complete(one) for one in incoming]
        first = incoming[0]
        name = first.name if len(files) == 1 else f"{first.name} + {len(files) - 1}"
        parts = [(name, files)]
        if first.kind is Kind.IMPORT:
            parts = [(one.name, [one]) for one in files]
        password = password[:_LONGEST_PASSWORD]
        options = msgspec.structs.replace(options, locked=bool(password))
        made: list[int] = []
        for title, part in parts:
            number = self.queue.submit(
                first.kind, name=title, who=first.who, organisation=first.organisation,
                files=part, options=options, store=self.presence.store,
                holder=self.presence.name if password else "",
            )  # fmt: skip
            if password:
                self._passwords[number] = password
            for one in part:
                self.uploads.taken(one)
            made.append(number)
        self.wake()
        return made

    def plan(self, person: Person, filters: Filters, within: Collection[str] | None) -> int:
        """Have notices about many servers planned; the job."""
        bound = None if within is None else tuple(sorted(within))
        asked = msgspec.json.encode(filters).decode()
        return self._ask(Kind.PLAN, person, Options(filters=asked, within=bound))

    def send(self, person: Person, batch: int) -> int:
        """Have what is approved of a batch handed over; the job, which may be under way."""
        going = self.sending(batch)
        return going.id if going else self._ask(Kind.SEND, person, Options(batch=batch))

    def sending(self, batch: int) -> Job | None:
        """The job that hands over a batch now, or will."""
        found = (job for state in (State.RUNNING, State.WAITING)
                 for job in self.queue.page(kind=Kind.SEND.value, state=state.value))  # fmt: skip
        return next((job for job in found if job.options.batch == batch), None)

    def _ask(self, kind: Kind, person: Person, options: Options) -> int:
        number = self.queue.submit(
            kind, name="", who=person.name, options=options, store=self.presence.store
        )
        self.wake()
        return number

    def again(self, job: Job, person: Person, *, password: str = "", accept: bool = False) -> None:
        """Once more, with another password, or although it names others. Raises RefusedError."""
        password = password[:_LONGEST_PASSWORD]
        options = msgspec.structs.replace(
            job.options, locked=bool(password), accept=accept or job.options.accept
        )
        holder = self.presence.name if password else ""
        if password:
            self._passwords[job.id] = password
        try:
            self.queue.again(job.id, person.name, options=options, holder=holder)
        except BaseException:
            self.forget_password(job.id)
            raise
        self.wake()

    def cancel(self, job: Job, person: Person) -> None:
        """Want its end. Raises RefusedError where it has ended."""
        self.queue.cancel(job.id, person.name)
        self.wake()

    def delete(self, job: Job, person: Person) -> None:
        """Delete its evidence, its reports and what secrets in them stand for.

        Raises RefusedError while it is not done.
        """
        if job.is_open:
            raise RefusedError(f"job {job.id} has not ended yet")
        self._remove(job, person.name, "asked for")
        with self._database.write() as connection:
            if gone := secret_rows.forget_job(connection, job.id):
                audit.note(connection, time=iso(self._clock()), who=person.name,
                           action="secrets deleted", object_=job.name, job=str(job.id),
                           secrets=str(gone))  # fmt: skip
        shutil.rmtree(self.reports_of(job), ignore_errors=True)

    def find(self, person: Person, number: int, permission: Permission = Permission.WORK) -> Job:
        """A job that somebody may see. Raises RefusedError where there is none for them."""
        job = self.queue.one(number)
        if job is not None and job.kind in OF_NOTICES and job.who == person.name:
            return job
        if job is None or not person.may(permission, job.organisation):
            raise RefusedError(f"there is no job {number}")
        return job

    def page(
        self,
        person: Person,
        *,
        permission: Permission = Permission.WORK,
        size: int = 50,
        **wanted: Unpack[Wanted],
    ) -> list[Job]:
        """The jobs that somebody may see, the newest first."""
        scope = person.scope(permission)
        if scope is not None and not scope:
            return []
        return self.queue.page(organisations=scope, asked_by=person.name, size=size, **wanted)

    def report(self, job: Job, name: str) -> Path | None:
        """A report of it, where it is on this machine."""
        if name not in REPORTS or not job.result.reports:
            return None
        place = self.reports_of(job) / name
        return place if place.is_file() else None

    def backlog(self) -> Backlog:
        """How many observations wait to be worked out; some seconds old at most."""
        made, found = self._backlog
        if time.monotonic() - made < _BACKLOG_FOR:
            return found
        with self._database.read() as connection:
            newest = connection.execute(select(func.max(observations.c.id))).scalar() or 0
            waiting = max(newest - standing(connection).observation, 0)
            coming = waiting and connection.execute(
                select(table.c.id).where(
                    table.c.kind == Kind.REBUILD.value,
                    table.c.state.in_((State.WAITING.value, State.RUNNING.value)),
                ).limit(1)
            ).first()  # fmt: skip
        found = Backlog(waiting, bool(coming))
        self._backlog = (time.monotonic(), found)
        return found

    def is_worked_out(self, observation: int) -> bool:
        """Whether an observation is in the servers that pages show."""
        with self._database.read() as connection:
            return 0 < observation <= standing(connection).observation

    # What the runner needs

    def wake(self) -> None:
        """Let the runner look at once."""
        self._wake.set()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until there is something."""
        if self._wake.wait(seconds):
            time.sleep(0.01)
            self._wake.clear()

    def is_stopped(self, job: Job) -> bool:
        """Whether somebody wants the end of a job that is being run."""
        found = self.queue.one(job.id)
        return found is None or bool(found.stopped) or found.worker != job.worker

    def passwords_known(self) -> Collection[int]:
        """The jobs whose passwords this process knows."""
        return tuple(self._passwords)

    def password_of(self, number: int) -> str:
        """The password of a job, '' for none."""
        return self._passwords.get(number, "")

    def forget_password(self, number: int) -> None:
        """Forget it."""
        self._passwords.pop(number, None)

    def work_of(self, job: Job) -> Path:
        """The folder of a job that is being run."""
        return self.uploads.folder / "work" / str(job.id)

    def reports_of(self, job: Job) -> Path:
        """The folder of a job's reports."""
        return self.uploads.folder / "reports" / str(job.id)

    def recover(self) -> int:
        """Take up what workers left that are gone."""
        for number in list(self._passwords):
            job = self.queue.one(number)
            if job is None or not job.is_open:
                self.forget_password(number)
        if self._passwords:
            self.queue.hold(self.presence.name, self.passwords_known())
        return self.queue.recover(self.presence.is_there)

    def sweep(self) -> int:
        """Remove files that nobody wants any more."""
        limit = iso(self._clock() - KEPT_FOR)
        wanted: set[str] = set()
        for job in self.queue.with_files(self.presence.store):
            if not job.is_open and job.finished < limit and not job.options.keep:
                self._remove(job, "console", f"not asked for within {KEPT_FOR.days} days")
            else:
                wanted.update(one.id for one in job.files)
        return self.uploads.sweep(wanted)

    def _remove(self, job: Job, who: str, why: str) -> None:
        self.queue.forget_files(job.id, who, why)
        for file in job.files:
            self.uploads.drop(file.id)
        (self.reports_of(job) / clear_values.FILE).unlink(missing_ok=True)


def check_zone(name: str) -> None:
    """Raises ComplaintError for what is no time zone; '' is none and right."""
    if not name:
        return
    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        ZoneInfo(name)
        return
    raise ComplaintError(said.NO_ZONE, zone=name[:60])
