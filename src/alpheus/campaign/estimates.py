"""Intervals and slopes: a number never stands without what it may be as well.

Sources: E. B. Wilson, JASA 22 (1927); D. Katz et al., Biometrics 34 (1978); H. Theil (1950) and
P. K. Sen, JASA 63 (1968). `z` is the two-sided quantile of the normal distribution; 1.96 is 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, median

import msgspec

Z = 1.96
"""For 95 %."""


class Range(msgspec.Struct, frozen=True):
    """An estimate and what it may be as well."""

    value: float
    low: float
    high: float


def z_of_many(groups: int, level: float = 0.05) -> float:
    """The quantile where so many groups are looked at once (Bonferroni)."""
    return NormalDist().inv_cdf(1 - level / max(groups, 1) / 2)


def share(part: int, whole: int, z: float = Z) -> Range:
    """`part` of `whole`, with Wilson's interval; of none, anything from 0 to 1."""
    if whole <= 0:
        return Range(0.0, 0.0, 1.0)
    found, square = part / whole, z * z
    middle = (found + square / (2 * whole)) / (1 + square / whole)
    half = z * math.sqrt(found * (1 - found) / whole + square / (4 * whole * whole))
    half /= 1 + square / whole
    return Range(found, max(middle - half, 0.0), min(middle + half, 1.0))


def risk_ratio(part: int, whole: int, others: int, rest: int, z: float = Z) -> Range | None:
    """How many times as often as `others` of `rest` (Katz); None where one side is empty.

    Where a side has none, half a case is added to both, so that the ratio stays finite.
    """
    if whole <= 0 or rest <= 0 or part + others <= 0:
        return None
    a, n, b, m = float(part), float(whole), float(others), float(rest)
    if not part or not others:
        a, b, n, m = a + 0.5, b + 0.5, n + 1, m + 1
    ratio = (a / n) / (b / m)
    spread = z * math.sqrt(max(1 / a - 1 / n + 1 / b - 1 / m, 0.0))
    return Range(ratio, ratio * math.exp(-spread), ratio * math.exp(spread))


def rate(events: int, time: float, z: float = Z) -> Range | None:
    """Events in so much time, with Byar's approximation to the exact interval of Poisson."""
    if time <= 0:
        return None
    low = events * (1 - 1 / (9 * events) - z / (3 * math.sqrt(events))) ** 3 if events else 0.0
    more = events + 1
    high = more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3
    return Range(events / time, max(low, 0.0) / time, high / time)


def slope(values: Sequence[float], z: float = Z) -> Range | None:
    """The median slope between any two of equally spaced values, with Sen's interval.

    A few outlying values do not move it. None of fewer than three.
    """
    count = len(values)
    if count < 3:
        return None
    slopes = sorted(
        (values[j] - values[i]) / (j - i) for i in range(count) for j in range(i + 1, count)
    )
    spread = z * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = max(math.floor((len(slopes) - spread) / 2), 0)
    high = min(math.ceil((len(slopes) + spread) / 2), len(slopes) - 1)
    return Range(median(slopes), slopes[low], slopes[high])
