"""Times of text logs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from alpheus.model import TimeBasis
from alpheus.parsers.times import find_iso_time, iso_time, local_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-03-03T06:59:20.359Z,x", datetime(2021, 3, 3, 6, 59, 20, 359000, tzinfo=UTC)),
        ("2021-03-03 06:59:20", datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)),
        ("2021-02-29T06:59:20", None),
        ("2021-03-03", None),
        ("٢٠٢١-03-03T06:59:20", None),
        ("", None),
    ],
)
def test_iso_times(text: str, expected: datetime | None) -> None:
    """The time at the start is read as UTC; a time that the calendar does not have is none."""
    assert iso_time(text) == expected


def test_the_separator_may_be_demanded() -> None:
    """A clock accepts only its own form."""
    assert iso_time("2021-03-03T06:59:20", " ") is None
    assert iso_time("2021-03-03T06:59:20", "T") is not None


def test_a_time_is_found_inside_text() -> None:
    """The first that is a time counts."""
    found = find_iso_time("at 2021-99-03T06:59:20 or 2021-03-03 06:59:20 it failed")
    assert found == datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)
    assert find_iso_time("never") is None


def test_local_time_needs_a_zone_to_be_converted() -> None:
    """Without a zone the digits stay and the basis says so."""
    naive = datetime(2021, 3, 3, 7, 0)  # noqa: DTZ001 - the point of the test
    zone = timezone(timedelta(hours=1))
    assert local_time(naive, zone) == (
        datetime(2021, 3, 3, 6, 0, tzinfo=UTC),
        TimeBasis.CONVERTED,
    )
    assert local_time(naive, None) == (naive.replace(tzinfo=UTC), TimeBasis.UNKNOWN)
    edge = datetime(1, 1, 1)  # noqa: DTZ001 - the point of the test
    assert local_time(edge, zone)[1] is TimeBasis.UNKNOWN
