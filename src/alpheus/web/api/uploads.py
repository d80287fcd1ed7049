"""Files that come in: announced, sent as they are, handed in. A file that broke off goes on.

    POST   /uploads               what comes: kind, name, bytes  -> id
    PUT    /uploads/{id}?offset=N its bytes from there on        -> offset
    POST   /uploads/hand-in       which make a job, and how      -> jobs

The same below `/own` for an organisation about itself.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import Response, delete, get, post, put
from litestar.concurrency import sync_to_thread
from litestar.params import JSONBody, PathParameter, QueryParameter
from litestar.types import ControllerRouterHandler

from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission, Person
from alpheus.web.api.asking import LARGEST, RAW, Name, clean, json, said
from alpheus.web.job_desk import jobs_of
from alpheus.web.jobs.forms import receive_rest
from alpheus.web.jobs.model import Kind, Options
from alpheus.web.jobs.service import Jobs
from alpheus.web.jobs.uploads import Incoming
from alpheus.web.pages.uploads import own_organisation
from alpheus.web.rendering import AnyRequest

MOST_FILES = 50

UploadId = Annotated[
    str, PathParameter(min_length=1, max_length=64, description="`id`, as it was given.")
]
Offset = Annotated[
    int, QueryParameter(ge=0, le=LARGEST, description="The byte that the body begins with.")
]


class Announced(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to come."""

    kind: Annotated[
        Literal["import", "triage"], said("`import`: a list; `triage`: evidence of a server.")
    ]
    name: Annotated[str, said("What the file is called.", min_length=1, max_length=500)]
    size: Annotated[int, said("How many bytes it has.", ge=0, le=LARGEST)]


class OwnAnnounced(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Evidence that is to come, of a server of one's own."""

    name: Annotated[str, said("What the file is called.", min_length=1, max_length=500)]
    size: Annotated[int, said("How many bytes it has.", ge=0, le=LARGEST)]
    organisation: Annotated[Name, said("For which of one's own; '' for the only one.")] = ""


class Room(msgspec.Struct, frozen=True):
    """Where a file goes."""

    id: str
    offset: Annotated[int, said("The byte to go on from.")] = 0


class Here(msgspec.Struct, frozen=True):
    """How much of a file is here."""

    offset: Annotated[int, said("The byte to go on from.")]
    size: Annotated[int, said("Of how many.")]


class HandIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files that are here, and what is to be done with them."""

    uploads: Annotated[list[Name], said("Their ids.", min_length=1, max_length=MOST_FILES)]
    timezone: Annotated[Name, said("Of logs in local time: `Europe/Berlin`.")] = ""
    source: Annotated[Name, said("Who a list comes from.")] = ""
    password: Annotated[str, said("Of evidence; kept in memory alone.", max_length=1_024)] = ""
    keep: Annotated[bool, said("Whether evidence stays after it was read.")] = False


class HandedIn(msgspec.Struct, frozen=True):
    """The jobs that were made: one of evidence, or one of each list."""

    jobs: list[int]


@post("/uploads", opt={PERMISSION: Permission.IMPORT}, tags=["uploads"], sync_to_thread=True)
def announce(request: AnyRequest, data: JSONBody[Announced]) -> Response[Room]:
    """Make room for a file."""
    made = jobs_of(request).announce(request.user, Kind(data.kind), clean(data.name), data.size)
    return json(Room(made.id), 201)


@post("/own/uploads", opt={PERMISSION: Permission.OWN}, tags=["own"], sync_to_thread=True)
def own_announce(request: AnyRequest, data: JSONBody[OwnAnnounced]) -> Response[Room]:
    """Make room for evidence of a server of one's own."""
    organisation = own_organisation(request.user, clean(data.organisation))
    made = jobs_of(request).announce(
        request.user, Kind.TRIAGE, clean(data.name), data.size, organisation
    )
    return json(Room(made.id), 201)


def _sending(permission: Permission, prefix: str, tag: str) -> tuple[ControllerRouterHandler, ...]:
    """The routes about files on their way, for one kind of people."""
    opt, tags = {PERMISSION: permission}, [tag]
    path = f"{prefix}/uploads/{{upload:str}}"
    begin = prefix.strip("/").replace("/", "_") + ("_" if prefix else "")

    @put(path, opt={**opt, RAW: True}, tags=tags, name=f"{begin}send", request_max_body_size=None)
    async def send(request: AnyRequest, upload: UploadId, offset: Offset = 0) -> Response[Here]:
        """Send its bytes from some byte on; what came stays when the connection breaks."""
        uploads = jobs_of(request).uploads
        found = await sync_to_thread(uploads.find, upload, request.user.name)
        have = await receive_rest(request, uploads, found, offset)
        return json(Here(have, found.size))

    @get(path, opt=opt, tags=tags, name=f"{begin}have", sync_to_thread=True)
    def have(request: AnyRequest, upload: UploadId) -> Response[Here]:
        """How much of a file is here."""
        uploads = jobs_of(request).uploads
        found = uploads.find(upload, request.user.name)
        uploads.check_room(found)
        return json(Here(uploads.have(found), found.size))

    @delete(path, opt=opt, tags=tags, name=f"{begin}drop", sync_to_thread=True)
    def drop(request: AnyRequest, upload: UploadId) -> None:
        """It is not to come after all."""
        uploads = jobs_of(request).uploads
        uploads.drop(uploads.find(upload, request.user.name).id)

    @post(f"{prefix}/uploads/hand-in", opt=opt, tags=tags, name=f"{begin}hand_in",
          sync_to_thread=True)  # fmt: skip
    def hand_in(request: AnyRequest, data: JSONBody[HandIn]) -> Response[HandedIn]:
        """Make jobs of files that are here."""
        jobs = jobs_of(request)
        options = Options(
            timezone=clean(data.timezone).strip(), keep=data.keep,
            source=clean(data.source).strip(),
        )  # fmt: skip
        found = _found(jobs, request.user, data.uploads)
        return json(HandedIn(jobs.hand_in(found, options, data.password)), 201)

    return send, have, drop, hand_in


def _found(jobs: Jobs, person: Person, numbers: list[str]) -> list[Incoming]:
    """Files on their way, each once. Raises ComplaintError."""
    return [jobs.uploads.find(one, person.name) for one in dict.fromkeys(numbers)]


ROUTES: tuple[ControllerRouterHandler, ...] = (
    announce, own_announce, *_sending(Permission.IMPORT, "", "uploads"),
    *_sending(Permission.OWN, "/own", "own"),
)  # fmt: skip
