"""What times and memory come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(slots=True)
class Times:
    """Seconds that answers took, and why others were none."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, other: Times) -> None:
        """Take in what another has."""
        self.seconds += other.seconds
        self.errors += other.errors


class Held(NamedTuple):
    """Bytes that processes hold of their own at a second of a run."""

    second: float
    bytes: int


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that a share (0 to 1) of all values does not exceed; 0.0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    rank = -(-len(ordered) * round(share * 1_000_000) // 1_000_000)  # rounded up, and exact
    return ordered[max(rank, 1) - 1]


def slope(points: Sequence[Held]) -> float:
    """Bytes per second by which memory grows, as the straight line that fits best has it."""
    if len(points) < 2:
        return 0.0
    middle = sum(one.second for one in points) / len(points)
    mean = sum(one.bytes for one in points) / len(points)
    spread = sum((one.second - middle) ** 2 for one in points)
    if not spread:
        return 0.0
    return sum((one.second - middle) * (one.bytes - mean) for one in points) / spread


def settled(points: Sequence[Held], share: float = 0.25) -> list[Held]:
    """Points without those of the first part of a run, in which memory is taken up."""
    if not points:
        return []
    begin = points[0].second + (points[-1].second - points[0].second) * share
    return [one for one in points if one.second >= begin]


def milliseconds(seconds: float) -> str:
    """Seconds as the table shows them."""
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"
