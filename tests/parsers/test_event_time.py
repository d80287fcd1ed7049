"""Times of Windows records become UTC, and say how sure that is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import TimeBasis
from alpheus.parsers.event_time import from_epoch, from_filetime, from_local, from_text, to_utc

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@settings(max_examples=50)
@given(st.datetimes(min_value=datetime(1601, 1, 2), max_value=datetime(9999, 1, 1)))  # noqa: DTZ001 - naive by contract of hypothesis
def test_filetime_is_the_inverse_of_counting(naive: datetime) -> None:
    """A FILETIME counts 100 ns since 1601 in UTC."""
    time = naive.replace(tzinfo=UTC)
    assert from_filetime((time - _EPOCH) // timedelta(microseconds=1) * 10) == time


@pytest.mark.parametrize("value", [0, -1, 2**64 - 1])
def test_a_filetime_that_is_no_time_is_none(value: int) -> None:
    """Zero means that there is none; nothing overflows."""
    assert from_filetime(value) is None


@pytest.mark.parametrize(
    "text",
    [
        "2021-03-03T06:59:20.5000000Z",
        "2021-03-03 06:59:20.500 UTC",
        "2021-03-03T07:59:20.5+01:00",
        "2021-03-03T06:59:20.500000000Z",
    ],
)
def test_iso_times_of_all_tools_are_one_time(text: str) -> None:
    """Any number of digits, `T` or a blank, `Z`, `UTC` or an offset."""
    time = from_text(text)
    assert time is not None
    assert to_utc(time) == datetime(2021, 3, 3, 6, 59, 20, 500000, UTC)


@settings(max_examples=100)
@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    """Bad content is None."""
    time = from_text(text)
    assert time is None or to_utc(time) is None or to_utc(time)


def test_local_time_needs_a_zone_to_be_sure() -> None:
    """Without a zone the basis is unknown; a zone in the text wins over the operator's."""
    zone = timezone(timedelta(hours=1))
    naive = datetime(2021, 3, 3, 8, 0)  # noqa: DTZ001 - the record names no zone
    assert from_local(naive, None) == (datetime(2021, 3, 3, 8, 0, tzinfo=UTC), TimeBasis.UNKNOWN)
    assert from_local(naive, zone) == (datetime(2021, 3, 3, 7, 0, tzinfo=UTC), TimeBasis.CONVERTED)
    assert from_local(naive.replace(tzinfo=UTC), zone)[1] is TimeBasis.UTC


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 1e300, -1e300])
def test_seconds_that_are_no_time_are_none(seconds: float) -> None:
    """JSON may hold any number."""
    assert from_epoch(seconds) is None
