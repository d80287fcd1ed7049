"""Intervals and slopes against published figures and their own laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.campaign.estimates import rate, risk_ratio, share, slope, z_of_many


def test_wilson_as_published() -> None:
    """81 of 263: 0.2553 to 0.3662 (Newcombe 1998, method 3); none of 20: up to 0.1611."""
    found = share(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    none = share(0, 20)
    assert (none.value, round(none.low, 4), round(none.high, 4)) == (0, 0, 0.1611)
    assert share(0, 0).high == 1


def test_a_ratio_and_its_interval() -> None:
    """1 lies inside where both are alike; none of one side leaves it finite; of nobody, none."""
    alike = risk_ratio(10, 100, 100, 1000)
    assert alike is not None
    assert alike.value == pytest.approx(1)
    assert alike.low < 1 < alike.high
    never = risk_ratio(0, 50, 10, 100)
    assert never is not None
    assert 0 < never.low < never.value < 1
    assert risk_ratio(0, 50, 0, 100) is None
    assert risk_ratio(1, 2, 0, 0) is None


def test_a_rate_as_published() -> None:
    """10 events: 4.80 to 18.39 exactly; Byar comes within a tenth. None where no time passed."""
    found = rate(10, 1)
    assert found is not None
    assert found.low == pytest.approx(4.80, abs=0.1)
    assert found.high == pytest.approx(18.39, abs=0.1)
    nothing = rate(0, 1)
    assert nothing is not None
    assert (nothing.value, nothing.low) == (0, 0)
    assert nothing.high == pytest.approx(3.69, abs=0.2)
    assert rate(3, 0) is None


def test_one_outlier_does_not_move_a_slope() -> None:
    """Half of the pairs would have to."""
    line = [100 - 2 * day for day in range(15)]
    line[7] = 1000
    found = slope(line)
    assert found is not None
    assert found.value == -2
    assert slope([1, 2]) is None


@given(st.integers(0, 500), st.integers(1, 500), st.floats(0.5, 5))
def test_an_interval_holds_its_estimate(part: int, more: int, z: float) -> None:
    """And lies between none and all."""
    whole = part + more
    found = share(part, whole, z)
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value <= found.high + 1e-12 <= 1 + 1e-9


def test_many_groups_need_more() -> None:
    """The more are looked at, the further apart they must be."""
    assert z_of_many(1) == pytest.approx(1.96, abs=0.001)
    assert z_of_many(100) > z_of_many(10) > z_of_many(1)
