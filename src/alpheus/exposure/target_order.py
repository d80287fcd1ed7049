"""An order in which neighbours are asked far apart, computed and not stored."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd, isqrt
from random import Random

_BLOCK = 256
"""As many addresses as a /24 has."""

_GOLDEN = 0.6180339887498949
"""Steps of this part of a whole leave gaps as even as can be, wherever one stops."""


class Order:
    """A permutation of `range(n)` that depends on `seed` alone; no memory, any place at once.

    The numbers are cut into blocks of 256 (fewer where `n` is small). Each round takes one number
    of every block, from block to block in steps of about 0.6 of all blocks; which number of a
    block comes when is mixed for every block on its own. So every /24 is asked at an even pace,
    and two that are asked one after the other are as far apart as a third of all targets.
    """

    __slots__ = ("_full", "_last", "_length", "_mask", "_mixers", "_size", "_steps", "_turned")

    def __init__(self, n: int, seed: int) -> None:
        if n < 0:
            raise ValueError(f"there is no order of {n} items")
        chance = Random(seed)  # noqa: S311 - spreads load, guards nothing
        self._length = n
        bits = min(_BLOCK, max(isqrt(n), 1)).bit_length() - 1
        self._size = 1 << bits
        self._mask = self._size - 1
        self._full, self._last = divmod(n, self._size)
        blocks = self._full + bool(self._last)
        # Rounds with the last block, which may be short, and those without it.
        self._turned = self._last * blocks
        self._steps = (_step(blocks, chance), _step(self._full, chance))
        self._mixers = (chance.getrandbits(64) | 1, chance.getrandbits(64))

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> int:
        if not 0 <= index < self._length:
            raise IndexError(f"{index} is not one of {self._length} places")
        if index < self._turned:
            turn, place = divmod(index, self._full + 1)
            step, start = self._steps[0]
            block = (start + place * step) % (self._full + 1)
        else:
            turn, place = divmod(index - self._turned, self._full)
            turn += self._last
            step, start = self._steps[1]
            block = (start + place * step) % self._full
        if block == self._full:
            return block * self._size + (turn + self._mixers[1]) % self._last
        factor, offset = self._mixers
        mixed = (block + offset) * factor
        mixed ^= mixed >> 29
        within = (turn ^ mixed) * ((mixed >> 8) | 1) + (mixed >> 40)
        return block * self._size + (within & self._mask)

    def __iter__(self) -> Iterator[int]:
        return map(self.__getitem__, range(self._length))


def _step(blocks: int, chance: Random) -> tuple[int, int]:
    """A step without a common divisor with `blocks`, near its golden section, and a start."""
    if blocks < 2:
        return 1, 0
    step = max(1, round(blocks * (_GOLDEN + chance.uniform(-0.05, 0.05))))
    while gcd(step, blocks) != 1:
        step += 1
    return step, chance.randrange(blocks)
