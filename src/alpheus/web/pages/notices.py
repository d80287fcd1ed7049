"""Notices: where they stand, plans and batches, each notice, and what people answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import MediaType, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import Body, FromPath
from litestar.response import Redirect

from alpheus.cases.service_listing import Filters
from alpheus.errors import AlpheusError, RefusedError, UsageError
from alpheus.notify.listing import Wanted
from alpheus.notify.model import LADDER, Channel, EventKind, Status
from alpheus.notify.records import UNREACHED, Summary
from alpheus.web import notice_tables
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.approvals import Underway
from alpheus.web.notice_desk import NoticeDesk, Office
from alpheus.web.rendering import AnyRequest, page

_SEE = {PERMISSION: Permission.SEE}
_WORK = {PERMISSION: Permission.WORK}
_APPROVE = {PERMISSION: Permission.APPROVE}
_SIZE = 50
_SETTLED_AT_ONCE = 20
_LONGEST = 200
OVERDUE, ANSWERED = "overdue", "answered"
"""What is asked for like a status, and is none."""

FILTERS = ("patch", "compromise", "work", "sector", "region", "organisation", "network", "product",
           "build", "assignee")  # fmt: skip
"""What a plan may ask of servers, in the order of its form."""

HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""Of a notice as HTML: its own styles, and nothing else."""

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/notices", opt=_SEE, sync_to_thread=True)
def notices_page(request: AnyRequest) -> Response[Any]:
    """Where all notices stand: the sentence that matters, what needs a person, and the list."""
    return _notices(request)


def _notices(
    request: AnyRequest,
    *,
    status: int = 200,
    problem: AlpheusError | None = None,
    form: dict[str, str] | None = None,
) -> Response[Any]:
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    chosen = _chosen(request)
    wanted = _wanted(desk, chosen)
    if request.query_params.get("format") == "csv" and request.method == "GET":
        _may_export(request)
        return notice_tables.notices_csv(desk.every(wanted))
    overview = desk.overview()
    summary = overview.summary
    found = desk.page(wanted, lines=summary.lines, after=request.query_params.get("after", ""),
                      size=_SIZE)  # fmt: skip
    uncertain = desk.page(Wanted(status=(Status.UNCERTAIN.value,)), lines=summary.lines,
                          size=_SETTLED_AT_ONCE)  # fmt: skip
    answers, more = desk.answers(size=_SETTLED_AT_ONCE)
    return page(
        request, "notices/list.html", status=status, summary=summary, found=found, chosen=chosen,
        filters=_filters(summary, chosen), lies=desk.where_answers_lie(found), uncertain=uncertain,
        answers=answers, more_answers=bool(more), unread=desk.unread() if more else len(answers),
        batches=overview.batches, reasons=overview.reasons, unreached=UNREACHED,
        next=_with(chosen, after=found.next) if found.next else "",
        first=_with(chosen) if request.query_params.get("after") else "",
        csv=_with(chosen, format="csv"), problem=problem, form=form or {},
        done=_done(request),
    )  # fmt: skip


@get("/notices/unreached", opt=_SEE, sync_to_thread=True)
def unreached_page(request: AnyRequest) -> Response[Any]:
    """Whom nobody could reach, and why; as CSV for those who call or write letters."""
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    reason = request.query_params.get("reason", "")
    if reason and reason not in {one.value for one in UNREACHED}:
        raise NotFoundException
    if request.query_params.get("format") == "csv":
        _may_export(request)
        return notice_tables.unreached_csv(desk.every_unreached(reason))
    after = request.query_params.get("after", "")
    rows, next_ = desk.unreached(reason, _number(after), _SIZE)
    reasons = desk.reasons()
    here = {"reason": reason} if reason else {}
    return page(
        request, "notices/unreached.html", rows=rows, reasons=reasons, reason=reason,
        known=UNREACHED, summary=desk.summary(),
        next=_at("/notices/unreached", **here, after=str(next_)) if next_ else "",
        first=_at("/notices/unreached", **here) if after else "",
        csv=_at("/notices/unreached", **here, format="csv"),
    )  # fmt: skip


