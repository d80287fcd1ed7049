"""Pairs of sightings rightly, wrongly and not joined, counted by the sizes of groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pairs:
    """Of all pairs: those rightly, wrongly and not joined."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of joined pairs that are of one thing."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of pairs of one thing that are joined."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def pairs(number: int) -> int:
    """How many pairs so many make."""
    return number * (number - 1) // 2


def compare(told: Iterable[tuple[Hashable, Hashable | None]]) -> Pairs:
    """Compare groups with what is true, given both of every sighting.

    A true one of None is noise: joined with anything real it is wrong; two of noise count as
    nothing, since nobody says what they are.
    """
    groups, real = dict[Hashable, Counter[Hashable | None]](), Counter[Hashable]()
    for group, truth in told:
        groups.setdefault(group, Counter())[truth] += 1
        if truth is not None:
            real[truth] += 1
    joined = right = 0
    for held in groups.values():
        joined += pairs(held.total()) - pairs(held[None])
        right += sum(pairs(number) for truth, number in held.items() if truth is not None)
    return Pairs(right, joined - right, sum(map(pairs, real.values())) - right)
