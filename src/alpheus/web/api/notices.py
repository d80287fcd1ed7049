"""Notices: where they stand, each one, what people answer, and whom nobody could reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter
from litestar.types import ControllerRouterHandler

from alpheus.errors import RefusedError
from alpheus.notify.listing import Wanted
from alpheus.notify.model import Channel, EventKind, Rung, Status
from alpheus.notify.records import Reason
from alpheus.web import notice_tables
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import (
    CSV,
    LARGEST,
    After,
    Format,
    Number,
    Size,
    Text,
    Time,
    clean,
    is_csv,
    json,
    said,
    shaped,
)
from alpheus.web.api.servers import Values
from alpheus.web.csv_output import demand
from alpheus.web.notice_desk import NoticeDesk, Office
from alpheus.web.rendering import AnyRequest

_SEE = {PERMISSION: Permission.SEE}
_WORK = {PERMISSION: Permission.WORK}
_TAGS = ["notices"]

Reference = Annotated[
    str, PathParameter(min_length=1, max_length=40, description="Its reference: `A-4F7K2Q`.")
]
Statuses = Annotated[
    Sequence[Status], QueryParameter(max_items=10, description="One of these states.")
]
Rungs = Annotated[Sequence[Rung], QueryParameter(max_items=5, description="One of these rungs.")]
Channels = Annotated[
    Sequence[Channel], QueryParameter(max_items=4, description="One of these channels.")
]
InBatch = Annotated[
    int, QueryParameter(ge=0, le=LARGEST, description="Of one batch alone; 0 for all.")
]
OverdueOnly = Annotated[
    bool, QueryParameter(description="Those alone that nobody has answered in time.")
]
AnsweredOnly = Annotated[
    bool, QueryParameter(description="Those alone to which a person wrote back.")
]
AfterNumber = Annotated[
    int, QueryParameter(ge=0, le=LARGEST, description="`next` of the page before; 0: the first.")
]
Why = Annotated[
    Reason | None, QueryParameter(description="Those alone whom nobody reached for this reason.")
]


class RecipientOf(msgspec.Struct, frozen=True):
    """Whom a notice goes to, and how."""

    channel: str
    rung: str
    address: str
    name: str
    kind: str
    source: str
    warning: Annotated[str, said("Why this way may not be enough.")]
    on_server: Annotated[bool, said("The mailbox may lie on the server in question.")]


class NoticeRow(msgspec.Struct, frozen=True):
    """A notice in a list."""

    reference: str
    batch: int
    organisation: str
    owner: str
    recipient: RecipientOf
    situation: str
    reduced: Annotated[bool, said("It names no details, since an intruder may read it.")]
    made: Time
    status: str
    handed_over: Time
    answered: Time
    servers: Annotated[int, said("How many servers it is about.")]


class NoticePage(msgspec.Struct, frozen=True):
    """A page of notices, those first that were handed over last."""

    notices: list[NoticeRow]
    next: str


class LineOf(msgspec.Struct, frozen=True):
    """Notices of one rung, channel and status."""

    rung: str
    channel: str
    status: str
    notices: int


class SummaryOf(msgspec.Struct, frozen=True):
    """Where all notices stand; organisations are counted, but for `uncertain`: notices."""

    told: int
    acknowledged: int
    failed: Annotated[int, said("Organisations of which no address has worked.")]
    uncertain: int
    unreached: Annotated[int, said("As of the newest plan of all.")]
    as_of: Time
    servers_told: int
    overdue_total: int
    lines: list[LineOf]
    reasons: Annotated[dict[str, int], said("Why whom nobody could reach.")]
    answers: Annotated[int, said("Answers that nobody has taken up.")]


class SubjectOf(msgspec.Struct, frozen=True):
    """A server that a notice is about, as it stood then."""

    server: int
    name: str
    address: str
    port: int
    product: str
    build: str
    patch: str
    compromise: str
    stage: str
    last_seen: Time
    organisation: str


class EventOfNotice(msgspec.Struct, frozen=True):
    """What became of a notice."""

    id: int
    time: Time
    who: str
    kind: str
    detail: str


class NoticeWhole(msgspec.Struct, frozen=True):
    """A notice with its words, without its one-time code, and what became of it."""

    reference: str
    batch: int
    organisation: str
    owner: str
    recipient: RecipientOf
    language: str
    tlp: str
    situation: str
    reduced: bool
    made: Time
    status: str
    mine: Annotated[bool, said("Whether one may work on it.")]
    subject: str
    text: str
    subjects: list[SubjectOf]
    events: list[EventOfNotice]


class StatusNow(msgspec.Struct, frozen=True):
    """A notice, and where it stands now."""

    reference: str
    status: str


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was said, and by whom."""

    why: Annotated[Text, said("Kept with the notice.", min_length=1)]


