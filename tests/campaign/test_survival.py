"""How long servers stay open, with those that still are."""

from __future__ import annotations

import pytest

from alpheus.campaign.survival import Lifetimes


def test_as_published() -> None:
    """The 6-MP arm of Freireich 1963: S(6)=.857, S(10)=.753, S(23)=.448, median 23 weeks."""
    told = Lifetimes()
    for days in (6, 6, 6, 7, 10, 13, 16, 22, 23):
        told.add(days, fixed=True)
    for days in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35):
        told.add(days, fixed=False)
    curve = told.curve()
    still = {step.day: round(step.open.value, 3) for step in curve.steps}
    assert (still[6], still[10], still[23]) == (0.857, 0.753, 0.448)
    assert (curve.servers, curve.fixed, curve.days_at_risk) == (21, 9, 359)
    assert curve.median == 23
    assert (curve.median_low, curve.median_high) == (13, None)
    assert curve.per_100_days is not None
    assert curve.per_100_days.value == pytest.approx(2.507, abs=0.001)


def test_who_is_still_open_counts() -> None:
    """Half fixed at once and half never: the median is not that of those who were."""
    half = Lifetimes()
    for _ in range(10):
        half.add(1, fixed=True)
        half.add(30, fixed=False)
        half.add(30, fixed=False)
    assert half.curve().median is None
    assert half.curve().steps[0].open.low < 2 / 3 < half.curve().steps[0].open.high


def test_all_fixed_and_nobody() -> None:
    """No one is left at the end; of nobody there is no curve."""
    all_ = Lifetimes()
    all_.add(3, fixed=True)
    assert (all_.curve().median, all_.curve().steps[0].open.value) == (3, 0)
    assert Lifetimes().curve().steps == ()
    assert Lifetimes().curve().per_100_days is None
