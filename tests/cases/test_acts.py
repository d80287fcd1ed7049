"""What a case does not allow is refused with a sentence."""

from __future__ import annotations

import pytest

from alpheus.cases.acts import Act, ActKind, Closing, plan_in, refusal
from alpheus.cases.lifecycle import State
from alpheus.cases.states import Compromise, Patch, Work

NOW = "2021-03-10T00:00:00Z"


def _act(kind: ActKind, **more: str) -> Act:
    given = {"why": "so", "evidence": "plan 1", "time": "2021-03-09T00:00:00Z", "who": "kim"}
    return Act(1, kind=kind, **{**given, **more})  # type: ignore[arg-type]


WELL = State(patch=Patch.FIXED, compromise=Compromise.NO_EVIDENCE)
CLOSED = State(work=Work.CLOSED)


@pytest.mark.parametrize(
    ("state", "act", "said"),
    [
        (WELL, _act(ActKind.NOTE, who=" "), "say who"),
        (WELL, _act(ActKind.NOTE, time="2021-03-11T00:00:00Z"), "has not been yet"),
        (WELL, _act(ActKind.NOTE, why=""), "needs a reason"),
        (WELL, _act(ActKind.CLEANED, evidence=""), "the plan that was carried out"),
        (WELL, _act(ActKind.VERIFIED, evidence=""), "what shows that it is clean"),
        (CLOSED, _act(ActKind.NOTIFIED), "reopen it before it is notified"),
        (CLOSED, _act(ActKind.STARTED), "reopen it"),
        (State(work=Work.NEEDS_HELP), _act(ActKind.ACKNOWLEDGED), "more than acknowledged"),
        (CLOSED, _act(ActKind.CLOSED, to="done"), "closed already"),
        (WELL, _act(ActKind.CLOSED), "done, gone, accepted, outside"),
        (State(patch=Patch.REGRESSED), _act(ActKind.CLOSED, to="done"), "it is regressed"),
        (State(), _act(ActKind.CLOSED, to="done"), "is unknown"),
        (
            State(patch=Patch.FIXED, compromise=Compromise.CLEANED),
            _act(ActKind.CLOSED, to="done"),
            "cleaned and verified",
        ),
        (WELL, _act(ActKind.REOPENED), "that is open"),
        (CLOSED, _act(ActKind.FALSE_POSITIVE, until="2022-01-01"), "reopen it first"),
        (WELL, _act(ActKind.FALSE_POSITIVE), "say until when"),
        (WELL, _act(ActKind.FALSE_POSITIVE, until="2021-03-09T00:00:00Z"), "is over"),
        (WELL, _act(ActKind.FALSE_POSITIVE, until="2099-01-01T00:00:00Z"), "too far away"),
        (WELL, _act(ActKind.NOTE, time="1700-01-01T00:00:00Z"), "too long ago"),
        (WELL, _act(ActKind.MITIGATED), "nothing to mitigate"),
        (WELL, _act(ActKind.CLEANED), "nothing to clean"),
        (WELL, _act(ActKind.NOT_CLEAN), "does not count as cleaned"),
        (WELL, _act(ActKind.CAME_BACK), "does not count as cleaned"),
        (
            State(compromise=Compromise.CLEANED, plan="ab"),
            _act(ActKind.VERIFIED),
            "it was cleaned by a plan",
        ),
        (WELL, _act(ActKind.VERIFIED), "a server that was cleaned"),
        (State(compromise=Compromise.COMPROMISED), _act(ActKind.CLEARED), "not a proof"),
        (WELL, _act(ActKind.ASSIGNED, to=""), "to whom"),
    ],
)
def test_refusals(state: State, act: Act, said: str) -> None:
    """They say what is in the way, or what is missing."""
    assert said in refusal(state, act, now=NOW)


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (State(), _act(ActKind.NOTE)),
        (State(), _act(ActKind.ASSIGNED, to="lou")),
        (State(), _act(ActKind.NOTIFIED)),
        (State(work=Work.NOTIFIED), _act(ActKind.NOTIFIED)),
        (State(work=Work.NOTIFIED), _act(ActKind.ACKNOWLEDGED)),
        (WELL, _act(ActKind.CLOSED, to=Closing.DONE)),
        (State(patch=Patch.NOT_AFFECTED), _act(ActKind.CLOSED, to=Closing.DONE)),
        (State(patch=Patch.VULNERABLE), _act(ActKind.CLOSED, to=Closing.GONE)),
        (CLOSED, _act(ActKind.REOPENED)),
        (State(work=Work.FALSE_POSITIVE), _act(ActKind.REOPENED)),
        (State(), _act(ActKind.FALSE_POSITIVE, until="2021-04-01T00:00:00Z")),
        (State(patch=Patch.VULNERABLE), _act(ActKind.MITIGATED)),
        (State(compromise=Compromise.RE_INFECTED), _act(ActKind.CLEANED)),
        (State(compromise=Compromise.VERIFIED_CLEAN), _act(ActKind.CAME_BACK)),
        (
            State(compromise=Compromise.CLEANED, plan="ab"),
            _act(ActKind.VERIFIED, evidence=f"verification {'cd' * 32}"),
        ),
        (State(compromise=Compromise.CLEANED), _act(ActKind.VERIFIED)),
        (State(compromise=Compromise.SUSPICIOUS), _act(ActKind.CLEARED)),
        (State(), _act(ActKind.MERGED)),
    ],
)
def test_what_is_allowed(state: State, act: Act) -> None:
    """Gives no sentence."""
    assert refusal(state, act, now=NOW) == ""


def test_a_report_is_one_that_a_law_asks_for() -> None:
    """A slip of the pen would leave its clock running."""
    for to, allowed in (("NIS2:early-warning", True), ("NIS2:early", False), ("", False),
                        ("BOD-22-01:update", False)):  # fmt: skip
        act = Act(1, NOW, "kim", ActKind.REPORTED_TO_AUTHORITY, to=to)
        said = refusal(State(), act, now=NOW)
        assert (said == "") is allowed
        assert allowed or "ED-21-02:scan" in said


def test_which_plan_a_cleaning_names() -> None:
    """One that is kept here, by its digest; what a person wrote is none."""
    assert plan_in(f"plan {'ab' * 32}") == "ab" * 32
    assert plan_in("plan 1") == plan_in("") == ""


@pytest.mark.parametrize(
    "until",
    ["z", "9", "3000", "99999-12-31", "2099-02-31", "2021-02-31T23:59:59Z", "=1+1",
     "2021-04-01T25:00:00Z", "\u0662021-04-01", "2" * 200_000],
)  # fmt: skip
def test_a_false_positive_ends_on_a_day_that_there_is(until: str) -> None:
    """A text that sorts after today is no day, and would never end."""
    found = refusal(State(), _act(ActKind.FALSE_POSITIVE, until=until), now=NOW)
    assert found == "write a day as 2021-03-12"
