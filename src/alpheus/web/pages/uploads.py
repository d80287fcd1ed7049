"""Files by our script: announced, sent as raw streams that go on where they broke off, handed in.

    POST   /uploads               what comes: kind, name, size   -> id, offset
    PUT    /uploads/{id}?offset=N its bytes from there on        -> offset
    GET    /uploads/{id}          how much is here               -> offset
    DELETE /uploads/{id}          it is not to come after all
    POST   /uploads/done          which make a job, and how      -> where to look

The same below `/own` for an organisation about itself. Answers are JSON; what is wrong is told in
the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post, put
from litestar.concurrency import sync_to_thread
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission, Person
from alpheus.web.job_desk import jobs_of
from alpheus.web.jobs.forms import receive_rest
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.model import Kind, Options
from alpheus.web.jobs.service import Jobs
from alpheus.web.jobs.telling import in_words
from alpheus.web.rendering import AnyRequest, look_of

_LONGEST_TEXT = 200
_LARGEST_BODY = 1 << 16
_MOST_FILES = 50


class Announced(msgspec.Struct, forbid_unknown_fields=True):
    """What is to come. `kind` is `import` or `triage`; `organisation` one of one's own."""

    kind: Kind
    name: str
    size: Annotated[int, msgspec.Meta(ge=0)]
    organisation: str = ""


class HandedIn(msgspec.Struct, forbid_unknown_fields=True):
    """What is here, and what is to be done with it."""

    uploads: list[str]
    timezone: str = ""
    source: str = ""
    password: str = ""
    keep: bool = False


def own_organisation(person: Person, asked: str) -> str:
    """The organisation that somebody hands in for. Raises NotFoundException for another's."""
    scope = person.scope(Permission.OWN) or frozenset()
    found = asked or min(scope, default="")
    if found not in scope:
        raise NotFoundException
    return found


def _routes(prefix: str, permission: Permission) -> tuple[ControllerRouterHandler, ...]:
    """The routes of one kind of people."""
    opt = {PERMISSION: permission}
    is_own = permission is Permission.OWN

    @post(f"{prefix}/uploads", opt=opt, status_code=201, request_max_body_size=_LARGEST_BODY)
    @_told
    async def announce(request: AnyRequest) -> Response[Any]:
        """Make room for a file."""
        asked = _read(await request.body(), Announced)
        kind = Kind.TRIAGE if is_own or asked.kind is not Kind.IMPORT else Kind.IMPORT
        organisation = own_organisation(request.user, asked.organisation) if is_own else ""
        made = await sync_to_thread(
            jobs_of(request).announce, request.user, kind, asked.name, asked.size, organisation
        )
        return Response({"id": made.id, "offset": 0}, status_code=201)

    @put(f"{prefix}/uploads/{{upload:str}}", opt=opt, request_max_body_size=None)
    @_told
    async def send(request: AnyRequest, upload: FromPath[str]) -> Response[Any]:
        """Take the bytes that follow; what came stays when the connection breaks."""
        uploads = jobs_of(request).uploads
        found = await sync_to_thread(uploads.find, upload, request.user.name)
        offset = _number(request.query_params.get("offset", "0"))
        have = await receive_rest(request, uploads, found, offset)
        return Response({"offset": have})

    @get(f"{prefix}/uploads/{{upload:str}}", opt=opt)
    @_told
    async def look(request: AnyRequest, upload: FromPath[str]) -> Response[Any]:
        """How much of a file is here."""
        uploads = jobs_of(request).uploads
        found = await sync_to_thread(uploads.find, upload, request.user.name)
        await sync_to_thread(uploads.check_room, found)
        return Response({"offset": await sync_to_thread(uploads.have, found), "size": found.size})

    @delete(f"{prefix}/uploads/{{upload:str}}", opt=opt, status_code=200)
    @_told
    async def drop(request: AnyRequest, upload: FromPath[str]) -> Response[Any]:
        """It is not to come after all."""
        uploads = jobs_of(request).uploads
        found = await sync_to_thread(uploads.find, upload, request.user.name)
        await sync_to_thread(uploads.drop, found.id)
        return Response({"offset": 0})

    @post(f"{prefix}/uploads/done", opt=opt, request_max_body_size=_LARGEST_BODY)
    @_told
    async def done(request: AnyRequest) -> Response[Any]:
        """Make jobs of files that are here."""
        asked = _read(await request.body(), HandedIn)
        made = await sync_to_thread(_hand_in, jobs_of(request), request.user, asked)
        where = f"/jobs/{made[0]}" if len(made) == 1 else "/imports"
        return Response({"jobs": made, "where": "/own/evidence" if is_own else where})

    return announce, send, look, drop, done


def _hand_in(jobs: Jobs, person: Person, asked: HandedIn) -> list[int]:
    found = [jobs.uploads.find(one, person.name)
             for one in dict.fromkeys(asked.uploads[:_MOST_FILES])]  # fmt: skip
    options = Options(timezone=asked.timezone.strip(), keep=asked.keep,
                      source=asked.source.strip()[:_LONGEST_TEXT])  # fmt: skip
    return jobs.hand_in(found, options, asked.password)


def _told(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Tell a complaint in the reader's language, with the byte to go on from where there is one."""

    @wraps(handler)
    async def told(request: AnyRequest, **values: Any) -> Response[Any]:  # noqa: ANN401 - a path's
        try:
            answer: Response[Any] = await handler(request, **values)
        except ComplaintError as error:
            text = in_words(error.note, look_of(request).words)
            return Response(
                {"problem": text, "offset": error.offset}, status_code=error.status,
                headers={"connection": "close"} if request.method == "PUT" else None,
            )  # fmt: skip
        return answer

    return told


def _read(body: bytes, kind: Any) -> Any:  # noqa: ANN401 - a struct of these
    from litestar.exceptions import ClientException  # noqa: PLC0415 - where it is wrong

    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise ClientException(str(error)) from None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


ROUTES = (*_routes("", Permission.IMPORT), *_routes("/own", Permission.OWN))
