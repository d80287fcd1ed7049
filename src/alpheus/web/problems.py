"""What programs are told when something was refused: RFC 9457, with a code that stays the same.

`detail` is a sentence in the reader's language, and may change. Programs go by `code`, or by
`type`, which is the same as a name.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar.exceptions import (
    HTTPException,
    NotAuthorizedException,
    PermissionDeniedException,
)

from alpheus.errors import (
    AlpheusError,
    DatabaseBusyError,
    DatabaseError,
    NotWorkedOutError,
    RefusedError,
)
from alpheus.web.jobs.messages import ComplaintError

_OF_A_FORM = re.compile(r"Expected `str` matching regex ")
MEDIA_TYPE = "application/problem+json"
NAME = "urn:alpheus:problem:"
TOO_LARGE_FOR_US, FULL = 413, 507
"""What there is no room for is too large for us, and no failure of ours."""
UNFORESEEN_FROM = 500
"""From this status on it is our fault."""


class ConflictError(RefusedError):
    """What was asked for is about something that has changed since it was looked at."""


class UnknownParameterError(RefusedError):
    """A parameter that a route does not have; `field` is its name."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"'{field[:60]}' is no parameter here")


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one parameter, or one field of a body."""

    field: Annotated[str, msgspec.Meta(description="The name, with its place: `items[0].why`.")]
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why something was not done (RFC 9457)."""

    type: Annotated[str, msgspec.Meta(description="A name of the kind of problem; stays the same.")]
    code: Annotated[str, msgspec.Meta(description="The end of `type`, to go by.")]
    title: Annotated[str, msgspec.Meta(description="The kind of problem, in English.")]
    status: int
    detail: Annotated[str, msgspec.Meta(description="What it is, in the reader's language.")]
    remedy: Annotated[str, msgspec.Meta(description="What to do, in English.")] = ""
    field: Annotated[str, msgspec.Meta(description="The parameter or field that is wrong.")] = ""
    errors: Annotated[
        tuple[FieldProblem, ...], msgspec.Meta(description="All that are wrong, of several.")
    ] = ()
    offset: Annotated[
        int | None, msgspec.Meta(description="Of an upload: the byte to go on from.")
    ] = None


class Kind(NamedTuple):
    """A kind of problem: the end of its name, its title, and what to do."""

    code: str
    title: str
    remedy: str


INVALID = Kind("invalid", "The request is not formed as it should be",
               "Look at the parameter or field that is named.")  # fmt: skip
UNKNOWN_PARAMETER = Kind("unknown-parameter", "There is no such parameter",
                         "Leave it out, or write it as the reference does.")  # fmt: skip
NOT_SIGNED_IN = Kind("not-signed-in", "Nobody is signed in",
                     "Send a token that holds: Authorization: Bearer alpheus_…")  # fmt: skip
SCOPE = Kind("scope", "The token is not for that", "Make a token with this in its scope.")
NOT_THIS_SESSION = Kind("not-this-session", "The request is not from this session",
                        "Send the word of the session in the header x-csrf.")  # fmt: skip
NOT_ALLOWED = Kind("not-allowed", "The account does not allow that",
                   "Ask an administrator for a role that does.")  # fmt: skip
NOT_FOUND = Kind("not-found", "There is nothing here",
                 "Look for it in a list: what may not be seen is not there.")  # fmt: skip
METHOD = Kind("method", "This cannot be asked for in this way", "Use one of the methods in Allow.")
CONFLICT = Kind("conflict", "It has changed meanwhile", "Look at it again, then decide.")
TOO_LARGE = Kind("too-large", "It is too large", "Send less at once.")
MEDIA = Kind("media-type", "It is of another media type",
             "Send JSON, with Content-Type: application/json.")  # fmt: skip
REFUSED = Kind("refused", "It was refused", "What has to be otherwise stands in `detail`.")
TOO_MANY = Kind("too-many-requests", "Too many requests", "Wait as long as Retry-After says.")
NOT_WORKED_OUT = Kind("not-worked-out", "Servers have not been worked out yet",
                      "Ask for it by POST /api/v1/rebuilds")  # fmt: skip
