"""The attack in sentences, earliest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from alpheus.judge.verdict import counts
from alpheus.model import Finding, Stage, StoryStep

STEPS = 60
_FAR = datetime.max.replace(tzinfo=UTC)


def tell(findings: Sequence[Finding]) -> tuple[StoryStep, ...]:
    """One step per finding that counts; findings of one moment and stage share a step."""
    counting = sorted(
        (f for f in findings if counts(f) and f.stage is not Stage.NONE),
        key=lambda f: (f.time or _FAR, f.stage.rank, f.rule),
    )
    steps: list[StoryStep] = []
    for finding in counting:
        step = _step(finding)
        if steps and _same_moment(steps[-1], step):
            merged = (*steps[-1].findings, finding.rule)
            steps[-1] = StoryStep(steps[-1].time, step.stage, steps[-1].summary, merged)
        else:
            steps.append(step)
    return tuple(steps[:STEPS])


def _step(finding: Finding) -> StoryStep:
    summary = finding.summary or finding.title
    if finding.citations_total > 1:
        until = f" until {finding.last:%Y-%m-%d %H:%M:%S}" if finding.last != finding.time else ""
        summary = f"{summary} ({finding.citations_total} times{until if finding.last else ''})"
    return StoryStep(finding.time, finding.stage, summary, (finding.rule,))


def _same_moment(one: StoryStep, other: StoryStep) -> bool:
    return (
        one.stage is other.stage
        and one.time is not None
        and one.time == other.time
    )  # fmt: skip
