"""An organisation about itself: the code of its notice, its own servers, and what it says."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from alpheus.errors import AlpheusError, RefusedError
from alpheus.notify.answers import AnswerKind
from alpheus.notify.blocks import bare
from alpheus.notify.facts import LABELS, label_of
from alpheus.notify.model import Notice
from alpheus.notify.settings import Sender
from alpheus.notify.wording import shipped
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.notice_desk import Office
from alpheus.web.own_desk import NOT_TAKEN, OwnDesk, let_in_by
from alpheus.web.pages.account import let_in, slowly
from alpheus.web.rendering import LANGUAGE_COOKIE, AnyRequest, has_language, look_of, page
from alpheus.web.settings import LANGUAGES

_PUBLIC = {PERMISSION: Permission.PUBLIC}
_OWN = {PERMISSION: Permission.OWN}
_A_YEAR = 366 * 86_400
_LONGEST_CODE = 100
_LONGEST_TEXT = 2_000
_NOTHING_TYPED = dict.fromkeys(("kind", "text", "day", "step", "step-text"), "")
EVIDENCE = "/own/evidence"

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]

OF_A_SERVER = (AnswerKind.DONE, AnswerKind.WORKING, AnswerKind.HELP, AnswerKind.NOT_OURS)
"""What an owner can say of a server."""


@get("/code", opt=_PUBLIC, sync_to_thread=False)
def code_form(request: AnyRequest) -> Response[Any]:
    """The form for the code of a notice."""
    return _code(request)


@post("/code", opt=_PUBLIC, sync_to_thread=True)
def code(request: AnyRequest, data: Form) -> Response[Any]:
    """Acknowledge a notice by its code, and go on to one's own servers.

    Who has said no language goes on in that of the notice.
    """
    slowly(request)
    office: Office | None = request.app.state.office
    given = _one(data, "code")[:_LONGEST_CODE]
    if office is None:
        return _code(request, status=422)
    try:
        session, notice = let_in_by(given, office.notices, request.app.state.sessions)
    except RefusedError as error:
        return _code(request, status=422, problem=error, given=given)
    answer = let_in(request, session, "/own")
    if not has_language(request):
        language = shipped().nearest(notice.language)
        if language in LANGUAGES:
            answer.cookies.append(Cookie(LANGUAGE_COOKIE, value=language, max_age=_A_YEAR,
                                         samesite="lax",
                                         secure=request.app.state.settings.is_secure))  # fmt: skip
    return answer


@get("/own", opt=_OWN, sync_to_thread=True)
def own_page(request: AnyRequest) -> Response[Any]:
    """One's own servers, the worst first, with what to do; what was told of servers of others."""
    desk = _desk(request)
    try:
        notice, view = desk.notice(), desk.view()
    except RefusedError as error:
        return _refused(request, error)
    if view.others:
        return _others(request, notice, desk)
    only = view.servers[0].server if len(view.servers) == 1 and not view.moved else 0
    if only:
        return _server(request, desk, only, is_only=True)
    return page(request, "own/list.html", view=view, notice=notice, access=desk.access(),
                **_around(request))  # fmt: skip


@get("/own/{server:int}", opt=_OWN, sync_to_thread=True)
def own_server(request: AnyRequest, server: FromPath[int]) -> Response[Any]:
    """One server: what happened, how bad it is, what to do, and what one can say of it."""
    return _server(request, _desk(request), server)


@post("/own/{server:int}/answer", opt=_OWN, sync_to_thread=True)
def answer_of_server(request: AnyRequest, server: FromPath[int], data: Form) -> Response[Any]:
    """Take down what an owner says of a server."""
    desk = _desk(request)
    kind, text, day = _kind(data, OF_A_SERVER), _one(data, "text"), _one(data, "day").strip()
    try:
        if kind is None:
            raise RefusedError("choose what you want to tell us")  # noqa: TRY301 - told below
        desk.answer(server, kind, text, day)
    except RefusedError as error:
        if _is_absent(error) or str(error) == NOT_TAKEN:
            return _refused(request, error)
        typed = {"kind": kind or "", "text": text, "day": day}
        return _server(request, desk, server, status=422, problem=error, typed=typed)
    return Redirect(f"/own/{server}?told={kind}", status_code=303)


@post("/own/{server:int}/steps/{step:int}", opt=_OWN, sync_to_thread=True)
def step_of_server(
    request: AnyRequest, server: FromPath[int], step: FromPath[int], data: Form
) -> Response[Any]:
    """Take down that an owner says a step of the plan is done."""
    desk = _desk(request)
    text = _one(data, "text")[:_LONGEST_TEXT]
    try:
        desk.step_done(server, step, text.strip(), _one(data, "plan"))
    except RefusedError as error:
        if _is_absent(error) or str(error) == NOT_TAKEN:
            return _refused(request, error)
        typed = {"step": str(step), "step-text": text}
        return _server(request, desk, server, status=422, problem=error, typed=typed)
    return Redirect(f"/own/{server}?told=step#plan", status_code=303)