class Settled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether an uncertain notice went out, and how that is known."""

    sent: bool
    why: Annotated[Text, said("Kept with the notice.", min_length=1)]


class CodeGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A one-time code that somebody has told."""

    code: Annotated[str, said("As it was told.", min_length=1, max_length=100)]


class AnswerOf(msgspec.Struct, frozen=True):
    """What an owner has said."""

    id: int
    time: Time
    who: str
    notice: str
    organisation: str
    server: Annotated[int, said("0 for a notice as a whole.")]
    kind: Annotated[str, said("`done`, `working`, `help`, `not-ours` or `passed-on`.")]
    text: str
    day: str


class AnswerPage(msgspec.Struct, frozen=True):
    """What owners have said that nobody has taken up yet."""

    answers: list[AnswerOf]
    next: Annotated[int, said("The key of the page after; 0 on the last.")]


class UnreachedRow(msgspec.Struct, frozen=True):
    """An organisation that nobody could reach."""

    organisation: str
    owner: str
    server: int
    servers: int
    reason: str
    why: str


class UnreachedPage(msgspec.Struct, frozen=True):
    """Whom the newest plan of all could not reach."""

    unreached: list[UnreachedRow]
    next: Annotated[int, said("The key of the page after; 0 on the last.")]


@get("/notices", opt={**_SEE, CSV: True}, tags=_TAGS, sync_to_thread=True)
def notices(
    request: AnyRequest,
    *,
    status: Statuses = (),
    rung: Rungs = (),
    channel: Channels = (),
    organisation: Values = (),
    batch: InBatch = 0,
    overdue: OverdueOnly = False,
    answered: AnsweredOnly = False,
    after: After = "",
    size: Size = 50,
    form: Format = "json",
) -> Response[NoticePage]:
    """Notices that one may see, those first that were handed over last."""
    desk = notice_desk(request)
    wanted = Wanted(
        status=tuple(one.value for one in status), rung=tuple(one.value for one in rung),
        channel=tuple(one.value for one in channel), batch=batch, answered=answered,
        organisation=tuple(map(clean, organisation)), overdue=desk.overdue() if overdue else (),
    )  # fmt: skip
    if is_csv(request, form):
        demand(request, Permission.EXPORT)
        return notice_tables.notices_csv(desk.every(wanted))
    found = desk.page(wanted, after=after, size=size)
    return json(NoticePage(shaped(found.notices, list[NoticeRow]), found.next))


