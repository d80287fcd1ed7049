"""Who asks, their tokens, accounts, and the log of what was done."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, delete, get, post
from litestar.exceptions import NotFoundException
from litestar.params import JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from alpheus.cases.database import Database
from alpheus.web.access import audit
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.role_words import PERMISSIONS
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import (
    CSV,
    LARGEST,
    Format,
    Number,
    Size,
    Time,
    clean,
    file,
    is_csv,
    json,
    rows_of,
    said,
    shaped,
)
from alpheus.web.csv_output import demand
from alpheus.web.rendering import AnyRequest, asker

_SIGNED_IN = {PERMISSION: Permission.SIGNED_IN}
_ADMIN = {PERMISSION: Permission.ADMINISTER}
_COLUMNS = ("id", "time", "who", "action", "object", "detail", "previous", "hash")
_AT_ONCE = 500

Who = Annotated[str, QueryParameter(max_length=200, description="Who did it, exactly.")]
Action = Annotated[str, QueryParameter(max_length=200, description="What was done, exactly.")]
Before = Annotated[
    int, QueryParameter(ge=0, le=LARGEST, description="`next` of the page before; 0: the newest.")
]


class GrantOf(msgspec.Struct, frozen=True):
    """A role, in an organisation or everywhere ('')."""

    role: str
    organisation: str


class Me(msgspec.Struct, frozen=True):
    """Who asks, and what they may."""

    name: Annotated[str, said("What is taken down as who did something.")]
    account: Annotated[int, said("0 for an organisation that came by the code of a notice.")]
    language: str
    grants: list[GrantOf]
    permissions: Annotated[list[str], said("What is allowed somewhere, within the token's scope.")]
    token: Annotated[str, said("The name of the token; '' in a session.")]
    csrf: Annotated[str, said("Of a session: what goes into the header x-csrf of changes.")]


class TokenOf(msgspec.Struct, frozen=True):
    """A token, without its text."""

    id: int
    name: str
    scope: list[str]
    made: Time
    expires: Time
    used: Time
    revoked: Time


class Tokens(msgspec.Struct, frozen=True):
    """Tokens, the newest first."""

    tokens: list[TokenOf]


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token to be made."""

    name: Annotated[str, said("For what it is.", min_length=1, max_length=80)]
    scope: Annotated[
        list[Literal["own", "see", "export", "work", "import", "see-secrets", "approve",
                     "administer"]],
        said("What it is for: some of what the account may.", min_length=1, max_length=8),
    ]  # fmt: skip
    days: Annotated[int, said("How long it holds.", ge=1, le=366)] = 30


class MadeToken(msgspec.Struct, frozen=True):
    """The text of a token, shown once, and the number to revoke it by."""

    id: int
    token: str


class AccountOf(msgspec.Struct, frozen=True):
    """An account."""

    id: int
    name: str
    made: Time
    disabled: Annotated[Time, said("Since when it is not let in; '' while it is.")]
    locked_until: Time
    oidc_subject: str
    has_password: bool
    grants: list[GrantOf]


class Accounts(msgspec.Struct, frozen=True):
    """All accounts, by name."""

    accounts: list[AccountOf]


class AccountWhole(msgspec.Struct, frozen=True):
    """An account with its tokens."""

    account: AccountOf
    tokens: list[TokenOf]


class EntryOf(msgspec.Struct, frozen=True):
    """An entry of the log."""

    id: int
    time: Time
    who: str
    action: str
    object: str
    detail: dict[str, str]


class AuditPage(msgspec.Struct, frozen=True):
    """Entries of the log, the newest first."""

    entries: list[EntryOf]
    next: Annotated[int, said("The key of the page after; 0 on the last.")]


class AuditVerdict(msgspec.Struct, frozen=True):
    """Whether the log holds."""

    entries: Annotated[int, said("Entries that hold.")]
    head: Annotated[str, said("The last hash that does.")]
    fault: Annotated[str, said("The first fault; '' where there is none.")]


@get("/me", opt=_SIGNED_IN, tags=["me"], sync_to_thread=False)
def me(request: AnyRequest) -> Response[Me]:
    """Who asks, and what they may."""
    person, session = asker(request)
    scope: frozenset[Permission] | None = request.scope["state"].get("token_scope")
    allowed = [one.value for one in PERMISSIONS
               if person.may(one) and (scope is None or one in scope)]  # fmt: skip
    grants = [GrantOf(one.role.value, one.organisation) for one in person.grants]
    csrf = session.csrf if session else ""
    return json(Me(person.name, person.account, person.language, grants, allowed, person.token,
                   csrf))  # fmt: skip


