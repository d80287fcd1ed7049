"""The attack in sentences."""

from __future__ import annotations

from dataclasses import replace

from alpheus.judge.story import tell
from alpheus.model import Stage, Weight
from making import at, finding


def test_steps_are_in_order_of_time_and_context_is_left_out() -> None:
    """Only what counts is told, earliest first."""
    late = finding(Stage.OPERATED, Weight.PROOF, name="late", time=at("2021-03-05"))
    early = finding(Stage.EXPLOITED, name="early", time=at("2021-03-03"))
    aside = finding(Stage.SPREAD, Weight.CONTEXT, name="aside", time=at("2021-03-01"))
    assert [step.findings for step in tell([late, aside, early])] == [("early",), ("late",)]


def test_findings_of_one_moment_and_stage_share_a_step() -> None:
    """The same request seen in two logs is told once."""
    one, other = finding(name="a"), finding(name="b")
    steps = tell([one, other])
    assert [step.findings for step in steps] == [("a", "b")]


def test_the_summary_of_the_rule_is_used_and_repetition_is_told() -> None:
    """A step says what happened and how often."""
    many = replace(
        finding(), summary="198.51.100.7 read mail", citations_total=12, last=at("2021-03-04")
    )
    step = tell([many])[0]
    assert step.summary == "198.51.100.7 read mail (12 records, until 2021-03-04 00:00:00)"


def test_findings_without_time_come_last() -> None:
    """A page whose time is not known ends the story, and is not lost."""
    steps = tell([finding(Stage.IMPLANTED, name="page", time=None), finding(name="r")])
    assert [step.findings[0] for step in steps] == ["r", "page"]
