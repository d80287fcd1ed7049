"""The clean-up of a server in cases: its plan, how far that is, and what later evidence shows.

What is done to a plan and what follows from it for the server are one transaction: a plan that is
done makes it cleaned, a step that is open again takes that back, and a verification says whether it
is clean, or whether somebody came back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection

from alpheus import __version__
from alpheus.cases import assessments, clean_store
from alpheus.cases.acts import ActKind
from alpheus.cases.clean_assessed import assessment_of
from alpheus.cases.clean_files import Outcome, Verified, ids_of, read_run, read_verification, why_of
from alpheus.cases.clean_outcome import Move, Stood, after_marks, after_verification, stood
from alpheus.cases.clean_progress import (
    AWAY,
    BACK,
    TAKEN,
    Mark,
    Marked,
    Progress,
    mark_of,
    progress_of,
)
from alpheus.cases.clean_store import KeptPlan, KeptVerification
from alpheus.cases.derived_store import Standing
from alpheus.cases.schema import Derived
from alpheus.cases.service_acts import Asked, do, find
from alpheus.cases.service_server import row_of
from alpheus.errors import RefusedError
from alpheus.respond.model import Plan, decode
from alpheus.respond.planning import plan_of
from alpheus.respond.verification import Verification
from alpheus.respond.verification_server import folded_names, names_of

LONGEST = 4_000
"""Characters of a reason that are kept."""

_Answer = TypeVar("_Answer")
_At = tuple[Connection, Derived, Standing]
_Read = Callable[[Callable[[Connection, Derived, Standing], _Answer]], _Answer]
_Write = Callable[[], AbstractContextManager[_At]]


@dataclass(frozen=True, slots=True)
class CleanUp:
    """The clean-up of a server: its newest plan and how far that is, None where there is none.

    `earlier` are its other plans, `verifications` all of them, both the newest first; `waits` says
    why the newest of these changes nothing, '' where it does or there is nothing to change.
    `newest` is the observation of its newest assessment that is kept whole, 0 for none.
    """

    server: int
    plan: KeptPlan | None
    progress: Progress | None
    marks: tuple[Marked, ...]
    earlier: tuple[KeptPlan, ...]
    verifications: tuple[KeptVerification, ...]
    newest: int
    waits: str = ""


class Done(NamedTuple):
    """What came of something: the server's row, what it changed, and why nothing did.

    `moved` is the kind of act that followed, None for none; `why` says why none did, '' where there
    is nothing to say.
    """

    row: dict[str, Any]
    clean: CleanUp
    moved: ActKind | None = None
    why: str = ""


class Deed(NamedTuple):
    """Something that was done, for a log: `what` is `plan`, a mark, or `verification`."""

    recorded: str
    time: str
    who: str
    what: str
    step: int
    why: str
    evidence: str


class Cleaning:
    """What can be asked and done, over the transactions of cases."""

    def __init__(self, read: _Read[Any], write: _Write, clock: Callable[[], str]) -> None:
        self._read = read
        self._write = write
        self._clock = clock

    def of(self, server: int) -> CleanUp:
        """The clean-up of the server that a number leads to. Raises RefusedError for none."""
        found: CleanUp = self._read(
            lambda connection, tables, _: look(connection, tables, find(connection, tables, server))
        )
        return found

    def deeds(self, server: int) -> list[Deed]:
        """All that was done of its plans, the newest first. Raises RefusedError for no server."""
        found: list[Deed] = self._read(
            lambda connection, tables, _: _deeds(
                connection, tables, find(connection, tables, server)
            )
        )
        return found

    def make(self, server: int, *, who: str, observation: int = 0) -> Done:
        """Make a plan from an assessment of a server, the newest for 0. Raises RefusedError.

        A plan that says the same as the one there is takes its place in nothing: that one stays.
        """
        with self._write() as (connection, tables, _):
            number = _open(connection, tables, server, who)
            chosen = assessed(connection, tables, number, observation)
            if not chosen or (observation and chosen != observation):
                raise RefusedError("no whole assessment of it is kept; hand in its evidence first")
            whole = assessment_of(connection, chosen)
            plan = plan_of(
                whole, whole.server(), made=datetime.fromisoformat(self._clock()).astimezone(UTC),
                version=__version__,
            )  # fmt: skip
            known = clean_store.plans_of(connection, tables, number)
            if not known or not _same(known[0].plan, plan):
                clean_store.add_plan(
                    connection, number, plan, observation=chosen, who=who, now=self._clock()
                )
            return _done(connection, tables, number)

    def take_plan(self, server: int, content: bytes, name: str, *, who: str) -> Done:
        """Keep a plan of `alpheus clean plan`; twice the same changes nothing.

        Raises CleanError for no plan, RefusedError for one that is not of this server.
        """
        plan = decode(content, name)
        with self._write() as (connection, tables, _):
            number = _open(connection, tables, server, who)
            anchor = clean_store.anchor_of_plan(connection, plan.digest)
            if anchor:
                if (other := find(connection, tables, anchor)) != number:
                    raise RefusedError(f"this plan is kept already, as one of server {other}")
                return _done(connection, tables, number)
            observation = _made_from(connection, tables, number, plan.assessment)
            if not observation:
                raise RefusedError(
                    "this plan was made from an assessment that is not kept as one of server "
                    f"{number}; take that in first"
                )
            clean_store.add_plan(
                connection, number, plan, observation=observation, who=who, now=self._clock()
            )
            return _done(connection, tables, number)

    def mark(
        self,
        server: int,
        steps: Sequence[int],
        mark: Mark,
        *,
        who: str,
        why: str = "",
        evidence: str = "",
        when: str = "",
        plan: str = "",
    ) -> Done:
        """Say of steps of the newest plan that they are done, not needed, or open again.

        `plan` is the digest of the plan that was looked at, '' for whichever is the newest. Raises
        RefusedError.
        """
        now = self._clock()
        _check(mark, why, when or now, now)
        with self._write() as (connection, tables, found):
            number = _open(connection, tables, server, who)
            kept, progress = _newest(connection, tables, number, plan)
            marks = []
            for step in dict.fromkeys(steps):
                stands = progress.of(step)
                if stands is None:
                    raise RefusedError(f"the plan has no step {step}")
                if stands.mark is mark:
                    raise RefusedError(f"step {step} is '{mark}' already")
                if mark is Mark.SAID and stands.is_settled:
                    raise RefusedError(f"step {step} is '{stands.mark}' already")
                marks.append(Marked(step, when or now, now, who, mark, why[:LONGEST],
                                    evidence[:LONGEST]))  # fmt: skip
            if not marks:
                raise RefusedError("name a step by its number")
            clean_store.add_marks(connection, kept.id, marks)
            at = (connection, tables, found)
            return _follow(at, number, kept, marks, now=now)

    def take_run(self, server: int, content: bytes, name: str, *, who: str, when: str = "") -> Done:
        """Take down what a run of `alpheus clean apply` or `undo` did to files of the plan.

        Raises CleanError for no result of one, RefusedError for one of another plan.
        """
        run, now = read_run(content, name), self._clock()
        _check(Mark.DONE, "", when or now, now)
        with self._write() as (connection, tables, found):
            number = _open(connection, tables, server, who)
            kept, progress = _newest(connection, tables, number, run.plan)
            results = {one.id: one for one in run.outcomes}
            last = _volumes_of(clean_store.marks_of(connection, kept.id))
            is_other = bool(last and run.ids) and last != run.ids
            if is_other and run.what == "undo":
                message = (f"{name} is of another volume than the last run of this plan: what came "
                           "back on a copy says nothing of the server")  # fmt: skip
                raise RefusedError(message)
            marks = []
            for stands in progress.steps:
                told = {one.id: results[one.id] for one in stands.step.files if one.id in results}
                files = {number: _became(one, run.what) for number, one in told.items()}
                files = {number: became for number, became in files.items() if became}
                if not files or (not is_other and files.items() <= stands.files.items()):
                    continue
                mark = mark_of(stands.step, files if is_other else {**stands.files, **files})
                left = [why_of(one) for one in told.values() if one.why]
                marks.append(Marked(
                    stands.step.number, when or now, now, who, mark, "; ".join(left)[:LONGEST],
                    run.evidence[:LONGEST], files,
                ))  # fmt: skip
            if not marks:
                raise RefusedError(
                    "this result changes nothing: what it says is taken down already"
                )
            clean_store.add_marks(connection, kept.id, marks)
            at = (connection, tables, found)
            return _follow(at, number, kept, marks, now=now)

    def take_verification(
        self, server: int, content: bytes, name: str, *, who: str, evidence: str = ""
    ) -> Done:
        """Keep what `alpheus clean verify` found, and what follows from it.

        Raises CleanError for no verification, RefusedError for one that is not of this server.
        """
        return self.keep_verification(
            server, read_verification(content, name), who=who, evidence=evidence or name
        )

    def keep_verification(
        self, server: int, one: Verified, *, who: str, evidence: str = ""
    ) -> Done:
        """The same of a comparison that was made here; twice the same is kept once."""
        with self._write() as (connection, tables, found):
            number = _open(connection, tables, server, who)
            plans = clean_store.plans_of(connection, tables, number)
            anchor = clean_store.anchor_of_verification(connection, one.digest)
            if anchor:
                if (other := find(connection, tables, anchor)) != number:
                    message = f"this verification is kept already, as one of server {other}"
                    raise RefusedError(message)
            else:
                of = next((p.id for p in plans if p.assessment == one.found.assessment), 0)
                _check_server(connection, tables, number, one.found, plans)
                clean_store.add_verification(
                    connection, number, one, plan=of, who=who, evidence=evidence[:LONGEST],
                    now=self._clock(),
                )  # fmt: skip
            kept = clean_store.verifications_of(connection, tables, number)
            this = next(seen for seen in kept if seen.digest == one.digest)
            move = _moved_by(connection, tables, number, this)
            at = (connection, tables, found)
            return _carried_out(at, number, move, who, now=self._clock())

    def before(self, server: int) -> KeptPlan:
        """The plan whose clean-up new evidence is compared with. Raises RefusedError for none."""
        found = self.of(server)
        if found.plan is None:
            raise RefusedError("no plan of it is kept; make one first")
        return found.plan

    def cleaned_at(self, server: int) -> str:
        """When it was last said to be cleaned, '' where it was not. Raises RefusedError."""
        found: Stood = self._read(
            lambda connection, tables, _: stood(
                connection, tables, find(connection, tables, server)
            )
        )
        return found.cleaned


def look(connection: Connection, tables: Derived, server: int) -> CleanUp:
    """The clean-up of a server by its own number."""
    plans = clean_store.plans_of(connection, tables, server)
    newest = plans[0] if plans else None
    marks = clean_store.marks_of(connection, newest.id) if newest else []
    seen = clean_store.verifications_of(connection, tables, server)
    waits = _next_move(connection, tables, server, seen).why
    return CleanUp(
        server, newest, progress_of(newest.plan, marks) if newest else None, tuple(marks),
        tuple(plans[1:]), tuple(seen), assessed(connection, tables, server, 0), waits,
    )  # fmt: skip


def assessed(connection: Connection, tables: Derived, server: int, asked: int) -> int:
    """The assessment that was asked for, or the newest one of a server that is kept whole; or 0."""
    found = assessments.listed(connection, tables, server)
    whole = [one.observation for one in found if one.whole]
    return asked if asked in whole else next(iter(whole), 0)


def _open(connection: Connection, tables: Derived, server: int, who: str) -> int:
    if not who.strip():
        raise RefusedError("say who does it")
    return find(connection, tables, server)


def _check(mark: Mark, why: str, when: str, now: str) -> None:
    if when > now:
        raise RefusedError(f"{when} has not been yet")
    if mark in {Mark.NOT_NEEDED, Mark.OPEN} and not why.strip():
        raise RefusedError(f"say why: a step that is '{mark}' needs a reason")


def _newest(
    connection: Connection, tables: Derived, server: int, digest: str
) -> tuple[KeptPlan, Progress]:
    """The newest plan, if it is the one that was meant. Raises RefusedError."""
    plans = clean_store.plans_of(connection, tables, server)
    if not plans:
        raise RefusedError("no plan of it is kept; make one first")
    kept = plans[0]
    if digest and digest != kept.digest:
        older = any(one.digest == digest for one in plans)
        raise RefusedError(
            "there is a newer plan by now; look at that one" if older
            else f"that is of another plan; the one of server {server} is {kept.digest}"
        )  # fmt: skip
    return kept, progress_of(kept.plan, clean_store.marks_of(connection, kept.id))


def _same(one: Plan, other: Plan) -> bool:
    """Whether two plans say the same, whenever they were made."""
    bare = msgspec.structs.replace(other, made=one.made, digest=one.digest)
    return one == bare


def _made_from(connection: Connection, tables: Derived, server: int, digest: str) -> int:
    """The assessment of a server that came from a file, by its SHA-256; 0 for none."""
    found = assessments.listed(connection, tables, server)
    return next((one.observation for one in found if one.sha256 == digest), 0)


def _check_server(
    connection: Connection, tables: Derived, server: int, found: Verification,
    plans: Sequence[KeptPlan],
) -> None:  # fmt: skip
    """Raises RefusedError for a comparison with another assessment, or of another computer."""
    of = next((one.observation for one in plans if one.assessment == found.assessment), 0)
    observation = of or _made_from(connection, tables, server, found.assessment)
    if not observation:
        raise RefusedError(
            "this verification compares with an assessment that is not kept as one of "
            f"server {server}; take that in first"
        )
    name = assessment_of(connection, observation).server()
    if names_of(name).isdisjoint(folded_names(found.server)):
        raise RefusedError(
            f"this verification is of {found.server}, and server {server} is {name.name} in the "
            "assessment that it compares with"
        )


def _volumes_of(marks: Sequence[Marked]) -> frozenset[str]:
    """Which volumes the last run was on that was taken down; empty where none told."""
    return next((ids for one in reversed(marks) if (ids := ids_of(one.evidence))), frozenset())


def _became(one: Outcome, what: str) -> str:
    """What a file is after a run; '' where that changed nothing."""
    if what != "apply":
        return BACK if one.result in AWAY else ""
    return TAKEN if one.lacks and one.result in AWAY else one.result


def _follow(at: _At, server: int, kept: KeptPlan, marks: Sequence[Marked], *, now: str) -> Done:
    """What follows for the server from what was just said of its plan."""
    connection, tables, _ = at
    progress = progress_of(kept.plan, clean_store.marks_of(connection, kept.id))
    move = after_marks(stood(connection, tables, server), kept.digest, progress, marks)
    done = _carried_out(at, server, move, marks[-1].who, now=now)
    if done.moved is ActKind.CLEANED:  # what was verified before that was told of counts now
        later = _next_move(connection, tables, server, done.clean.verifications)
        if later.kind is not None:
            return _carried_out(at, server, later, marks[-1].who, now=now)
    elif done.moved is None and not progress.open:  # what no evidence shows may be settled now
        later = _next_move(connection, tables, server, done.clean.verifications)
        if later.kind is ActKind.VERIFIED:
            return _carried_out(at, server, later, marks[-1].who, now=now)
    return done


def _next_move(
    connection: Connection, tables: Derived, server: int, seen: Sequence[KeptVerification]
) -> Move:
    """What would follow from the newest verification of a server as it stands."""
    if not seen:
        return Move()
    return _moved_by(connection, tables, server, seen[0])


def _moved_by(connection: Connection, tables: Derived, server: int, seen: KeptVerification) -> Move:
    """What follows from a verification, and from what the steps of the server's plans settle."""
    settled = {
        one.step.what
        for kept in clean_store.plans_of(connection, tables, server)
        for one in progress_of(kept.plan, clean_store.marks_of(connection, kept.id)).steps
        if one.is_settled
    } if seen.found.unshown else set()  # fmt: skip
    stands = stood(connection, tables, server)
    return after_verification(stands, seen.found, seen.digest, settled, seen.recorded)


