"""Each campaign judged by itself; what fits none is judged as `uncategorised`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alpheus.judge.coverage import Window, WindowCoverage, coverage_of_window
from alpheus.judge.patch import PatchTimeline
from alpheus.judge.record import ServerRecord
from alpheus.judge.verdict import counts, stage_of, verdict_of
from alpheus.knowledge.model import Pack, ProductSign
from alpheus.knowledge.products import signs_of
from alpheus.model import Campaign, Finding, Stage, Verdict

UNCATEGORISED = "uncategorised"
_SAME_ACT = timedelta(minutes=10)
"""So long before the first record of a campaign's exploitation its first command may stand: of a
request that is in no log, the page that it wrote is what is told first."""

_NO_PRODUCT = "its product is not in the evidence"


@dataclass(frozen=True, slots=True)
class Judged:
    """A campaign's verdict with what it rests on."""

    campaign: Campaign
    pack: Pack | None
    findings: tuple[Finding, ...]
    coverage: WindowCoverage | None
    possible: bool = True
    """Whether its product is seen, or could not be told."""


def judge_campaigns(
    record: ServerRecord,
    packs: Sequence[Pack],
    findings: Sequence[Finding],
    patches: PatchTimeline,
) -> list[Judged]:
    """One judgement per campaign pack, and one for what fits none."""
    campaigns = [pack for pack in packs if pack.window is not None]
    shares = _shares(campaigns, findings)
    signs = signs_of(packs)
    judged = [_judge(record, pack, shares[pack.id], patches, signs) for pack in campaigns]
    rest = shares[UNCATEGORISED]
    if any(counts(f) and f.stage.rank > Stage.PROBED.rank for f in rest):
        why = "found on the server, and part of no campaign that was looked for"
        campaign = Campaign(
            UNCATEGORISED, None, None, verdict_of(rest, covered=False), stage_of(rest),
            assessed=True, why=why,
        )  # fmt: skip
        judged.append(Judged(campaign, None, tuple(rest), None))
    return judged


def _shares(campaigns: Sequence[Pack], findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Findings of general packs belong to the campaign whose exploitation came before them."""
    shares: dict[str, list[Finding]] = {pack.id: [] for pack in campaigns}
    shares[UNCATEGORISED] = []
    general = []
    for finding in findings:
        if finding.pack in shares:
            shares[finding.pack].append(finding)
        else:
            general.append(finding)
    exploited = {
        pack.id: first
        for pack in campaigns
        if (first := _first_exploit(shares[pack.id])) is not None
    }
    for finding in general:
        shares[_owner(finding, exploited)].append(finding)
    return shares


@dataclass(frozen=True, slots=True)
class _First:
    time: datetime | None


def _first_exploit(findings: Sequence[Finding]) -> _First | None:
    far = [f for f in findings if counts(f) and f.stage.rank >= Stage.EXPLOITED.rank]
    if not far:
        return None
    return _First(min((f.time for f in far if f.time is not None), default=None))


def _owner(finding: Finding, exploited: Mapping[str, _First]) -> str:
    before = [
        (first.time, pack)
        for pack, first in exploited.items()
        if first.time is not None
        and (finding.last or finding.time) is not None
        and first.time <= (finding.last or finding.time or first.time)
    ]
    if before:
        return max(before)[1]
    soon = [
        (first.time, pack)
        for pack, first in exploited.items()
        if first.time is not None
        and (when := finding.last or finding.time) is not None
        and first.time - when <= _SAME_ACT
    ]
    if soon:
        return min(soon)[1]
    if finding.time is None and exploited:
        return next(iter(exploited))
    return UNCATEGORISED


def _judge(
    record: ServerRecord,
    pack: Pack,
    findings: list[Finding],
    patches: PatchTimeline,
    signs: Sequence[ProductSign],
) -> Judged:
    assert pack.window is not None
    own = any(counts(f) for f in findings)
    fixed = patches.first_fixed(pack.cves)
    end = min(pack.window.end, fixed) if fixed is not None else pack.window.end
    not_open = None if own else _why_not(record, pack, patches, fixed, signs)
    coverage = None
    if not_open is None:
        window = Window(pack.window.start, max(end, pack.window.start))
        coverage = coverage_of_window(record, pack, window)
        if not own and not coverage.touched:
            not_open = "the evidence does not touch its window"
    if not_open is not None or coverage is None:
        campaign = Campaign(
            pack.id, pack.window.start, pack.window.end, Verdict.NOT_DETERMINABLE, Stage.NONE,
            assessed=False, why=not_open or "",
        )  # fmt: skip
        possible = not_open != _NO_PRODUCT
        return Judged(campaign, pack, tuple(findings), coverage, possible)
    verdict = verdict_of(findings, covered=coverage.complete)
    campaign = Campaign(
        pack.id, coverage.window.start, coverage.window.end, verdict, stage_of(findings),
        assessed=True, why=_why(verdict, findings, coverage),
    )  # fmt: skip
    return Judged(campaign, pack, tuple(findings), coverage)


def _why_not(
    record: ServerRecord,
    pack: Pack,
    patches: PatchTimeline,
    fixed: datetime | None,
    signs: Sequence[ProductSign],
) -> str | None:
    assert pack.window is not None
    if not record.may_run(pack.products, signs):
        return _NO_PRODUCT
    if patches.never_affected(pack.cves):
        return "no build that ran is affected"
    if fixed is not None and fixed <= pack.window.start:
        return f"a fixed build ran before its window, from {fixed:%Y-%m-%d}"
    if not pack.deciding:
        return "no record is known that would show it"
    return None


def _why(verdict: Verdict, findings: Sequence[Finding], coverage: WindowCoverage) -> str:
    if verdict is Verdict.NOT_DETERMINABLE:
        return "; ".join(coverage.lacks)
    if verdict is Verdict.NO_EVIDENCE:
        return "nothing was found, and every deciding source covers the window"
    best = max(
        (f for f in findings if counts(f)), key=lambda f: (f.weight.rank, f.stage.rank)
    )  # fmt: skip
    return best.title