@post("/notices/code", opt=_WORK, sync_to_thread=True)
def take_code(request: AnyRequest, data: Form) -> Response[Any]:
    """Take down a code that somebody has told."""
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    given = _one(data, "code")
    try:
        done = desk.acknowledge(given)
    except RefusedError as error:
        return _notices(request, status=422, problem=error, form={"code": given})
    return Redirect(f"/notices/{done.notice.reference}?done=acknowledged", status_code=303)


@post("/notices/answers/{answer:int}/seen", opt=_WORK, sync_to_thread=True)
def take_up(request: AnyRequest, answer: FromPath[int]) -> Response[Any]:
    """Say that a person has taken up what an owner said."""
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    try:
        desk.take_up(answer)
    except RefusedError as error:
        if _is_absent(error):
            raise
        return _notices(request, status=422, problem=error)
    return Redirect("/notices?done=taken-up#answers", status_code=303)


# plans and batches


@get("/notices/plan", opt=_WORK, sync_to_thread=True)
def plan_page(request: AnyRequest) -> Response[Any]:
    """Who would be told what next, of the servers that fit; nothing is kept by looking."""
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    asked = {name: tuple(_texts(request.query_params.getall(name, []))) for name in FILTERS}
    words = request.query_params.get("text", "")[:_LONGEST]
    return _plan(request, desk, asked, words, look="preview" in request.query_params)


@post("/notices/plan", opt=_WORK, sync_to_thread=True)
def keep_plan(request: AnyRequest, data: Form) -> Response[Any]:
    """Keep a plan as a batch."""
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    asked = {name: tuple(_texts(_many(data, name))) for name in FILTERS}
    words = _one(data, "text")[:_LONGEST]
    try:
        batch = desk.plan(_asked(asked, words))
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
    preview = None
    if look:
        try:
            preview = desk.preview(_asked(asked, words))
        except (RefusedError, UsageError) as error:
            problem, status = error, 422
    return page(
        request, "notices/plan.html", status=status, asked=asked, text=words, preview=preview,
        problem=problem, names=FILTERS, unreached=UNREACHED,
    )  # fmt: skip


@get("/notices/batches", opt=_SEE, sync_to_thread=True)
def batches_page(request: AnyRequest) -> Response[Any]:
    """All batches, the newest first."""
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    return page(request, "notices/batches.html", batches=desk.batches(200))


@get("/notices/batches/{batch:int}", opt=_SEE, sync_to_thread=True)
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
    desk = _desk(request)
    if desk is None:
        return _unset(request)
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
        bulk_above=desk.bulk_above, done=_done(request), unreached=UNREACHED,
        next=_at(here, after=found.next) if found.next else "",
        first=here if request.query_params.get("after") else "",
    )  # fmt: skip
    if isinstance(approval, Underway) and not approval.fault and request.method == "GET":
        answer.headers["refresh"] = "3"
    return answer


@post("/notices/batches/{batch:int}/approve", opt=_APPROVE, sync_to_thread=True)
def approve(request: AnyRequest, batch: FromPath[int], data: Form) -> Response[Any]:
    """Approve a batch as the page has shown it: by its digest."""
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    try:
        desk.approve(batch, _one(data, "digest"))
    except RefusedError as error:
        if _is_absent(error):
            raise
        return _batch(request, batch, status=422, problem=error)
    return Redirect(f"/notices/batches/{batch}?done=approved", status_code=303)


@post("/notices/batches/{batch:int}/reject", opt=_WORK, sync_to_thread=True)
def reject(request: AnyRequest, batch: FromPath[int], data: Form) -> Response[Any]:
    """Say no to what waits in a batch, with a reason."""
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    why = _one(data, "why")
    try:
        desk.reject(batch, why)
    except RefusedError as error:
        if _is_absent(error):
            raise
        return _batch(request, batch, status=422, problem=error, why=why)
    return Redirect(f"/notices/batches/{batch}?done=rejected", status_code=303)


