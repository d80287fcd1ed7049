"""Jobs of the console in tests: files that come in, and a runner that is told when to run."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from alpheus.cases.database import Database
from alpheus.web.access.roles import Grant, Person, Role
from alpheus.web.jobs.model import Job, Kind, Options
from alpheus.web.jobs.runner import Runner
from alpheus.web.jobs.service import Jobs
from alpheus.web.settings import Settings
from weblogs import shell, visitors, write

MIA = Person(1, "mia", (Grant(Role.ANALYST),))
LIST = (
    b"ip,port,hostname,version,timestamp\n"
    b"192.0.2.1,443,mail.a.example,15.1.2106.2,2021-03-10 00:00:00\n"
    b"192.0.2.2,443,mail.b.example,15.1.2106.2,2021-03-10 00:00:00\n"
    b"none,x,,,\n"
)
KINDS = tuple(Kind)


def made_jobs(database: Database, folder: Path, **settings: int) -> Jobs:
    """Jobs with a folder of uploads of their own."""
    return Jobs(database, Settings(uploads=folder / "uploads", **settings))  # type: ignore[arg-type]


def sent(
    jobs: Jobs, name: str, content: bytes, kind: Kind = Kind.IMPORT, person: Person = MIA,
    organisation: str = "", password: str = "", **options: object,
) -> int:  # fmt: skip
    """A job of a file that came in."""
    incoming = jobs.announce(person, kind, name, len(content), organisation)
    with jobs.uploads.writer(incoming, 0) as writer:
        writer.write(content)
    return jobs.hand_in([incoming], Options(**options), password)[0]  # type: ignore[arg-type]


def run_all(runner: Runner) -> None:
    """Run jobs until none waits."""
    while runner.run_one(KINDS):
        pass


def job_of(jobs: Jobs, number: int) -> Job:
    """A job that is there."""
    found = jobs.queue.one(number)
    assert found is not None
    return found


def evidence(folder: Path, name: str = "EX01") -> bytes:
    """A package of a server that has a web shell, as a zip archive."""
    root = write(folder / name, [*visitors(days=3), *shell("/aspnet_client/x.aspx", day=1)])
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(root))
    return held.getvalue()
