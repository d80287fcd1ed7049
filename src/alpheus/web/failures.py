"""What a person or a program sees when something was refused or went wrong."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotAuthorizedException,
    NotFoundException,
)
from litestar.response import Redirect
from sqlalchemy.exc import DataError

from alpheus.errors import (
    AlpheusError,
    DatabaseBusyError,
    DatabaseError,
    NotWorkedOutError,
)
from alpheus.web import server_acts
from alpheus.web.access.front import is_broken_off
from alpheus.web.access.typed import OtherSessionError, SignedOutError, Typed
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.telling import in_words
from alpheus.web.problems import MEDIA_TYPE, plain_words, problem, status_of
from alpheus.web.refusals import told
from alpheus.web.rendering import MENU, AnyRequest, look_of, page

_LOG = logging.getLogger("alpheus.web")
_API = "/api/"
_OURS = 500
"""From here on it is our fault."""


def refused(request: AnyRequest, error: Exception) -> Response[Any]:
    """The answer to an error: a page for people, JSON (RFC 9457) for programs."""
    status, reason = _told(error)
    if status >= _OURS and not is_broken_off(request.scope):
        route = request.scope.get("path_template", "-")  # a path may hold a secret
        _LOG.error("%s %s: %s", request.method, route, reason, exc_info=error)
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if request.url.path.startswith(_API) or "text/html" not in request.headers.get("accept", ""):
        words = look_of(request).words
        if isinstance(error, ComplaintError):
            return _problem(status, in_words(error.note, words), headers, error)
        return _problem(status, told(reason, words.language), headers, error)
    if isinstance(error, NotAuthorizedException) and request.method == "GET":
        return Redirect(_sign_in(request.url.path, request.url.query))
    if isinstance(error, SignedOutError | OtherSessionError):
        return _again(request, error.typed, status)
    answer = page(request, "failure.html", status=status, code=status, reason=reason)
    answer.headers.update(headers)
    return answer


def _again(request: AnyRequest, typed: Typed, status: int) -> Response[Any]:
    """What was typed, to be sent again by whoever is signed in then."""
    path, query = "/" + request.url.path.lstrip("/\\"), request.url.query
    first = f"/{path.split('/')[1]}"
    back = first if first in {where for where, _, _ in MENU} else "/"
    return page(
        request, "again.html", status=status, typed=typed, labels=server_acts.FIELDS,
        action=f"{path}?{query}" if query else path,
        sign_in="/code" if first == "/own" else _sign_in(back, ""),
    )  # fmt: skip


def _sign_in(path: str, query: str) -> str:
    """The form, and where to go then."""
    here = f"{path}?{query}" if query else path
    return f"/sign-in?next={quote(here, safe='/')}" if here != "/" else "/sign-in"


def _problem(status: int, reason: str, headers: dict[str, str], error: Exception) -> Response[Any]:
    if status == 401:
        headers |= {"www-authenticate": "Bearer"}
    return Response(
        problem(status, reason, error), status_code=status, headers=headers, media_type=MEDIA_TYPE
    )


def _told(error: Exception) -> tuple[int, str]:
    """The status and the reason; what nobody foresaw is told to the log, not to the asker."""
    if isinstance(error, HTTPException) and error.status_code < _OURS:
        known = _KNOWN.get(type(error))
        return error.status_code, known or _detail(error)
    if isinstance(error, DatabaseError):
        return 503, _unusable(error)
    if isinstance(error, AlpheusError):
        return status_of(error), str(error)
    return _unforeseen(error)


def _unusable(error: DatabaseError) -> str:
    if isinstance(error, DatabaseBusyError):
        return str(error)
    if isinstance(error, NotWorkedOutError):
        return "servers have not been worked out yet; the first page says what to do"
    return "the database cannot be reached; nothing was lost, try again in a minute"


def _unforeseen(error: Exception) -> tuple[int, str]:
    if isinstance(error, OverflowError | DataError):  # of a driver: no column holds such a value
        return 422, "a value is too large, or holds what no text holds"
    return 500, "something went wrong here, and was taken down; nothing half-done was kept"


_KNOWN: dict[type[HTTPException], str] = {
    NotFoundException: "there is nothing here",
    MethodNotAllowedException: "this cannot be asked for in this way",
}


def _detail(error: HTTPException) -> str:
    """What a validation of Litestar found, in one line."""
    extra = error.extra if isinstance(error.extra, list) else []
    found = [
        f"{one.get('key', '')}: {plain_words(str(one.get('message', '')))}"
        for one in extra
        if isinstance(one, dict)
    ]
    return "; ".join(found) or error.detail
