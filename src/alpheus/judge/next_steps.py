"""What to do now, from the playbooks of the campaigns that were judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from alpheus.judge.campaigns import Judged
from alpheus.knowledge.model import Pack, PlaybookStep
from alpheus.model import CveState, NextStep, PatchState, Stage, Verdict


def next_steps(
    judged: Sequence[Judged],
    packs: Sequence[Pack],
    verdict: Verdict,
    stage: Stage,
    cves: Mapping[str, CveState],
) -> tuple[NextStep, ...]:
    """Every step whose condition holds, most urgent first, each action once."""
    facts = set(_facts(judged, verdict, stage, cves))
    bearing = _bearing(judged, packs)
    chosen: dict[str, NextStep] = {}
    for pack in bearing:
        for step in pack.playbook:
            if _holds(step, facts):
                chosen.setdefault(step.action, NextStep(step.priority, step.action, step.why))
    return tuple(sorted(chosen.values(), key=lambda step: step.priority))


def _bearing(judged: Sequence[Judged], packs: Sequence[Pack]) -> list[Pack]:
    """Packs that were assessed, or could have been; general ones when something fits none."""
    assessed = [j.pack for j in judged if j.campaign.assessed and j.pack is not None]
    possible = [j.pack for j in judged if j.coverage is not None and j.pack is not None]
    general = [pack for pack in packs if pack.window is None]
    needs_general = not assessed or any(j.pack is None for j in judged)
    return [*(assessed or possible), *(general if needs_general else [])]


def _facts(
    judged: Sequence[Judged], verdict: Verdict, stage: Stage, cves: Mapping[str, CveState]
) -> Iterable[str]:
    yield "always"
    yield verdict.value
    for reached in Stage:
        if Stage.NONE.rank < reached.rank <= stage.rank:
            yield f"stage:{reached.value}"
    if any(state.state is PatchState.VULNERABLE for state in cves.values()):
        yield "vulnerable"
    for item in judged:
        if item.coverage is not None:
            for source in item.coverage.missing:
                yield f"missing:{source}"


def _holds(step: PlaybookStep, facts: set[str]) -> bool:
    """A condition is a fact, or several joined by ` and `."""
    return all(part.strip() in facts for part in step.when.split(" and "))
