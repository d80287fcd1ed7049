"""What jobs do, in the process of their own: take in a list, judge evidence, work out servers."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from alpheus.errors import (
    DatabaseBusyError,
    EvidenceError,
    EvidencePasswordError,
)
from alpheus.web.jobs import clear_values
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.model import OF_NOTICES, Judged, Kind, Result, Upload
from alpheus.web.jobs.uploads import safe_name
from alpheus.web.jobs.wire import Message, Phase, Progress, Task

if TYPE_CHECKING:
    from alpheus.cases.database import Database
    from alpheus.cases.observations_import import Imported
    from alpheus.evidence.base import Limits
    from alpheus.model import Assessment

Tell = Callable[[Message], None]
Answer = TypeVar("Answer")

ASSESSMENT = "assessment.json"
MOST_JUDGED = 1_000
"""Servers of a package that are told one by one."""

_CHUNK = 1 << 20
_EVERY = 0.5
_PAUSE = 2.0
_MOST_NOTES, _LONGEST_NOTE = 30, 4_000
"""How a list was understood, as far as it is kept with its job."""
_NUMBER = re.compile(r"([\d,]+) of ([\d,]+)")
_MOST_TEXT = 500
_UNPACKED = 200
_UNPACKED_FREE = 16 << 30
_SECONDS_FREE = 1_800.0
_SLOWEST = 1 << 20


def run(task: Task, tell: Tell) -> Result:
    """Do a task. Raises ComplaintError, AlpheusError."""
    from alpheus.cases.database import open_database  # noqa: PLC0415 - in the bounds of the process

    with open_database(task.database) as database:
        if task.kind is Kind.IMPORT:
            return take_in(task, database, tell)
        if task.kind is Kind.TRIAGE:
            return judge(task, database, tell)
        if task.kind in OF_NOTICES:
            from alpheus.web.jobs import notice_tasks  # noqa: PLC0415 - as above

            return notice_tasks.run(task, database, tell)
        return work_out(task, database, tell)


def take_in(task: Task, database: Database, tell: Tell) -> Result:
    """Import a list, an assessment or lines of observations."""
    from alpheus.exposure.imports import (  # noqa: PLC0415 - as above
        KINDS,
        ImportOptions,
        UnknownKindError,
    )

    (place,) = _laid_out(task)
    digest, lines = _digest(place, tell)
    tell(Phase(said.note(said.IMPORTING)))
    progress = often(tell)
    try:
        done = _store(
            task, database, tell, place, name=task.name,
            options=ImportOptions(source=task.options.source),
            progress=lambda rows: progress(rows, lines if rows <= lines else 0),
        )  # fmt: skip
    except UnknownKindError:
        kinds = ", ".join(KINDS)
        raise ComplaintError(said.UNKNOWN_LIST, name=task.name, kinds=kinds) from None
    except EvidenceError as error:
        raise _broken(task, place, error) from error
    return Result(
        sha256=(digest,), added=done.added, known=done.known, lost=done.lost, resumed=done.resumed,
        before=done.before, import_id=_import_id(database, done.sha256), stored=True,
        notes=tuple(note[:_LONGEST_NOTE] for note in done.notes[:_MOST_NOTES]),
    )  # fmt: skip


def judge(task: Task, database: Database, tell: Tell) -> Result:
    """Judge evidence, write the reports, and store what was found.

    What an organisation hands in about servers that it is not known to own is not stored.
    """
    reports = Path(task.reports)
    document = reports / ASSESSMENT
    places = _laid_out(task)
    digests = [_digest(place, tell)[0] for place in places]
    for file, digest in zip(task.files, digests, strict=True):
        tell(Phase(said.note(said.HASHED, name=file.name, sha256=digest)))
    unopened: tuple[str, ...] = ()
    if not document.exists():
        unopened = _judge(task, places, tell)
    text = document.read_bytes()
    head = msgspec.json.decode(text, type=_Document)
    result = Result(
        sha256=tuple(digests), judged=_judged(head, _numbers(head, text, database)),
        files=head.run.files_read, reports=True, unopened=unopened,
        skipped=sum(one.count for one in head.skipped),
    )  # fmt: skip
    if not _may_be_stored(task, database, head):
        tell(Phase(said.note(said.NOT_STORED)))
        return result
    tell(Phase(said.note(said.STORING)))
    done = _store(task, database, tell, document, name=task.name)
    numbers = _numbers(head, text, database)
    clear_values.keep(task, database, text, numbers)
    if task.options.verify and not task.organisation:
        from alpheus.web.jobs.clean_task import compared  # noqa: PLC0415 - as above

        result = compared(task, database, result, document=document, places=places, tell=tell)
    return msgspec.structs.replace(
        result, added=done.added, known=done.known, before=done.before, stored=True,
        judged=_judged(head, numbers), import_id=_import_id(database, done.sha256),
    )  # fmt: skip


def work_out(_: Task, database: Database, tell: Tell) -> Result:
    """Work out every server anew."""
    from alpheus.cases.rebuild import rebuild  # noqa: PLC0415 - as above

    progress = often(tell)

    def listen(text: str) -> None:
        if found := _NUMBER.match(text):
            progress(*(int(one.replace(",", "")) for one in found.groups()))

    tell(Phase(said.note(said.READING)))
    done = alone(lambda: rebuild(database, now=datetime.now(UTC), tell=listen), tell)
    return Result(observations=done.observations, servers=done.servers, conflicts=done.conflicts,
                  again=done.again)  # fmt: skip


class _Server(msgspec.Struct, frozen=True):
    name: str = ""
    aliases: tuple[str, ...] = ()
    verdict: str = ""
    stage: str = ""
    headline: str = ""


class _Loss(msgspec.Struct, frozen=True):
    count: int = 1


class _Run(msgspec.Struct, frozen=True):
    files_read: int = 0


class _Document(msgspec.Struct, frozen=True):
    servers: tuple[_Server, ...] = ()
    skipped: tuple[_Loss, ...] = ()
    run: _Run = _Run()


def _judge(task: Task, places: Sequence[Path], tell: Tell) -> tuple[str, ...]:
    """Read the evidence and write all reports; what could not be opened."""
    from alpheus.evidence.base import OpenOptions  # noqa: PLC0415 - in the bounds of the process
    from alpheus.job import TriageOptions  # noqa: PLC0415 - as above
    from alpheus.parsers.base import ReadOptions  # noqa: PLC0415 - as above
    from alpheus.report import Redactor, write_report  # noqa: PLC0415 - as above
    from alpheus.report.clear_secrets import write_secrets  # noqa: PLC0415 - as above
    from alpheus.triage import triage  # noqa: PLC0415 - as above

    zone = ZoneInfo(task.options.timezone) if task.options.timezone else None
    passwords = (task.password,) if task.password else ()
    progress = often(tell)
    tell(Phase(said.note(said.READING)))
    found = triage(
        [places[0]] if len(places) == 1 else [places[0].parent],
        TriageOptions(
            opening=OpenOptions(_limits(task), passwords), reading=ReadOptions(zone),
            workers=task.processes,
        ),
        lambda _, read, of: progress(read, of if read <= of else 0),
    )  # fmt: skip
    for one in found.unopened:
        raise _broken(task, Path(str(one.path)), one.error)
    _check_found(task, found.assessment)
    tell(Phase(said.note(said.REPORTING)))
    redactor = Redactor(keep=True)
    redacted = redactor.assessment(found.assessment)
    write_secrets(redactor.clear(), Path(task.reports) / clear_values.FILE)
    write_report(redacted, Path(task.reports), redactor)
    return tuple(str(one.error)[:_MOST_TEXT] for one in found.unopened)


def _check_found(task: Task, assessment: Assessment) -> None:
    """Evidence of which nothing could be read is told as such, and why. Raises ComplaintError."""
    from alpheus.job import unread  # noqa: PLC0415 - in the bounds of the process

    reasons = unread(assessment)
    if reasons is None:
        return
    if any("password" in one or "encrypted" in one for one in reasons):
        raise ComplaintError(said.LOCKED, name=task.name)
    if reasons:
        raise ComplaintError(said.BROKEN, name=task.name, reason=reasons[0][:_MOST_TEXT])
    raise ComplaintError(said.NOTHING_IN_IT, name=task.name)


def _limits(task: Task) -> Limits:
    """Hostile archives fill neither disk nor day: what they unpack to is bounded by their size.

    Honest ones may hold files of a thousand times their size, but not many.
    """
    from dataclasses import replace  # noqa: PLC0415 - as above

    from alpheus.evidence.base import Limits  # noqa: PLC0415 - as above

    free, size = shutil.disk_usage(task.work).free, sum(one.size for one in task.files)
    limits = Limits()
    return replace(
        limits,
        total_bytes=min(limits.total_bytes, max(_UNPACKED_FREE, size * _UNPACKED)),
        spool_bytes=min(limits.spool_bytes, task.bounds.file_bytes or free, free // 4),
        seconds=min(
            limits.seconds, (task.bounds.seconds or limits.seconds) * 0.9,
            _SECONDS_FREE + size / _SLOWEST,
        ),
    )  # fmt: skip


def _may_be_stored(task: Task, database: Database, head: _Document) -> bool:
    """What an organisation says of itself is; what it says of others is looked at first."""
    if not task.organisation or task.options.accept:
        return True
    from alpheus.web.jobs.ownership import are_of  # noqa: PLC0415 - as above

    return are_of(database, task.organisation, [(one.name, *one.aliases) for one in head.servers])


def _numbers(head: _Document, text: bytes, database: Database) -> list[int]:
    """The observations that the servers of an assessment are in cases; 0 for what is not there."""
    from sqlalchemy import select  # noqa: PLC0415 - as above

    from alpheus.cases.observations import RowError, Rows  # noqa: PLC0415 - as above
    from alpheus.cases.schema import observations as o  # noqa: PLC0415 - as above

    try:
        digests = [row.digest for row in Rows(datetime.now(UTC)).of_document(text)]
    except RowError:
        return [0] * len(head.servers)
    with database.read() as connection:
        found = (connection.execute(select(o.c.id).where(o.c.digest == one)) for one in digests)
        return [each.scalar() or 0 for each in found]


def _judged(head: _Document, numbers: Sequence[int]) -> tuple[Judged, ...]:
    """The servers of an assessment, each with its number in cases where it has one."""
    return tuple(
        Judged(one.name[:_MOST_TEXT], one.verdict, one.stage, one.headline[:_MOST_TEXT], number)
        for one, number in zip(head.servers[:MOST_JUDGED], numbers, strict=False)
    )


def _store(
    task: Task,
    database: Database,
    tell: Tell,
    place: Path,
    *,
    name: str,
    options: object = None,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    from alpheus.cases.observations_import import import_file  # noqa: PLC0415 - as above

    return alone(
        lambda: import_file(
            database, place, task.who, options=options, tell=progress, name=name,  # type: ignore[arg-type]
        ),
        tell,
    )  # fmt: skip


def alone(do: Callable[[], Answer], tell: Tell) -> Answer:
    """Do what only one program may do at a time, after the others; what was begun goes on."""
    told = False
    while True:
        try:
            return do()
        except DatabaseBusyError:
            if not told:
                tell(Phase(said.note(said.HELD)))
                told = True
            time.sleep(_PAUSE)


def _import_id(database: Database, sha256: str) -> int:
    from sqlalchemy import select  # noqa: PLC0415 - as above

    from alpheus.cases.schema import imports  # noqa: PLC0415 - as above

    with database.read() as connection:
        query = select(imports.c.id).where(imports.c.sha256 == sha256)
        return connection.execute(query).scalar() or 0


def _laid_out(task: Task) -> list[Path]:
    """The files under names by which readers may tell what they are, in a folder of their own."""
    folder = Path(task.work) / "evidence"
    folder.mkdir(exist_ok=True)
    found: list[Path] = []
    for number, (file, path) in enumerate(zip(task.files, task.paths, strict=True)):
        name = _free_name(folder, file, number)
        try:
            os.link(path, folder / name)
        except FileNotFoundError:
            raise ComplaintError(said.GONE) from None
        except OSError:  # a file system without links
            shutil.copyfile(path, folder / name)
        found.append(folder / name)
    return found


def _free_name(folder: Path, file: Upload, number: int) -> str:
    """Two files may have one name in different folders of a browser's machine."""
    name = safe_name(file.name)
    return f"{number}_{name}" if (folder / name).exists() else name


def _digest(path: Path, tell: Tell) -> tuple[str, int]:
    """The SHA-256 of a file, and how many lines it has."""
    digest, lines, read, size = hashlib.sha256(), 0, 0, path.stat().st_size
    progress = often(tell)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            lines += chunk.count(b"\n")
            read += len(chunk)
            progress(read, size)
    return digest.hexdigest(), lines


def often(tell: Tell) -> Callable[[int, int], None]:
    """Tells how far something is, some times in a second."""
    last = [0.0]

    def progress(done: int, of: int) -> None:
        now = time.monotonic()
        if now - last[0] >= _EVERY:
            last[0] = now
            tell(Progress(done, of))

    return progress


def _broken(task: Task, place: Path, error: EvidenceError) -> ComplaintError:
    """The failure under the name that people know, not under that of a folder of ours."""
    name = task.name
    if isinstance(error, EvidencePasswordError):
        return ComplaintError(said.LOCKED, name=name)
    reason = str(error).replace(f"{place}: ", "").replace(str(place), name)
    return ComplaintError(said.BROKEN, name=name, reason=reason.replace(task.work, "")[:_MOST_TEXT])
