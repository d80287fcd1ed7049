"""Signing in and out, the link that sets a password, and how somebody likes the console."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.exceptions import TooManyRequestsException
from litestar.params import Body, FromPath
from litestar.response import Redirect

from alpheus.errors import RefusedError
from alpheus.web.access.devices import HOLDS
from alpheus.web.access.guard import COOKIE, DEVICE, PERMISSION, SECURE_COOKIE, SECURE_DEVICE
from alpheus.web.access.roles import Permission
from alpheus.web.access.sessions import LONGEST, Session
from alpheus.web.access.throttle import place_of
from alpheus.web.pages.tokens import account_view, only_accounts
from alpheus.web.rendering import LANGUAGE_COOKIE, THEMES, AnyRequest, page
from alpheus.web.settings import LANGUAGES

_A_YEAR = 366 * 86_400
_PUBLIC = {PERMISSION: Permission.PUBLIC}
_SIGNED_IN = {PERMISSION: Permission.SIGNED_IN}


@dataclass(frozen=True, slots=True)
class SignIn:
    """The form of signing in; `next` is where to go then."""

    name: str = ""
    password: str = ""
    next: str = "/"


@dataclass(frozen=True, slots=True)
class Join:
    """The form that a link leads to."""

    password: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """The form that changes a password."""

    old: str = ""
    password: str = ""
    again: str = ""
    csrf: str = ""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The form of language and theme; `next` is where to go then."""

    language: str = ""
    theme: str = ""
    next: str = "/"
    csrf: str = ""


def _form() -> Any:  # noqa: ANN401 - what Litestar takes
    return Body(media_type=RequestEncodingType.URL_ENCODED)


@get("/sign-in", opt=_PUBLIC, sync_to_thread=False)
def sign_in_form(request: AnyRequest) -> Response[Any]:
    """The form; `next` in the address is where to go then."""
    where = inside(request.query_params.get("next", "/"))
    return sign_in_page(request, where=where)


@post("/sign-in", opt=_PUBLIC, sync_to_thread=True)
def sign_in(request: AnyRequest, data: Annotated[SignIn, _form()]) -> Response[Any]:
    """Begin a session, or say that name and password do not fit; the name stays in the form."""
    slowly(request)
    problem = "name and password do not fit, or the account is locked for a while"
    try:
        account = request.app.state.accounts.sign_in(
            data.name, data.password, request.cookies.get(_device(request), "")
        )
    except RefusedError as error:
        account, problem = None, str(error)
    if account is None:
        return sign_in_page(request, status=422, problem=problem, name=data.name,
                            where=inside(data.next))  # fmt: skip
    return let_in(request, request.app.state.sessions.begin(account), inside(data.next))


@get("/join/{secret:str}", opt=_PUBLIC, sync_to_thread=True)
def join_form(request: AnyRequest, secret: FromPath[str]) -> Response[Any]:
    """The form that a link leads to; of one that holds no more, that alone."""
    try:
        request.app.state.accounts.check_invitation(secret)
    except RefusedError as error:
        return page(request, "join.html", status=422, secret="", problem=str(error))
    return page(request, "join.html", secret=secret, problem="")


@post("/join/{secret:str}", opt=_PUBLIC, sync_to_thread=True)
def join(
    request: AnyRequest, secret: FromPath[str], data: Annotated[Join, _form()]
) -> Response[Any]:
    """Set a password by a link, and begin a session."""
    slowly(request)
    try:
        if data.password != data.again:
            raise RefusedError("the two passwords are not the same")  # noqa: TRY301 - told below
        account = request.app.state.accounts.accept(secret, data.password)
    except RefusedError as error:
        return page(request, "join.html", status=422, secret=secret, problem=str(error))
    return let_in(request, request.app.state.sessions.begin(account), "/")