@get("/me/tokens", opt=_SIGNED_IN, tags=["me"], sync_to_thread=True)
def my_tokens(request: AnyRequest) -> Response[Tokens]:
    """One's own tokens."""
    return json(Tokens(_tokens(request, request.user.account)))


@post("/me/tokens", opt=_SIGNED_IN, tags=["me"], sync_to_thread=True)
def make_token(request: AnyRequest, data: JSONBody[NewToken]) -> Response[MadeToken]:
    """Make a token.

    For a session alone: a token never makes another, so that it does not outlive its end.
    """
    _only_accounts(request)
    scope = frozenset(map(Permission, data.scope))
    sessions = request.app.state.sessions
    text = sessions.make_token(request.user, clean(data.name), scope, data.days)
    return json(MadeToken(sessions.number_of(text), text), 201)


@delete("/me/tokens/{token:int}", opt=_SIGNED_IN, tags=["me"], sync_to_thread=True)
def revoke_token(request: AnyRequest, token: Number) -> None:
    """Let a token of one's own hold no more. For a session alone."""
    _only_accounts(request)
    request.app.state.sessions.revoke_token(request.user.account, token, who=request.user.name)


@get("/accounts", opt=_ADMIN, tags=["accounts"], sync_to_thread=True)
def accounts(request: AnyRequest) -> Response[Accounts]:
    """All accounts."""
    return json(Accounts([_account(one) for one in request.app.state.accounts.every()]))


@get("/accounts/{account:int}", opt=_ADMIN, tags=["accounts"], sync_to_thread=True)
def account(request: AnyRequest, account: Number) -> Response[AccountWhole]:
    """One account, with its tokens."""
    found = request.app.state.accounts.one(account)
    return json(AccountWhole(_account(found), _tokens(request, account)))


@get("/audit", opt={**_ADMIN, CSV: True}, tags=["audit"], sync_to_thread=True)
def audit_log(
    request: AnyRequest,
    *,
    who: Who = "",
    action: Action = "",
    before: Before = 0,
    size: Size = 50,
    form: Format = "json",
) -> Response[AuditPage]:
    """The log, the newest first; as a file, the oldest first and with its hashes."""
    database: Database = request.app.state.database
    asked = {"who": clean(who), "action": clean(action)}
    if is_csv(request, form):
        demand(request, Permission.EXPORT)
        return file(request, _COLUMNS, _portions(database, asked), "audit")
    with database.read() as connection:
        found = audit.entries(connection, before=before, size=size + 1, **asked)
    shown = found[:size]
    next_ = shown[-1].id if len(found) > size else 0
    return json(AuditPage(shaped(shown, list[EntryOf]), next_))


@get("/audit/check", opt=_ADMIN, tags=["audit"], sync_to_thread=True)
def audit_check(request: AnyRequest) -> Response[AuditVerdict]:
    """Check every entry of the log: whether one was changed, left out or put in."""
    return json(shaped(audit.verify(request.app.state.database), AuditVerdict))


def _only_accounts(request: AnyRequest) -> None:
    if not request.user.account:
        raise NotFoundException


def _tokens(request: AnyRequest, number: int) -> list[TokenOf]:
    found = request.app.state.sessions.tokens_of(number) if number else []
    return rows_of([{**one, "scope": str(one["scope"]).split()} for one in found], TokenOf)


def _account(found: dict[str, Any]) -> AccountOf:
    grants = [GrantOf(one.role.value, one.organisation) for one in found["grants"]]
    whole = {**found, "grants": grants, "oidc_subject": found["oidc_subject"] or ""}
    return rows_of([whole], AccountOf)[0]


def _portions(database: Database, asked: dict[str, str]) -> Iterator[list[dict[str, object]]]:
    def fits(row: dict[str, object]) -> bool:
        return all(not value or row[name] == value for name, value in asked.items())

    with database.read() as connection:
        rows = filter(fits, audit.rows(connection))
        while part := list(islice(rows, _AT_ONCE)):
            yield part


ROUTES: tuple[ControllerRouterHandler, ...] = (
    me, my_tokens, make_token, revoke_token, accounts, account, audit_log, audit_check,
)  # fmt: skip
