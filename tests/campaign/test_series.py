"""The stock at the end of each day follows from what changed."""

from __future__ import annotations

from alpheus.campaign.series import series_of
from alpheus.cases.service_statistics import Day


def _days() -> list[Day]:
    return [
        Day("2021-03-01", "known", "known", 10),
        Day("2021-03-01", "patch", "vulnerable", 6, "unknown"),
        Day("2021-03-01", "left", "left", 6, ""),
        Day("2021-03-03", "patch", "fixed", 2, "vulnerable"),
        Day("2021-03-03", "left", "done", 2, "left"),
        Day("2021-03-03", "work", "notified", 3, "new"),
        Day("2021-03-05", "patch", "regressed", 1, "fixed"),
        Day("2021-03-05", "left", "left", 1, "done"),
        Day("2021-03-01", "silent", "left", 2, ""),
        Day("2021-03-05", "silent", "left", 3, ""),
        Day("", "compromise", "reported", 1, "unknown"),
    ]


def test_every_day_has_its_stock() -> None:
    """A day on which nothing changed is as the one before; what has no day was there before."""
    series = series_of(_days())
    assert [point.day[-2:] for point in series.points] == ["01", "02", "03", "04", "05"]
    assert series.left == [6, 6, 4, 4, 5]
    first, last = series.points[0], series.points[-1]
    assert first.patch == {"unknown": 4, "vulnerable": 6}
    assert last.patch == {"fixed": 1, "regressed": 1, "unknown": 4, "vulnerable": 4}
    assert last.compromise == {"reported": 1, "unknown": 9}
    assert last.work == {"new": 7, "notified": 3}
    assert (last.known, last.done) == (10, 1)
    assert series.points[2].entered == {"fixed": 2, "notified": 3}
    assert (last.entered, series.end) == ({"regressed": 1}, "2021-03-05")


def test_who_is_not_seen_any_more_is_told_after_two_weeks() -> None:
    """And stays among those that are left."""
    points = series_of(_days(), last="2021-03-20").points
    silent = {point.day: point.silent for point in points}
    assert silent["2021-03-14"] == 0
    assert silent["2021-03-15"] == 2
    assert silent["2021-03-19"] == 5
    assert points[-1].left == 5


def test_without_a_day_there_is_no_series() -> None:
    """A text that is no day is none."""
    assert series_of([]).points == ()
    assert series_of([]).end == ""
    assert series_of([Day("", "patch", "fixed", 1), Day("soon", "patch", "fixed", 1)]).points == ()


def test_a_long_series_is_cut_and_not_wrong() -> None:
    """What was before is in its first day."""
    old = [Day("1990-01-01", "known", "known", 4), Day("1990-01-01", "left", "left", 4, "")]
    series = series_of([*old, *_days()])
    assert len(series.points) == 3_660
    assert series.points[0].left == 4
    assert series.points[-1].known == 14
