"""Times as others' programs read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from alpheus.report.assessment_file import Assessment
from alpheus.sharing.moments import finished, stamp


def test_times_are_in_utc() -> None:
    """Whatever their zone, to the millisecond."""
    time = datetime(2021, 3, 3, 8, 0, 0, 1500, tzinfo=timezone(timedelta(hours=2)))
    assert stamp(time) == "2021-03-03T06:00:00.001Z"
    assert stamp(time.astimezone(UTC)) == "2021-03-03T06:00:00.001Z"


def test_an_assessment_has_a_time(assessment: Assessment) -> None:
    """That of its run."""
    assert finished(assessment) == datetime(2021, 3, 10, tzinfo=UTC)
