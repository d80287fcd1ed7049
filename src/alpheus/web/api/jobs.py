"""Jobs: what was handed in, how far it is, and what came of it; and the ledger of what came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import JSONBody, PathParameter, QueryParameter
from litestar.response import File
from litestar.types import ControllerRouterHandler

from alpheus.web import list_notes
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import (
    CSV,
    LARGEST,
    Format,
    Number,
    Size,
    Time,
    file,
    is_csv,
    json,
    said,
    shaped,
)
from alpheus.web.csv_output import demand, download
from alpheus.web.job_desk import COLUMNS, jobs_of, portions, report_file
from alpheus.web.jobs import ledger
from alpheus.web.jobs.model import Job, Kind, State
from alpheus.web.jobs.service import REPORTS
from alpheus.web.jobs.telling import in_words
from alpheus.web.rendering import AnyRequest, look_of
from alpheus.web.words import Words

_WORK = {PERMISSION: Permission.WORK}
_IMPORT = {PERMISSION: Permission.IMPORT}
_OWN = {PERMISSION: Permission.OWN}
_TAGS = ["jobs"]
_LOSSES = ("file", "line", "reason")

Kinds = Annotated[Kind | None, QueryParameter(description="Of one kind alone.")]
States = Annotated[State | None, QueryParameter(name="state", description="In one state alone.")]
By = Annotated[str, QueryParameter(max_length=200, description="Of one person alone.")]
Before = Annotated[
    int, QueryParameter(ge=0, le=LARGEST, description="`next` of the page before; 0: the newest.")
]
AfterNumber = Annotated[
    int, QueryParameter(ge=0, le=LARGEST, description="`next` of the page before; 0: the first.")
]
Report = Annotated[
    str, PathParameter(max_length=40, description="`report.html`, `findings.csv`, …")
]


class FileSent(msgspec.Struct, frozen=True):
    """A file that was handed in."""

    name: str
    bytes: int
    here: Annotated[bool, said("Whether it is still there.")]


class JudgedOf(msgspec.Struct, frozen=True):
    """A server in evidence."""

    name: str
    verdict: str
    stage: str
    headline: str
    observation: Annotated[int, said("Its number in cases; 0 while it is not there.")]


class LineOfLog(msgspec.Struct, frozen=True):
    """What a job said, in words."""

    time: Time
    text: str


class JobOf(msgspec.Struct, frozen=True):
    """A job: what was handed in, how far it is, and what came of it."""

    id: int
    kind: str
    name: str
    who: str
    organisation: str
    state: Annotated[str, said("`waiting`, `running`, `done`, `failed` or `cancelled`.")]
    made: Time
    started: Time
    finished: Time
    done: Annotated[int, said("How far it is: bytes, rows or servers.")]
    of: Annotated[int, said("Of how many; 0 where nobody knows.")]
    attempts: int
    text: Annotated[str, said("How it ended, or what it does, in words.")]
    files: list[FileSent]
    sha256: list[str]
    import_id: Annotated[int, said("Of a list: its line in the ledger, see `/imports`.")]
    added: int
    known: int
    lost: Annotated[int, said("Rows that could not be read.")]
    stored: Annotated[bool, said("Of evidence: whether it went into cases.")]
    judged: list[JudgedOf]
    notes: Annotated[list[str], said("Of a list: how it was understood, in the reader's language.")]


class JobPage(msgspec.Struct, frozen=True):
    """Jobs, the newest first."""

    jobs: list[JobOf]
    next: Annotated[int, said("The key of the page after; 0 on the last.")]


class JobWhole(msgspec.Struct, frozen=True):
    """A job with what it said, and its reports."""

    job: JobOf
    log: list[LineOfLog]
    reports: Annotated[list[str], said("The names of its reports.")]


class OnceMore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a job is to be done once more."""

    password: Annotated[str, said("Of its evidence; kept in memory alone.", max_length=1_024)] = ""
    accept: Annotated[bool, said("Although it names servers of others.")] = False


class Rebuilding(msgspec.Struct, frozen=True):
    """The job that works servers out anew."""

    job: int


class TakenInOf(msgspec.Struct, frozen=True):
    """A file that came in."""

    id: int
    file: str
    sha256: str
    kind: str
    who: str
    started: Time
    finished: Annotated[Time, said("'' while a part is missing.")]
    bytes: int
    added: int
    known: int
    lost: int


class TakenInList(msgspec.Struct, frozen=True):
    """The files that came in last."""

    imports: list[TakenInOf]


class LossOfRow(msgspec.Struct, frozen=True):
    """A row that could not be read."""

    line: int
    reason: str


class LossPage(msgspec.Struct, frozen=True):
    """Rows that could not be read, in their order."""

    rejected: list[LossOfRow]
    next: Annotated[int, said("The key of the page after; 0 on the last.")]


@get("/jobs", opt={**_WORK, CSV: True}, tags=_TAGS, sync_to_thread=True)
def jobs(
    request: AnyRequest,
    *,
    kind: Kinds = None,
    stands: States = None,
    who: By = "",
    before: Before = 0,
    size: Size = 50,
    form: Format = "json",
) -> Response[JobPage]:
    """Jobs that one may see, the newest first."""
    asked = {"kind": kind or "", "state": stands or "", "who": who.replace("\0", "\ufffd")}
    if is_csv(request, form):
        demand(request, Permission.EXPORT)
        return download(COLUMNS, portions(request, asked), "jobs")
    return json(_page(request, Permission.WORK, asked, before, size))


