"""One's own account: its password, and tokens for programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect

from alpheus.errors import RefusedError
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.role_words import PERMISSIONS
from alpheus.web.access.roles import Permission
from alpheus.web.rendering import AnyRequest, page

_SIGNED_IN = {PERMISSION: Permission.SIGNED_IN}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for a new token, so that an error loses nothing of it."""

    name: str = ""
    days: str = "30"
    scope: frozenset[str] = field(default_factory=frozenset)


@get("/account", opt=_SIGNED_IN, sync_to_thread=True)
def account_page(request: AnyRequest) -> Response[Any]:
    """One's own account: password and tokens."""
    return account_view(request)


@post("/account/tokens", opt=_SIGNED_IN, sync_to_thread=True)
def make_token(
    request: AnyRequest,
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Make a token; its text is shown once."""
    only_accounts(request)
    scope = data.get("scope", [])
    typed = Typed(
        str(data.get("name", "")), str(data.get("days", "")),
        frozenset(map(str, scope)) if isinstance(scope, list) else frozenset({str(scope)}),
    )  # fmt: skip
    try:
        text = request.app.state.sessions.make_token(
            request.user, typed.name, _permissions(typed.scope), _days(typed.days)
        )
    except RefusedError as error:
        return account_view(request, status=422, token_problem=error, typed=typed)
    return account_view(request, status=201, text=text)


@post("/account/tokens/{token:int}/revoke", opt=_SIGNED_IN, sync_to_thread=True)
def revoke_token(request: AnyRequest, token: FromPath[int]) -> Response[Any]:
    """Let a token of one's own hold no more."""
    request.app.state.sessions.revoke_token(request.user.account, token, who=request.user.name)
    return Redirect("/account", status_code=303)


def only_accounts(request: AnyRequest) -> None:
    """An organisation that came with a code has neither password nor tokens."""
    if not request.user.account:
        raise NotFoundException


def account_view(
    request: AnyRequest,
    *,
    status: int = 200,
    problem: RefusedError | None = None,
    token_problem: RefusedError | None = None,
    typed: Typed | None = None,
    text: str = "",
) -> Response[Any]:
    """The page, with what was wrong or what is shown once."""
    state, person = request.app.state, request.user
    allowed = [(one, said) for one, said in PERMISSIONS.items()
               if person.may(one) and one is not Permission.SEE_SECRETS]  # fmt: skip
    return page(
        request, "account.html", status=status, problem=problem, token_problem=token_problem,
        typed=typed or Typed(), text=text, allowed=allowed, permissions=PERMISSIONS,
        tokens=state.sessions.tokens_of(person.account) if person.account else [],
        now=state.accounts.now(),
    )  # fmt: skip


def _permissions(scope: frozenset[str]) -> frozenset[Permission]:
    """What a token is for; secrets are shown to people alone."""
    named = frozenset(one for one in PERMISSIONS if one.value in scope)
    return named - {Permission.SEE_SECRETS}


def _days(text: str) -> int:
    """Days as typed; what is no number is none, and refused with the rest."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


ROUTES = (account_page, make_token, revoke_token)
