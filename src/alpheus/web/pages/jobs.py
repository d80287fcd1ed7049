"""Jobs: who had what done, how far it is, what came of it; and its end, or once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import File, Redirect

from alpheus.errors import RefusedError
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.csv_output import download, is_asked
from alpheus.web.job_desk import COLUMNS, jobs_of, portions, report_file
from alpheus.web.jobs.model import Job, Kind, State
from alpheus.web.jobs.service import REPORTS
from alpheus.web.jobs.telling import progress_of, teller
from alpheus.web.rendering import AnyRequest, look_of, page

_WORK = {PERMISSION: Permission.WORK}
_IMPORT = {PERMISSION: Permission.IMPORT}
_SIZE = 50
_MOST_ASKED = 100


@dataclass(frozen=True, slots=True)
class Again:
    """The form that asks for a job once more."""

    password: str = ""
    accept: str = ""
    csrf: str = ""


def _form() -> Any:  # noqa: ANN401 - what Litestar takes
    return Body(media_type=RequestEncodingType.URL_ENCODED)


@get("/jobs", opt=_WORK, sync_to_thread=True)
def jobs_page(request: AnyRequest) -> Response[Any]:
    """The newest first; `kind`, `state` and `who` bound them."""
    jobs, look = jobs_of(request), look_of(request)
    asked = {name: request.query_params.get(name, "") for name in ("kind", "state", "who")}
    if is_asked(request):
        return download(COLUMNS, portions(request, asked), "jobs")
    before = _whole(request.query_params.get("before", ""))
    found = jobs.page(
        request.user, kind=asked["kind"], state=asked["state"], who=asked["who"], before=before,
        size=_SIZE + 1,
    )  # fmt: skip
    given = {name: value for name, value in asked.items() if value}
    shown = found[:_SIZE]
    more = urlencode({**given, "before": shown[-1].id}) if len(found) > _SIZE else ""
    return page(
        request, "jobs.html", jobs=[(one, progress_of(one, look.words)) for one in shown],
        told=teller(look.words), filters=_filters(given), first=bool(before), asked=given,
        more=f"/jobs?{more}" if more else "", file=urlencode({**given, "format": "csv"}),
        backlog=jobs.backlog(),
    )  # fmt: skip


@get("/jobs/state", opt=_WORK, sync_to_thread=True)
def jobs_state(request: AnyRequest) -> Response[Any]:
    """How far the jobs named by `id` are, for script."""
    return states(request, Permission.WORK)


@get("/jobs/{number:int}", opt=_WORK, sync_to_thread=True)
def job_page(request: AnyRequest, number: FromPath[int]) -> Response[Any]:
    """One job."""
    return _page(request, jobs_of(request).find(request.user, number))


@post("/jobs/{number:int}/cancel", opt=_WORK, sync_to_thread=True)
def cancel(request: AnyRequest, number: FromPath[int]) -> Response[Any]:
    """Want its end."""
    jobs = jobs_of(request)
    job = jobs.find(request.user, number)
    try:
        jobs.cancel(job, request.user)
    except RefusedError as error:
        return _page(request, jobs.find(request.user, number), problem=str(error))
    return Redirect(f"/jobs/{number}", status_code=303)


@post("/jobs/{number:int}/again", opt=_WORK, sync_to_thread=True)
def again(
    request: AnyRequest, number: FromPath[int], data: Annotated[Again, _form()]
) -> Response[Any]:
    """Once more: with a password, or although it names servers of others (`accept`).

    What others' servers are concerned by is for those who may take in anything.
    """
    jobs = jobs_of(request)
    job = jobs.find(request.user, number)
    if data.accept and not request.user.may(Permission.IMPORT):
        raise NotFoundException
    try:
        jobs.again(job, request.user, password=data.password, accept=bool(data.accept))
    except RefusedError as error:
        return _page(request, jobs.find(request.user, number), problem=str(error))
    return Redirect(f"/jobs/{number}", status_code=303)


@post("/jobs/{number:int}/delete", opt=_WORK, sync_to_thread=True)
def delete(request: AnyRequest, number: FromPath[int]) -> Response[Any]:
    """Delete its evidence and its reports; what is in cases stays there."""
    jobs = jobs_of(request)
    job = jobs.find(request.user, number)
    try:
        jobs.delete(job, request.user)
    except RefusedError as error:
        return _page(request, jobs.find(request.user, number), problem=str(error))
    return Redirect(f"/jobs/{number}", status_code=303)


@post("/jobs/rebuild", opt=_IMPORT, sync_to_thread=True)
def rebuild(request: AnyRequest) -> Response[Any]:
    """Have servers worked out anew; if that is asked for already, that is the one."""
    jobs = jobs_of(request)
    number = jobs.queue.want_rebuild(request.user.name)
    jobs.wake()
    return Redirect(f"/jobs/{number}", status_code=303)


@get("/jobs/{number:int}/reports/{name:str}", opt=_WORK, sync_to_thread=True)
def report(request: AnyRequest, number: FromPath[int], name: FromPath[str]) -> File:
    """A report as a file, to be kept; it does nothing wherever it is opened."""
    return report_file(request, number, name)


def states(request: AnyRequest, permission: Permission) -> Response[Any]:
    """Those of the jobs named by `id` that somebody may see, as script wants them."""
    jobs, words = jobs_of(request), look_of(request).words
    found: list[dict[str, Any]] = []
    for text in request.query_params.getall("id", [])[:_MOST_ASKED]:
        try:
            job = jobs.find(request.user, _whole(text), permission)
        except RefusedError:
            continue
        found.append(progress_of(job, words, plainly=permission is Permission.OWN))
    return Response({"jobs": found})


def _page(request: AnyRequest, job: Job, *, problem: str = "") -> Response[Any]:
    jobs, look = jobs_of(request), look_of(request)
    reports = [name for name in REPORTS if jobs.report(job, name)]
    first = [one.observation for one in job.result.judged if one.observation]
    return page(
        request, "job.html", status=422 if problem else 200, job=job, problem=problem,
        progress=progress_of(job, look.words), told=teller(look.words), reports=reports,
        worked_out=bool(first) and jobs.is_worked_out(max(first)),
        files_are_here=all(one.id for one in job.files) and bool(job.files),
        may_import=request.user.may(Permission.IMPORT), backlog=jobs.backlog(),
    )  # fmt: skip


def _filters(given: dict[str, str]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Filters as links: the name of each, and its choices."""

    def choices(name: str, values: Any, kind: str) -> list[dict[str, Any]]:  # noqa: ANN401 - enums
        found = []
        for one in values:
            chosen = given.get(name) == one.value
            rest = {key: value for key, value in given.items() if key != name}
            query = urlencode(rest if chosen else {**rest, name: one.value})
            found.append({"kind": kind, "value": one.value, "chosen": chosen,
                          "href": f"/jobs?{query}" if query else "/jobs"})  # fmt: skip
        return found

    return [("state", choices("state", State, "job")), ("kind", choices("kind", Kind, "job-kind"))]


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


ROUTES = (jobs_page, jobs_state, job_page, cancel, again, delete, rebuild, report)
