"""Strips show what was so when, say it in words, and read well at every width."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from alpheus.web.pictures.strips import (
    DAY,
    HEIGHT,
    Segment,
    Strip,
    days_strip,
    strips,
    whole_days,
)
from alpheus.web.pictures.timeline import LETTER, NARROW, WIDE, Span, moment_words

HOSTILE = '"><script>\u202e\x1b[2J%(x)s'
T0 = 18_690 * DAY


def _tick(time: int, step: int) -> str:
    return moment_words(time, step, str)


def _drawn(*segments: Segment, width: int = WIDE, points: tuple[tuple[int, str], ...] = ()) -> str:
    rows = [Strip("Flaw", segments, points)]
    return str(strips(rows, Span(T0, T0 + 100 * DAY), width, "What was so", _tick))


def test_a_strip_says_what_it_shows() -> None:
    """In its label, in each part, and in words where they have room."""
    svg = _drawn(
        Segment(T0, T0 + 2 * DAY, "bad", "Vulnerable"),
        Segment(T0 + 2 * DAY, T0 + 100 * DAY, "good", "Fixed"),
        points=((T0 + 5 * DAY, "Assessed"), (T0 - DAY, "long ago")),
    )  # fmt: skip
    assert 'role="img" aria-label="What was so"' in svg
    assert re.findall(r'class="part (\w+)"[^>]*><title>(\w+)<', svg) == [
        ("bad", "Vulnerable"), ("good", "Fixed"),
    ]  # fmt: skip
    assert re.findall(r'class="in (\w+)"[^>]*>(\w+)<', svg) == [("good", "Fixed")]
    assert "Assessed" in svg
    assert "long ago" not in svg


@given(st.integers(0, 90), st.integers(1, 100), st.sampled_from([NARROW, WIDE]))
def test_words_stand_only_where_they_have_room(start: int, length: int, width: int) -> None:
    """Also on a phone."""
    text = "Vulnerable again"
    begin, end = T0 + start * DAY, min(T0 + (start + length) * DAY, T0 + 100 * DAY)
    shown = ' class="in ' in _drawn(Segment(begin, end, "bad", text), width=width)
    assert shown == ((end - begin) / (100 * DAY) * width >= (len(text) + 2) * LETTER)


def test_hostile_words_do_nothing() -> None:
    """In no part of a strip."""
    rows = [Strip(HOSTILE, [Segment(T0, T0 + DAY, "bad", HOSTILE)], [(T0, HOSTILE)])]
    svg = str(strips(rows, Span(T0, T0 + DAY), NARROW, HOSTILE, _tick))
    svg += str(days_strip(None, [], [], Span(T0, T0 + DAY), HOSTILE))
    assert "<script" not in svg
    assert "\u202e" not in svg


def test_days_are_there_missing_or_outside() -> None:
    """A cell for each; a gap is drawn otherwise, and the window lies behind."""
    span = whole_days(T0, T0 + 10 * DAY - 1)
    assert span.length == 10 * DAY
    covered = Span(T0 + DAY + 5, T0 + 8 * DAY - 5)
    gap = Span(T0 + 3 * DAY - 5, T0 + 5 * DAY + 5)
    svg = str(days_strip(covered, [gap], [Span(T0, T0 + 5 * DAY)], span, "httpproxy"))
    here, holes = re.findall(r' d="([^"]*)"', svg)
    assert re.findall(r"M(\d+)\.", here) == ["1", "2", "5", "6", "7"]
    assert re.findall(r"M(\d+)\.", holes) == ["3", "4"]
    assert f'class="window" x="0.000%" y="0" width="50.000%" height="{HEIGHT}"' in svg


def test_a_day_is_the_darker_the_more_records_it_has() -> None:
    """As against the ordinary day of the source; a day without one has no cell."""
    span = whole_days(T0, T0 + 6 * DAY - 1)
    first = T0 // DAY
    counts = {first: 100, first + 1: 3, first + 2: 20, first + 3: 900, first + 5: 100}
    svg = str(days_strip(span, [], [], span, "httpproxy", counts=counts))
    shades = {
        int(number): re.findall(r"M(\d+)\.", path)
        for number, path in re.findall(r'shade-(\d)" d="([^"]*)"', svg)
    }
    assert shades == {0: ["1"], 1: ["2"], 2: ["0", "5"], 3: ["3"]}


def test_very_many_days_share_cells() -> None:
    """A log of a hundred years is no picture of a megabyte."""
    span = Span(0, 36_500 * DAY)
    assert len(str(days_strip(span, [], [], span, "old"))) < 15_000
