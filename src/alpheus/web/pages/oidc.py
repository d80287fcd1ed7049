"""Signing in at a provider of identities, and coming back from it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from alpheus.errors import RefusedError
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.oidc import Provider
from alpheus.web.access.roles import Permission
from alpheus.web.pages.account import inside, let_in, sign_in_page, slowly
from alpheus.web.rendering import AnyRequest

CALLBACK = "/oidc/callback"
_PUBLIC = {PERMISSION: Permission.PUBLIC}
_TEN_MINUTES = 600


@get("/oidc/start", opt=_PUBLIC, sync_to_thread=True)
def start(request: AnyRequest) -> Response[Any]:
    """Go to the provider; `next` in the address is where to go then."""
    slowly(request)
    where = inside(request.query_params.get("next", "/"))
    try:
        address, kept = _provider(request).begin(where)
    except RefusedError as error:
        return sign_in_page(request, status=422, problem=str(error))
    return Redirect(address, cookies=[_cookie(request, kept, _TEN_MINUTES)])


@get(CALLBACK, opt=_PUBLIC, sync_to_thread=True)
def callback(request: AnyRequest) -> Response[Any]:
    """Come back from the provider, and begin a session."""
    slowly(request)
    provider, state = _provider(request), request.app.state
    kept = request.cookies.get(_name(request), "")
    try:
        known, where = provider.end(kept, dict(request.query_params))
        account = state.accounts.sign_in_known(known.subject, known.name, known.grants)
        answer = let_in(request, state.sessions.begin(account), inside(where))
    except RefusedError as error:
        answer = sign_in_page(request, status=422, problem=str(error))
    answer.cookies.append(_cookie(request, "", 0))
    return answer


def _provider(request: AnyRequest) -> Provider:
    found: Provider | None = request.app.state.provider
    if found is None:
        raise NotFoundException
    return found


def _name(request: AnyRequest) -> str:
    secure = request.app.state.settings.is_secure
    return "__Host-alpheus-oidc" if secure else "alpheus-oidc"


def _cookie(request: AnyRequest, value: str, seconds: int) -> Cookie:
    return Cookie(
        _name(request), value=value, max_age=seconds, httponly=True, samesite="lax",
        secure=request.app.state.settings.is_secure,
    )  # fmt: skip


ROUTES = (start, callback)
