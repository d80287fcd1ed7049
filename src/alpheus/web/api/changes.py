"""What is done to one server, or to many at once, and what is decided about what is one server."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from alpheus.cases.service_acts import Asked
from alpheus.errors import RefusedError
from alpheus.web import bulk, server_acts
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import Number, ServerNumber, Text, clean, json, said
from alpheus.web.api.servers import Chosen
from alpheus.web.desk import Desk
from alpheus.web.problems import ConflictError

MOST_CHOSEN = 1_000
_WORK = {PERMISSION: Permission.WORK}
_TAGS = ["acts"]
_STALE = "look at them again"

Kind = Literal[
    "note", "assigned", "acknowledged", "started", "asked-help", "mitigated", "cleaned",
    "verified", "cleared", "reported-to-authority", "closed", "false-positive", "reopened",
    "decoy", "counted",
]  # fmt: skip
BulkKind = Literal["assigned", "note", "notified", "closed", "false-positive", "reopened"]
Day = Annotated[
    str, msgspec.Meta(max_length=10, pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="A day.")
]
Servers = Annotated[list[ServerNumber], msgspec.Meta(min_length=1, max_length=MOST_CHOSEN)]


class DoOne(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is done to a server. What else is needed depends on its kind."""

    kind: Annotated[
        Kind, said("`started`: work has begun; `acknowledged`: its owner knows; `cleared`: nothing")
    ]
    why: Annotated[Text, said("The note, or the reason.")] = ""
    evidence: Annotated[Text, said("What shows it: a plan, an assessment.")] = ""
    to: Annotated[Text, said("Who it is assigned to, how a case ends, or which report.")] = ""
    until: Annotated[Day, said("The last day of a false positive.")] = ""


class Stands(msgspec.Struct, frozen=True):
    """Where a server stands after something was done."""

    id: int
    patch: str
    compromise: str
    work: str
    assignee: str
    until: str


