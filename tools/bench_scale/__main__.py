"""Measure and reckon: `python -m tools.bench_scale`; prints tables for docs/scale.md.

What a package costs is measured at a few sizes, what the ledger takes, and what a store gives; a
model is made of it, and checked against whole runs by one worker and by two. Then it says what
30,000 and 400,000 packages take.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tools.bench_scale import measuring
from tools.bench_scale.model import Costs, Plan, each, fitted, reckon, saturation

from alpheus.timeline import duck


def main() -> None:
    """Measure, check, reckon, print."""
    parser = argparse.ArgumentParser(prog="bench_scale", description=__doc__)
    parser.add_argument("--sizes", default="2,20,80", help="MB of packages (default: 2,20,80)")
    parser.add_argument("--rounds", type=int, default=3, help="of each (default: 3)")
    parser.add_argument("--units", type=int, default=2_000, help="of the ledger (default: 2000)")
    parser.add_argument("--fleet", type=int, default=12, help="packages of a run (default: 12)")
    parser.add_argument("--each", type=float, default=8, help="MB of these (default: 8)")
    options = parser.parse_args()
    duck.require()
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as place:
        for line in report(Path(place), options):
            print(line, flush=True)


def report(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Line by line, as it is found."""
    sizes = [float(one) for one in options.sizes.split(",")]
    found = measuring.packages(folder, sizes, options.rounds)
    yield f"{os.cpu_count()} processors\n"
    yield "| package | triage | with timeline | ratio | rows | timeline | assessment |"
    yield "|---|---|---|---|---|---|---|"
    for one in found:
        yield (
            f"| {one.megabytes:,.1f} MB | {one.seconds:.2f} s | {one.with_timeline:.2f} s | "
            f"{one.with_timeline / one.seconds:.1f} | {one.rows:,} | "
            f"{one.timeline_bytes / 1e6:.2f} MB | {one.assessment_bytes / 1e3:,.0f} kB |"
        )
    costs = _costs(found, measuring.unit(folder, options.units), measuring.store(64))
    yield from ("", "| cost | measured |", "|---|---|")
    yield f"| a package | {costs.package:.2f} s + {costs.megabyte * 1e3:.1f} ms/MB |"
    yield (f"| with a timeline | {costs.timeline_package:.2f} s + "
           f"{costs.timeline_megabyte * 1e3:.1f} ms/MB |")  # fmt: skip
    yield f"| ledger, a unit | {costs.unit * 1e3:.2f} ms |"
    yield f"| store on loopback, one reader | {costs.store:,.0f} MB/s |"
    fleet, size = options.fleet, options.each
    begun, first = measuring.run(folder, 1, size, 1)
    alone, spent = measuring.run(folder, fleet, size, 1)
    pair, shared = measuring.run(folder, fleet, size, 2)
    actual = _size(folder / f"fleet{fleet}") / fleet
    work = first + (fleet - 1) * each(costs, actual, timelines=True)
    yield f"\n| {fleet} packages of {actual:.1f} MB | processor, reckoned | processor | clock |"
    yield "|---|---|---|---|"
    yield f"| 1 worker | {work:.1f} s | {spent:.1f} s | {alone:.1f} s |"
    yield f"| 2 workers | {work:.1f} s | {shared:.1f} s | {pair:.1f} s |"
    faster = (alone - begun) / max(pair - begun, 0.1)
    yield f"\nTwo workers are {faster:.2f} times as fast as one, the start apart."
    yield from reckoned(replace(costs, pairing=min(faster / 2, 1.0), store=0.0))


def reckoned(costs: Costs) -> Iterator[str]:
    """What many packages take."""
    yield from ("", "| packages | machines of 16 | hours | waits for | results | full with |",
                "|---|---|---|---|---|---|")  # fmt: skip
    for packages, machines in ((30_000, 1), (30_000, 4), (30_000, 16), (400_000, 16),
                               (400_000, 64), (400_000, 256)):  # fmt: skip
        plan = Plan(packages, 1_000, machines, 16)
        told = reckon(costs, plan)
        full = min(saturation(costs, plan).items(), key=lambda one: one[1])
        yield (
            f"| {packages:,} of 1 GB | {machines} | {told.hours:,.1f} | {told.narrow} | "
            f"{told.results_gb / 1e3:,.1f} TB | {full[1]:,.0f} machines ({full[0]}) |"
        )


def _costs(found: list[measuring.Measured], unit: float, store: float) -> Costs:
    plain = fitted([(one.megabytes, one.seconds) for one in found])
    noted = fitted([(one.megabytes, one.with_timeline) for one in found])
    largest = found[-1]
    return Costs(
        *plain, *noted, largest.timeline_bytes / largest.megabytes, largest.assessment_bytes,
        unit, 1.0, store,
    )  # fmt: skip


def _size(folder: Path) -> float:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()) / 1e6


if __name__ == "__main__":
    main()
