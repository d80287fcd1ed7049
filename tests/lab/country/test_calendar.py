"""Days and times."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

from alpheus.lab.country.calendar import date_of, iso, moment, plain, some_time


def test_day_nought_is_the_first_of_march() -> None:
    """Days follow each other, past the end of the month too."""
    assert date_of(0) == date(2021, 3, 1)
    assert date_of(31) == date(2021, 4, 1)
    assert moment(1, 61) == datetime(2021, 3, 2, 0, 1, 1, tzinfo=UTC)


def test_times_as_text() -> None:
    """With `Z` for JSON, without a zone for tables."""
    assert iso(moment(0, 5)) == "2021-03-01T00:00:05Z"
    assert plain(moment(0, 5)) == "2021-03-01 00:00:05"


def test_some_time_is_of_its_day() -> None:
    """Never of the next."""
    rng = Random(1)
    assert {some_time(4, rng).date() for _ in range(200)} == {date_of(4)}
