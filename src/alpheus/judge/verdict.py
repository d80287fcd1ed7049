"""The verdict of one campaign on one server, and the worst of all campaigns.

| verdict | when |
|---|---|
| compromised | proof at `exploited` or beyond |
| suspicious | an indication at `exploited` or beyond |
| attempted | proof or indication at `attempted` |
| no-evidence | nothing above `probed`, and the deciding sources cover the window |
| not-determinable | nothing above `probed`, and they do not |

A rule gives `proof` at `exploited` only where the attacker's request placed, ran or read something.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from alpheus.model import Campaign, Confidence, Finding, Stage, Verdict, Weight


class Weighed(Protocol):
    """What a verdict needs of a finding: one that was made just now, or one that was read back."""

    @property
    def stage(self) -> Stage:
        """How far it shows that an attacker got."""

    @property
    def weight(self) -> Weight:
        """What it is worth."""


def counts(finding: Weighed) -> bool:
    """Whether a finding bears on stage and verdict."""
    return finding.weight is not Weight.CONTEXT


def stage_of(findings: Iterable[Weighed]) -> Stage:
    """The highest stage that is proven or indicated."""
    return max(
        (f.stage for f in findings if counts(f)), key=lambda stage: stage.rank, default=Stage.NONE
    )


def verdict_of(findings: Sequence[Weighed], *, covered: bool) -> Verdict:
    """The verdict that findings and coverage allow."""
    counting = [f for f in findings if counts(f)]
    far = [f for f in counting if f.stage.rank >= Stage.EXPLOITED.rank]
    if any(f.weight is Weight.PROOF for f in far):
        return Verdict.COMPROMISED
    if far:
        return Verdict.SUSPICIOUS
    if any(f.stage is Stage.ATTEMPTED for f in counting):
        return Verdict.ATTEMPTED
    return Verdict.NO_EVIDENCE if covered else Verdict.NOT_DETERMINABLE


def worst(campaigns: Iterable[Campaign]) -> Verdict:
    """The verdict of a server: the worst of its assessed campaigns."""
    return max(
        (c.verdict for c in campaigns if c.assessed),
        key=lambda verdict: verdict.rank,
        default=Verdict.NOT_DETERMINABLE,
    )


def confidence_of(verdict: Verdict, findings: Sequence[Finding], *, covered: bool) -> Confidence:
    """How sure the verdict is: by independent proofs, or by what was covered."""
    if verdict is Verdict.COMPROMISED:
        proofs = [
            f for f in findings if f.weight is Weight.PROOF and f.stage.rank >= Stage.EXPLOITED.rank
        ]
        strong = [f for f in proofs if f.confidence is Confidence.HIGH]
        return Confidence.HIGH if strong or len(proofs) > 1 else Confidence.MEDIUM
    if verdict is Verdict.SUSPICIOUS:
        far = [f for f in findings if counts(f) and f.stage.rank >= Stage.EXPLOITED.rank]
        return Confidence.MEDIUM if len(far) > 1 else Confidence.LOW
    if verdict is Verdict.NOT_DETERMINABLE:
        return Confidence.LOW
    return Confidence.HIGH if covered else Confidence.MEDIUM