class MergeWith(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Other servers, and why."""

    servers: Annotated[Servers, said("Their numbers.")]
    why: Annotated[Text, said("Kept with the decision.", min_length=1)]


class SplitOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Observations that are a server of their own, and why."""

    observations: Annotated[Servers, said("Some of the server's, not all.")]
    why: Annotated[Text, said("Kept with the decision.", min_length=1)]


class TakeBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision that is to hold no more, and why."""

    decision: Annotated[int, said("Its number.", ge=0, le=2**53 - 1)]
    why: Annotated[Text, said("Kept with the decision.", min_length=1)]


class Decided(msgspec.Struct, frozen=True):
    """The servers that there are after a decision."""

    servers: list[Stands]


class DoMany(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is done to many servers: to those that are named, or to all that fit."""

    kind: BulkKind
    servers: Annotated[
        list[ServerNumber], said("Numbers; none for all that fit.", max_length=MOST_CHOSEN)
    ] = []
    filters: Annotated[Chosen | None, said("Which servers, where none are named.")] = None
    why: Text = ""
    to: Text = ""
    until: Annotated[Day, said("The last day of a false positive.")] = ""
    when: Annotated[Day, said("When an owner was told.")] = ""


class DoManyAsShown(DoMany, frozen=True, kw_only=True):
    """The same, with the code of what was foreseen."""

    code: Annotated[str, said("`code` of the preview.", max_length=40)]


class RefusedBy(msgspec.Struct, frozen=True):
    """Servers that do not allow it, and why."""

    reason: str
    servers: list[int]


class ForeseenMany(msgspec.Struct, frozen=True):
    """What would happen to which servers."""

    code: Annotated[str, said("Stands for exactly the servers that allow it.")]
    count: int
    allowed: list[int]
    refused: list[RefusedBy]
    absent: Annotated[list[int], said("Numbers of no server, or of none that may be worked on.")]


class RefusedOne(msgspec.Struct, frozen=True):
    """A server that it was not done to."""

    server: int
    reason: str


class DoneMany(msgspec.Struct, frozen=True):
    """What was done to how many."""

    count: int
    refused: list[RefusedOne]


@post("/servers/{number:int}/acts", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def act(number: Number, desk: NamedDependency[Desk], data: JSONBody[DoOne]) -> Response[Stands]:
    """Do something to a server.

    Assign, note, take down that its owner knows, that work has begun, that help is needed, that it
    was cleaned; close, open again, false positive with a reason and a last day.
    """
    found = desk.server(number, Permission.WORK)
    form = server_acts.BY_KIND[data.kind]
    typed = {name: clean(str(getattr(data, name))) for name in ("why", "evidence", "to", "until")}
    bulk.day_in(data.until, "")
    return json(_stands(found.act(form.kind, **server_acts.what_of(form, typed))))


@post("/servers/{number:int}/merge", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def merge(
    number: Number, desk: NamedDependency[Desk], data: JSONBody[MergeWith]
) -> Response[Decided]:
    """Make it one server with others."""
    found = desk.server(number, Permission.WORK)
    return json(_decided([found.merge(data.servers, why=clean(data.why))]))


@post("/servers/{number:int}/apart", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def apart(
    number: Number, desk: NamedDependency[Desk], data: JSONBody[MergeWith]
) -> Response[Decided]:
    """Say that it is never one server with others."""
    found = desk.server(number, Permission.WORK)
    return json(_decided(found.keep_apart(data.servers, why=clean(data.why))))


@post("/servers/{number:int}/split", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def split(
    number: Number, desk: NamedDependency[Desk], data: JSONBody[SplitOff]
) -> Response[Decided]:
    """Make observations of it a server of their own."""
    found = desk.server(number, Permission.WORK)
    return json(_decided(found.split(data.observations, why=clean(data.why))))


@post("/servers/{number:int}/revoke", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def revoke(
    number: Number, desk: NamedDependency[Desk], data: JSONBody[TakeBack]
) -> Response[Decided]:
    """Take back a decision about what is one server."""
    found = desk.server(number, Permission.WORK)
    return json(_decided(found.revoke(data.decision, why=clean(data.why))))


@post("/bulk/preview", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def bulk_preview(desk: NamedDependency[Desk], data: JSONBody[DoMany]) -> Response[ForeseenMany]:
    """What would happen to many servers. Nothing is done; `code` does it."""
    chosen, numbers = _which(data)
    found = desk.lists.foreseen(chosen.filters, numbers, _asked(data))
    refused = [RefusedBy(reason, list(those)) for reason, those in found.refused]
    return json(
        ForeseenMany(
            found.code, len(found.allowed), list(found.allowed), refused, list(found.absent)
        )
    )


@post("/bulk", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def bulk_act(desk: NamedDependency[Desk], data: JSONBody[DoManyAsShown]) -> Response[DoneMany]:
    """Do to many servers what a preview showed; if it would be others by now, nothing is done."""
    chosen, numbers = _which(data)
    which = f"chosen: {data.servers}" if numbers else f"all that fit: {chosen.said}"
    try:
        done = desk.lists.act_as_shown(
            chosen.filters, numbers, _asked(data), code=clean(data.code), said=which
        )
    except RefusedError as error:
        raise ConflictError(str(error)) if str(error).endswith(_STALE) else error from None
    return json(DoneMany(len(done.done), [RefusedOne(*one) for one in done.refused]))


def _which(data: DoMany) -> tuple[Chosen, list[int] | None]:
    """Filters, and numbers where some are named: one of both. Raises RefusedError."""
    if bool(data.servers) == (data.filters is not None):
        raise RefusedError("choose servers, or all that fit")
    return data.filters or Chosen(), list(dict.fromkeys(data.servers)) or None


def _asked(data: DoMany) -> Asked:
    """What the services are asked for. Raises RefusedError, UsageError."""
    return bulk.Form(
        kind=data.kind, to=clean(data.to), why=clean(data.why), until=data.until, when=data.when
    ).asked


def _decided(rows: list[dict[str, Any]]) -> Decided:
    return Decided([_stands(row) for row in rows])


def _stands(row: dict[str, Any]) -> Stands:
    return Stands(
        int(row["id"]), row["patch"], row["compromise"], row["work"], row["assignee"], row["until"]
    )


ROUTES: tuple[ControllerRouterHandler, ...] = (
    act, merge, apart, split, revoke, bulk_preview, bulk_act,
)  # fmt: skip
