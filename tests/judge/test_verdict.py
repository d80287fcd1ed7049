"""The verdict of findings and coverage."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.judge.verdict import confidence_of, stage_of, verdict_of, worst
from alpheus.model import Campaign, Confidence, Stage, Verdict, Weight
from making import finding

_FINDINGS = st.lists(
    st.builds(finding, st.sampled_from(list(Stage)), st.sampled_from(list(Weight))), max_size=6
)


@pytest.mark.parametrize(
    ("stage", "weight", "expected"),
    [
        (Stage.SPREAD, Weight.PROOF, Verdict.COMPROMISED),
        (Stage.OPERATED, Weight.PROOF, Verdict.COMPROMISED),
        (Stage.IMPLANTED, Weight.PROOF, Verdict.COMPROMISED),
        (Stage.EXPLOITED, Weight.PROOF, Verdict.COMPROMISED),
        (Stage.EXPLOITED, Weight.INDICATION, Verdict.SUSPICIOUS),
        (Stage.SPREAD, Weight.INDICATION, Verdict.SUSPICIOUS),
        (Stage.ATTEMPTED, Weight.PROOF, Verdict.ATTEMPTED),
        (Stage.ATTEMPTED, Weight.INDICATION, Verdict.ATTEMPTED),
        (Stage.PROBED, Weight.INDICATION, Verdict.NO_EVIDENCE),
        (Stage.SPREAD, Weight.CONTEXT, Verdict.NO_EVIDENCE),
    ],
)
def test_one_finding(stage: Stage, weight: Weight, expected: Verdict) -> None:
    """A single finding gives the verdict of the table; context gives none."""
    assert verdict_of([finding(stage, weight)], covered=True) is expected


def test_nothing_found_without_coverage_is_not_determinable() -> None:
    """'Nothing found' needs coverage to be no-evidence."""
    assert verdict_of([], covered=False) is Verdict.NOT_DETERMINABLE
    assert verdict_of([], covered=True) is Verdict.NO_EVIDENCE


@given(_FINDINGS, st.booleans())
def test_more_findings_never_lower_the_verdict(findings: list, covered: bool) -> None:
    """Adding a finding can only keep or raise verdict and stage."""
    rank = {v: i for i, v in enumerate(Verdict)}
    for cut in range(len(findings)):
        some, more = findings[:cut], findings[: cut + 1]
        before = verdict_of(some, covered=covered)
        after = verdict_of(more, covered=covered)
        assert rank[after] >= rank[before]
        assert stage_of(more).rank >= stage_of(some).rank


@given(_FINDINGS)
def test_coverage_decides_only_when_nothing_was_found(findings: list) -> None:
    """Where something above `probed` counts, coverage changes no verdict."""
    if stage_of(findings).rank > Stage.PROBED.rank:
        assert verdict_of(findings, covered=True) is verdict_of(findings, covered=False)


def _campaign(verdict: Verdict, *, assessed: bool) -> Campaign:
    return Campaign("p", None, None, verdict, Stage.NONE, assessed=assessed, why="")


def test_worst_follows_the_order_of_the_contract() -> None:
    """Compromised > suspicious > attempted > not-determinable > no-evidence."""
    ordered = ["no-evidence", "not-determinable", "attempted", "suspicious", "compromised"]
    for low, high in itertools.pairwise(ordered):
        pair = [_campaign(Verdict(low), assessed=True), _campaign(Verdict(high), assessed=True)]
        assert worst(pair) is Verdict(high)


def test_campaigns_that_were_not_assessed_decide_nothing() -> None:
    """An unassessed campaign is ignored; with none assessed nothing can be determined."""
    unassessed = _campaign(Verdict.COMPROMISED, assessed=False)
    assert worst([unassessed]) is Verdict.NOT_DETERMINABLE
    fine = _campaign(Verdict.NO_EVIDENCE, assessed=True)
    assert worst([unassessed, fine]) is Verdict.NO_EVIDENCE


def test_confidence_of_a_compromise_rests_on_its_proofs() -> None:
    """One weak proof is medium, a strong one or two independent ones are high."""
    weak = finding(Stage.IMPLANTED, Weight.PROOF, confidence=Confidence.MEDIUM)
    strong = finding(Stage.IMPLANTED, Weight.PROOF)
    assert confidence_of(Verdict.COMPROMISED, [weak], covered=False) is Confidence.MEDIUM
    assert confidence_of(Verdict.COMPROMISED, [weak, weak], covered=False) is Confidence.HIGH
    assert confidence_of(Verdict.COMPROMISED, [strong], covered=False) is Confidence.HIGH
    assert confidence_of(Verdict.NOT_DETERMINABLE, [], covered=False) is Confidence.LOW
