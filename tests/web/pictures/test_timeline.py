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
    Dot,
    Drawing,
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


def _dots(times: list[int]) -> list[Dot]:
    return [Dot(time, number % 3, number % 3, number) for number, time in enumerate(times)]


@given(LISTS, WIDTHS)
def test_every_record_is_reached_by_zooming(times: list[int], width: int) -> None:
    """Mark after mark, each closer than the one before, down to the record or its very moment."""
    every = _dots(times)
    for wanted in every:
        span = widened(min(times), max(times))
        for _ in range(60):
            found = marks([d for d in every if d.lane == wanted.lane], span, width)
            (mine,) = [mark for mark in found if wanted in mark.dots]
            if len(mine.dots) == 1:
                break
            near = closer(mine)
            if near.length >= span.length:
                break
            assert all(near.holds(dot.time) for dot in mine.dots)
            span = near
        else:
            pytest.fail("zooming does not end")
        assert len(mine.dots) == 1 or mine.span.length < SHORTEST


@given(LISTS, WIDTHS)
def test_marks_of_a_lane_never_cover_each_other(times: list[int], width: int) -> None:
    """And all records of the view are in one of them, once."""
    span = widened(min(times), max(times))
    found = marks(_dots(times), span, width)
    places = [GAP / 2 + mark.at * (width - GAP) for mark in found]
    assert all(b - a >= GAP - 1e-6 for a, b in pairwise(places))
    assert all(GAP / 2 <= place <= width - GAP / 2 for place in places)
    assert sorted(d.number for mark in found for d in mark.dots) == list(range(len(times)))


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
        "lanes": ["One", "", HOSTILE], "href": lambda mark: f"?x={HOSTILE}",
        "title": lambda mark: HOSTILE, "label": HOSTILE, "tick": lambda t, s: "03:00",
        "bands": [Span(T0 - 10, T0 + 500)],
    }  # fmt: skip
    return Drawing(**{**values, **more})  # type: ignore[arg-type] # of a table


def test_hostile_words_do_nothing_in_a_picture() -> None:
    """In titles, lanes, labels and addresses."""
    svg = str(timeline(_dots([T0, T0 + 400, T0 + 900]), Span(T0, T0 + 1_000), WIDE, _drawing()))
    assert "<script" not in svg
    assert "\u202e" not in svg
    assert "{U+202E}" in svg
    assert '"><' not in svg.replace('"></', "").replace("/><", "") or "&#34;&gt;" in svg


def test_a_picture_says_what_it_is_and_every_mark_is_a_link() -> None:
    """With words for those who do not see it; lanes without a title are left out."""

    def title(mark: Mark) -> str:
        return f"{len(mark.dots)} records"

    drawing = _drawing(lanes=["One", "Two", ""], title=title, label="The attack")
    dots = [Dot(T0, 0, 2, 0), Dot(T0, 0, 0, 1), Dot(T0 + 900, 1, 1, 2), Dot(T0, 2, 1, 3)]
    svg = str(timeline(dots, Span(T0, T0 + 1_000), NARROW, drawing))
    assert svg.startswith('<svg class="chart story narrow"')
    assert 'role="group" aria-label="The attack"' in svg
    assert re.findall(r'<a class="mark (\w+)" href="[^"]*" aria-label="([^"]*)"', svg) == [
        ("proof", "2 records"), ("indication", "1 records"),
    ]  # fmt: skip
    assert svg.count("<circle") == 2


def test_the_record_that_is_looked_at_stands_out() -> None:
    """Also as one of many at a mark."""
    dots = [Dot(T0, 0, 2, 0), Dot(T0, 0, 2, 1), Dot(T0 + 900, 0, 2, 2)]
    svg = str(timeline(dots, Span(T0, T0 + 1_000), WIDE, _drawing(lanes=["One"], here=1)))
    assert re.findall(r'class="mark ([\w ]+)"', svg) == ["proof here", "proof"]


def test_many_records_at_a_mark_are_not_a_number_that_runs_over() -> None:
    """Their number is in the words of the mark."""
    dots = [Dot(T0, 0, 2, number) for number in range(1_234)]
    svg = str(timeline(dots, Span(T0, T0 + 1_000), NARROW, _drawing(lanes=["One"])))
    assert ">99+<" in svg
