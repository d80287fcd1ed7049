"""States follow from what was seen and done, whenever it became known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.acts import Act, ActKind, Closing
from alpheus.cases.lifecycle import Seen, State, derive
from alpheus.cases.states import Compromise, Patch, Work
from alpheus.model import PatchState, Verdict

LATER = "2021-12-31T00:00:00Z"
OPEN, CLOSED = "15.1.2176.4", "15.1.2176.9"


def _day(day: int) -> str:
    return f"2021-03-{day:02d}T10:00:00Z"


def _seen(day: int, patch: str = "", **more: object) -> Seen:
    return Seen(day, _day(day), patch=patch, **{"source": "probe", **more})  # type: ignore[arg-type]


def _verdict(day: int, verdict: str, breach: int = 0) -> Seen:
    return Seen(day, _day(day), "triage", verdict=verdict, breach=_day(breach) if breach else "")


def _report(day: int) -> Seen:
    return Seen(day, _day(day), "list", reported=True, breach=_day(day))


def _act(day: int, kind: ActKind, **more: str) -> Act:
    return Act(100 + day, _day(day), "kim", kind, **{"why": "so", "evidence": "plan 1", **more})


def _derive(*events: Seen | Act, now: str = LATER) -> State:
    return derive(
        [one for one in events if isinstance(one, Seen)],
        [one for one in events if isinstance(one, Act)],
        now=now,
    )


def test_nothing_known() -> None:
    """Is unknown on both axes, and new."""
    assert _derive() == State()


@pytest.mark.parametrize(
    ("states", "after"),
    [
        (["vulnerable"], Patch.VULNERABLE),
        (["fixed"], Patch.FIXED),
        (["vulnerable", "fixed"], Patch.FIXED),
        (["fixed", "vulnerable"], Patch.REGRESSED),
        (["not-affected", "vulnerable"], Patch.REGRESSED),
        (["fixed", "vulnerable", "vulnerable"], Patch.REGRESSED),
        (["fixed", "vulnerable", "fixed"], Patch.FIXED),
        (["undetermined"], Patch.UNKNOWN),
        (["vulnerable", "undetermined", ""], Patch.VULNERABLE),
        (["fixed", "undetermined"], Patch.FIXED),
        (["not-affected"], Patch.NOT_AFFECTED),
        (["fixed", "not-affected"], Patch.FIXED),
        (["vulnerable", "not-affected"], Patch.FIXED),
        (["vulnerable", "mitigated"], Patch.MITIGATED),
        (["fixed", "mitigated"], Patch.FIXED),
    ],
)
def test_patch_states(states: list[str], after: Patch) -> None:
    """What says nothing changes nothing; fixed, then vulnerable is regressed."""
    assert _derive(*(_seen(n + 1, state) for n, state in enumerate(states))).patch is after


def test_of_one_moment_the_graver_counts() -> None:
    """And it is no regression: nobody saw it fixed before."""
    both = (_seen(1, "fixed", source="a"), Seen(2, _day(1), "b", patch="vulnerable"))
    assert _derive(*both).patch is Patch.VULNERABLE


def test_one_of_several_does_not_speak_for_the_others() -> None:
    """A pool that shows the fix once may be half fixed."""
    assert _derive(_seen(1, "vulnerable"), _seen(2, "fixed", partly=True)).patch is Patch.VULNERABLE
    assert _derive(_seen(2, "fixed", partly=True)).patch is Patch.FIXED


def test_a_mitigation_is_somebodys_word() -> None:
    """It holds while the build is the same, though that shows no fix, and goes with an update."""
    first = _seen(1, "vulnerable", build=OPEN)
    word = _act(2, ActKind.MITIGATED)
    same, other = _seen(3, "vulnerable", build=OPEN), _seen(4, "vulnerable", build="15.1.2242.4")
    state = _derive(first, word, same)
    assert (state.patch, state.mitigated_by) == (Patch.MITIGATED, "kim")
    state = _derive(first, word, same, other)
    assert (state.patch, state.mitigated_by) == (Patch.REGRESSED, "")
    assert _derive(first, word, _seen(3, "fixed", build=CLOSED)).patch is Patch.FIXED
    assert _derive(_seen(1, "fixed"), word).patch is Patch.FIXED


def test_a_mitigation_of_an_unknown_build_learns_it() -> None:
    """The first build that is seen afterwards is the one that is mitigated."""
    word = _act(1, ActKind.MITIGATED)
    seen = [_seen(2, "vulnerable", build=OPEN), _seen(3, "vulnerable", build="15.1.2242.4")]
    assert _derive(word, seen[0]).patch is Patch.MITIGATED
    assert _derive(word, *seen).patch is Patch.REGRESSED


@pytest.mark.parametrize(
    ("verdicts", "after"),
    [
        (["no-evidence"], Compromise.NO_EVIDENCE),
        (["no-evidence", "not-determinable"], Compromise.NO_EVIDENCE),
        (["suspicious", "no-evidence"], Compromise.SUSPICIOUS),
        (["attempted", "compromised", "no-evidence"], Compromise.COMPROMISED),
    ],
)
def test_the_gravest_verdict_counts(verdicts: list[str], after: Compromise) -> None:
    """Other evidence that shows less takes nothing back."""
    assert _derive(*(_verdict(n + 1, one) for n, one in enumerate(verdicts))).compromise is after


def test_reports_of_others_are_not_proof() -> None:
    """But more than a suspicion; an assessment can prove them."""
    assert _derive(_report(1)).compromise is Compromise.REPORTED
    assert _derive(_report(1), _verdict(2, "suspicious")).compromise is Compromise.REPORTED
    assert _derive(_report(1), _verdict(2, "compromised", 2)).compromise is Compromise.COMPROMISED


def test_cleaned_verified_and_again() -> None:
    """A verdict on evidence from after the cleaning verifies; signs from after it re-infect."""
    start = (_verdict(1, "compromised", 1), _act(5, ActKind.CLEANED))
    assert _derive(*start).compromise is Compromise.CLEANED
    assert _derive(*start, _verdict(6, "compromised", 1)).compromise is Compromise.CLEANED
    clean = (*start, _verdict(7, "no-evidence"))
    assert _derive(*clean).compromise is Compromise.VERIFIED_CLEAN
    assert _derive(*clean, _report(8)).compromise is Compromise.RE_INFECTED
    again = (*clean, _report(8), _act(9, ActKind.CLEANED), _act(10, ActKind.VERIFIED))
    assert _derive(*again).compromise is Compromise.VERIFIED_CLEAN
    assert _derive(*start, _report(8), _verdict(9, "no-evidence")).compromise is \
        Compromise.RE_INFECTED  # fmt: skip
    assert _derive(_verdict(1, "compromised", 1), _verdict(4, "no-evidence"),
                   _act(5, ActKind.CLEANED)).compromise is Compromise.CLEANED  # fmt: skip


BY_PLAN = f"plan {'ab' * 32}"


def test_by_a_plan_only_a_verification_verifies() -> None:
    """An assessment that finds nothing is not enough; signs from after it still re-infect."""
    start = (_verdict(1, "compromised", 1), _act(5, ActKind.CLEANED, evidence=BY_PLAN))
    assert _derive(*start).plan == "ab" * 32
    assert _derive(*start, _verdict(7, "no-evidence")).compromise is Compromise.CLEANED
    sure = (*start, _act(8, ActKind.VERIFIED))
    assert _derive(*sure).compromise is Compromise.VERIFIED_CLEAN
    assert _derive(*sure, _act(9, ActKind.CAME_BACK)).compromise is Compromise.RE_INFECTED
    assert _derive(*start, _verdict(7, "compromised", 6)).compromise is Compromise.RE_INFECTED
    assert _derive(_act(2, ActKind.CAME_BACK)).compromise is Compromise.UNKNOWN


@pytest.mark.parametrize(
    ("events", "after"),
    [
        ((_verdict(1, "compromised", 1), _act(5, ActKind.CLEANED)), Compromise.COMPROMISED),
        ((_report(1), _act(5, ActKind.CLEANED)), Compromise.REPORTED),
        ((_report(1), _act(5, ActKind.CLEANED), _verdict(6, "compromised", 1)),
         Compromise.COMPROMISED),
        ((_report(1), _act(5, ActKind.CLEANED), _act(6, ActKind.CLEANED)), Compromise.REPORTED),
        ((_report(1),), Compromise.REPORTED),
    ],
)  # fmt: skip
def test_what_was_not_cleaned_after_all_stands_as_before(
    events: tuple[Seen | Act, ...], after: Compromise
) -> None:
    """Also by what was seen of it meanwhile."""
    assert _derive(*events, _act(9, ActKind.NOT_CLEAN)).compromise is after


def test_a_doubt_is_cleared_and_a_proof_is_not() -> None:
    """By somebody who looked."""
    cleared = _act(2, ActKind.CLEARED)
    assert _derive(_verdict(1, "suspicious"), cleared).compromise is Compromise.NO_EVIDENCE
    proof = _verdict(1, "compromised", 1)
    assert _derive(proof, cleared).compromise is Compromise.COMPROMISED
    assert _derive(proof, _act(2, ActKind.VERIFIED)).compromise is Compromise.COMPROMISED


def test_work_goes_on_step_by_step() -> None:
    """And being told again does not put back who is at work already."""
    steps = [ActKind.NOTIFIED, ActKind.ACKNOWLEDGED, ActKind.STARTED, ActKind.NOTIFIED,
             ActKind.ASKED_HELP]  # fmt: skip
    acts = [_act(n + 1, kind) for n, kind in enumerate(steps)]
    assert _derive(*acts[:1]).work is Work.NOTIFIED
    assert _derive(*acts[:4]).work is Work.IN_PROGRESS
    state = _derive(*acts, _act(9, ActKind.ASSIGNED, to="lou"), _act(10, ActKind.NOTE))
    assert (state.work, state.assignee, state.work_since) == (Work.NEEDS_HELP, "lou", _day(5))


def test_what_reached_nobody_is_not_told() -> None:
    """As it was before; one telling of several that holds is enough, and an answer stays."""
    first, second = (_act(n, ActKind.NOTIFIED, evidence=f"notice {n}") for n in (1, 2))
    back = [_act(day, ActKind.UNREACHED, evidence=f"notice {day - 2}") for day in (3, 4)]
    assert _derive(first, second, back[0]).work is Work.NOTIFIED
    state = _derive(first, second, *back)
    assert (state.work, state.work_since) == (Work.NEW, _day(4))
    assert (state.changes[-1].before, state.changes[-1].evidence) == ("notified", "notice 2")
    known = _act(2, ActKind.ACKNOWLEDGED)
    assert _derive(first, known, back[0]).work is Work.ACKNOWLEDGED
    again = (_act(5, ActKind.CLOSED, to=Closing.GONE), _act(6, ActKind.REOPENED))
    told = _act(7, ActKind.NOTIFIED, evidence="notice 7")
    failed = _act(8, ActKind.UNREACHED, evidence="notice 7")
    assert _derive(first, *again, told, failed).work is Work.REOPENED


def test_a_later_observation_that_contradicts_reopens() -> None:
    """Of a case that was closed; one from before does not, whenever it arrives."""
    close = _act(5, ActKind.CLOSED, to=Closing.DONE)
    fixed = _seen(4, "fixed")
    assert _derive(fixed, close, _seen(3, "vulnerable")).work is Work.CLOSED
    state = _derive(fixed, close, _seen(6, "vulnerable", build=OPEN))
    assert (state.work, state.patch) == (Work.REOPENED, Patch.REGRESSED)
    assert OPEN in state.work_why
    assert _derive(fixed, close, _report(6)).work is Work.REOPENED
    assert _derive(fixed, close, _verdict(6, "compromised", 3)).work is Work.CLOSED
    gone = _act(5, ActKind.CLOSED, to=Closing.GONE)
    assert _derive(_seen(1, "vulnerable"), gone, _seen(6, "vulnerable")).work is Work.REOPENED
    left = _act(5, ActKind.CLOSED, to=Closing.ACCEPTED)
    assert _derive(_seen(1, "vulnerable"), left, _seen(6, "vulnerable")).work is Work.CLOSED
    assert _derive(_seen(1, "vulnerable"), left, _report(6)).work is Work.REOPENED


def test_a_false_positive_ends() -> None:
    """Until then the same lists change nothing, but proof does; afterwards it is open again."""
    false = _act(5, ActKind.FALSE_POSITIVE, until=_day(20))
    lists = (_seen(1, "vulnerable"), _seen(6, "vulnerable"), _report(7))
    state = _derive(*lists, false, now=_day(19))
    assert (state.work, state.until) == (Work.FALSE_POSITIVE, _day(20))
    assert _derive(*lists, false, _verdict(8, "compromised", 8), now=_day(19)).work is Work.REOPENED
    state = _derive(*lists, false, now=_day(21))
    assert (state.work, state.work_since, state.until) == (Work.REOPENED, _day(20), "")
    assert _derive(*lists, false, _act(22, ActKind.STARTED)).work is Work.IN_PROGRESS


def test_every_change_has_who_when_why_and_evidence() -> None:
    """And begins where the last one on its axis ended."""
    state = _derive(
        _seen(1, "vulnerable"), _seen(2, "fixed"), _verdict(3, "compromised", 2),
        _act(4, ActKind.CLEANED), _act(5, ActKind.CLOSED, to=Closing.DONE), _seen(6, "vulnerable"),
    )  # fmt: skip
    assert [(c.axis, c.after) for c in state.changes] == [
        ("patch", "vulnerable"), ("patch", "fixed"), ("compromise", "compromised"),
        ("compromise", "cleaned"), ("work", "closed"), ("patch", "regressed"),
        ("work", "reopened"),
    ]  # fmt: skip
    assert all(c.who and c.time and c.why and c.evidence for c in state.changes)
    last = {"patch": "unknown", "compromise": "unknown", "work": "new"}
    for change in state.changes:
        assert change.before == last[change.axis]
        last[change.axis] = change.after


_SEEN = st.builds(
    Seen,
    st.just(0),
    st.integers(0, 6).map(lambda day: _day(day) if day else ""),
    st.sampled_from(["probe", "list"]),
    st.sampled_from(["", *PatchState]).map(str),
    st.sampled_from(["", OPEN, CLOSED]),
    st.booleans(),
    st.sampled_from(["", *Verdict]).map(str),
    st.booleans(),
    st.integers(1, 6).map(_day),
)
_ACTS = st.builds(
    Act,
    st.integers(1, 9),
    st.integers(1, 6).map(_day),
    st.just("kim"),
    st.sampled_from(ActKind),
    st.just("so"),
    st.just(""),
    st.sampled_from(Closing).map(str),
    st.just(_day(9)),
)


@given(st.lists(_SEEN, max_size=8), st.lists(_ACTS, max_size=5, unique_by=lambda a: a.id),
       st.randoms())  # fmt: skip
def test_the_order_of_arrival_does_not_matter(seen: list[Seen], acts: list[Act], chance) -> None:
    """Nor the numbers that observations got by it."""
    one = derive([s._replace(id=n) for n, s in enumerate(seen)], acts, now=_day(8))
    shuffled, turned = list(seen), list(acts)
    chance.shuffle(shuffled)
    chance.shuffle(turned)
    other = derive([s._replace(id=n + 50) for n, s in enumerate(shuffled)], turned, now=_day(8))
    plain = [tuple(c._replace(evidence="") for c in state.changes) for state in (one, other)]
    assert plain[0] == plain[1]
    assert replace(one, changes=()) == replace(other, changes=())


@given(st.lists(_SEEN, max_size=5), st.lists(_SEEN, max_size=5))
def test_fixed_then_vulnerable_is_regressed(before: list[Seen], between: list[Seen]) -> None:
    """Whatever was seen before and between, unless a fix speaks for one of several."""
    fixed = Seen(1, _day(10), patch="fixed", build=CLOSED)
    vulnerable = Seen(2, _day(20), patch="vulnerable", build=OPEN)
    after = derive([*before, fixed, vulnerable], now=LATER)
    assert after.patch is Patch.REGRESSED
    assert after.patch_since == _day(20)
    assert derive([*between, *before, vulnerable, fixed._replace(time=_day(21))],
                  now=LATER).patch is Patch.FIXED  # fmt: skip


def test_a_person_says_what_is_a_decoy_and_the_last_word_counts() -> None:
    """Nobody's word leaves it to the evidence; neither act changes a state."""
    assert _derive().decoy is None
    said = _act(3, ActKind.DECOY, why="ours")
    taken_back = _act(5, ActKind.COUNTED, why="it is not")
    assert _derive(said).decoy is True
    assert _derive(taken_back, said).decoy is False
    assert _derive(said).changes == ()