BUSY = Kind("busy", "Another program holds the database", "Try again in a minute.")
DATABASE = Kind("database", "The database cannot be used", "Try again in a minute.")
NO_ROOM = Kind("no-room", "There is no room left for it", "Tell whoever runs the console.")
UNFORESEEN = Kind("unforeseen", "Something went wrong here",
                  "Tell whoever runs the console; it is in the log.")  # fmt: skip

KINDS = (
    INVALID, UNKNOWN_PARAMETER, NOT_SIGNED_IN, SCOPE, NOT_THIS_SESSION, NOT_ALLOWED, NOT_FOUND,
    METHOD, CONFLICT, TOO_LARGE, MEDIA, REFUSED, TOO_MANY, NOT_WORKED_OUT, BUSY, DATABASE, NO_ROOM,
    UNFORESEEN,
)  # fmt: skip
"""All of them."""

_BY_TYPE: tuple[tuple[type[Exception], Kind], ...] = (
    (UnknownParameterError, UNKNOWN_PARAMETER), (NotWorkedOutError, NOT_WORKED_OUT),
    (DatabaseBusyError, BUSY), (DatabaseError, DATABASE), (NotAuthorizedException, NOT_SIGNED_IN),
)  # fmt: skip
_BY_STATUS = {
    400: INVALID, 401: NOT_SIGNED_IN, 403: NOT_ALLOWED, 404: NOT_FOUND, 405: METHOD, 409: CONFLICT,
    413: TOO_LARGE, 415: MEDIA, 422: REFUSED, 429: TOO_MANY, 503: DATABASE,
}  # fmt: skip


def plain_words(message: str) -> str:
    """What a check of a library says, for people: no expression, and no name of a type."""
    found = _OF_A_FORM.match(message)
    if found is None:
        return message
    is_day = r"\d{4}-\d{2}-\d{2}" in message
    return "write a day as 2021-03-12" if is_day else "it is not written as the reference says"


def problem(status: int, detail: str, error: Exception) -> Problem:
    """What is told of an error; `detail` is the sentence in the reader's language."""
    kind = _kind_of(status, error)
    each = tuple(_fields_of(error))
    offset = error.offset if isinstance(error, ComplaintError) and error.offset >= 0 else None
    return Problem(
        f"{NAME}{kind.code}", kind.code, kind.title, status, detail, kind.remedy,
        each[0].field if each else "", each if len(each) > 1 else (), offset,
    )  # fmt: skip


def status_of(error: AlpheusError) -> int:
    """The status of an error that was foreseen."""
    if isinstance(error, ComplaintError):
        return TOO_LARGE_FOR_US if error.status == FULL else error.status
    if isinstance(error, ConflictError):
        return 409
    if isinstance(error, UnknownParameterError):
        return 400
    absent = isinstance(error, RefusedError) and str(error).startswith("there is no ")
    return 404 if absent else 422


def _kind_of(status: int, error: Exception) -> Kind:
    if isinstance(error, PermissionDeniedException):
        if error.detail.startswith("this token"):
            return SCOPE
        return NOT_THIS_SESSION if error.detail.startswith("this form") else NOT_ALLOWED
    if isinstance(error, ComplaintError) and error.status == FULL:
        return NO_ROOM
    special = next(
        (kind for kind_of_error, kind in _BY_TYPE if isinstance(error, kind_of_error)), None
    )
    usual = UNFORESEEN if status >= UNFORESEEN_FROM else REFUSED
    return special or _BY_STATUS.get(status, usual)


def _fields_of(error: Exception) -> list[FieldProblem]:
    if isinstance(error, UnknownParameterError):
        return [FieldProblem(error.field[:200], str(error))]
    extra: Any = error.extra if isinstance(error, HTTPException) else None
    if not isinstance(extra, list):
        return []
    return [
        FieldProblem(str(one.get("key", ""))[:200], plain_words(str(one.get("message", ""))))
        for one in extra if isinstance(one, dict)
    ]  # fmt: skip
