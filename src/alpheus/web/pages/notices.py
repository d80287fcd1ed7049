"""Notices: where they stand, plans and batches, each notice, and what people answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import MediaType, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from alpheus.errors import AlpheusError, RefusedError, UsageError
from alpheus.notify.listing import Wanted
from alpheus.notify.model import LADDER, Channel, EventKind, Status
from alpheus.notify.records import UNREACHED, Summary
from alpheus.web import notice_tables
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.notice_desk import NoticeDesk
from alpheus.web.notice_parts import (
    LONGEST,
    UNSET,
    Form,
    at,
    deed,
    done_of,
    may_export,
    notice_desk,
    one,
)
from alpheus.web.rendering import AnyRequest, page

_SEE = {PERMISSION: Permission.SEE}
_WORK = {PERMISSION: Permission.WORK}
_SIZE = 50
_SETTLED_AT_ONCE = 20
OVERDUE, ANSWERED = "overdue", "answered"
"""What is asked for like a status, and is none."""

HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""Of a notice as HTML: its own styles, and nothing else."""


@get("/notices", opt=_SEE, sync_to_thread=True, exception_handlers=UNSET)
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
    desk = notice_desk(request)
    chosen = _chosen(request)
    wanted = _wanted(desk, chosen)
    if request.query_params.get("format") == "csv" and request.method == "GET":
        may_export(request)
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
        done=done_of(request),
    )  # fmt: skip


@get("/notices/unreached", opt=_SEE, sync_to_thread=True, exception_handlers=UNSET)
def unreached_page(request: AnyRequest) -> Response[Any]:
    """Whom nobody could reach, and why; as CSV for those who call or write letters."""
    desk = notice_desk(request)
    reason = request.query_params.get("reason", "")
    if reason and reason not in {one.value for one in UNREACHED}:
        raise NotFoundException
    if request.query_params.get("format") == "csv":
        may_export(request)
        return notice_tables.unreached_csv(desk.every_unreached(reason))
    after = request.query_params.get("after", "")
    rows, next_ = desk.unreached(reason, _number(after), _SIZE)
    reasons = desk.reasons()
    here = {"reason": reason} if reason else {}
    return page(
        request, "notices/unreached.html", rows=rows, reasons=reasons, reason=reason,
        known=UNREACHED, summary=desk.summary(),
        next=at("/notices/unreached", **here, after=str(next_)) if next_ else "",
        first=at("/notices/unreached", **here) if after else "",
        csv=at("/notices/unreached", **here, format="csv"),
    )  # fmt: skip


@post("/notices/code", opt=_WORK, sync_to_thread=True, exception_handlers=UNSET)
def take_code(request: AnyRequest, data: Form) -> Response[Any]:
    """Take down a code that somebody has told."""
    desk = notice_desk(request)
    given = one(data, "code")
    try:
        done = desk.acknowledge(given)
    except RefusedError as error:
        return _notices(request, status=422, problem=error, form={"code": given})
    return Redirect(f"/notices/{done.notice.reference}?done=acknowledged", status_code=303)


@post(
    "/notices/answers/{answer:int}/seen", opt=_WORK, sync_to_thread=True, exception_handlers=UNSET
)
def take_up(request: AnyRequest, answer: FromPath[int]) -> Response[Any]:
    """Say that a person has taken up what an owner said."""
    desk = notice_desk(request)
    return deed(
        lambda: desk.take_up(answer),
        lambda error: _notices(request, status=422, problem=error),
        "/notices?done=taken-up#answers",
    )


# one notice


@get("/notices/{reference:str}", opt=_SEE, sync_to_thread=True, exception_handlers=UNSET)
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
    desk = notice_desk(request)
    return page(request, "notices/notice.html", status=status, shown=desk.show(reference),
                problem=problem, form=form or {}, done=done_of(request))  # fmt: skip