@get("/notice-summary", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def summary(request: AnyRequest) -> Response[SummaryOf]:
    """Where all notices stand."""
    desk = notice_desk(request)
    overview = desk.overview()
    one = overview.summary
    return json(
        SummaryOf(
            one.told, one.acknowledged, one.failed, one.uncertain, one.unreached, one.as_of,
            one.servers_told, one.overdue_total, shaped(one.lines, list[LineOf]),
            overview.reasons, desk.unread(),
        )
    )  # fmt: skip


@get("/unreached", opt={**_SEE, CSV: True}, tags=_TAGS, sync_to_thread=True)
def unreached(
    request: AnyRequest,
    *,
    reason: Why = None,
    after: AfterNumber = 0,
    size: Size = 50,
    form: Format = "json",
) -> Response[UnreachedPage]:
    """Whom nobody could reach, and why."""
    desk = notice_desk(request)
    if is_csv(request, form):
        demand(request, Permission.EXPORT)
        rows = desk.every_unreached(reason or "")
        return notice_tables.unreached_csv(rows)
    found, next_ = desk.unreached(reason or "", after, size)
    return json(
        UnreachedPage(
            [UnreachedRow(one["organisation"], one["owner"], one["anchor"], one["servers"],
                          one["reason"], one["why"]) for one in found],
            next_,
        )
    )  # fmt: skip


@get("/answers", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def answers(
    request: AnyRequest, *, after: AfterNumber = 0, size: Size = 50
) -> Response[AnswerPage]:
    """What owners have said that nobody has taken up yet."""
    found, next_ = notice_desk(request).answers(after, size)
    return json(
        AnswerPage(
            [AnswerOf(one.id, one.time, one.who, one.notice, one.organisation, one.anchor,
                      one.kind.value, one.text, one.day) for one in found],
            next_,
        )
    )  # fmt: skip


@post("/answers/{answer:int}/seen", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def take_up(request: AnyRequest, answer: Number) -> Response[AnswerOf]:
    """Say that a person has taken up what an owner said."""
    one = notice_desk(request).take_up(answer)
    return json(AnswerOf(one.id, one.time, one.who, one.notice, one.organisation, one.anchor,
                         one.kind.value, one.text, one.day))  # fmt: skip


@post("/codes", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def take_code(request: AnyRequest, data: JSONBody[CodeGiven]) -> Response[StatusNow]:
    """Take down a one-time code that somebody has told: its notice is acknowledged."""
    done = notice_desk(request).acknowledge(clean(data.code))
    return json(StatusNow(done.notice.reference, Status.ACKNOWLEDGED.value))


@get("/notices/{reference:str}", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def notice(request: AnyRequest, reference: Reference) -> Response[NoticeWhole]:
    """A notice, with its words and what became of it."""
    shown = notice_desk(request).show(clean(reference))
    one, words = shown.notice, shown.rendered
    return json(
        NoticeWhole(
            one.reference, one.batch, one.organisation, one.owner,
            shaped(one.recipient, RecipientOf), one.language, one.tlp, one.situation, one.reduced,
            one.made, shown.status.value, shown.is_mine, words.subject, words.text,
            shaped(one.subjects, list[SubjectOf]), shaped(shown.events, list[EventOfNotice]),
        )
    )  # fmt: skip


@post("/notices/{reference:str}/settle", opt=_WORK, tags=_TAGS, status_code=200,
      sync_to_thread=True)  # fmt: skip
def settle(
    request: AnyRequest, reference: Reference, data: JSONBody[Settled]
) -> Response[StatusNow]:
    """Say of an uncertain notice whether it went out."""
    desk, name = notice_desk(request), clean(reference)
    return json(StatusNow(name, desk.settle(name, sent=data.sent, why=clean(data.why)).value))


@post("/notices/{reference:str}/acknowledge", opt=_WORK, tags=_TAGS, status_code=200,
      sync_to_thread=True)  # fmt: skip
def acknowledge(
    request: AnyRequest, reference: Reference, data: JSONBody[Word]
) -> Response[StatusNow]:
    """Take down by somebody's word that they have a notice."""
    return _by_word(request, reference, EventKind.ACKNOWLEDGED, data)


@post("/notices/{reference:str}/failed", opt=_WORK, tags=_TAGS, status_code=200,
      sync_to_thread=True)  # fmt: skip
def failed(request: AnyRequest, reference: Reference, data: JSONBody[Word]) -> Response[StatusNow]:
    """Take down that a letter, a call or a mail reached nobody."""
    return _by_word(request, reference, EventKind.REFUSED, data)


def notice_desk(request: AnyRequest) -> NoticeDesk:
    """The notices, for whoever asks. RefusedError where nobody has said who writes them."""
    office: Office | None = request.app.state.office
    if office is None:
        raise RefusedError(
            "nobody has said yet who writes notices; whoever runs the console names their settings"
        )
    return NoticeDesk(office, request.app.state.cases, request.user)


def _by_word(
    request: AnyRequest, reference: str, kind: EventKind, data: Word
) -> Response[StatusNow]:
    desk, name = notice_desk(request), clean(reference)
    desk.record(name, kind, clean(data.why))
    return json(StatusNow(name, desk.status_of(name).value))


ROUTES: tuple[ControllerRouterHandler, ...] = (
    notices, summary, unreached, answers, take_up, take_code, notice, settle, acknowledge, failed,
)  # fmt: skip
