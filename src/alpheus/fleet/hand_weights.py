"""What a trait that two strands share says of one hand, in bits: by its kind and by itself."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from alpheus.cases.strands import Trait, TraitKind

_A_CHARACTER = 2.5
"""Bits that each different character of a chosen name is good for."""
_PUBLIC = 1.0
"""Bits of a program that everybody has."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """Of a kind: the kinds of one group depend on each other, and count once.

    `bits`: what it says at most. `chosen`: somebody made it up, so short ones say less. `alone`: it
    suffices.
    """

    group: str
    bits: float
    chosen: bool
    alone: bool


class Weights:
    """What traits are worth. `public` tells pages that anybody may have, by their SHA-256."""

    def __init__(self, public: Callable[[str], bool] = lambda _: False) -> None:
        self._public = public
        self._kinds, self._programs = _tables()

    def group(self, kind: TraitKind) -> str:
        """The kind of evidence that it is."""
        return self._kinds[kind].group

    def alone(self, trait: Trait) -> bool:
        """Whether who shares it is of one hand, whatever else there is."""
        known = self._kinds[trait.kind].alone
        return known and not (trait.kind is TraitKind.PAGE and self._public(trait.value))

    def chosen(self, trait: Trait) -> bool:
        """Whether somebody made it up: a name of a page or of a task, a path for requests."""
        return self._kinds[trait.kind].chosen

    def bits(self, trait: Trait) -> float:
        """What it says where nobody else has it."""
        found = self._kinds[trait.kind]
        if trait.kind is TraitKind.PAGE and self._public(trait.value):
            return self._kinds[TraitKind.STRUCTURE].bits
        if trait.kind is TraitKind.AGENT and trait.value.startswith(self._programs):
            return _PUBLIC
        if found.chosen:
            name = trait.value.rpartition("/")[2].rpartition("\\")[2].partition(".")[0]
            return min(found.bits, _A_CHARACTER * len(set(name)))
        return found.bits


def left(bits: float, others: int) -> float:
    """What is left of that where so many others have it: as many bits less as tell them apart."""
    return max(0.0, bits - math.log2(1 + others))


@lru_cache
def _tables() -> tuple[dict[TraitKind, Weighing], tuple[str, ...]]:
    folder = Path(__file__).parent
    with (folder / "hand_traits.csv").open(encoding="utf-8", newline="") as stream:
        kinds = {
            TraitKind(row["kind"]): Weighing(
                row["group"], float(row["bits"]), row["chosen"] == "yes", row["alone"] == "yes"
            )
            for row in csv.DictReader(stream)
        }
    with (folder / "public_programs.csv").open(encoding="utf-8", newline="") as stream:
        programs = tuple(row["begins"] for row in csv.DictReader(stream))
    return kinds, programs
