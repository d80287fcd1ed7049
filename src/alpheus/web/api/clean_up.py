"""The clean-up of one server: its plan with how far it is, what is done of it, and the proof."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from alpheus.cases.clean_progress import Mark, StepStands
from alpheus.cases.clean_store import KeptVerification
from alpheus.cases.cleaning import CleanUp, Done
from alpheus.errors import CleanError, RefusedError
from alpheus.respond.model import encode
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import Number, Text, Time, clean, json, said, shaped
from alpheus.web.api.changes import Stands
from alpheus.web.csv_output import demand
from alpheus.web.desk import Desk
from alpheus.web.rendering import AnyRequest
from alpheus.web.server_desk import ServerDesk

_SEE = {PERMISSION: Permission.SEE}
_WORK = {PERMISSION: Permission.WORK}
_TAGS = ["clean-up"]
_MOST_STEPS = 200
_STATES = ("id", "patch", "compromise", "work", "assignee", "until")

StepNumber = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
Digest = Annotated[str, msgspec.Meta(max_length=64, description="SHA-256 of a plan.")]
Document = Annotated[
    str,
    said("The text of the file that the command line wrote.", min_length=1, max_length=900_000),
]


class PlanFile(msgspec.Struct, frozen=True):
    """A file that is taken away, and what became of it."""

    id: int
    path: str
    sha256: str
    became: Annotated[
        str,
        said(
            "`done`, `already`, `absent`, `refused` or `back`; `taken` where the "
            "product's own is not in its place yet; '' for nothing."
        ),
    ]


class ProofOf(msgspec.Struct, frozen=True):
    """What speaks for a step: a finding and where its record stands."""

    rule: str
    title: str
    evidence: str
    path: str
    line: int | None
    offset: int | None
    record_id: int | None


class PlanStep(msgspec.Struct, frozen=True):
    """A step of a plan as it stands."""

    number: int
    phase: str
    what: str
    why: str
    by_hand: Annotated[list[str], said("One line or command each.")]
    breaks: str
    undo: str
    decides: str
    files: list[PlanFile]
    cited: list[ProofOf]
    cited_total: int
    mark: Annotated[str, said("`done`, `not-needed`, `said`, `begun` or `open`.")]
    who: str
    time: Time
    because: Annotated[str, said("Why it was marked so.")]
    evidence: str


class PlanOf(msgspec.Struct, frozen=True):
    """The newest plan of a server, and how far it is."""

    digest: str
    server: str
    made: Time
    version: str
    packs: dict[str, str]
    assessment: Annotated[str, said("SHA-256 of the assessment that it was made from.")]
    observation: Annotated[int, said("What that is in cases.")]
    kept_by: str
    beyond: Annotated[list[str], said("What clean-up cannot repair, and why.")]
    done: Annotated[int, said("How many steps are done or not needed.")]
    said: Annotated[int, said("How many are done by the word of the owner alone.")]
    steps: list[PlanStep]


class PlanNow(msgspec.Struct, frozen=True):
    """The plan; null where there is none."""

    plan: PlanOf | None


class Follows(msgspec.Struct, frozen=True):
    """What came of it: where the server stands, what changed that, or why nothing did."""

    server: Stands
    done: int
    steps: int
    moved: Annotated[
        str, said("`cleaned`, `verified`, `not-clean` or `came-back`; '' for nothing.")
    ]
    why: str


class MarkSteps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of steps."""

    steps: Annotated[list[StepNumber], msgspec.Meta(min_length=1, max_length=_MOST_STEPS)]
    mark: Literal["done", "not-needed", "open"]
    why: Annotated[Text, said("Needed unless they are done.")] = ""
    evidence: Annotated[Text, said("What shows it.")] = ""
    plan: Annotated[Digest, said("The plan that was looked at; '' for the newest.")] = ""


class TakeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plan, the result of a run, or a verification."""

    document: Document


class ItemOf(msgspec.Struct, frozen=True):
    """A finding or a file, and what became of it."""

    fate: Annotated[str, said("`gone`, `left`, `back`, `new` or `past`.")]
    rule: str
    title: str
    path: str
    sha256: str
    time: Time


class UnshownOf(msgspec.Struct, frozen=True):
    """Something that evidence does not show to be settled."""

    step: Annotated[str, said("What the plan says to do of it.")]
    titles: Annotated[list[str], said("The findings that it rests on.")]
    names: Annotated[list[str], said("What these name: accounts, tasks, directories.")]


class VerificationOf(msgspec.Struct, frozen=True):
    """Later evidence compared with what had been found."""

    digest: str
    recorded: Time
    who: str
    evidence: Annotated[str, said("What it was compared with.")]
    outcome: Annotated[str, said("`verified-clean`, `uncovered`, `not-clean` or `re-infected`.")]
    since: Time
    until: Time
    items: list[ItemOf]
    uncovered: Annotated[list[str], said("What was not seen, and what to bring.")]
    unshown: Annotated[list[UnshownOf], said("What no file shows, for people to settle.")]
    way_in: Annotated[list[str], said("Flaws that the later evidence shows to be open.")]
    by_word: Annotated[bool, said("Only somebody's word says that it is of this server.")]
    renamed: Annotated[
        str, said("That the server has another name since, by somebody's word; '' for nothing.")
    ]


class Verifications(msgspec.Struct, frozen=True):
    """The verifications of a server, the newest first."""

    verifications: list[VerificationOf]
    waits: Annotated[str, said("Why the newest changes nothing; '' where it does.")]


class PlanDeed(msgspec.Struct, frozen=True):
    """Something that was done of a clean-up."""

    recorded: Time
    time: Time
    who: str
    what: str
    step: Annotated[int, said("0 for none.")]
    why: str
    evidence: str


class Deeds(msgspec.Struct, frozen=True):
    """What was done, the newest first."""

    deeds: list[PlanDeed]


@get("/servers/{number:int}/plan", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def clean_up_plan(number: Number, desk: NamedDependency[Desk]) -> Response[PlanNow]:
    """The newest plan of a clean-up, and how far it is."""
    return json(PlanNow(_plan(desk.server(number).clean_up())))


@get("/servers/{number:int}/plan/document", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def clean_up_document(
    request: AnyRequest, number: Number, desk: NamedDependency[Desk]
) -> Response[dict[str, Any]]:
    """The plan as `alpheus clean apply` takes it."""
    found = desk.server(number)
    demand(request, Permission.EXPORT)
    kept = found.clean_up().plan
    if kept is None:
        raise RefusedError("no plan of it is kept; make one first")
    return json(msgspec.json.decode(encode(kept.plan)))


@post("/servers/{number:int}/plan", opt=_WORK, tags=_TAGS, status_code=200, sync_to_thread=True)
def make_clean_up_plan(number: Number, desk: NamedDependency[Desk]) -> Response[PlanNow]:
    """Make a plan from the newest assessment; one that says the same changes nothing."""
    found = desk.server(number, Permission.WORK)
    return json(PlanNow(_plan(found.make_plan().clean)))


@post("/servers/{number:int}/plan/steps", opt=_WORK, tags=_TAGS, status_code=200,
      sync_to_thread=True)  # fmt: skip
def mark_clean_up_steps(
    number: Number, desk: NamedDependency[Desk], data: JSONBody[MarkSteps]
) -> Response[Follows]:
    """Say what became of steps of the plan."""
    found = desk.server(number, Permission.WORK)
    return json(_follows(found.mark(
        data.steps, Mark(data.mark), why=clean(data.why), evidence=clean(data.evidence),
        plan=clean(data.plan),
    )))  # fmt: skip


@post("/servers/{number:int}/plan/files", opt=_WORK, tags=_TAGS, status_code=200,
      sync_to_thread=True)  # fmt: skip
def take_clean_up_file(
    number: Number, desk: NamedDependency[Desk], data: JSONBody[TakeIn]
) -> Response[Follows]:
    """Take in a plan, the result of `clean apply` or `clean undo`, or a verification, as JSON."""
    found = desk.server(number, Permission.WORK)
    return json(_follows(_taken(found, data.document)))


@get("/servers/{number:int}/verifications", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def clean_up_verifications(number: Number, desk: NamedDependency[Desk]) -> Response[Verifications]:
    """What later evidence showed, the newest first."""
    found = desk.server(number).clean_up()
    return json(Verifications([_verification(one) for one in found.verifications], found.waits))


@get("/servers/{number:int}/plan/deeds", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def clean_up_deeds(number: Number, desk: NamedDependency[Desk]) -> Response[Deeds]:
    """What was done of the clean-up, by whom and when."""
    every = [one._asdict() for one in desk.server(number).clean_deeds()]
    return json(Deeds(shaped(every, list[PlanDeed])))


def _taken(found: ServerDesk, document: str) -> Done:
    try:
        return found.take_clean_file(document.encode(errors="replace"), "the document")[1]
    except CleanError as error:
        raise RefusedError(str(error)) from error


def _plan(found: CleanUp) -> PlanOf | None:
    if found.plan is None or found.progress is None:
        return None
    kept, progress = found.plan, found.progress
    one = kept.plan
    return PlanOf(
        one.digest, one.server, one.made, one.version, one.packs, one.assessment,
        kept.observation, kept.who, list(one.beyond), progress.done, progress.said,
        [_step(each) for each in progress.steps],
    )  # fmt: skip


def _step(one: StepStands) -> PlanStep:
    step, by = one.step, one.by
    return PlanStep(
        step.number, step.phase.value, step.what, step.why, list(step.by_hand), step.breaks,
        step.undo, step.decides,
        [PlanFile(each.id, each.path, each.sha256, one.files.get(each.id, ""))
         for each in step.files],
        shaped(step.cited, list[ProofOf]), step.cited_total, one.mark.value,
        by.who if by else "", by.time if by else "", by.why if by else "",
        by.evidence if by else "",
    )  # fmt: skip


def _follows(done: Done) -> Follows:
    progress = done.clean.progress
    return Follows(
        Stands(*[done.row[name] for name in _STATES]),
        progress.done if progress else 0, len(progress.steps) if progress else 0,
        done.moved.value if done.moved else "", done.why,
    )  # fmt: skip


def _verification(one: KeptVerification) -> VerificationOf:
    found = one.found
    return VerificationOf(
        one.digest, one.recorded, one.who, one.evidence, found.outcome.value, found.since,
        found.until, shaped(found.items, list[ItemOf]), list(found.uncovered),
        shaped(found.unshown, list[UnshownOf]), list(found.way_in), found.by_word,
        found.renamed,
    )  # fmt: skip


ROUTES: tuple[ControllerRouterHandler, ...] = (
    clean_up_plan, clean_up_document, make_clean_up_plan, mark_clean_up_steps, take_clean_up_file,
    clean_up_verifications, clean_up_deeds,
)  # fmt: skip
