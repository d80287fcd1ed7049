"""The hours of the week at which an owner wants to be asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.hours import Window, current

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = frozenset(range(7))


def moment(text):
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_hours_are_those_of_the_zone():
    """Berlin is an hour before UTC in winter and two in summer."""
    window = Window(BERLIN, DAILY, time(8), time(18))
    assert window.on(date(2021, 3, 5)) == (moment("2021-03-05T07:00"), moment("2021-03-05T17:00"))
    assert window.on(date(2021, 7, 5)) == (moment("2021-07-05T06:00"), moment("2021-07-05T16:00"))


def test_a_window_over_midnight_belongs_to_the_day_it_begins_on():
    """Friday from 20:00 to 06:00 ends on Saturday morning."""
    window = Window(UTC, frozenset({4}), time(20), time(6))
    span = (moment("2021-03-05T20:00"), moment("2021-03-06T06:00"))
    assert current([window], moment("2021-03-06T05:59")) == span
    assert current([window], moment("2021-03-05T03:00")) == span
    assert current([window], moment("2021-03-06T06:00")) == tuple(
        at + timedelta(days=7) for at in span
    )


def test_equal_ends_are_a_whole_day():
    """From 00:00 to 00:00 is the day; from 06:00 to 06:00 ends on the next morning."""
    window = Window(UTC, frozenset({0}), time(0), time(0))
    assert window.on(date(2021, 3, 1)) == (moment("2021-03-01T00:00"), moment("2021-03-02T00:00"))
    assert window.on(date(2021, 3, 2)) is None


def test_the_clock_put_forward_shortens_the_night():
    """02:30 does not come on 28 March 2021 in Berlin; what begins then begins at 03:00."""
    day = date(2021, 3, 28)
    late = Window(BERLIN, DAILY, time(2, 30), time(5))
    assert late.on(day) == (moment("2021-03-28T01:00"), moment("2021-03-28T03:00"))
    early = Window(BERLIN, DAILY, time(1), time(2, 30))
    assert early.on(day) == (moment("2021-03-28T00:00"), moment("2021-03-28T01:00"))
    assert Window(BERLIN, DAILY, time(2, 10), time(2, 50)).on(day) is None


def test_the_clock_put_back_counts_its_hour_once():
    """02:30 comes twice on 31 October 2021 in Berlin; the first one is meant."""
    window = Window(BERLIN, DAILY, time(2, 30), time(2, 45))
    assert window.on(date(2021, 10, 31)) == (moment("2021-10-31T00:30"), moment("2021-10-31T00:45"))


def test_of_several_windows_the_first_counts():
    """The one that is open or opens next; of two that are open the one that ends later."""
    windows = [
        Window(UTC, DAILY, time(20), time(22)),
        Window(UTC, DAILY, time(19), time(21)),
        Window(UTC, DAILY, time(3), time(4)),
    ]
    assert current(windows, moment("2021-03-05T20:30"))[1] == moment("2021-03-05T22:00")
    assert current(windows, moment("2021-03-05T23:00"))[0] == moment("2021-03-06T03:00")


@pytest.mark.parametrize("windows", [[], [Window(UTC, frozenset(), time(1), time(2))]])
def test_without_windows_none_opens(windows):
    """No days are no hours."""
    assert current(windows, moment("2021-03-05T00:00")) is None


YEAR_2010 = datetime(2010, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe",
         "Pacific/Apia", "America/St_Johns", "Africa/Casablanca")  # fmt: skip


@given(
    st.sampled_from(ZONES),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(0, 20 * 366 * 1440).map(lambda minutes: YEAR_2010 + timedelta(minutes=minutes)),
    st.integers(0, 999),
)
def test_nothing_is_open_that_the_clock_on_the_wall_forbids(zone, days, start, end, now, part):
    """At any moment of a window the zone's clock and weekday are inside it."""
    window = Window(ZoneInfo(zone), days, start, end)
    span = current([window], now)
    if span is None:
        return
    begin, close = span
    assert now < close
    wall = (begin + (close - begin) * part / 1000).astimezone(window.zone)
    if end > start:
        assert wall.weekday() in days
        assert start <= wall.time().replace(fold=0) < end
    elif wall.time().replace(fold=0) >= start:
        assert wall.weekday() in days
    else:
        assert (wall.weekday() - 1) % 7 in days
        assert wall.time().replace(fold=0) < end
