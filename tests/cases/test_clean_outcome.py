"""What a plan that is done, or a verification, means for a server."""

from __future__ import annotations

import msgspec

from alpheus.cases.acts import ActKind
from alpheus.cases.clean_outcome import Move, Stood, after_marks, after_verification
from alpheus.cases.clean_progress import Mark, Marked, progress_of
from alpheus.cases.states import Compromise
from alpheus.respond.verification import Fate, Item, Outcome, Verification
from alpheus.respond.verification_open import Unshown
from cases.test_clean_progress import PLAN

CLEANED, BEFORE, AFTER = (f"2021-03-{day}T00:00:00Z" for day in (15, 10, 20))
STANDS = Stood(Compromise.CLEANED, CLEANED, "d")


def _found(
    outcome: Outcome, *items: Item, since: str = CLEANED, until: str = AFTER
) -> Verification:
    return Verification(server="EX01", since=since, assessment="", outcome=outcome, files=outcome,
                        items=items, uncovered=(), until=until)  # fmt: skip


def _after(found: Verification, stands: Stood = STANDS) -> Move:
    return after_verification(stands, found, "v")


def _marks(*steps: int, mark: Mark = Mark.DONE, day: int = 15) -> list[Marked]:
    time = f"2021-03-{day}T00:00:00Z"
    return [Marked(step, time, time, "kim", mark, "so") for step in steps]


def test_a_plan_that_is_done_cleans_when_its_last_step_was_done() -> None:
    """The time is that of the last step, not of the mark that came last."""
    marks = [*_marks(1, day=16), *_marks(2, day=12)]
    found = after_marks(Stood(Compromise.COMPROMISED), "d", progress_of(PLAN, marks), marks[1:])
    assert (found.kind, found.when) == (ActKind.CLEANED, "2021-03-16T00:00:00Z")
    assert found.evidence == "plan d"
    assert after_marks(STANDS, "d", progress_of(PLAN, marks), marks) == Move()


def test_an_open_step_takes_back_what_this_plan_cleaned() -> None:
    """And not what another plan, or a person, did."""
    marks = [*_marks(1, 2), *_marks(1, mark=Mark.OPEN)]
    progress = progress_of(PLAN, marks)
    assert after_marks(STANDS, "d", progress, marks[2:]).kind is ActKind.NOT_CLEAN
    assert after_marks(STANDS, "other", progress, marks[2:]) == Move()
    assert after_marks(Stood(Compromise.COMPROMISED), "d", progress, marks[2:]) == Move()


def test_only_verified_clean_verifies() -> None:
    """Of a server that was cleaned, from the cleaning on, and beyond it."""
    assert _after(_found(Outcome.CLEAN)).kind is ActKind.VERIFIED
    assert _after(_found(Outcome.CLEAN, since=BEFORE)).kind is ActKind.VERIFIED
    for stands, found in (
        (Stood(Compromise.COMPROMISED), _found(Outcome.CLEAN)),
        (STANDS, _found(Outcome.CLEAN, until=CLEANED)),
        (STANDS, _found(Outcome.CLEAN, until="")),
        (STANDS, _found(Outcome.CLEAN, since=AFTER, until="2021-03-21T00:00:00Z")),
        (STANDS, _found(Outcome.UNCOVERED)),
    ):
        move = _after(found, stands)
        assert move.kind is None
        assert move.why
    again = Stood(Compromise.VERIFIED_CLEAN, CLEANED, "d")
    assert _after(_found(Outcome.CLEAN), again) == Move()


def test_what_was_taken_in_before_the_last_step_says_nothing() -> None:
    """Its evidence is older than the clean-up, whatever times stand in it."""
    for outcome in (Outcome.CLEAN, Outcome.LEFT, Outcome.BACK):
        item = Item(Fate.LEFT if outcome is Outcome.LEFT else Fate.NEW, "r", "t", path="C:/x.aspx")
        found = _found(outcome, item)
        move = after_verification(STANDS, found, "v", taken=BEFORE)
        assert move.kind is None
        assert "was taken in" in move.why
        assert after_verification(STANDS, found, "v", taken=AFTER).kind is not None


def test_signs_count_from_the_cleaning_on() -> None:
    """A file that is there was there afterwards; a sign of before says nothing."""
    early = Item(Fate.NEW, "r", "t", time=BEFORE)
    late = Item(Fate.BACK, "r", "t", time=AFTER)
    file = Item(Fate.NEW, "r", "t", path="C:/x.aspx")
    assert _after(_found(Outcome.BACK, early)).kind is None
    found = _after(_found(Outcome.BACK, early, late))
    assert (found.kind, found.why) == (ActKind.CAME_BACK, f"came back or new: from {AFTER}")
    assert "C:/x.aspx" in _after(_found(Outcome.BACK, file)).why
    done = Stood(Compromise.RE_INFECTED, CLEANED, "d")
    assert _after(_found(Outcome.BACK, late), done) == Move()


def test_what_is_still_there_is_named() -> None:
    """The first of them, and how many more."""
    left = [Item(Fate.LEFT, "r", "t", path=f"C:/{name}.aspx") for name in "ab"]
    found = _after(_found(Outcome.LEFT, *left))
    assert (found.kind, found.why) == (ActKind.NOT_CLEAN, "still there: C:/a.aspx and 1 more")


def test_what_no_evidence_shows_must_be_settled_by_steps() -> None:
    """Else it says which is not; an open entrance is told first."""
    found = msgspec.structs.replace(
        _found(Outcome.CLEAN), unshown=(Unshown("Change keys."), Unshown("Rebuild."))
    )
    move = after_verification(STANDS, found, "v", {"Change keys."})
    assert (move.kind, move.why.endswith("settled: Rebuild.")) == (None, True)
    assert after_verification(STANDS, found, "v").why.endswith("Change keys. and 1 more")
    settled = {"Change keys.", "Rebuild."}
    assert after_verification(STANDS, found, "v", settled).kind is ActKind.VERIFIED
    entrance = msgspec.structs.replace(_found(Outcome.UNCOVERED), way_in=("vulnerable to X",))
    assert _after(entrance).why == "the way in is open: vulnerable to X"
