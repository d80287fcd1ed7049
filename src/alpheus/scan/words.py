"""Many places of a block at once: eight bytes as one number, or a window of bytes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Integers = NDArray[np.int64]
    Words = NDArray[np.uint64]
    Mask = NDArray[np.bool_]

WORD = 8
_BITS = 64
_FEW = 4
_SCRATCH = 2 << 20
_SMALL = 32 << 10


def places_of(block: Bytes, byte: int) -> Integers:
    """Where a byte stands in a block, in order; fastest where it is rare."""
    import numpy as np  # noqa: PLC0415 - heavy

    if block.size < _SMALL:
        return np.flatnonzero(block == byte)
    whole = block.size - block.size % _BITS
    bits = _bits(block[:whole], byte).view("<u8")
    at = np.flatnonzero(bits != 0)
    left, base, parts = bits[at], at * _BITS, []
    for _ in range(_FEW):
        if not left.size:
            break
        below = left - np.uint64(1)
        parts.append(base + np.bitwise_count(~left & below))
        left = left & below
        more = left != 0
        left, base = left[more], base[more]
    if left.size:
        return np.flatnonzero(block == byte)
    places = np.concatenate([*parts, whole + np.flatnonzero(block[whole:] == byte)])
    if len(parts) > 1:
        places.sort()
    return places.astype(np.int64, copy=False)


_spare: list[Mask] = []
"""Scratch space that nobody uses: a megabyte that is new costs as much as the comparison."""


def _bits(block: Bytes, byte: int) -> Bytes:
    """One bit for every byte of a block, eight of them in a byte, the first one lowest."""
    import numpy as np  # noqa: PLC0415 - heavy

    scratch = _spare.pop() if _spare else np.empty(0, dtype=bool)
    if scratch.size < block.size:
        scratch = np.empty(block.size, dtype=bool)
    found = scratch[: block.size]
    bits = np.packbits(np.equal(block, byte, out=found), bitorder="little")
    if scratch.size <= _SCRATCH and not _spare:
        _spare.append(scratch)
    return bits


class Marks:
    """Where a byte stands in a block: how often before a place, and the place of the n-th one."""

    def __init__(self, block: Bytes, byte: int) -> None:
        import numpy as np  # noqa: PLC0415 - heavy

        bits = _bits(block, byte)
        whole = np.zeros(-(-(block.size + 1) // _BITS) * WORD, dtype=np.uint8)
        whole[: bits.size] = bits
        self._words: Words = whole.view("<u8")
        counts = np.bitwise_count(self._words).astype(np.int64)
        self._upto: Integers = counts.cumsum()
        self._before: Integers = self._upto - counts

    def before(self, places: Integers) -> Integers:
        """How many stand before each place."""
        import numpy as np  # noqa: PLC0415 - heavy

        at = places >> 6
        below = (np.uint64(1) << (places & 63).astype(np.uint64)) - np.uint64(1)
        count: Integers = self._before[at] + np.bitwise_count(self._words[at] & below)
        return count

    def place(self, numbers: Integers) -> Integers:
        """Where the ones with these numbers, from 0, stand; -1 if there are not so many."""
        import numpy as np  # noqa: PLC0415 - heavy

        at = np.searchsorted(self._upto, numbers, side="right")
        none = at >= self._upto.size
        at[none] = 0
        word = self._words[at]
        left = (numbers - self._before[at]).astype(np.uint64) & np.uint64(_BITS - 1)
        upto = _counts_up_to_each_byte(word)
        # The first byte up to which there are more than `left`; every other bit below is lost.
        more = ((upto | np.uint64(_HIGH)) - (left + np.uint64(1)) * np.uint64(_ONES)) & np.uint64(
            _HIGH
        )
        shift = np.bitwise_count((more - np.uint64(1)) & ~more).astype(np.uint64) & np.uint64(0x38)
        before = ((upto << np.uint64(8)) >> shift) & np.uint64(0xFF)
        byte = (word >> shift) & np.uint64(0xFF)
        bit = _nth_bits()[byte, (left - before) & np.uint64(7)]
        found: Integers = at * _BITS + shift.astype(np.int64) + bit
        found[none] = -1
        return found


_ONES = 0x0101010101010101
_HIGH = 0x8080808080808080


def _counts_up_to_each_byte(word: Words) -> Words:
    """In each byte, how many bits are set in it and in all lower ones."""
    import numpy as np  # noqa: PLC0415 - heavy

    two, four = np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
    count = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    count = (count & two) + ((count >> np.uint64(2)) & two)
    upto: Words = ((count + (count >> np.uint64(4))) & four) * np.uint64(_ONES)
    return upto


@cache
def _nth_bits() -> Bytes:
    """For every byte, the places of its bits that are set."""
    import numpy as np  # noqa: PLC0415 - heavy

    table = np.zeros((256, 8), dtype=np.uint8)
    for byte in range(256):
        for number, bit in enumerate(bit for bit in range(8) if byte >> bit & 1):
            table[byte, number] = bit
    return table


def words_of(block: Bytes) -> Words:
    """The eight bytes from every place on as one number, the first byte lowest; copies nothing."""
    import numpy as np  # noqa: PLC0415 - heavy

    return np.ndarray((max(block.size - WORD + 1, 0),), "<u8", block.data, 0, (1,))


def windows(block: Bytes, begins: Integers, width: int) -> Bytes:
    """`width` bytes from each place on, one row per place; beyond the block stand zeros."""
    import numpy as np  # noqa: PLC0415 - heavy

    if not begins.size:
        return np.zeros((0, width), dtype=np.uint8)
    if int(begins.max()) + width > block.size:
        block = np.concatenate([block, np.zeros(width, dtype=np.uint8)])
    rows = np.ndarray((block.size - width + 1,), f"V{width}", block.data, 0, (1,))[begins]
    return rows.view(np.uint8).reshape(begins.size, width)


def equal_text(block: Bytes, begins: Integers, text: bytes) -> Mask:
    """At which places, with that much room behind them, these bytes stand."""
    import numpy as np  # noqa: PLC0415 - heavy

    wanted = np.frombuffer(text, dtype=np.uint8)
    if len(text) < WORD:
        same: Mask = (windows(block, begins, len(text)) == wanted).all(axis=1)
        return same
    words, pattern = words_of(block), words_of(wanted)
    equal = np.ones(begins.size, dtype=bool)
    for at in (*range(0, len(text) - WORD, WORD), len(text) - WORD):
        equal &= words[begins + at] == pattern[at]
    return equal
