"""Accounts: who there is, what they may, and the links by which they set a password."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from alpheus.errors import RefusedError
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Grant, Permission, Role
from alpheus.web.rendering import AnyRequest, page

_ADMIN = {PERMISSION: Permission.ADMINISTER}
_SPARE_ROWS = 2

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
"""A form with fields that may come several times."""


@get("/accounts", opt=_ADMIN, sync_to_thread=True)
def accounts_page(request: AnyRequest) -> Response[Any]:
    """All accounts, and the form for another one."""
    return _list(request)


@post("/accounts", opt=_ADMIN, sync_to_thread=True)
def make_account(request: AnyRequest, data: Form) -> Response[Any]:
    """Make an account; the link for its owner is shown once."""
    name, rows = _one(data, "name"), _rows(data)
    try:
        secret = request.app.state.accounts.make(
            name, _grants(request, rows), who=request.user.name
        )
    except RefusedError as error:
        return _list(request, status=422, problem=error, name=name, rows=rows)
    return _list(request, status=201, link=_link(request, secret), invited=name.strip())


@get("/accounts/{account:int}", opt=_ADMIN, sync_to_thread=True)
def account_of(request: AnyRequest, account: FromPath[int]) -> Response[Any]:
    """One account: roles, link, tokens, whether it is let in."""
    return _one_account(request, account)


@post("/accounts/{account:int}/roles", opt=_ADMIN, sync_to_thread=True)
def change_roles(request: AnyRequest, account: FromPath[int], data: Form) -> Response[Any]:
    """Give other roles in place of those there are."""
    rows = _rows(data)
    try:
        request.app.state.accounts.regrant(account, _grants(request, rows), who=request.user.name)
    except RefusedError as error:
        return _one_account(request, account, problem=error, rows=rows)
    return Redirect(f"/accounts/{account}", status_code=303)


@post("/accounts/{account:int}/invite", opt=_ADMIN, sync_to_thread=True)
def invite(request: AnyRequest, account: FromPath[int]) -> Response[Any]:
    """A new link, shown once; earlier ones hold no more."""
    secret = request.app.state.accounts.invite(account, who=request.user.name)
    return _one_account(request, account, link=_link(request, secret))


@post("/accounts/{account:int}/disable", opt=_ADMIN, sync_to_thread=True)
def disable(request: AnyRequest, account: FromPath[int]) -> Response[Any]:
    """Let it in no more."""
    try:
        request.app.state.accounts.disable(account, who=request.user.name)
    except RefusedError as error:
        return _one_account(request, account, problem=error)
    return Redirect(f"/accounts/{account}", status_code=303)


@post("/accounts/{account:int}/enable", opt=_ADMIN, sync_to_thread=True)
def enable(request: AnyRequest, account: FromPath[int]) -> Response[Any]:
    """Let it in again, and end a lock-out."""
    request.app.state.accounts.enable(account, who=request.user.name)
    return Redirect(f"/accounts/{account}", status_code=303)


@post("/accounts/{account:int}/subject", opt=_ADMIN, sync_to_thread=True)
def bind(request: AnyRequest, account: FromPath[int], data: Form) -> Response[Any]:
    """Bind it to somebody whom the provider of identities knows; '' for nobody."""
    subject = _one(data, "subject")
    try:
        request.app.state.accounts.bind(account, subject, who=request.user.name)
    except RefusedError as error:
        return _one_account(request, account, problem=error, subject=subject)
    return Redirect(f"/accounts/{account}", status_code=303)


@post("/accounts/{account:int}/tokens/{token:int}/revoke", opt=_ADMIN, sync_to_thread=True)
def revoke_of(request: AnyRequest, account: FromPath[int], token: FromPath[int]) -> Response[Any]:
    """Let a token of somebody hold no more."""
    request.app.state.sessions.revoke_token(account, token, who=request.user.name)
    return Redirect(f"/accounts/{account}", status_code=303)


def _list(
    request: AnyRequest,
    *,
    status: int = 200,
    problem: RefusedError | None = None,
    name: str = "",
    rows: list[tuple[str, str]] | None = None,
    link: str = "",
    invited: str = "",
) -> Response[Any]:
    state = request.app.state
    return page(
        request, "accounts.html", status=status, accounts=state.accounts.every(), problem=problem,
        name=name, rows=_padded(rows or []), roles=tuple(Role), link=link, invited=invited,
        now=state.accounts.now(),
    )  # fmt: skip


def _one_account(
    request: AnyRequest,
    account: int,
    *,
    problem: RefusedError | None = None,
    rows: list[tuple[str, str]] | None = None,
    link: str = "",
    subject: str | None = None,
) -> Response[Any]:
    state = request.app.state
    found = state.accounts.one(account)
    granted = [(one.role.value, one.organisation) for one in found["grants"]]
    return page(
        request, "account_of.html", status=422 if problem else 200, account=found,
        tokens=state.sessions.tokens_of(account), problem=problem, roles=tuple(Role), link=link,
        rows=_padded(granted if rows is None else rows), now=state.accounts.now(),
        subject=found["oidc_subject"] if subject is None else subject,
        has_oidc=state.settings.oidc is not None,
    )  # fmt: skip


def _link(request: AnyRequest, secret: str) -> str:
    return f"{request.app.state.settings.url}/join/{secret}"


def _rows(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Role and organisation of each row of the form that says something."""
    pairs = zip_longest(_all(data, "role"), _all(data, "organisation"), fillvalue="")
    return [(role, place.strip()) for role, place in pairs if role or place.strip()]


def _grants(request: AnyRequest, rows: list[tuple[str, str]]) -> list[Grant]:
    """The grants that a form asks for. Raises RefusedError."""
    given = []
    for role, organisation in rows:
        if role not in set(Role):
            raise RefusedError("choose a role for each organisation")
        if organisation:
            request.app.state.cases.organisation(organisation)
        given.append(Grant(Role(role), organisation))
    return given


def _padded(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [*rows, *[("", "")] * _SPARE_ROWS]


def _all(data: Mapping[str, Any], name: str) -> list[str]:
    found = data.get(name, [])
    return [str(one) for one in found] if isinstance(found, list) else [str(found)]


def _one(data: Mapping[str, Any], name: str) -> str:
    return next(iter(_all(data, name)), "")


ROUTES = (
    accounts_page, make_account, account_of, change_roles, invite, disable, enable, bind, revoke_of,
)  # fmt: skip
