"""A span of time mapped to percent of a width."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.report.charts import Span, anchor, later, round_above, widened
from assessments import at, times


def test_percent_runs_from_start_to_end_and_is_cut() -> None:
    """Times outside stand at the edge."""
    span = Span(at("2021-03-01 00:00:00"), at("2021-03-05 00:00:00"))
    assert span.percent(at("2021-03-02 00:00:00")) == 25
    assert span.percent(at("2020-01-01 00:00:00")) == 0
    assert span.percent(at("2022-01-01 00:00:00")) == 100
    assert span.holds(span.end)


@given(times, times)
def test_an_axis_has_few_ticks_in_order(one: datetime, other: datetime) -> None:
    """For any span, from seconds to millennia."""
    span = widened(min(one, other), max(one, other), timedelta(minutes=1), 0.03)
    ticks = list(span.ticks())
    assert len(ticks) <= 8
    positions = [at for at, _ in ticks]
    assert positions == sorted(positions)
    assert all(0 <= position <= 100 for position in positions)


def test_an_axis_of_minutes_shows_the_time_of_day() -> None:
    """And one of days the date."""
    minutes = Span(at("2021-03-03 06:59:00"), at("2021-03-03 07:04:00"))
    assert [label for _, label in minutes.ticks()][:2] == ["06:59", "07:00"]
    weeks = Span(at("2021-02-26 00:00:00"), at("2021-03-20 00:00:00"))
    assert next(label for _, label in weeks.ticks()) == "2021-02-26"


@given(times, st.timedeltas())
def test_adding_never_leaves_the_calendar(time: datetime, by: timedelta) -> None:
    """Hostile times are kept inside what a date can be."""
    assert later(time, by).tzinfo is UTC


@given(st.floats(0, 1e12))
def test_a_scale_ends_above_its_peak_at_a_round_number(peak: float) -> None:
    """Its quarters are whole, and it is not much too high."""
    top = round_above(peak)
    assert top >= peak
    assert top % 4 == 0
    assert top == 4 or top <= 2.5 * peak


@pytest.mark.parametrize(
    ("place", "set_"), [(0, "start"), (6, "middle"), (94, "middle"), (95, "end")]
)
def test_words_stay_inside_a_picture(place: float, set_: str) -> None:
    """At both edges."""
    assert anchor(place) == set_
