"""Many places of a block at once: eight bytes as one number, or a window of bytes."""

from __future__ import annotations

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


def places_of(block: Bytes, byte: int) -> Integers:
    """Where a byte stands in a block, in order; fastest where it is rare."""
    import numpy as np  # noqa: PLC0415 - heavy

    found = block == byte
    whole = found.size - found.size % _BITS
    bits = np.packbits(found[:whole], bitorder="little").view("<u8")
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
        return np.flatnonzero(found)
    places = np.concatenate([*parts, whole + np.flatnonzero(found[whole:])])
    if len(parts) > 1:
        places.sort()
    return places.astype(np.int64, copy=False)


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
