"""The attack in sentences, earliest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from alpheus.judge.verdict import counts
from alpheus.model import Finding, Stage, StoryStep

STEPS = 60
_FAR = datetime.max.replace(tzinfo=UTC)


def tell(findings: Sequence[Finding]) -> tuple[StoryStep, ...]:
    """One step per stage and moment, told by the finding that weighs most.

    Findings without a time come last.
    """
    counting = [f for f in findings if counts(f) and f.stage is not Stage.NONE]
    moments: dict[tuple[datetime, int], list[Finding]] = {}
    for finding in counting:
        moment = (finding.time or _FAR).replace(microsecond=0)
        moments.setdefault((moment, finding.stage.rank), []).append(finding)
    ordered = sorted(moments.items(), key=lambda item: item[0])
    return tuple(_step(together) for _, together in ordered[:STEPS])


def _step(together: Sequence[Finding]) -> StoryStep:
    told = min(together, key=lambda f: (-f.weight.rank, -f.confidence.rank, -bool(f.summary)))
    times = [f.time for f in together if f.time is not None]
    rules = tuple(dict.fromkeys(f.rule for f in together))
    return StoryStep(min(times, default=None), told.stage, _sentence(told), rules)


def _sentence(finding: Finding) -> str:
    summary = finding.summary or finding.title
    if finding.citations_total <= 1:
        return summary
    if finding.last is None or finding.time is None or finding.last <= finding.time:
        return f"{summary} ({finding.citations_total} records)"
    until = f"{finding.last:%Y-%m-%d %H:%M:%S}"
    return f"{summary} ({finding.citations_total} records, until {until})"
