"""The clean-up of one server: its plan step by step, how far it is, and the proof."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import Body, FromPath
from litestar.response import Redirect

from alpheus.cases.clean_files import plan_as
from alpheus.cases.clean_progress import Mark
from alpheus.cases.cleaning import CleanUp
from alpheus.errors import CleanError, RefusedError
from alpheus.web import clean_view
from alpheus.web.access.guard import FIELD, PERMISSION, STREAMED, is_word
from alpheus.web.access.roles import Permission
from alpheus.web.csv_output import demand
from alpheus.web.desk import Desk
from alpheus.web.job_desk import INERT, jobs_of
from alpheus.web.jobs.model import Kind
from alpheus.web.rendering import AnyRequest, page
from alpheus.web.server_desk import ServerDesk

_SEE = {PERMISSION: Permission.SEE}
_WORK = {PERMISSION: Permission.WORK}
_LARGEST = 8 << 20
_LONGEST_NAME = 200
_LONGEST = 4_000

FORMS = {
    "plan.json": ("json", "application/json"), "plan.html": ("html", "text/html"),
    "plan.md": ("markdown", "text/markdown"), "plan.csv": ("csv", "text/csv"),
}  # fmt: skip
"""A plan as a file: its form, and its media type."""
MARKS = {one.value: one for one in (Mark.DONE, Mark.NOT_NEEDED, Mark.OPEN)}
"""What an analyst says of a step."""
DONE = {
    "made": "The plan is kept.",
    "marked": "The step is taken down.",
    "cleaned": "All is done: the server counts as cleaned. What is left is to verify it.",
    "not-clean": "Taken down: the server does not count as cleaned any more.",
    "verified": "The server is verified clean.",
    "came-back": "Taken down: an intruder is there again.",
    "plan": "The plan is kept.",
    "run": "What became of the files is taken down.",
    "verification": "The verification is kept.",
}
"""What is said when it was done; other words in an address say nothing."""

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/servers/{number:int}/clean-up", opt=_SEE, sync_to_thread=True)
def clean_up(
    request: AnyRequest, number: FromPath[int], desk: NamedDependency[Desk]
) -> Response[Any]:
    """The plan with how far it is, what was verified, and the forms to go on."""
    return _page(request, desk.server(number))


@get("/servers/{number:int}/clean-up/{name:str}", opt=_SEE, sync_to_thread=True)
def plan_file(
    request: AnyRequest, number: FromPath[int], name: FromPath[str], desk: NamedDependency[Desk]
) -> Response[Any]:
    """The plan as a file, to be kept; it does nothing wherever it is opened."""
    found = desk.server(number)
    demand(request, Permission.EXPORT)
    kept = found.clean_up().plan
    if name not in FORMS or kept is None:
        raise NotFoundException
    form, media = FORMS[name]
    return Response(
        plan_as(kept.plan, form), media_type=f"{media}; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="alpheus-{found.number}-{name}"',
                 "content-security-policy": INERT},
    )  # fmt: skip


@post("/servers/{number:int}/clean-up/plan", opt=_WORK, sync_to_thread=True)
def make_plan(
    request: AnyRequest, number: FromPath[int], desk: NamedDependency[Desk]
) -> Response[Any]:
    """Make a plan from the newest assessment."""
    found = desk.server(number, Permission.WORK)
    try:
        found.make_plan()
    except RefusedError as error:
        return _page(request, found, wrong="plan", problem=str(error))
    return _to(found, "made")


@post("/servers/{number:int}/clean-up/steps/{step:int}", opt=_WORK, sync_to_thread=True)
def mark(
    request: AnyRequest,
    number: FromPath[int],
    step: FromPath[int],
    data: Form,
    desk: NamedDependency[Desk],
) -> Response[Any]:
    """Say what became of a step; where it is refused, the page comes back with what was typed."""
    found = desk.server(number, Permission.WORK)
    typed = {name: str(data.get(name, ""))[:_LONGEST] for name in
             ("mark", "why", "evidence", "plan")}  # fmt: skip
    try:
        if typed["mark"] not in MARKS:
            raise RefusedError("say what became of the step")  # noqa: TRY301 - told below
        done = found.mark(
            [step], MARKS[typed["mark"]], why=typed["why"].strip(),
            evidence=typed["evidence"].strip(), plan=typed["plan"],
        )  # fmt: skip
    except RefusedError as error:
        return _page(request, found, wrong=f"step-{step}", problem=str(error), typed=typed)
    return _to(found, done.moved.value if done.moved else "marked")


@post(
    "/servers/{number:int}/clean-up/files", opt={**_WORK, STREAMED: True},
    request_max_body_size=_LARGEST,
)  # fmt: skip
async def take_file(
    request: AnyRequest, number: FromPath[int], desk: NamedDependency[Desk]
) -> Response[Any]:
    """Take in a plan, the result of a run, or a verification."""
    form = await request.form()
    if not is_word(request, str(form.get(FIELD, ""))):
        raise PermissionDeniedException("this form is not from this session; load the page again")
    given = form.get("file")
    content = await given.read() if isinstance(given, UploadFile) else b""
    name = given.filename[:_LONGEST_NAME] if isinstance(given, UploadFile) else ""
    return await sync_to_thread(_taken, request, desk, number, content, name)


def _taken(
    request: AnyRequest, desk: Desk, number: int, content: bytes, name: str
) -> Response[Any]:
    found = desk.server(number, Permission.WORK)
    try:
        if not content:
            raise RefusedError("choose a file")  # noqa: TRY301 - told below
        kind, done = found.take_clean_file(content, name or "the file")
    except (CleanError, RefusedError) as error:
        return _page(request, found, wrong="file", problem=str(error))
    return _to(found, done.moved.value if done.moved else kind)


def _to(found: ServerDesk, done: str) -> Redirect:
    return Redirect(f"/servers/{found.number}/clean-up?done={done}#done", status_code=303)


def _page(
    request: AnyRequest,
    desk: ServerDesk,
    *,
    wrong: str = "",
    problem: str = "",
    typed: dict[str, str] | None = None,
) -> Response[Any]:
    found = desk.clean_up()
    if wrong.startswith("step-") and not _has(found, wrong):
        wrong = "page"
    kept = desk.assessment(found.plan.observation)[1] if found.plan else None
    may_import = request.user.may(Permission.IMPORT)
    return page(
        request, "server/clean_up.html", status=422 if wrong else 200, row=desk.row, found=found,
        groups=clean_view.groups(found, kept), next=_next(found), fates=clean_view.fates,
        done=DONE.get(request.query_params.get("done", ""), ""), wrong=wrong, problem=problem,
        typed=typed or {}, may_work=desk.may(Permission.WORK),
        may_export=request.user.may(Permission.EXPORT), may_import=may_import, files=FORMS,
        most_files=clean_view.FILES, most_package=jobs_of(request).most(Kind.TRIAGE),
    )  # fmt: skip


def _has(found: CleanUp, wrong: str) -> bool:
    """Whether the step of which something was refused is there to tell it at."""
    steps = found.progress.steps if found.progress else ()
    return any(wrong == f"step-{one.step.number}" for one in steps)


def _next(found: CleanUp) -> Any:  # noqa: ANN401 - a step as it stands, or None
    return clean_view.next_step(found.progress) if found.progress else None


ROUTES = (clean_up, plan_file, make_plan, mark, take_file)