@post("/own/answer", opt=_OWN, sync_to_thread=True)
def answer_of_notice(request: AnyRequest, data: Form) -> Response[Any]:
    """Take down what somebody says who was asked to pass a notice on."""
    desk = _desk(request)
    text = _one(data, "text")
    try:
        desk.answer(0, AnswerKind.PASSED_ON, text, "")
    except RefusedError as error:
        if _is_absent(error) or str(error) == NOT_TAKEN:
            return _refused(request, error)
        return _others(request, desk.notice(), desk, status=422, problem=error, text=text)
    return Redirect("/own?told=passed-on", status_code=303)


@post("/own/account", opt=_OWN, sync_to_thread=True)
def own_account(request: AnyRequest, data: Form) -> Response[Any]:
    """An account in place of the code: the session goes on as its."""
    slowly(request)
    desk, name = _desk(request), _one(data, "name")
    try:
        if _one(data, "password") != _one(data, "again"):
            raise RefusedError("the two passwords are not the same")  # noqa: TRY301 - told below
        account = desk.join(request.app.state.accounts, name, _one(data, "password"))
    except RefusedError as error:
        if str(error) == NOT_TAKEN:
            return _refused(request, error)
        return page(request, "own/account.html", status=422, problem=error, name=name,
                    access=desk.access(), **_around(request))  # fmt: skip
    return let_in(request, request.app.state.sessions.begin(account), "/own")


@get("/own/account", opt=_OWN, sync_to_thread=True)
def own_account_form(request: AnyRequest) -> Response[Any]:
    """The form for it; how often the code was used. Who has an account has it."""
    if request.user.account:
        return Redirect("/account")
    try:
        access = _desk(request).access()
    except RefusedError as error:
        return _refused(request, error)
    return page(request, "own/account.html", problem=None, name="", access=access,
                **_around(request))  # fmt: skip


def _desk(request: AnyRequest) -> OwnDesk:
    state = request.app.state
    return OwnDesk(state.database, state.clock, request.user, look_of(request).words.language)


def _code(
    request: AnyRequest,
    *,
    status: int = 200,
    problem: AlpheusError | None = None,
    given: str = "",
) -> Response[Any]:
    return page(request, "own/code.html", status=status, problem=problem, given=given,
                **_around(request))  # fmt: skip


def _server(
    request: AnyRequest,
    desk: OwnDesk,
    number: int,
    *,
    status: int = 200,
    problem: AlpheusError | None = None,
    typed: dict[str, str] | None = None,
    is_only: bool = False,
) -> Response[Any]:
    try:
        notice, found = desk.notice(), desk.server(number)
    except RefusedError as error:
        return _refused(request, error)
    actions = [(bare(one.text), bare(one.detail)) for one in found.plain.actions]
    return page(
        request, "own/server.html", status=status, found=found, one=found.plain, notice=notice,
        actions=actions, problem=problem, typed=_NOTHING_TYPED | (typed or {}),
        told=_told(request), today=desk.now[:10], is_only=is_only, kinds=OF_A_SERVER,
        access=desk.access(), **_around(request),
    )  # fmt: skip


def _others(
    request: AnyRequest,
    notice: Notice | None,
    desk: OwnDesk,
    *,
    status: int = 200,
    problem: AlpheusError | None = None,
    text: str = "",
) -> Response[Any]:
    view = desk.view()
    label = label_of(notice.tlp) if notice else LABELS[0]
    return page(request, "own/others.html", status=status, view=view, notice=notice,
                problem=problem, text=text, told=_told(request), access=desk.access(),
                may_pass_on=label not in LABELS[:2], **_around(request))  # fmt: skip


def _refused(request: AnyRequest, error: RefusedError) -> Response[Any]:
    """What is not there, or a code that lets nobody in any more."""
    if str(error) != NOT_TAKEN:
        raise error
    return page(request, "own/shut.html", status=403, **_around(request))


def _around(request: AnyRequest) -> dict[str, Any]:
    """Who writes, and how to reach and verify them."""
    office: Office | None = request.app.state.office
    sender: Sender | None = office.notices.settings.sender if office else None
    call = "".join(c for c in (sender.telephone if sender else "") if c in "+0123456789")
    return {"sender": sender, "call": call, "takes_evidence": _takes_evidence(request)}


def _takes_evidence(request: AnyRequest) -> str:
    """Where evidence of one's own is handed in; '' where that cannot be."""
    return EVIDENCE if any(one.path == EVIDENCE for one in request.app.routes) else ""


def _told(request: AnyRequest) -> str:
    kind = request.query_params.get("told", "")
    return kind if kind in {*AnswerKind, "step"} else ""


def _kind(data: dict[str, Any], known: tuple[AnswerKind, ...]) -> AnswerKind | None:
    text = _one(data, "kind")
    return AnswerKind(text) if text in {*known} else None


def _one(data: dict[str, Any], name: str) -> str:
    value = data.get(name, "")
    return value if isinstance(value, str) else str(value[0] if value else "")


def _is_absent(error: RefusedError) -> bool:
    return str(error).startswith("there is no ")


ROUTES = (
    code_form, code, own_page, own_server, answer_of_server, step_of_server, answer_of_notice,
    own_account_form, own_account,
)  # fmt: skip
