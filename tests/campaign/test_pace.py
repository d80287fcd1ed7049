"""Whether the number of servers that are left falls, and whether it has stopped."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.campaign.pace import Trend, pace_of
from campaign_series import day, interpolated, series

# What was published of 2021: 400,000 servers on 1 March; 100,000 open on the 9th, 82,000 on the
# 12th, 30,000 on the 22nd; some 7,000 on 14 May, "stable for some time".
YEAR_2021 = interpolated({0: 400_000, 8: 100_000, 11: 82_000, 21: 30_000, 45: 7_400, 74: 7_000})


def test_the_plateau_of_2021() -> None:
    """It is found in May, since the middle of April; in March it was falling."""
    found = pace_of(series(YEAR_2021))
    assert found.trend is Trend.STOPPED
    assert day(40) < found.since < day(60)
    assert found.left == 7_000
    assert found.projection.why_not == "the number has stopped falling"
    march = pace_of(series(YEAR_2021[:22]))
    assert march.trend is Trend.FALLING
    assert march.half_life is not None
    assert 4 < march.half_life.value < 12


def test_it_is_found_as_soon_as_a_window_has_passed() -> None:
    """And not before the decline has ended."""
    shape = interpolated({0: 10_000, 30: 1_000, 80: 1_000})
    found = [pace_of(series(shape[:end])).trend for end in range(16, 81)]
    first = found.index(Trend.STOPPED) + 16
    assert 37 <= first <= 46
    assert set(found[first - 16 :]) == {Trend.STOPPED}
    assert set(found[: first - 17]) == {Trend.FALLING}


@pytest.mark.parametrize("share", [0.02, 0.05, 0.15])
def test_a_steady_decline_is_no_plateau(share: float) -> None:
    """However long it lasts."""
    shape = [round(100_000 * (1 - share) ** number) for number in range(60)]
    found = pace_of(series([one for one in shape if one >= 20]))
    assert found.trend is Trend.FALLING
    assert found.per_day is not None
    assert found.per_day.value == pytest.approx(share, rel=0.05)
    assert found.half_life is not None
    assert found.half_life.value == pytest.approx(math.log(2) / -math.log(1 - share), rel=0.05)


def test_weekly_looks_are_no_plateaus() -> None:
    """A number that changes once a week only falls in steps."""
    shape = [round(10_000 * 0.75 ** (number // 7)) for number in range(56)]
    assert {pace_of(series(shape[:end])).trend for end in range(23, 57)} == {Trend.FALLING}


def test_noise_and_a_missing_list_do_not_hide_it() -> None:
    """Days with a few more or less, and one with much more."""
    chance = random.Random(5)
    shape = [round(one * chance.uniform(0.99, 1.01)) for one in YEAR_2021]
    shape[-4] = 11_000
    assert pace_of(series(shape)).trend is Trend.STOPPED


def test_a_flat_line_that_nobody_looked_at_means_nothing() -> None:
    """More than half of those left were not seen for two weeks."""
    assert pace_of(series(YEAR_2021, silent=3_400)).trend is Trend.STOPPED
    assert pace_of(series(YEAR_2021, silent=3_600)).trend is Trend.UNSEEN


def test_other_ways_to_go() -> None:
    """Nothing, too early, few, rising, and flat from the start."""
    assert pace_of(series([])).trend is Trend.NONE
    assert pace_of(series([0, 0])).trend is Trend.NONE
    assert pace_of(series(YEAR_2021[:10])).trend is Trend.EARLY
    assert pace_of(series([*[500] * 10, *[12] * 20])).trend is Trend.FEW
    assert pace_of(series([100 + 5 * number for number in range(30)])).trend is Trend.RISING
    assert pace_of(series([1_000] * 40)).trend is Trend.FLAT
    assert pace_of(series([*[1_000] * 10, *[600] * 25])).trend is Trend.STOPPED


def test_a_projection_has_two_ends_or_is_not_made() -> None:
    """Steady: half is done between two days. Changed pace: nobody can say."""
    chance = random.Random(7)
    steady = [round(10_000 * 0.95**number * chance.uniform(0.98, 1.02)) for number in range(40)]
    found = pace_of(series(steady)).projection
    assert day(39) < found.earliest <= found.middle <= found.latest
    changed = interpolated({0: 10_000, 25: 9_800, 39: 3_000})
    assert pace_of(series(changed)).projection.why_not.startswith("the pace has changed")


@given(st.lists(st.integers(0, 5_000), max_size=70), st.integers(0, 5_000))
def test_any_series_has_a_pace(left: list[int], silent: int) -> None:
    """Nothing fails, and a plateau always has a beginning."""
    shown = min(silent, left[-1]) if left else 0
    found = pace_of(series(left, silent=shown))
    assert (found.trend is Trend.STOPPED) == bool(found.since)
