"""What a campaign run takes, reckoned from what was measured. Pure: no clock, no disk.

Bytes are as they lie in a package that is not packed; a packed one has `packing` times fewer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured on one machine.

    Seconds of a processor for each package and each MB, without and with timelines; rows and bytes
    of timelines for each MB; bytes of an assessment; seconds of the database's processor for each
    unit; how much of two processors two workers use of what they could; MB/s of a store.
    """

    package: float
    megabyte: float
    timeline_package: float
    timeline_megabyte: float
    timeline_bytes: float
    assessment_bytes: float
    unit: float
    pairing: float
    store: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, and on what: `read` is the share of a package that a triage wants.

    `link` is MB/s of each machine to the packages, `trunk` of all of them together.
    """

    packages: int
    megabytes: float
    machines: int
    processors: int
    timelines: bool = True
    read: float = 1.0
    packing: float = 12.0
    link: float = 100.0
    trunk: float = 2_500.0


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Hours that each part would take if it were alone; the longest is how long it takes."""

    workers: float
    links: float
    trunk: float
    ledger: float
    results_gb: float

    @property
    def hours(self) -> float:
        """How long it takes, at least."""
        return max(self.workers, self.links, self.trunk, self.ledger)

    @property
    def narrow(self) -> str:
        """The part that all others wait for."""
        parts = {"workers": self.workers, "links": self.links, "store or trunk": self.trunk,
                 "ledger": self.ledger}  # fmt: skip
        return max(parts, key=lambda name: parts[name])


def fitted(points: list[tuple[float, float]]) -> tuple[float, float]:
    """A fixed cost and one for each unit of size, from sizes and costs; neither below 0."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
    slope = max(slope, 0.0)
    return max(mean_y - slope * mean_x, 0.0), slope


def each(costs: Costs, megabytes: float, *, timelines: bool) -> float:
    """Seconds of a processor that a package takes."""
    if timelines:
        return costs.timeline_package + costs.timeline_megabyte * megabytes
    return costs.package + costs.megabyte * megabytes


def reckon(costs: Costs, plan: Plan) -> Reckoned:
    """Hours for each part of a run."""
    seconds = plan.packages * each(costs, plan.megabytes, timelines=plan.timelines)
    abreast = plan.machines * (plan.processors if plan.processors < 2
                               else plan.processors * costs.pairing)  # fmt: skip
    moved = plan.packages * plan.megabytes * plan.read / plan.packing
    kept = costs.timeline_bytes * plan.megabytes if plan.timelines else 0.0
    results = plan.packages * (costs.assessment_bytes + kept) / 1e6
    trunk = min(plan.trunk, costs.store * plan.machines) if costs.store else plan.trunk
    return Reckoned(
        workers=seconds / abreast / 3_600,
        links=(moved + results) / plan.machines / plan.link / 3_600,
        trunk=(moved + results) / trunk / 3_600,
        ledger=plan.packages * costs.unit / 3_600,
        results_gb=results / 1e3,
    )


def saturation(costs: Costs, plan: Plan) -> dict[str, float]:
    """With how many machines each part other than the workers is full."""
    one = reckon(costs, replace(plan, machines=1))
    return {
        "ledger": one.workers / one.ledger if one.ledger else float("inf"),
        "store or trunk": one.workers / one.trunk if one.trunk else float("inf"),
    }
