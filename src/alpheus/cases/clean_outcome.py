"""What a plan that is done, or a verification, means for where a server stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from alpheus.cases.acts import ActKind, plan_in
from alpheus.cases.clean_progress import Marked, Progress
from alpheus.cases.schema import Derived
from alpheus.cases.states import CLEANABLE, Compromise
from alpheus.respond.verification import Fate, Outcome, Verification

_CLEANED = frozenset({Compromise.CLEANED, Compromise.VERIFIED_CLEAN})


class Stood(NamedTuple):
    """Where a server stands: since when it counts as cleaned, and by which plan; '' for none."""

    compromise: Compromise
    cleaned: str = ""
    plan: str = ""

    @property
    def is_cleaned(self) -> bool:
        """Whether it counts as cleaned, verified or not."""
        return self.compromise in _CLEANED


class Move(NamedTuple):
    """The act that follows; where that is None, `why` says why none does."""

    kind: ActKind | None = None
    why: str = ""
    evidence: str = ""
    when: str = ""


def stood(connection: Connection, tables: Derived, server: int) -> Stood:
    """Where a server stands, by its own number."""
    s, c = tables.servers.c, tables.changes.c
    state = connection.execute(select(s.compromise).where(s.id == server)).scalar_one()
    query = (
        select(c.time, c.evidence)
        .where(c.server == server, c.axis == "compromise", c.after == Compromise.CLEANED.value)
        .order_by(c.time.desc())
        .limit(1)
    )
    last = connection.execute(query).first()
    if last is None:
        return Stood(Compromise(state))
    return Stood(Compromise(state), last.time, plan_in(last.evidence))


def after_marks(stands: Stood, digest: str, progress: Progress, marks: Sequence[Marked]) -> Move:
    """What follows from marks of a plan: all is done, or something is open again."""
    evidence = f"plan {digest}"
    left = progress.open
    if not left:
        if stands.compromise in CLEANABLE:
            when = max(one.by.time for one in progress.steps if one.by and one.is_settled)
            why = f"all steps of the plan are done or not needed, {progress.done} in all"
            return Move(ActKind.CLEANED, why, evidence, when)
        if stands.compromise in _CLEANED:
            return Move()
        return Move(why=f"the plan is done; it is {stands.compromise}, so that there was nothing "
                    "to clean")  # fmt: skip
    if stands.is_cleaned and stands.plan == digest:
        numbers = {one.step.number for one in left}
        last = next((one for one in reversed(marks) if one.step in numbers), None)
        if last is not None:
            why = f"step {last.step} of the plan is open again: {last.why or last.evidence}"
            return Move(ActKind.NOT_CLEAN, why, evidence)
    return Move()


def after_verification(
    stands: Stood, found: Verification, digest: str, settled: Collection[str] = (),
    taken: str = "",
) -> Move:  # fmt: skip
    """What follows from a verification: it is clean, it is not, or somebody came back.

    What it does not look at, after the cleaning, it says nothing of; what no evidence shows must be
    among the steps of plans that are `settled`. `taken` is when it was taken in, '' where that is
    not known: evidence is of before, whatever times its records bear.
    """
    evidence = f"verification {digest}"
    if stands.compromise is Compromise.RE_INFECTED and found.outcome is Outcome.BACK:
        return Move()
    if not stands.is_cleaned:
        return Move(why=f"it is {stands.compromise}; what is verified is a server that was cleaned")
    if taken and taken <= stands.cleaned:
        return Move(why=f"it was taken in {taken}, and the server was cleaned {stands.cleaned}; "
                    "collect it again")  # fmt: skip
    if found.until and found.until <= stands.cleaned:
        return Move(why=f"its evidence ends {found.until}, and it was cleaned {stands.cleaned}; "
                    "collect it again")  # fmt: skip
    move = _OF_OUTCOME[found.outcome](stands, found, evidence)
    waiting = [one.step for one in found.unshown if one.step not in settled]
    if move.kind is ActKind.VERIFIED and waiting:
        more = _and_more(len(waiting))
        return Move(why=f"not shown by evidence, and no step of the plan that is settled: "
                    f"{waiting[0]}{more}")  # fmt: skip
    return move


def _clean(stands: Stood, found: Verification, evidence: str) -> Move:
    if stands.compromise is Compromise.VERIFIED_CLEAN:
        return Move()
    if not found.until:
        return Move(why="it does not say up to when evidence was seen; verify with this program")
    if found.since > stands.cleaned:
        return Move(why=f"it looks at what came after {found.since}, and it was cleaned "
                    f"{stands.cleaned}; verify since then")  # fmt: skip
    why = f"nothing is left and nothing is new since {found.since}, seen until {found.until}"
    return Move(ActKind.VERIFIED, why, evidence)


def _back(stands: Stood, found: Verification, evidence: str) -> Move:
    """Signs in logs count from the cleaning on; a file that is there was there afterwards."""
    signs = found.of(Fate.BACK, Fate.NEW)
    after = [item for item in signs if not item.time or item.time > stands.cleaned]
    if not after:
        return Move(why="its signs are of before it was cleaned")
    times = sorted(item.time for item in after if item.time)
    first = f"from {times[0]}" if times else after[0].path or after[0].title
    return Move(ActKind.CAME_BACK, f"came back or new: {first}{_and_more(len(after))}", evidence)


def _and_more(number: int) -> str:
    return f" and {number - 1} more" if number > 1 else ""


def _left(_: Stood, found: Verification, evidence: str) -> Move:
    left = found.of(Fate.LEFT)
    where = left[0].path or left[0].title if left else ""
    return Move(ActKind.NOT_CLEAN, f"still there: {where}{_and_more(len(left))}", evidence)


def _uncovered(_: Stood, found: Verification, __: str) -> Move:
    if found.way_in:
        return Move(why=f"the way in is open: {found.way_in[0]}{_and_more(len(found.way_in))}")
    return Move(why="not all was seen that must be; what is missing is listed")


_OF_OUTCOME = {
    Outcome.CLEAN: _clean, Outcome.BACK: _back, Outcome.LEFT: _left,
    Outcome.UNCOVERED: _uncovered,
}  # fmt: skip