# one notice


@get("/notices/{reference:str}", opt=_SEE, sync_to_thread=True)
def notice_page(request: AnyRequest, reference: FromPath[str]) -> Response[Any]:
    """A notice: its very text but for the code, what became of it, and its servers."""
    return _notice(request, reference)


def _notice(
    request: AnyRequest,
    reference: str,
    *,
    status: int = 200,
    problem: AlpheusError | None = None,
    form: dict[str, str] | None = None,
) -> Response[Any]:
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    return page(request, "notices/notice.html", status=status, shown=desk.show(reference),
                problem=problem, form=form or {}, done=_done(request))  # fmt: skip


@get("/notices/{reference:str}/html", opt=_SEE, sync_to_thread=True)
def notice_html(request: AnyRequest, reference: FromPath[str]) -> Response[Any]:
    """A notice as HTML, on an address of its own, where nothing can be done by it."""
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    return Response(
        desk.rendered(reference).html, media_type=MediaType.HTML,
        headers={"content-security-policy": HTML_POLICY},
    )  # fmt: skip


@get("/notices/{reference:str}/servers.csv", opt=_SEE, sync_to_thread=True)
def notice_servers(request: AnyRequest, reference: FromPath[str]) -> Response[Any]:
    """The table of servers that goes with a notice. Not there where none does."""
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    found = desk.rendered(reference).attachments
    if not found:
        raise NotFoundException
    _may_export(request)
    name = found[0].name
    return Response(found[0].content, media_type="text/csv; charset=utf-8",
                    headers={"content-disposition": f'attachment; filename="{name}"'})  # fmt: skip


@post("/notices/{reference:str}/settle", opt=_WORK, sync_to_thread=True)
def settle(request: AnyRequest, reference: FromPath[str], data: Form) -> Response[Any]:
    """Say of an uncertain notice whether it went out."""
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    sent, why = _one(data, "sent"), _one(data, "why")
    try:
        desk.notice(reference, Permission.WORK)
        if sent not in {"yes", "no"}:
            raise RefusedError("choose whether it went out")  # noqa: TRY301 - told below
        desk.settle(reference, sent=sent == "yes", why=why)
    except RefusedError as error:
        if _is_absent(error):
            raise
        form = {"sent": sent, "settled": why}
        return _notice(request, reference, status=422, problem=error, form=form)
    return Redirect(f"/notices/{reference}?done=settled", status_code=303)


@post("/notices/{reference:str}/acknowledge", opt=_WORK, sync_to_thread=True)
def acknowledge(request: AnyRequest, reference: FromPath[str], data: Form) -> Response[Any]:
    """Take down by somebody's word that they have a notice."""
    return _by_word(request, reference, EventKind.ACKNOWLEDGED, data)


@post("/notices/{reference:str}/failed", opt=_WORK, sync_to_thread=True)
def failed(request: AnyRequest, reference: FromPath[str], data: Form) -> Response[Any]:
    """Take down that a letter, a call or a mail reached nobody."""
    return _by_word(request, reference, EventKind.REFUSED, data)


def _by_word(
    request: AnyRequest, reference: str, kind: EventKind, data: dict[str, Any]
) -> Response[Any]:
    desk = _desk(request)
    if desk is None:
        return _unset(request)
    why = _one(data, "why")
    try:
        desk.record(reference, kind, why)
    except RefusedError as error:
        if _is_absent(error):
            raise
        return _notice(request, reference, status=422, problem=error, form={kind.value: why})
    done = "acknowledged" if kind is EventKind.ACKNOWLEDGED else "failed"
    return Redirect(f"/notices/{reference}?done={done}", status_code=303)


# inside


def _desk(request: AnyRequest) -> NoticeDesk | None:
    office: Office | None = request.app.state.office
    return NoticeDesk(office, request.app.state.cases, request.user) if office else None