@get("/jobs/{number:int}", opt=_WORK, tags=_TAGS, sync_to_thread=True)
def job(request: AnyRequest, number: Number) -> Response[JobWhole]:
    """One job."""
    return json(_whole(request, jobs_of(request).find(request.user, number)))


@post("/jobs/{number:int}/cancel", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def cancel(request: AnyRequest, number: Number) -> Response[JobWhole]:
    """Want its end."""
    found = jobs_of(request)
    found.cancel(found.find(request.user, number), request.user)
    return json(_whole(request, found.find(request.user, number)))


@post("/jobs/{number:int}/again", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def again(request: AnyRequest, number: Number, data: JSONBody[OnceMore]) -> Response[JobWhole]:
    """Have a job that failed done once more."""
    found = jobs_of(request)
    one = found.find(request.user, number)
    if data.accept and not request.user.may(Permission.IMPORT):
        raise NotFoundException
    found.again(one, request.user, password=data.password, accept=data.accept)
    return json(_whole(request, found.find(request.user, number)))


@post("/jobs/{number:int}/delete", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def delete_files(request: AnyRequest, number: Number) -> Response[JobWhole]:
    """Delete its evidence and its reports; what is in cases stays there."""
    found = jobs_of(request)
    found.delete(found.find(request.user, number), request.user)
    return json(_whole(request, found.find(request.user, number)))


@get("/jobs/{number:int}/reports/{name:str}", opt=_WORK, tags=_TAGS, sync_to_thread=True)
def report(request: AnyRequest, number: Number, name: Report) -> File:
    """A report as a file."""
    return report_file(request, number, name)


@post("/rebuilds", opt=_IMPORT, tags=_TAGS, status_code=202, sync_to_thread=True)
def rebuild(request: AnyRequest) -> Response[Rebuilding]:
    """Have servers worked out anew; if that is asked for already, that is the job."""
    found = jobs_of(request)
    number = found.queue.want_rebuild(request.user.name)
    found.wake()
    return json(Rebuilding(number), 202)


@get("/imports", opt=_IMPORT, tags=["imports"], sync_to_thread=True)
def imports(request: AnyRequest, *, size: Size = 50) -> Response[TakenInList]:
    """The files that came in last."""
    found = ledger.newest(request.app.state.database, size)
    return json(TakenInList(shaped(found, list[TakenInOf])))


@get("/imports/{number:int}", opt=_IMPORT, tags=["imports"], sync_to_thread=True)
def import_of(request: AnyRequest, number: Number) -> Response[TakenInOf]:
    """A file that came in."""
    return json(shaped(_taken_in(request, number), TakenInOf))


@get("/imports/{number:int}/rejected", opt={**_IMPORT, CSV: True}, tags=["imports"],
     sync_to_thread=True)  # fmt: skip
def rejected(
    request: AnyRequest,
    number: Number,
    *,
    after: AfterNumber = 0,
    size: Size = 50,
    form: Format = "json",
) -> Response[LossPage]:
    """The rows of a file that could not be read, each with its line and the reason."""
    found = _taken_in(request, number)
    database = request.app.state.database
    if is_csv(request, form):
        rows = ({"file": found.file, "line": one.line, "reason": one.reason}
                for one in ledger.every_loss(database, number))  # fmt: skip
        return file(request, _LOSSES, ([row] for row in rows), f"rejected-{number}")
    losses = ledger.losses_of(database, number, after=after, size=size + 1)
    next_ = losses[size - 1].id if len(losses) > size else 0
    return json(LossPage(shaped(losses[:size], list[LossOfRow]), next_))


@get("/own/jobs", opt=_OWN, tags=["own"], sync_to_thread=True)
def own_jobs(request: AnyRequest, *, before: Before = 0, size: Size = 50) -> Response[JobPage]:
    """What an organisation handed in about itself, the newest first."""
    return json(_page(request, Permission.OWN, {}, before, size))


def _page(
    request: AnyRequest, permission: Permission, asked: Mapping[str, str], before: int, size: int
) -> JobPage:
    found = jobs_of(request).page(
        request.user, permission=permission, before=before, size=size + 1,
        kind=asked.get("kind", ""), state=asked.get("state", ""), who=asked.get("who", ""),
    )  # fmt: skip
    words = look_of(request).words
    shown = found[:size]
    return JobPage([_job(one, words) for one in shown], shown[-1].id if len(found) > size else 0)


def _whole(request: AnyRequest, one: Job) -> JobWhole:
    words = look_of(request).words
    log = [LineOfLog(line.time, in_words(line.note, words)) for line in one.log]
    reports = [name for name in REPORTS if jobs_of(request).report(one, name)]
    return JobWhole(_job(one, words), log, reports)


def _job(one: Job, words: Words) -> JobOf:
    last = one.log[-1].note if one.log and one.state is State.RUNNING else one.note
    files = [FileSent(each.name, each.size, bool(each.id)) for each in one.files]
    result = one.result
    return JobOf(
        one.id, one.kind.value, one.name, one.who, one.organisation, one.state.value, one.made,
        one.started, one.finished, one.done, one.of, one.attempts, in_words(last, words), files,
        list(result.sha256), result.import_id, result.added, result.known, result.lost,
        result.stored, shaped(result.judged, list[JudgedOf]),
        [list_notes.said(note, words.language) for note in result.notes],
    )  # fmt: skip


def _taken_in(request: AnyRequest, number: int) -> ledger.TakenIn:
    found = ledger.one(request.app.state.database, number)
    if found is None:
        raise NotFoundException
    return found


ROUTES: tuple[ControllerRouterHandler, ...] = (
    jobs, job, cancel, again, delete_files, report, rebuild, imports, import_of, rejected, own_jobs,
)  # fmt: skip
