"""Plans of notices, and what becomes of them: batches that are looked at, approved and sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from alpheus.cases.service_listing import Filters
from alpheus.errors import AlpheusError, RefusedError, UsageError
from alpheus.notify.listing import Wanted
from alpheus.notify.records import UNREACHED
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.approvals import Underway
from alpheus.web.notice_desk import MOST_PLANNED, NoticeDesk
from alpheus.web.notice_parts import (
    LONGEST,
    UNSET,
    Form,
    at,
    deed,
    done_of,
    many,
    notice_desk,
    one,
)
from alpheus.web.rendering import AnyRequest, page

_SEE = {PERMISSION: Permission.SEE}
_WORK = {PERMISSION: Permission.WORK}
_APPROVE = {PERMISSION: Permission.APPROVE}
_SIZE = 50

FILTERS = ("patch", "compromise", "work", "sector", "region", "organisation", "network", "product",
           "build", "assignee")  # fmt: skip
"""What a plan may ask of servers, in the order of its form."""


@get("/notices/plan", opt=_WORK, sync_to_thread=True, exception_handlers=UNSET)
def plan_page(request: AnyRequest) -> Response[Any]:
    """Who would be told what next, of the servers that fit; nothing is kept by looking."""
    desk = notice_desk(request)
    asked = {name: tuple(_texts(request.query_params.getall(name, []))) for name in FILTERS}
    words = request.query_params.get("text", "")[:LONGEST]
    return _plan(request, desk, asked, words, look="preview" in request.query_params)


@post("/notices/plan", opt=_WORK, sync_to_thread=True, exception_handlers=UNSET)
def keep_plan(request: AnyRequest, data: Form) -> Response[Any]:
    """Keep a plan as a batch."""
    desk = notice_desk(request)
    asked = {name: tuple(_texts(many(data, name))) for name in FILTERS}
    words = one(data, "text")[:LONGEST]
    filters = _asked(asked, words)
    try:
        if desk.is_large(filters):
            job = request.app.state.jobs.plan(request.user, *desk.bounds(filters))
            return Redirect(f"/jobs/{job}", status_code=303)
        batch = desk.plan(filters)
    except (RefusedError, UsageError) as error:
        return _plan(request, desk, asked, words, look=False, status=422, problem=error)
    return Redirect(f"/notices/batches/{batch.number}", status_code=303)


def _plan(
    request: AnyRequest,
    desk: NoticeDesk,
    asked: dict[str, tuple[str, ...]],
    words: str,
    *,
    look: bool,
    status: int = 200,
    problem: AlpheusError | None = None,
) -> Response[Any]:
    preview, is_large = None, False
    if look:
        filters = _asked(asked, words)
        try:
            is_large = desk.is_large(filters)
            preview = None if is_large else desk.preview(filters)
        except (RefusedError, UsageError) as error:
            problem, status = error, 422
    return page(
        request, "notices/plan.html", status=status, asked=asked, text=words, preview=preview,
        problem=problem, names=FILTERS, unreached=UNREACHED, is_large=is_large,
        at_once=MOST_PLANNED,
    )  # fmt: skip


@get("/notices/batches", opt=_SEE, sync_to_thread=True, exception_handlers=UNSET)
def batches_page(request: AnyRequest) -> Response[Any]:
    """All batches, the newest first."""
    desk = notice_desk(request)
    return page(request, "notices/batches.html", batches=desk.batches(200))


@get("/notices/batches/{batch:int}", opt=_SEE, sync_to_thread=True, exception_handlers=UNSET)
def batch_page(request: AnyRequest, batch: FromPath[int]) -> Response[Any]:
    """A batch: what it holds, some of its notices, and what an approval of it binds to."""
    return _batch(request, batch)


def _batch(
    request: AnyRequest,
    number: int,
    *,
    status: int = 200,
    problem: AlpheusError | None = None,
    why: str = "",
) -> Response[Any]:
    desk = notice_desk(request)
    batch = desk.batch(number)
    wanted = Wanted(batch=number)
    found = desk.page(wanted, after=request.query_params.get("after", ""), size=_SIZE)
    approval = desk.approval(batch)
    here = f"/notices/batches/{number}"
    answer = page(
        request, "notices/batch.html", status=status, batch=batch, found=found, here=here,
        approval=None if isinstance(approval, Underway) else approval,
        underway=approval if isinstance(approval, Underway) else None,
        sample=desk.sample(batch) if batch.planned else [], problem=problem, why=why,
        bulk_above=desk.bulk_above, done=done_of(request), unreached=UNREACHED,
        sending=request.app.state.jobs.sending(number), may_be_sent=desk.may_be_sent,
        next=at(here, after=found.next) if found.next else "",
        first=here if request.query_params.get("after") else "",
    )  # fmt: skip
    if isinstance(approval, Underway) and not approval.fault and request.method == "GET":
        answer.headers["refresh"] = "3"
    return answer


@post(
    "/notices/batches/{batch:int}/approve",
    opt=_APPROVE,
    sync_to_thread=True,
    exception_handlers=UNSET,
)
def approve(request: AnyRequest, batch: FromPath[int], data: Form) -> Response[Any]:
    """Approve a batch as the page has shown it: by its digest."""
    desk = notice_desk(request)
    return deed(
        lambda: desk.approve(batch, one(data, "digest")),
        lambda error: _batch(request, batch, status=422, problem=error),
        f"/notices/batches/{batch}?done=approved",
    )


@post(
    "/notices/batches/{batch:int}/reject", opt=_WORK, sync_to_thread=True, exception_handlers=UNSET
)
def reject(request: AnyRequest, batch: FromPath[int], data: Form) -> Response[Any]:
    """Say no to what waits in a batch, with a reason."""
    desk, why = notice_desk(request), one(data, "why")
    return deed(
        lambda: desk.reject(batch, why),
        lambda error: _batch(request, batch, status=422, problem=error, why=why),
        f"/notices/batches/{batch}?done=rejected",
    )


@post(
    "/notices/batches/{batch:int}/send",
    opt=_APPROVE,
    sync_to_thread=True,
    exception_handlers=UNSET,
)
def send(request: AnyRequest, batch: FromPath[int]) -> Response[Any]:
    """Have what is approved handed over to the mail server, by a job of its own."""
    desk = notice_desk(request)

    def do() -> str:
        desk.demand_sendable(batch)
        return f"/jobs/{request.app.state.jobs.send(request.user, batch)}"

    return deed(do, lambda error: _batch(request, batch, status=422, problem=error))


def _asked(asked: dict[str, tuple[str, ...]], words: str) -> Filters:
    filters: dict[str, Any] = {name: value for name, value in asked.items() if name in FILTERS}
    return Filters(**filters, text=words)


def _texts(values: Iterable[str]) -> Iterator[str]:
    """Values of a filter; several of one field are set apart by commas."""
    for value in values:
        for text in value[: LONGEST * 5].split(","):
            if text.strip():
                yield text.strip()[:LONGEST]


ROUTES = (plan_page, keep_plan, batches_page, batch_page, approve, reject, send)
