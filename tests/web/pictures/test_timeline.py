"""Whoever zooms reaches every record, and can read what the picture says at every width."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.web.pictures.timeline import (
    EARLIEST,
    GAP,
    LATEST,
    LETTER,
    NARROW,
    SHORTEST,
    WIDE,
    Drawing,
    Lane,
    Mark,
    Span,
    clamped,
    closer,
    marks,
    moment_words,
    moved,
    ticks,
    timeline,
    widened,
    zoomed,
)

HOSTILE = '"><script>\u202e\x1b[2J{{7*7}}%(x)s'
T0 = int(datetime(2021, 3, 1, tzinfo=UTC).timestamp() * 1_000)
TIMES = st.integers(EARLIEST * 1_000, LATEST * 1_000)
NEAR = st.integers(T0, T0 + 400 * 86_400_000)
LISTS = st.lists(TIMES | NEAR | st.integers(T0, T0 + 5_000), min_size=1, max_size=60)
WIDTHS = st.sampled_from([NARROW, WIDE])


def _lane(times: list[int], title: str = "One") -> Lane:
    """Records at these times, each with a weight of its own."""
    return Lane(title, sorted(times), [n % 3 for n in range(len(times))], list(range(len(times))))


@given(LISTS, WIDTHS)
def test_every_record_is_reached_by_zooming(times: list[int], width: int) -> None:
    """Mark after mark, each closer than the one before, down to the record or its very moment."""
    lane = _lane(times)
    for wanted in lane.numbers:
        span = widened(min(times), max(times))
        for _ in range(60):
            (mine,) = [mark for mark in marks(lane, span, width) if wanted in mark.numbers]
            if len(mine.numbers) == 1:
                break
            near = closer(mine)
            if near.length >= span.length:
                break
            assert all(near.holds(lane.times[number]) for number in mine.numbers)
            span = near
        else:
            pytest.fail("zooming does not end")
        assert len(mine.numbers) == 1 or mine.span.length < SHORTEST


@given(LISTS, WIDTHS)
def test_marks_of_a_lane_never_cover_each_other(times: list[int], width: int) -> None:
    """And all records of the view are in one of them, once."""
    span = widened(min(times), max(times))
    found = marks(_lane(times), span, width)
    places = [GAP / 2 + mark.at * (width - GAP) for mark in found]
    assert all(b - a >= GAP - 1e-6 for a, b in pairwise(places))
    assert all(GAP / 2 <= place <= width - GAP / 2 for place in places)
    assert [n for mark in found for n in mark.numbers] == list(range(len(times)))


@given(LISTS, NEAR, st.integers(SHORTEST, 10**10))
def test_a_mark_has_what_is_in_view_and_the_weightiest_of_it(
    times: list[int], start: int, length: int
) -> None:
    """Nothing else, and its span is that of its records."""
    lane, span = _lane(times), Span(start, start + length)
    found = marks(lane, span, WIDE)
    seen = [number for number, time in enumerate(lane.times) if span.holds(time)]
    assert [n for mark in found for n in mark.numbers] == seen
    for mark in found:
        mine = [lane.times[number] for number in mark.numbers]
        assert (mark.span.start, mark.span.end) == (min(mine), max(mine))
        assert mark.weight == max(lane.weights[number] for number in mark.numbers)


@given(TIMES | NEAR, st.integers(SHORTEST, (LATEST - EARLIEST) * 1_000), WIDTHS)
def test_words_of_the_axis_never_meet(start: int, length: int, width: int) -> None:
    """However long a day is written, also on a phone; and round times stand where they belong."""
    span = clamped(Span(start, start + length))

    def long_words(time: int, step: int) -> str:
        return moment_words(time, step, lambda day: f"{day} de diciembre")

    found = ticks(span, width, long_words)
    ends = [(GAP / 2 + one.words_at * (width - GAP), len(one.text) * LETTER / 2) for one in found]
    assert all(half - 1e-6 <= x <= width - half + 1e-6 for x, half in ends)
    assert all(a + half <= b - other for (a, half), (b, other) in pairwise(ends))
    assert all(0 <= one.at <= 1 for one in found)
    assert found


@given(TIMES, st.integers(0, (LATEST - EARLIEST) * 1_000), st.floats(0.1, 10), st.floats(-5, 5))
def test_views_stay_in_years_that_there_are(
    start: int, length: int, factor: float, share: float
) -> None:
    """However far somebody zooms out or goes back."""
    span = clamped(Span(start, start + length))
    for view in (span, zoomed(span, factor), moved(span, share), widened(start, start)):
        assert view.length >= SHORTEST
        assert EARLIEST * 1_000 <= view.start < view.end <= LATEST * 1_000
    assert moved(span, share).length == span.length


def test_from_a_month_on_the_axis_has_first_days() -> None:
    """Nobody thinks in steps of thirty days."""
    span = Span(T0, T0 + 1_000 * 86_400_000)
    texts = [one.text for one in ticks(span, WIDE, lambda t, s: moment_words(t, s, str))]
    assert texts
    assert all(text.endswith("-01") for text in texts)


@pytest.mark.parametrize(
    ("step", "expected"),
    [(86_400_000, "2021-03-01"), (60_000, "00:00"), (1_000, "00:00:07"), (1, "07.250")],
)
def test_a_time_says_as_much_as_its_step_needs(step: int, expected: str) -> None:
    """The day, the minute, the second, or less."""
    assert moment_words(T0 + 7_250, step, str) == expected


def _drawing(**more: object) -> Drawing:
    values: dict[str, object] = {
        "href": lambda mark: f"?x={HOSTILE}", "title": lambda mark: HOSTILE, "label": HOSTILE,
        "tick": lambda t, s: "03:00", "bands": [Span(T0 - 10, T0 + 500)],
    }  # fmt: skip
    return Drawing(**{**values, **more})  # type: ignore[arg-type] # of a table


def test_hostile_words_do_nothing_in_a_picture() -> None:
    """In titles, lanes, labels and addresses."""
    lanes = [_lane([T0, T0 + 400, T0 + 900], HOSTILE)]
    svg = str(timeline(lanes, Span(T0, T0 + 1_000), WIDE, _drawing()))
    assert "<script" not in svg
    assert "\u202e" not in svg
    assert "{U+202E}" in svg
    assert '="?x="' not in svg


def test_a_picture_says_what_it_is_and_every_mark_is_a_link() -> None:
    """With words for those who do not see it."""

    def title(mark: Mark) -> str:
        return f"{len(mark.numbers)} records"

    lanes = [Lane("One", [T0, T0], [2, 0], [0, 1]), Lane("Two", [T0 + 900], [1], [2])]
    svg = str(timeline(lanes, Span(T0, T0 + 1_000), NARROW, _drawing(title=title, label="It")))
    assert svg.startswith('<svg class="chart story narrow"')
    assert 'role="group" aria-label="It"' in svg
    assert re.findall(r'<a class="mark (\w+)" href="[^"]*" aria-label="([^"]*)"', svg) == [
        ("proof", "2 records"), ("indication", "1 records"),
    ]  # fmt: skip
    assert svg.count("<circle") == 2


def test_the_record_that_is_looked_at_stands_out() -> None:
    """Also as one of many at a mark."""
    lanes = [Lane("One", [T0, T0, T0 + 900], [2, 2, 2], [0, 1, 2])]
    svg = str(timeline(lanes, Span(T0, T0 + 1_000), WIDE, _drawing(here=1)))
    assert re.findall(r'class="mark ([\w ]+)"', svg) == ["proof here", "proof"]


def test_many_records_at_a_mark_are_not_a_number_that_runs_over() -> None:
    """Their number is in the words of the mark."""
    svg = str(timeline([_lane([T0] * 1_234)], Span(T0, T0 + 1_000), NARROW, _drawing()))
    assert ">99+<" in svg
