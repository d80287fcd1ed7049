"""What to do now, from the playbooks of the campaigns that were judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from alpheus.judge.campaigns import Judged
from alpheus.knowledge import playbook
from alpheus.knowledge.model import Pack
from alpheus.model import CveState, NextStep, PatchState, Stage, Verdict


def next_steps(
    judged: Sequence[Judged],
    packs: Sequence[Pack],
    verdict: Verdict,
    stage: Stage,
    cves: Mapping[str, CveState],
    *,
    seen: Collection[str] = (),
) -> tuple[NextStep, ...]:
    """Every step whose condition holds, most urgent first, each action once.

    What does not cover a campaign's own window, or is not among the sources that were `seen`, is
    asked for; of a compromised server behind all else that is as urgent, and for a campaign that
    found nothing there never among the most urgent.
    """
    missing = _missing(judged, seen)
    compromised = verdict is Verdict.COMPROMISED
    chosen: dict[str, tuple[bool, NextStep]] = {}
    for pack in _bearing(judged, packs, cves):
        vulnerable = _vulnerable(pack, cves)
        lacking = missing[pack.id] if pack.id in missing else set(chain(*missing.values()))
        holding = playbook.facts(verdict, stage, vulnerable=vulnerable, missing=lacking)
        wanted = lacking & _sources(pack)
        asked = (*playbook.asked(pack, holding), *playbook.collected(pack, wanted))
        for step in playbook.next_steps(pack, holding):
            if step not in asked:
                chosen.setdefault(step.action, (False, step))
        for step in asked:
            late = compromised and not _has_found(pack, judged)
            urgency = max(step.priority, playbook.COLLECT_PRIORITY) if late else step.priority
            one = (compromised, replace(step, priority=urgency))
            chosen[step.action] = min(chosen.get(step.action, one), one, key=_urgency)
    return tuple(step for _, step in sorted(chosen.values(), key=_urgency))


def _urgency(one: tuple[bool, NextStep]) -> tuple[int, bool]:
    later, step = one
    return step.priority, later


def _has_found(pack: Pack, judged: Sequence[Judged]) -> bool:
    verdicts = [one.campaign.verdict for one in judged if one.pack is not None
                and one.pack.id == pack.id]  # fmt: skip
    return not verdicts or Verdict.COMPROMISED in verdicts


def _missing(judged: Sequence[Judged], seen: Collection[str]) -> dict[str, set[str]]:
    """Of each campaign: sources that do not cover its window, and others that are not there at all.

    Where one was assessed, those that were not ask for nothing.
    """
    any_assessed = any(one.campaign.assessed for one in judged)
    return {
        one.pack.id: {*one.coverage.missing, *(_others(one.pack) - set(seen))}
        for one in judged
        if one.coverage is not None and one.pack is not None
        and (one.campaign.assessed or not any_assessed)
    }  # fmt: skip


def _sources(pack: Pack) -> set[str]:
    return _others(pack) | {label for group in pack.deciding for label in group.any_of}


def _others(pack: Pack) -> set[str]:
    return {label for labels in pack.other_sources.values() for label in labels}


def _bearing(
    judged: Sequence[Judged], packs: Sequence[Pack], cves: Mapping[str, CveState]
) -> list[Pack]:
    """Packs that were assessed, or could have been; general ones when something fits none.

    A campaign that no record would show has its say where its hole is open.
    """
    assessed = [j.pack for j in judged if j.campaign.assessed and j.pack is not None]
    possible = [j.pack for j in judged if j.coverage is not None and j.pack is not None]
    general = [pack for pack in packs if pack.window is None]
    needs_general = not assessed or any(j.pack is None for j in judged)
    out = {j.pack.id for j in judged if j.pack is not None and not j.possible}
    campaigns = [pack for pack in packs if pack.window is not None and pack.id not in out]
    chosen = assessed or possible or campaigns
    unseen = [
        pack
        for pack in campaigns
        if not pack.deciding and pack not in chosen and _vulnerable(pack, cves)
    ]
    return [*chosen, *unseen, *(general if needs_general else [])]


def _vulnerable(pack: Pack, cves: Mapping[str, CveState]) -> bool:
    return any(cves[cve].state is PatchState.VULNERABLE for cve in pack.cves if cve in cves)
