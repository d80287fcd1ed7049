"""What each rule's needles cost the search through text logs, measured on ordinary lines."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from alpheus.detect.sigma import NeedlePlan, Rule, RuleSet, needle_patterns
from alpheus.detect.sigma.benign_traffic import lines
from alpheus.scan.needles import Needles

_LINES = 4_000
_ROUNDS = 15


@dataclass(frozen=True, slots=True)
class NeedleCost:
    """What the needles of one rule cost.

    `candidates` is the part of ordinary lines, 0 to 1, that have to be parsed for this rule.
    `slowdown` is the time of the search with them over that without them: 1.1 is 10 % slower.
    Rules that share needles share their cost. A rule without needles needs every line: 1.0 of
    them, and its slowdown is not known (0.0), since nothing is searched for.
    """

    candidates: float
    slowdown: float


def measure(ruleset: RuleSet, source: str) -> dict[str, NeedleCost]:
    """The cost of every rule of a source, by rule id; takes about a second for ten rules."""
    block = b"\n".join(lines(_LINES, source)) + b"\n"
    plans = {rule: _plan([rule], source) for rule in ruleset.of_source(source)}
    usable = [rule for rule, plan in plans.items() if not plan.always]
    everything = _compiled(_plan(usable, source))
    found = {rule.id: NeedleCost(1.0, 0.0) for rule, plan in plans.items() if plan.always}
    for rule in usable:
        others = [one for one in usable if not _shares_needles(plans[one], plans[rule])]
        marked = len(_compiled(plans[rule]).search(block))
        slowdown = _ratio(everything, _compiled(_plan(others, source)), block)
        found[rule.id] = NeedleCost(marked / _LINES, slowdown)
    return found


def _plan(rules: Sequence[Rule], source: str) -> NeedlePlan:
    return needle_patterns(RuleSet(tuple(rules)), source)


def _compiled(plan: NeedlePlan) -> Needles:
    return Needles(
        plan.needles(dict.fromkeys((rule for one in plan.searches.values() for rule in one), 1))
    )


def _shares_needles(one: NeedlePlan, other: NeedlePlan) -> bool:
    return not one.searches.keys().isdisjoint(other.searches.keys())


def _ratio(one: Needles, other: Needles, block: bytes) -> float:
    """How much longer `one` takes; the best of rounds in turn, so that other work cancels out."""
    best = [float("inf"), float("inf")]
    for _ in range(_ROUNDS):
        for place, needles in enumerate((one, other)):
            start = time.thread_time()
            needles.search(block)
            best[place] = min(best[place], time.thread_time() - start)
    return best[0] / best[1]
