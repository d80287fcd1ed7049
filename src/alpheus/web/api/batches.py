"""Plans of notices: previewed, kept as a batch, approved by a second person, or rejected."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from alpheus.errors import RefusedError
from alpheus.notify.records import Batch
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import Number, Size, Text, Time, clean, json, said, shaped
from alpheus.web.api.notices import RecipientOf, notice_desk
from alpheus.web.api.servers import Chosen
from alpheus.web.approvals import Underway
from alpheus.web.jobs.service import Jobs
from alpheus.web.problems import ConflictError
from alpheus.web.rendering import AnyRequest

_SEE = {PERMISSION: Permission.SEE}
_WORK = {PERMISSION: Permission.WORK}
_APPROVE = {PERMISSION: Permission.APPROVE}
_TAGS = ["batches"]


class BatchOf(msgspec.Struct, frozen=True):
    """What was planned at once."""

    number: Annotated[int, said("0 for a preview.")]
    made: Time
    who: Annotated[str, said("Who planned it.")]
    filters: Annotated[str, said("Which servers were asked for.")]
    planned: int
    servers: int
    organisations: int
    withdrawn: int
    omitted: Annotated[dict[str, int], said("Organisations without a notice, by reason.")]
    channels: dict[str, int]
    notices: Annotated[dict[str, int], said("Notices by status, as they are now.")]


class Batches(msgspec.Struct, frozen=True):
    """The newest batches."""

    batches: list[BatchOf]


class ApprovalOf(msgspec.Struct, frozen=True):
    """What an approval binds to, or how far it is worked out."""

    notices: Annotated[int, said("How many notices wait.")]
    digest: Annotated[str, said("Over all of them as they would be sent; '' while it is made.")]
    needs_second: Annotated[bool, said("Whoever planned it cannot approve it.")]
    done: Annotated[int, said("Of how many the digest is made.")]
    fault: Annotated[str, said("Why it cannot be made; '' where it can.")]


class BatchWhole(msgspec.Struct, frozen=True):
    """A batch, and what an approval of it would bind to."""

    batch: BatchOf
    approval: Annotated[ApprovalOf | None, said("None where nothing waits.")]


class PlanFor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of which servers owners are to be told."""

    filters: Chosen = msgspec.field(default_factory=Chosen)


class DraftOf(msgspec.Struct, frozen=True):
    """A notice that would be."""

    organisation: str
    owner: str
    recipient: RecipientOf
    situation: str
    reduced: bool
    servers: int
    why: Annotated[str, said("Why this recipient now.")]


class OmittedOf(msgspec.Struct, frozen=True):
    """An organisation that would get none, and why."""

    organisation: str
    owner: str
    server: int
    servers: int
    reason: str
    why: str
    until: Time


class Planned(msgspec.Struct, frozen=True):
    """The batch that was kept; where very many servers fit, the job that plans it."""

    batch: BatchOf | None
    job: Annotated[int, said("0 where it is planned already; see `/jobs`.")]


class Sending(msgspec.Struct, frozen=True):
    """The job that hands notices over."""

    job: int


class Preview(msgspec.Struct, frozen=True):
    """What a plan would come to; the first of its notices and of those without one."""

    batch: BatchOf
    notices: list[DraftOf]
    omitted: list[OmittedOf]


class ApproveIt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which notices, by their digest."""

    digest: Annotated[str, said("`approval.digest`, as it was shown.", min_length=12,
                                max_length=64, pattern="^[0-9a-f]+$")]  # fmt: skip


class RejectIt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why not."""

    why: Annotated[Text, said("Kept with each notice.", min_length=1)]


class HowMany(msgspec.Struct, frozen=True):
    """How many notices it was about."""

    notices: int


@get("/batches", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def batches(request: AnyRequest, *, size: Size = 50) -> Response[Batches]:
    """The newest batches."""
    return json(Batches(shaped(notice_desk(request).batches(size), list[BatchOf])))


@post("/batches/preview", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def preview(request: AnyRequest, data: JSONBody[PlanFor]) -> Response[Preview]:
    """What a plan would come to. Nothing is kept."""
    found = notice_desk(request).preview(data.filters.filters)
    drafts = [
        DraftOf(
            one.organisation, one.owner, shaped(one.recipient, RecipientOf), one.situation,
            one.reduced, len(one.subjects), why,
        )
        for one, why in ((draft.notice, draft.why) for draft in found.drafts)
    ]  # fmt: skip
    return json(
        Preview(shaped(found.batch, BatchOf), drafts, shaped(found.omitted, list[OmittedOf]))
    )


@post("/batches", opt=_WORK, tags=_TAGS, sync_to_thread=True)
def plan(request: AnyRequest, data: JSONBody[PlanFor]) -> Response[Planned]:
    """Keep a plan as a batch. Nothing is sent before somebody has approved it.

    Where very many servers fit, a job plans it.
    """
    desk, filters = notice_desk(request), data.filters.filters
    if desk.is_large(filters):
        jobs: Jobs = request.app.state.jobs
        return json(Planned(None, jobs.plan(request.user, *desk.bounds(filters))), 201)
    return json(Planned(_batch(desk.plan(filters)), 0), 201)


@get("/batches/{batch:int}", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def batch_of(request: AnyRequest, batch: Number) -> Response[BatchWhole]:
    """A batch. Its notices are those of the list with `batch`."""
    desk = notice_desk(request)
    found = desk.batch(batch)
    approval = desk.approval(found)
    if isinstance(approval, Underway):
        shown = ApprovalOf(
            approval.notices, "", approval.notices > desk.bulk_above, approval.done,
            approval.fault,
        )  # fmt: skip
    elif approval is not None:
        shown = ApprovalOf(
            approval.notices, approval.digest, approval.needs_second, approval.notices, ""
        )
    else:
        return json(BatchWhole(_batch(found), None))
    return json(BatchWhole(_batch(found), shown))


@post("/batches/{batch:int}/approve", opt=_APPROVE, tags=_TAGS, status_code=200,
      sync_to_thread=True)  # fmt: skip
def approve(request: AnyRequest, batch: Number, data: JSONBody[ApproveIt]) -> Response[HowMany]:
    """Let the notices of a batch go out, as they were shown; else nothing is done."""
    desk = notice_desk(request)
    try:
        return json(HowMany(desk.approve(batch, data.digest)))
    except RefusedError as error:
        if str(error).startswith("there is no "):
            raise
        raise ConflictError(str(error)) from None


@post("/batches/{batch:int}/reject", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def reject(request: AnyRequest, batch: Number, data: JSONBody[RejectIt]) -> Response[HowMany]:
    """Say no to what waits in a batch."""
    return json(HowMany(notice_desk(request).reject(batch, clean(data.why))))


@post("/batches/{batch:int}/send", opt=_APPROVE, tags=_TAGS, status_code=202, sync_to_thread=True)
def send_batch(request: AnyRequest, batch: Number) -> Response[Sending]:
    """Have what is approved handed over to the mail server, by a job of its own."""
    notice_desk(request).demand_sendable(batch)
    jobs: Jobs = request.app.state.jobs
    return json(Sending(jobs.send(request.user, batch)), 202)


def _batch(found: Batch) -> BatchOf:
    return shaped(found, BatchOf)


ROUTES: tuple[ControllerRouterHandler, ...] = (
    batches, preview, plan, batch_of, approve, reject, send_batch,
)  # fmt: skip
