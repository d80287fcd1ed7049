"""How well servers were told apart, measured on pairs of sightings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """Of all pairs of sightings: those rightly, wrongly and not joined."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of joined pairs that are of one server."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of pairs of one server that are joined."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def _pairs(number: int) -> int:
    return number * (number - 1) // 2


def pairwise_score(groups: Iterable[Sequence[int]], truth: Mapping[int, object]) -> Score:
    """Compare groups of sightings with the true server of each."""
    joined = right = 0
    for group in groups:
        known = [truth[sighting] for sighting in group if sighting in truth]
        joined += _pairs(len(known))
        right += sum(map(_pairs, Counter(known).values()))
    real = sum(map(_pairs, Counter(truth.values()).values()))
    return Score(right, joined - right, real - right)
