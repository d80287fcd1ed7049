"""Who asks is found out before every request, and whether the route is for them.

A route says by `opt` which permission it asks for; one that says nothing lets the program not
start. Requests that change something must come from our own pages: `Sec-Fetch-Site` or `Origin` say
so, and the session's own word is in the form or in a header.
"""

from __future__ import annotations

import secrets
from math import ceil
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar.enums import RequestEncodingType
from litestar.exceptions import (
    NotAuthorizedException,
    PermissionDeniedException,
    TooManyRequestsException,
)
from litestar.middleware import ASGIMiddleware

from alpheus.web.access.identities import Identities
from alpheus.web.access.roles import ALLOWED, NOBODY, Permission, Person, Role
from alpheus.web.access.sessions import Session
from alpheus.web.access.throttle import Throttle, place_of
from alpheus.web.access.typed import OtherSessionError, SignedOutError, typed_in

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection
    from litestar.handlers.base import BaseRouteHandler
    from litestar.types import ASGIApp, Receive, Scope, Send

COOKIE = "alpheus"
SECURE_COOKIE = "__Host-alpheus"
DEVICE = "alpheus-device"
SECURE_DEVICE = "__Host-alpheus-device"
FIELD = "csrf"
HEADER = "x-csrf"
PERMISSION = "permission"
"""The name in `opt` under which a route says what it asks for."""
STREAMED = "streamed"
"""The name in `opt` under which a route says that it reads a form with files itself, as it comes:
it looks with `is_word` for the session's word, which stands before the first file."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LARGEST_FORM = 1 << 20


class Identify(ASGIMiddleware):
    """Puts `user` (a Person) and `auth` (a Session, or None) into the scope.

    Whoever asks too often is told to wait: each account, and without one each address.
    """

    def __init__(self, identities: Identities, throttle: Throttle, *, secure: bool) -> None:
        self._identities = identities
        self._throttle = throttle
        self._cookie = SECURE_COOKIE if secure else COOKIE

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Look at the cookie, or at the bearer token where there is one."""
        from litestar.connection import ASGIConnection  # noqa: PLC0415 - slow to load

        connection = ASGIConnection[Any, Any, Any, Any](scope)
        scope["user"], scope["auth"] = NOBODY, None
        anew = _method(connection) not in _SAFE
        bearer = connection.headers.get("authorization", "")
        if bearer.lower().startswith("bearer "):
            token = await self._token(bearer[7:].strip(), anew=anew)
            if token is not None:
                scope["user"] = token[0]
                scope["state"]["token_scope"] = token[1]
        elif secret := connection.cookies.get(self._cookie, ""):
            session = await self._session(secret, anew=anew)
            if session is not None:
                scope["user"], scope["auth"] = session.person, session
        self._check_rate(connection)
        await next_app(scope, receive, send)

    async def _session(self, secret: str, *, anew: bool) -> Session | None:
        from litestar.concurrency import sync_to_thread  # noqa: PLC0415 - slow to load

        known = None if anew else self._identities.known_session(secret)
        return known or await sync_to_thread(self._identities.session, secret, anew=anew)

    async def _token(
        self, secret: str, *, anew: bool
    ) -> tuple[Person, frozenset[Permission]] | None:
        from litestar.concurrency import sync_to_thread  # noqa: PLC0415 - slow to load

        known = None if anew else self._identities.known_token(secret)
        return known or await sync_to_thread(self._identities.token, secret, anew=anew)

    def _check_rate(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        host = connection.client.host if connection.client else ""
        if wait := self._throttle.wait(connection.user.name or place_of(host)):
            seconds = str(ceil(wait))
            raise TooManyRequestsException(
                f"too many requests; wait {seconds} seconds", headers={"retry-after": seconds}
            )


async def check(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse whom the route is not for, and what comes from somebody else's page."""
    asked: Permission = handler.opt.get(PERMISSION, Permission.PUBLIC)  # for OPTIONS alone
    person: Person = connection.user
    token_scope: frozenset[Permission] | None = connection.state.get("token_scope")
    if asked is Permission.PUBLIC:
        if connection.auth is not None:
            await _check_form(connection, connection.auth)
        elif _method(connection) not in _SAFE and not _is_ours(connection):
            raise PermissionDeniedException("this form was sent from another site")
        return
    if person is NOBODY:
        if _is_sent_by_a_page(connection):
            raise SignedOutError(await typed_in(connection))
        raise NotAuthorizedException("sign in first")
    if token_scope is not None and not _is_within(token_scope, asked, _method(connection)):
        raise PermissionDeniedException("this token is not for that")
    if not person.may(asked):
        raise PermissionDeniedException("your account does not allow that")
    if token_scope is None and not (handler.opt.get(STREAMED) and _is_streamed(connection)):
        await _check_form(connection, connection.auth)


def is_word(connection: ASGIConnection[Any, Any, Any, Any], word: str) -> bool:
    """Whether a form that is read piece by piece has the session's word; a token needs none."""
    if connection.state.get("token_scope") is not None:
        return True
    session: Session | None = connection.auth
    known = session.csrf if session else ""
    return bool(known) and secrets.compare_digest(word.encode(), known.encode())


def _is_streamed(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether it is a form with files, whose word is looked for as it comes in."""
    kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != RequestEncodingType.MULTI_PART:
        return False
    if not _is_ours(connection):
        raise PermissionDeniedException("this form was sent from another site")
    return True


def _is_within(scope: frozenset[Permission], asked: Permission, method: str) -> bool:
    """Whether a token is for this: never to change its account, or it could outlive its end."""
    return asked in scope or (asked is Permission.SIGNED_IN and method in _SAFE)


async def _check_form(
    connection: ASGIConnection[Any, Any, Any, Any], session: Session | None
) -> None:
    if _method(connection) in _SAFE:
        return
    word = connection.headers.get(HEADER, "") or await _field(connection)
    known = session.csrf if session else ""
    if (
        not _is_ours(connection)
        or not known
        or not secrets.compare_digest(word.encode(), known.encode())
    ):
        if known and _is_sent_by_a_page(connection):
            raise OtherSessionError(await typed_in(connection))
        raise PermissionDeniedException(
            "this form is not from this session; go back, load the page again and send it again"
        )


def _is_sent_by_a_page(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether it is a form of ours, sent by a browser without script: it is shown again then.

    One that another site has made is never shown: somebody might send it on as their own.
    """
    is_form = _method(connection) == "POST" and not connection.url.path.startswith("/api/")
    return is_form and "text/html" in connection.headers.get("accept", "") and _is_ours(connection)


def _method(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    return str(connection.scope.get("method", "GET"))


async def _field(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = connection.headers.get("content-length", "")
    is_form = kind in {RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART}
    if not is_form or not length.isdigit() or int(length) > _LARGEST_FORM:
        return ""
    form = await connection.form()  # type: ignore[attr-defined] # it is a Request, which keeps it
    word = form.get(FIELD, "")
    return word if isinstance(word, str) else ""


def _is_ours(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether a browser says that the request comes from our pages; programs say nothing."""
    site = connection.headers.get("sec-fetch-site", "")
    if site:
        return site in {"same-origin", "none"}
    origin = connection.headers.get("origin", "")
    return not origin or urlsplit(origin).netloc == connection.headers.get("host", "")


def roles_of(permission: Permission) -> frozenset[Role]:
    """The roles that have a permission somewhere."""
    return frozenset(role for role, allowed in ALLOWED.items() if permission in allowed)
