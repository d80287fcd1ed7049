"""An organisation about itself: its own servers in plain words, and what it says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from alpheus.cases.cleaning import CleanUp
from alpheus.errors import RefusedError
from alpheus.notify.answers import Answer, AnswerKind
from alpheus.notify.blocks import bare
from alpheus.notify.facts import Server
from alpheus.notify.own import Plain
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import Number, Time, clean, json, said
from alpheus.web.own_desk import NOT_TAKEN, Given, OwnDesk
from alpheus.web.rendering import AnyRequest, look_of

_OWN = {PERMISSION: Permission.OWN}
_TAGS = ["own"]
_LONGEST = 2_000
Result = TypeVar("Result")

Said = Annotated[str, msgspec.Meta(max_length=_LONGEST)]


class ToDo(msgspec.Struct, frozen=True):
    """A step, in one sentence and explained."""

    text: str
    detail: str
    main: Annotated[bool, said("Whether it is one of the first steps.")]


class OwnRow(msgspec.Struct, frozen=True):
    """One's own server, in plain words of the reader's language."""

    server: int
    name: str
    place: str
    condition: Annotated[str, said("How bad it is.", examples=["vulnerable"])]
    lead: str
    details: list[str]
    actions: Annotated[list[ToDo], said("What to do now, the first first.")]
    last_seen: Time
    work: str


class ToldOf(msgspec.Struct, frozen=True):
    """A server that a notice named, and that is not, or no more, one's own."""

    place: str
    condition: str
    owner: str
    since: Time
    evidence: list[str]


class GivenOf(msgspec.Struct, frozen=True):
    """Something that was said."""

    id: int
    time: Time
    kind: str
    server: Annotated[str, said("Its name; '' for a notice as a whole.")]
    text: str
    day: str
    seen: Annotated[Time, said("When a person took it up; '' for not yet.")]


class OwnView(msgspec.Struct, frozen=True):
    """One's own servers, the worst first, and what was said of them."""

    servers: list[OwnRow]
    moved: Annotated[list[ToldOf], said("Servers that one was told of, by now somebody else's.")]
    others: Annotated[list[ToldOf], said("What a notice to be passed on said of others.")]
    given: list[GivenOf]
    more: Annotated[bool, said("Whether there are more servers than are named.")]


class OwnServer(msgspec.Struct, frozen=True):
    """One server, with what was seen of it and said."""

    server: OwnRow
    seen: list[str]
    given: list[GivenOf]


class SayOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an owner says of a server."""

    kind: Literal["done", "working", "help", "not-ours"]
    text: Annotated[Said, said("In one's own words; needed for `done` and `help`.")] = ""
    day: Annotated[
        str, said("When it was done.", max_length=10, pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    ] = ""


class PassOn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody says who was asked to pass a notice on."""

    text: Annotated[Said, said("To whom it went, and when.", min_length=1)]


@get("/own", opt=_OWN, tags=_TAGS, sync_to_thread=True)
def own(request: AnyRequest) -> Response[OwnView]:
    """One's own servers, with what to do now."""
    view = _let_in(_desk(request).view)
    return json(
        OwnView(
            [_row(one) for one in view.servers], [_told(one) for one in view.moved],
            [_told(one) for one in view.others], [_given(one) for one in view.given], view.more,
        )
    )  # fmt: skip


@get("/own/servers/{server:int}", opt=_OWN, tags=_TAGS, sync_to_thread=True)
def own_server(request: AnyRequest, server: Number) -> Response[OwnServer]:
    """One server of one's own."""
    desk = _desk(request)
    found = _let_in(lambda: desk.server(server))
    given = [_given(one) for one in found.given]
    return json(OwnServer(_row(found.plain), list(found.seen), given))


@post("/own/servers/{server:int}/answers", opt=_OWN, tags=_TAGS, sync_to_thread=True)
def own_answer(request: AnyRequest, server: Number, data: JSONBody[SayOf]) -> Response[GivenOf]:
    """Say that it is done, that one is at work, needs help, or that it is not one's own.

    What is said changes no patch state: that is seen, not said.
    """
    desk = _desk(request)
    if not server:
        raise RefusedError("there is no server 0")
    done = _let_in(lambda: desk.answer(server, AnswerKind(data.kind), clean(data.text), data.day))
    return json(_given(Given(done, "")), 201)