@get("/notices/{reference:str}/html", opt=_SEE, sync_to_thread=True, exception_handlers=UNSET)
def notice_html(request: AnyRequest, reference: FromPath[str]) -> Response[Any]:
    """A notice as HTML, on an address of its own, where nothing can be done by it."""
    desk = notice_desk(request)
    return Response(
        desk.rendered(reference).html, media_type=MediaType.HTML,
        headers={"content-security-policy": HTML_POLICY},
    )  # fmt: skip


@get(
    "/notices/{reference:str}/servers.csv",
    opt=_SEE,
    sync_to_thread=True,
    exception_handlers=UNSET,
)
def notice_servers(request: AnyRequest, reference: FromPath[str]) -> Response[Any]:
    """The table of servers that goes with a notice. Not there where none does."""
    desk = notice_desk(request)
    found = desk.rendered(reference).attachments
    if not found:
        raise NotFoundException
    may_export(request)
    name = found[0].name
    return Response(found[0].content, media_type="text/csv; charset=utf-8",
                    headers={"content-disposition": f'attachment; filename="{name}"'})  # fmt: skip


@post("/notices/{reference:str}/settle", opt=_WORK, sync_to_thread=True, exception_handlers=UNSET)
def settle(request: AnyRequest, reference: FromPath[str], data: Form) -> Response[Any]:
    """Say of an uncertain notice whether it went out."""
    desk = notice_desk(request)
    sent, why = one(data, "sent"), one(data, "why")

    def do() -> None:
        desk.notice(reference, Permission.WORK)
        if sent not in {"yes", "no"}:
            raise RefusedError("choose whether it went out")
        desk.settle(reference, sent=sent == "yes", why=why)

    return deed(
        do, _notice_again(request, reference, {"sent": sent, "settled": why}),
        f"/notices/{reference}?done=settled",
    )  # fmt: skip


@post(
    "/notices/{reference:str}/acknowledge",
    opt=_WORK,
    sync_to_thread=True,
    exception_handlers=UNSET,
)
def acknowledge(request: AnyRequest, reference: FromPath[str], data: Form) -> Response[Any]:
    """Take down by somebody's word that they have a notice."""
    return _by_word(request, reference, EventKind.ACKNOWLEDGED, one(data, "why"))


@post("/notices/{reference:str}/failed", opt=_WORK, sync_to_thread=True, exception_handlers=UNSET)
def failed(request: AnyRequest, reference: FromPath[str], data: Form) -> Response[Any]:
    """Take down that a letter, a call or a mail reached nobody."""
    return _by_word(request, reference, EventKind.REFUSED, one(data, "why"))


def _by_word(request: AnyRequest, reference: str, kind: EventKind, why: str) -> Response[Any]:
    desk = notice_desk(request)
    done = "acknowledged" if kind is EventKind.ACKNOWLEDGED else "failed"
    return deed(
        lambda: desk.record(reference, kind, why),
        _notice_again(request, reference, {kind.value: why}), f"/notices/{reference}?done={done}",
    )  # fmt: skip


def _notice_again(
    request: AnyRequest, reference: str, form: dict[str, str]
) -> Callable[[RefusedError], Response[Any]]:
    """The page of a notice as it comes back with what was typed."""
    return lambda error: _notice(request, reference, status=422, problem=error, form=form)


# inside


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
    if organisation := asked.get("organisation", "")[:LONGEST]:
        found["organisation"] = organisation
    return found


def _wanted(desk: NoticeDesk, chosen: dict[str, str]) -> Wanted:
    status = chosen.get("status", "")
    odd = status in {OVERDUE, ANSWERED}

    def only(name: str) -> tuple[str, ...]:
        return (chosen[name],) if name in chosen else ()

    return Wanted(
        status=() if odd or not status else (status,), rung=only("rung"), channel=only("channel"),
        organisation=only("organisation"), answered=status == ANSWERED,
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
    return at("/notices", **chosen, **more)


def _number(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UsageError(f"'{text[:40]}' is no key of a page")
    return int(text)


ROUTES = (
    notices_page, unreached_page, take_code, take_up, notice_page, notice_html, notice_servers,
    settle, acknowledge, failed,
)  # fmt: skip
