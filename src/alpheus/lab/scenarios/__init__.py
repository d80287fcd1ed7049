"""Every scenario, by family. A builder takes a seed and returns one plan per server."""

from __future__ import annotations

from collections.abc import Callable

from alpheus.lab.plan import Plan
from alpheus.lab.scenarios import attempts, layouts, limits, other_holes, quiet, shells, theft
from alpheus.lab.truth import Scenario

Builder = Callable[[int], list[Plan]]

REGISTRY: tuple[tuple[Scenario, Builder], ...] = (
    *quiet.SCENARIOS,
    *limits.SCENARIOS,
    *attempts.SCENARIOS,
    *shells.SCENARIOS,
    *theft.SCENARIOS,
    *other_holes.SCENARIOS,
    *layouts.SCENARIOS,
)