@post("/sign-out", opt=_SIGNED_IN, sync_to_thread=True)
def sign_out(request: AnyRequest) -> Response[Any]:
    """End the session."""
    name = _cookie(request)
    request.app.state.sessions.end(request.cookies.get(name, ""))
    answer = Redirect("/sign-in", status_code=303)
    answer.set_cookie(name, "", max_age=0, httponly=True, samesite="lax",
                      secure=request.app.state.settings.is_secure)  # fmt: skip
    return answer


@post("/preferences", opt=_PUBLIC, sync_to_thread=True)
def preferences(request: AnyRequest, data: Annotated[Preferences, _form()]) -> Response[Any]:
    """Keep language and theme: with the account, and the language in the browser."""
    language = data.language if data.language in LANGUAGES else ""
    theme = data.theme if data.theme in THEMES else "system"
    if request.user.account:
        request.app.state.accounts.prefer(request.user.account, language=language, theme=theme)
    return Redirect(
        inside(data.next), status_code=303,
        cookies=[Cookie(LANGUAGE_COOKIE, value=language, max_age=_A_YEAR, samesite="lax",
                        secure=request.app.state.settings.is_secure)],
    )  # fmt: skip


@post("/account/password", opt=_SIGNED_IN, sync_to_thread=True)
def change_password(request: AnyRequest, data: Annotated[Change, _form()]) -> Response[Any]:
    """Change one's password; all sessions end, and this one begins anew."""
    only_accounts(request)
    state = request.app.state
    try:
        if data.password != data.again:
            raise RefusedError("the two passwords are not the same")  # noqa: TRY301 - told below
        state.accounts.change_password(request.user.account, data.old, data.password)
    except RefusedError as error:
        return account_view(request, status=422, problem=error)
    return let_in(request, state.sessions.begin(request.user.account), "/account")


def sign_in_page(
    request: AnyRequest, *, status: int = 200, problem: str = "", name: str = "", where: str = "/"
) -> Response[Any]:
    """The form, and the way to a provider of identities where there is one."""
    form = SignIn(name=name, next=where)
    elsewhere = ""
    if request.app.state.provider is not None:
        elsewhere = f"/oidc/start?{urlencode({'next': where})}"
    return page(
        request, "sign_in.html", status=status, form=form, problem=problem, elsewhere=elsewhere
    )


def let_in(request: AnyRequest, session: Session, where: str) -> Response[Any]:
    """Go on with a session's cookie; the old session, if any, ends: it may be somebody else's."""
    name = _cookie(request)
    if old := request.cookies.get(name):
        request.app.state.sessions.end(old)
    secure = request.app.state.settings.is_secure
    cookies = [Cookie(name, value=session.secret, max_age=int(LONGEST.total_seconds()),
                      httponly=True, samesite="lax", secure=secure)]  # fmt: skip
    if session.person.account:
        mark = request.app.state.accounts.mark_of(session.person.account)
        cookies.append(Cookie(_device(request), value=mark, max_age=int(HOLDS.total_seconds()),
                              httponly=True, samesite="strict", secure=secure))  # fmt: skip
    return Redirect(where, status_code=303, cookies=cookies)


def _device(request: AnyRequest) -> str:
    return SECURE_DEVICE if request.app.state.settings.is_secure else DEVICE


def _cookie(request: AnyRequest) -> str:
    return SECURE_COOKIE if request.app.state.settings.is_secure else COOKIE


def slowly(request: AnyRequest) -> None:
    """Let one address try to come in a few times a minute, by whatever way."""
    host = request.client.host if request.client else ""
    if wait := request.app.state.sign_in_throttle.wait(place_of(host)):
        seconds = str(ceil(wait))
        raise TooManyRequestsException(
            f"too many tries; wait {seconds} seconds", headers={"retry-after": seconds}
        )


def inside(where: str) -> str:
    """A place of this console; anything else would lead somebody away."""
    plain = where.isascii() and where.isprintable()
    inside = where.startswith("/") and not where.startswith(("//", "/\\"))
    return where if plain and inside else "/"


ROUTES = (
    sign_in_form, sign_in, join_form, join, sign_out, preferences, change_password,
)  # fmt: skip
