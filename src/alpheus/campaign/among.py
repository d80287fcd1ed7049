"""Conditions by which rows of some servers are asked for, whether these lie close or far apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement

CLOSE = 4
"""Of so many numbers at most one is theirs: then a span is not worth reading."""

AT_ONCE = 500


def among(column: ColumnElement[Any], numbers: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    """Conditions that hold for these numbers, sorted, each for one part, in their order.

    Where the numbers lie close together one holds for others between them as well.
    """
    if not numbers:
        return
    first, last = numbers[0], numbers[-1]
    if last - first < CLOSE * len(numbers):
        yield column.between(first, last)
        return
    for begin in range(0, len(numbers), AT_ONCE):
        yield column.in_(numbers[begin : begin + AT_ONCE])
