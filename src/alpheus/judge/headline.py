"""The sentence that matters, in words that hold up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alpheus.judge.campaigns import Judged
from alpheus.judge.patch import PatchTimeline
from alpheus.judge.verdict import counts
from alpheus.model import Finding, PatchState, Stage, Verdict, Weight

_REACHED = {
    Stage.NONE: "nothing happened",
    Stage.PROBED: "it was probed",
    Stage.ATTEMPTED: "exploitation was tried",
    Stage.EXPLOITED: "the flaws were exploited",
    Stage.IMPLANTED: "a backdoor was written",
    Stage.OPERATED: "a backdoor was used",
    Stage.SPREAD: "the attacker went on to mail, credentials, accounts or other hosts",
}


_WEB_SHELL = "T1505.003"


def headline(
    name: str,
    *,
    verdict: Verdict,
    stage: Stage,
    findings: Sequence[Finding],
    judged: Sequence[Judged],
    patches: PatchTimeline,
) -> str:
    """One sentence: verdict, how far, since when, patched when, and what was not seen."""
    if verdict is Verdict.COMPROMISED:
        start = f"{name} is compromised: {_reached(stage, findings)}"
    elif verdict is Verdict.SUSPICIOUS:
        start = f"{name} is suspicious: {_suspicion(stage)}"
    elif verdict is Verdict.ATTEMPTED:
        start = f"{name} was attacked, and no try is known to have succeeded"
    elif verdict is Verdict.NO_EVIDENCE:
        start = f"No evidence of compromise on {name}"
    else:
        start = f"Whether {name} was compromised cannot be determined"
    parts = [
        start + _since(verdict, findings),
        *_campaign(verdict, judged),
        *_patch(verdict, findings, judged, patches),
    ]
    return "; ".join([*parts, *_seen(verdict, judged)]) + "."


def first_seen(findings: Sequence[Finding], stage: Stage = Stage.ATTEMPTED) -> datetime | None:
    """The earliest time of anything that counts at a stage or beyond."""
    return min(
        (
            f.time
            for f in findings
            if counts(f) and f.stage.rank >= stage.rank and f.time is not None
        ),
        default=None,
    )


def foothold(findings: Sequence[Finding]) -> datetime | None:
    """When the attacker first got something: proof at `exploited` or beyond."""
    return min(
        (
            f.time
            for f in findings
            if f.weight is Weight.PROOF
            and f.stage.rank >= Stage.EXPLOITED.rank
            and f.time is not None
        ),
        default=None,
    )


def _reached(stage: Stage, findings: Sequence[Finding]) -> str:
    """What the stage means; a backdoor is called a web shell where a proof says that it is one."""
    shell = any(
        _WEB_SHELL in f.techniques and f.weight is Weight.PROOF and f.stage is stage
        for f in findings
    )
    return _REACHED[stage].replace("a backdoor", "a web shell") if shell else _REACHED[stage]


def _suspicion(stage: Stage) -> str:
    if stage is Stage.EXPLOITED:
        return "a forged request was answered, and nothing shows what came of it"
    return f"signs that {_REACHED[stage]}, which somebody must look at"


def _since(verdict: Verdict, findings: Sequence[Finding]) -> str:
    if verdict.rank < Verdict.ATTEMPTED.rank:
        return ""
    first = first_seen(findings)
    if first is None:
        return ", at an unknown time"
    known = any(f.time == first and not f.local_time for f in findings)
    zone = "UTC" if known else "in local time of an unknown zone"
    return f", first seen {first:%Y-%m-%d %H:%M:%S} {zone}"


def _campaign(verdict: Verdict, judged: Sequence[Judged]) -> list[str]:
    """Whose attack it is, as far as what was looked for goes."""
    looked_for = [j for j in judged if j.pack is not None]
    if verdict.rank < Verdict.ATTEMPTED.rank or not looked_for:
        return []
    names = [
        j.pack.called
        for j in looked_for
        if j.pack is not None and j.campaign.assessed and j.campaign.verdict is verdict
    ]
    if not names:
        return ["it fits none of the campaigns that were looked for"]
    if len(names) > 1:
        named = ", ".join(names)
        return [f"the campaigns are {named}"]
    return [f"the campaign is {names[0]}"]


def _patch(
    verdict: Verdict,
    findings: Sequence[Finding],
    judged: Sequence[Judged],
    patches: PatchTimeline,
) -> list[str]:
    """What patching did, or did not do, about it."""
    cves = tuple(
        cve for j in judged if j.campaign.assessed and j.pack is not None for cve in j.pack.cves
    )
    if not cves:
        return []
    states = [patches.states[cve].state for cve in cves if cve in patches.states]
    fixed = patches.first_fixed(cves)
    since = foothold(findings)
    if verdict is Verdict.COMPROMISED and fixed and since and fixed > since:
        return [f"it was patched only after that (first fixed build seen {fixed:%Y-%m-%d})"]
    if PatchState.VULNERABLE in states:
        return ["its newest build seen is still vulnerable"]
    if fixed and all(s in (PatchState.FIXED, PatchState.NOT_AFFECTED) for s in states):
        return [f"a fixed build is seen from {fixed:%Y-%m-%d}"]
    if PatchState.MITIGATED in states:
        return ["not patched, but mitigated by configuration"]
    return ["its patch state cannot be settled from this evidence"]


def _seen(verdict: Verdict, judged: Sequence[Judged]) -> list[str]:
    """The window that was covered, what was not, and the early phase."""
    parts: list[str] = []
    for item in judged:
        coverage = item.coverage
        if not item.campaign.assessed or coverage is None:
            continue
        window = f"{coverage.window.start:%Y-%m-%d} to {coverage.window.end:%Y-%m-%d}"
        if verdict is Verdict.NOT_DETERMINABLE:
            parts.extend(coverage.lacks[:2])
        elif coverage.complete:
            parts.append(f"{item.campaign.pack}'s window {window} is covered")
        else:
            parts.append(f"{item.campaign.pack}'s window {window} is not fully covered")
        if coverage.early_covered is not None:
            known = "covered" if coverage.early_covered else "not covered"
            parts.append(f"the early phase before it is {known}")
    if not parts and verdict is Verdict.NOT_DETERMINABLE:
        whys = dict.fromkeys(f"{j.campaign.pack}: {j.campaign.why}" for j in judged)
        parts.extend(list(whys)[:2] or ["nothing in the evidence can decide it"])
    return parts
