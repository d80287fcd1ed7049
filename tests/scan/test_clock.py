"""The clock reads the same times as a parser would, line by line."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.base import Clock
from alpheus.parsers.times import iso_time
from alpheus.scan.clock import NO_TIME, Days, line_bounds, line_times
from alpheus.scan.tally import from_milliseconds

_VALID = st.datetimes().map(lambda time: time.isoformat(timespec="milliseconds"))
_ODD = st.sampled_from(
    ["", "\r", "#Fields: x", '"', '"2021-03-03T06:59:20', "2021-03-03T06:59:2", "x" * 30,
     "2021-02-29T00:00:00", "2020-02-29T00:00:00", "1900-02-29T00:00:00", "2000-02-29T23:59:59.9",
     "2021-13-01T00:00:00", "2021-01-32T00:00:00", "2021-00-01T00:00:00", "2021-01-00T00:00:00",
     "0000-01-01T00:00:00", "2021-01-01T24:00:00", "2021-01-01T00:60:00", "2021-01-01T00:00:60",
     "2021-03-03T06:59:20.1x", "2021-03-03T06:59:20,123", "2021-03-03T06:59:20.12345678Z,a",
     '""2021-03-03T06:59:20', "2021-03-03t06:59:20", "2021/03/03T06:59:20", "٢021-03-03T06:59:20"]
)  # fmt: skip
_SUFFIX = st.sampled_from(["", "Z,a,b", " 10.0.0.1", "\r", "7"])
_LINE = st.builds(
    lambda time, blank, suffix: (time.replace("T", " ") if blank else time) + suffix,
    st.one_of(_VALID, _ODD),
    st.booleans(),
    _SUFFIX,
)


def _naive(line: str, clock: Clock) -> int:
    text = line.removesuffix("\r")
    if clock is Clock.ISO_T:
        text = text.removeprefix('"')
    time = iso_time(text, "T" if clock is Clock.ISO_T else " ")
    if time is None:
        return NO_TIME
    days = time.toordinal() - 719_163
    seconds = days * 86_400 + time.hour * 3600 + time.minute * 60 + time.second
    return seconds * 1000 + time.microsecond // 1000


@pytest.mark.parametrize("clock", [Clock.ISO_T, Clock.ISO_BLANK])
@settings(max_examples=150, deadline=None)
@given(st.lists(_LINE, max_size=20), st.booleans())
def test_the_clock_agrees_with_a_naive_reading(clock: Clock, lines: list[str], ended: bool) -> None:
    """Every line has the same time, or none, as when it is read by itself."""
    content = "\n".join(lines) + ("\n" if ended else "")
    block = np.frombuffer(content.encode(), dtype=np.uint8)
    starts, ends = line_bounds(block)
    raw = [block[start:end].tobytes().decode() for start, end in zip(starts, ends, strict=True)]
    expected = content.split("\n")
    expected = expected[:-1] if expected[-1] == "" else expected
    assert raw == [line.removesuffix("\r") for line in expected]
    assert line_times(block, starts, ends, clock).tolist() == [
        _naive(line, clock) for line in expected
    ]


_SAME_DAY = st.builds(
    lambda clock, millis, suffix: f"2021-03-03T{clock}{millis}{suffix}",
    st.sampled_from(
        ["06:59:20", "06:59:21", "00:00:00", "23:59:59"] * 6 + ["24:00:00", "06:60:00"]
    ),
    st.sampled_from(["", ".1", ".123", ".9x"]),
    st.sampled_from([",a,b,c,d,e", ",", "Z"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(_SAME_DAY, _SAME_DAY, _SAME_DAY, _ODD), min_size=1, max_size=12))
def test_a_day_of_rows_counts_what_the_clock_reads(lines: list[str]) -> None:
    """Runs of one date have the hours, first and last time of their lines, or tell nothing."""
    block = np.frombuffer(("\n".join(lines) + "\n").encode(), dtype=np.uint8)
    starts, ends = line_bounds(block)
    times = line_times(block, starts, ends, Clock.ISO_T)
    days, at = Days(block, starts, ends, Clock.ISO_T), 0
    while at < starts.size:
        end = days.until(at)
        assert end > at
        day = days.rows(at, end)
        part = times[at:end].tolist()
        if day is not None:
            assert (day.rows, day.first, day.last) == (len(part), min(part), max(part))
            assert day.hours == dict(Counter(time // 3_600_000 for time in part))
        elif min(part) != NO_TIME:
            assert block[starts[at]] == ord('"') or int(starts[end - 1]) + 24 > block.size
        at = end


def test_milliseconds_are_times_again() -> None:
    """What the clock counts converts back to the time that was written."""
    block = np.frombuffer(b"1969-12-31T23:59:59.250Z,a\n9999-12-31T23:59:59.999\n", dtype=np.uint8)
    times = line_times(block, *line_bounds(block), Clock.ISO_T)
    assert from_milliseconds(int(times[0])).isoformat() == "1969-12-31T23:59:59.250000+00:00"
    assert from_milliseconds(int(times[1])).isoformat() == "9999-12-31T23:59:59.999000+00:00"
