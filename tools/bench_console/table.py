"""The measurements as tables of Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.bench_console.figures import Held, Times, milliseconds, percentile, settled, slope

TARGET = 0.2
"""Seconds within which 95 of 100 answers are there."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a question alone takes: seconds on the clock, and of processors by the console."""

    seconds: float
    processors: float


def of_pages(costs: Mapping[str, Cost], found: Mapping[str, Times]) -> Iterator[str]:
    """A line for each page, the slowest first; then what all of them come to."""
    yield "| page | alone: p50 | processors | all at once: p50 | p95 | most | answers | errors |"
    yield "|---|---|---|---|---|---|---|---|"
    whole = Times()
    for name in sorted({*costs, *found}, key=lambda one: (-_p95(found, one), one)):
        times = found.get(name, Times())
        whole.add(times)
        yield _line(f"`{name}`", costs.get(name), times)
    yield _line("all", None, whole)


def _line(name: str, cost: Cost | None, times: Times) -> str:
    p50, p95 = percentile(times.seconds, 0.5), percentile(times.seconds, 0.95)
    alone = (milliseconds(cost.seconds), milliseconds(cost.processors)) if cost else ("", "")
    most = max(times.seconds, default=0.0)
    late = f"**{milliseconds(p95)}**" if p95 > TARGET else milliseconds(p95)
    cells = (name, *alone, milliseconds(p50), late, milliseconds(most),
             f"{len(times.seconds):,}", str(len(times.errors)))  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _p95(found: Mapping[str, Times], name: str) -> float:
    return percentile(found[name].seconds, 0.95) if name in found else 0.0


def of_memory(points: Mapping[int, Sequence[Held]]) -> Iterator[str]:
    """A line for each process, and one for all together; how memory grows once it is settled."""
    yield "| process | at first | at the end | most | slope |"
    yield "|---|---|---|---|---|"
    for pid, one in points.items():
        yield _memory(str(pid) if pid else "all", one)


def _memory(name: str, points: Sequence[Held]) -> str:
    calm = settled(points)
    megabytes = [f"{one / 1e6:.0f} MB" for one in
                 (calm[0].bytes, calm[-1].bytes, max(held.bytes for held in points))]  # fmt: skip
    grown = f"{slope(calm) * 60 / 1e6:+.2f} MB a minute"
    return f"| {' | '.join((name, *megabytes, grown))} |"
