"""Chance that is the same for the same seed, on any machine and in any order of asking."""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

Item = TypeVar("Item")


def dice(seed: int, *what: object) -> Random:
    """A source of chance of its own for whatever is named."""
    return Random("/".join(map(str, (seed, *what))))  # noqa: S311 - a simulation


def throw(seed: int, *what: object) -> float:
    """One number from 0 to 1 (excluded) for whatever is named; cheaper than `dice`."""
    text = "/".join(map(str, (seed, *what)))
    digest = hashlib.blake2b(text.encode(), digest_size=7).digest()
    return int.from_bytes(digest) / 2**56


class Weighted(Generic[Item]):
    """Things, and how often each comes; the weights need not add up to anything."""

    def __init__(self, pairs: Sequence[tuple[Item, float]]) -> None:
        self._items = tuple(item for item, _ in pairs)
        self._sums = tuple(accumulate(weight for _, weight in pairs))

    def at(self, place: float) -> Item:
        """The one at a place from 0 to 1 (excluded)."""
        return self._items[bisect(self._sums, place * self._sums[-1])]

    def draw(self, rng: Random) -> Item:
        """One of them."""
        return self.at(rng.random())