def _unset(request: AnyRequest) -> Response[Any]:
    """Nobody has said who writes notices."""
    status = 200 if request.method == "GET" else 422
    return page(request, "notices/unset.html", status=status)


def _chosen(request: AnyRequest) -> dict[str, str]:
    """The filters of the list that are chosen, each a value that there can be."""
    known = {
        "status": [*(one.value for one in Status), OVERDUE, ANSWERED],
        "rung": [one.value for one in LADDER],
        "channel": [one.value for one in Channel],
    }
    asked = request.query_params if request.method == "GET" else {}
    found = {name: asked.get(name, "") for name, values in known.items()
             if asked.get(name, "") in values}  # fmt: skip
    if organisation := asked.get("organisation", "")[:_LONGEST]:
        found["organisation"] = organisation
    return found


def _wanted(desk: NoticeDesk, chosen: dict[str, str]) -> Wanted:
    status = chosen.get("status", "")
    odd = status in {OVERDUE, ANSWERED}

    def one(name: str) -> tuple[str, ...]:
        return (chosen[name],) if name in chosen else ()

    return Wanted(
        status=() if odd or not status else (status,), rung=one("rung"), channel=one("channel"),
        organisation=one("organisation"), answered=status == ANSWERED,
        overdue=desk.overdue() if status == OVERDUE else (),
    )  # fmt: skip


def _filters(summary: Summary, chosen: dict[str, str]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The filters as links, with how many notices each has under those that are chosen."""
    found: list[tuple[str, list[dict[str, Any]]]] = []
    for kind in ("status", "rung", "channel"):
        counted: dict[str, int] = {}
        for line in summary.lines:
            if all(name in {kind, "organisation"} or value in {OVERDUE, ANSWERED}
                   or getattr(line, name) == value for name, value in chosen.items()):  # fmt: skip
                value = getattr(line, kind)
                counted[value] = counted.get(value, 0) + line.notices
        if kind == "status":
            counted[OVERDUE] = summary.overdue_total
            counted[ANSWERED] = len(summary.answered)
        others = {name: value for name, value in chosen.items() if name != kind}
        found.append((kind, [
            {"value": value, "count": number if "organisation" not in chosen else None,
             "chosen": chosen.get(kind) == value,
             "href": _with(others if chosen.get(kind) == value else {**others, kind: value})}
            for value, number in counted.items() if number or chosen.get(kind) == value
        ]))  # fmt: skip
    return found


def _with(chosen: dict[str, str], **more: str) -> str:
    return _at("/notices", **chosen, **more)


def _at(path: str, **values: str) -> str:
    return f"{path}?{urlencode(values)}" if values else path


def _asked(asked: dict[str, tuple[str, ...]], words: str) -> Filters:
    filters: dict[str, Any] = {name: value for name, value in asked.items() if name in FILTERS}
    return Filters(**filters, text=words)


def _texts(values: Iterable[str]) -> Iterator[str]:
    """Values of a filter; several of one field are set apart by commas."""
    for value in values:
        for text in value[: _LONGEST * 5].split(","):
            if text.strip():
                yield text.strip()[:_LONGEST]


def _many(data: dict[str, Any], name: str) -> list[str]:
    value = data.get(name, [])
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _one(data: dict[str, Any], name: str) -> str:
    return next(iter(_many(data, name)), "")


def _number(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UsageError(f"'{text[:40]}' is no key of a page")
    return int(text)


def _done(request: AnyRequest) -> str:
    return request.query_params.get("done", "") if request.method == "GET" else ""


def _may_export(request: AnyRequest) -> None:
    if not request.user.may(Permission.EXPORT):
        raise PermissionDeniedException("your account does not allow that")


def _is_absent(error: RefusedError) -> bool:
    return str(error).startswith("there is no ")


ROUTES = (
    notices_page, unreached_page, take_code, take_up, plan_page, keep_plan, batches_page,
    batch_page, approve, reject, notice_page, notice_html, notice_servers, settle, acknowledge,
    failed,
)  # fmt: skip
