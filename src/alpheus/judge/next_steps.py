"""What to do now, from the playbooks of the campaigns that were judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

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

    What does not cover the window, or is not among the sources that were `seen`, is asked for.
    """
    missing = _missing(judged, seen)
    chosen: dict[str, NextStep] = {}
    for pack in _bearing(judged, packs, cves):
        vulnerable = _vulnerable(pack, cves)
        holding = playbook.facts(verdict, stage, vulnerable=vulnerable, missing=missing)
        wanted = missing & _sources(pack)
        for step in (*playbook.next_steps(pack, holding), *playbook.collected(pack, wanted)):
            chosen.setdefault(step.action, step)
    return tuple(sorted(chosen.values(), key=lambda step: step.priority))


def _missing(judged: Sequence[Judged], seen: Collection[str]) -> set[str]:
    """Sources that do not cover the deciding window, and others that are not there at all."""
    found: set[str] = set()
    for one in judged:
        if one.coverage is not None and one.pack is not None:
            found |= {*one.coverage.missing, *(_others(one.pack) - set(seen))}
    return found


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
