"""Which steps of a pack's playbook apply to a server.

A step's `when` is one condition, or several joined by ` and `. The conditions:

- `always`
- a verdict: `compromised`, `suspicious`, `attempted`, `no-evidence`, `not-determinable`
- `stage:implanted`, `stage:operated`, `stage:spread` …: this stage or a later one was reached
- `vulnerable`: the newest build is vulnerable to one of the pack's CVEs, or may be
- `missing:httpproxy` …: a source that the verdict needs does not cover the window, or one of the
  pack's other sources is not in the evidence

In an action, `{collect:httpproxy}` stands for the paths of that source, from the table of what to
collect.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from alpheus.knowledge.collection_file import with_packs
from alpheus.knowledge.model import Pack, PlaybookStep
from alpheus.model import NextStep, Stage, Verdict

COLLECT_PRIORITY = 2
"""Of a step that no playbook has."""

_SOURCE = re.compile(r"missing:[a-z0-9-]+\*?")
_FIXED = frozenset(
    {"always", "vulnerable", *Verdict, *(f"stage:{stage}" for stage in Stage if stage != "none")}
)


def conditions(when: str) -> tuple[str, ...]:
    """The conditions of a step. Raises ValueError for one that is not in the vocabulary."""
    found = tuple(part.strip() for part in when.split(" and "))
    for part in found:
        if part not in _FIXED and not _SOURCE.fullmatch(part):
            message = f"{part!r} is no condition of a playbook"
            raise ValueError(message)
    return found


def facts(
    verdict: Verdict, stage: Stage, *, vulnerable: bool = False, missing: Collection[str] = ()
) -> frozenset[str]:
    """The conditions that hold for a server; `missing` are labels of sources (`httpproxy`, …)."""
    reached = {f"stage:{one}" for one in Stage if Stage.NONE.rank < one.rank <= stage.rank}
    lacking = {f"missing:{source}" for source in missing}
    extra = {"vulnerable"} if vulnerable else set()
    return frozenset({"always", str(verdict), *reached, *lacking, *extra})


def applies(step: PlaybookStep, holding: Collection[str]) -> bool:
    """Whether every condition of the step holds."""
    return all(part in holding for part in conditions(step.when))


def asked(pack: Pack, holding: Collection[str]) -> tuple[NextStep, ...]:
    """The steps that apply because a source is missing."""
    return tuple(
        NextStep(step.priority, step.action, step.why)
        for step in pack.playbook
        if applies(step, holding) and any(map(_SOURCE.fullmatch, conditions(step.when)))
    )


def collected(pack: Pack, missing: Collection[str]) -> tuple[NextStep, ...]:
    """What to collect of missing sources that no step of the playbook speaks of."""
    spoken_of = {part for step in pack.playbook for part in conditions(step.when)}
    whole = with_packs([pack.collection])
    return tuple(
        NextStep(
            COLLECT_PRIORITY,
            f"Collect {entry.title}: {', '.join(map(whole.shown, entry.paths))} "
            "(alpheus collect list).",
            entry.why,
        )
        for source in sorted(missing)
        if f"missing:{source}" not in spoken_of
        for entry in whole.of_source(source)
    )


def next_steps(pack: Pack, holding: Collection[str]) -> tuple[NextStep, ...]:
    """The steps that apply, the most urgent first; those of equal priority in the pack's order."""
    steps = [step for step in pack.playbook if applies(step, holding)]
    steps.sort(key=lambda step: step.priority)
    return tuple(NextStep(step.priority, step.action, step.why) for step in steps)
