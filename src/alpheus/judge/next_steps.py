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
    for pack in _bearing(judged, packs):
        vulnerable = any(
            cves[cve].state is PatchState.VULNERABLE for cve in pack.cves if cve in cves
        )
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


def _bearing(judged: Sequence[Judged], packs: Sequence[Pack]) -> list[Pack]:
    """Packs that were assessed, or could have been; general ones when something fits none."""
    assessed = [j.pack for j in judged if j.campaign.assessed and j.pack is not None]
    possible = [j.pack for j in judged if j.coverage is not None and j.pack is not None]
    general = [pack for pack in packs if pack.window is None]
    needs_general = not assessed or any(j.pack is None for j in judged)
    campaigns = [pack for pack in packs if pack.window is not None]
    return [*(assessed or possible or campaigns), *(general if needs_general else [])]