def _carried_out(at: _At, server: int, move: Move, who: str, *, now: str) -> Done:
    connection, tables, found = at
    if move.kind is None:
        return _done(connection, tables, server)._replace(why=move.why)
    asked = Asked(move.kind, who, move.why, move.evidence, when=min(move.when or now, now),
                  now=now)  # fmt: skip
    do(connection, tables, found, server, asked=asked, now=now)
    return _done(connection, tables, server)._replace(moved=move.kind)


def _done(connection: Connection, tables: Derived, server: int) -> Done:
    return Done(row_of(connection, tables, server), look(connection, tables, server))


def _deeds(connection: Connection, tables: Derived, server: int) -> list[Deed]:
    found: list[Deed] = []
    for plan in clean_store.plans_of(connection, tables, server):
        found.append(Deed(plan.recorded, plan.plan.made, plan.who, "plan", 0, "", plan.digest))
        found += [
            Deed(one.recorded, one.time, one.who, one.mark.value, one.step, one.why, one.evidence)
            for one in clean_store.marks_of(connection, plan.id)
        ]
    found += [
        Deed(one.recorded, one.recorded, one.who, "verification", 0, one.found.outcome.value,
             one.digest)
        for one in clean_store.verifications_of(connection, tables, server)
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.recorded, reverse=True)