class OwnStep(msgspec.Struct, frozen=True):
    """A step of the plan by which one's own server is cleaned."""

    number: int
    phase: str
    what: str
    why: str
    by_hand: Annotated[list[str], said("One line or command each.")]
    breaks: str
    undo: str
    decides: str
    files: Annotated[list[str], said("Files to take away.")]
    mark: Annotated[str, said("`done`, `not-needed`, `said`, `begun` or `open`.")]


class OwnPlan(msgspec.Struct, frozen=True):
    """How one's own server is cleaned; no step where there is no plan."""

    digest: str
    beyond: Annotated[list[str], said("What clean-up cannot repair, and why.")]
    steps: list[OwnStep]


class StepDone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step that is done, as its owner says."""

    step: Annotated[int, said("Its number.", ge=1, le=10_000)]
    text: Annotated[Said, said("What was done, in one's own words.")] = ""
    plan: Annotated[str, said("Digest of the plan that was looked at.", max_length=64)] = ""


@get("/own/servers/{server:int}/plan", opt=_OWN, tags=_TAGS, sync_to_thread=True)
def own_plan(request: AnyRequest, server: Number) -> Response[OwnPlan]:
    """How one's own server is cleaned, step by step."""
    desk = _desk(request)
    return json(_plan(_let_in(lambda: desk.server(server)).clean))


@post("/own/servers/{server:int}/steps", opt=_OWN, tags=_TAGS, status_code=200,
      sync_to_thread=True)  # fmt: skip
def own_step(request: AnyRequest, server: Number, data: JSONBody[StepDone]) -> Response[OwnPlan]:
    """Say that a step is done; it counts once a person has confirmed it."""
    desk = _desk(request)
    return json(_plan(_let_in(
        lambda: desk.step_done(server, data.step, clean(data.text), clean(data.plan))
    )))  # fmt: skip


@post("/own/answers", opt=_OWN, tags=_TAGS, sync_to_thread=True)
def own_passed_on(request: AnyRequest, data: JSONBody[PassOn]) -> Response[GivenOf]:
    """Say that a notice about others was passed on."""
    desk = _desk(request)
    done = _let_in(lambda: desk.answer(0, AnswerKind.PASSED_ON, clean(data.text), ""))
    return json(_given(Given(done, "")), 201)


def _desk(request: AnyRequest) -> OwnDesk:
    state = request.app.state
    return OwnDesk(state.database, state.clock, request.user, look_of(request).words.language)


def _let_in(ask: Callable[[], Result]) -> Result:
    """What is asked for. PermissionDeniedException where a code lets nobody in any more."""
    try:
        return ask()
    except RefusedError as error:
        if str(error) == NOT_TAKEN:
            raise PermissionDeniedException(NOT_TAKEN) from None
        raise


def _row(one: Plain) -> OwnRow:
    actions = [ToDo(bare(each.text), bare(each.detail), each.main) for each in one.actions]
    return OwnRow(one.server, one.name, one.place, one.condition, one.lead, list(one.details),
                  actions, one.last_seen, one.work)  # fmt: skip


def _plan(found: CleanUp) -> OwnPlan:
    if found.plan is None or found.progress is None:
        return OwnPlan("", [], [])
    steps = [
        OwnStep(one.step.number, one.step.phase.value, one.step.what, one.step.why,
                list(one.step.by_hand), one.step.breaks, one.step.undo, one.step.decides,
                [file.path for file in one.step.files], one.mark.value)
        for one in found.progress.steps
    ]  # fmt: skip
    return OwnPlan(found.plan.digest, list(found.plan.plan.beyond), steps)


def _told(one: Server) -> ToldOf:
    return ToldOf(one.place, one.condition, one.owner, one.since, list(one.evidence))


def _given(one: Given) -> GivenOf:
    found: Answer = one.answer
    return GivenOf(found.id, found.time, found.kind.value, one.server, found.text, found.day,
                   found.seen)  # fmt: skip


ROUTES: tuple[ControllerRouterHandler, ...] = (
    own, own_server, own_answer, own_plan, own_step, own_passed_on,
)  # fmt: skip
