"""Times as others' programs read them."""

from __future__ import annotations

from datetime import UTC, datetime

from alpheus.report.assessment_file import Assessment, moment


def stamp(time: datetime) -> str:
    """A time as ISO 8601 in UTC, to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def finished(assessment: Assessment) -> datetime:
    """When an assessment was made: what has no time of its own is told with this one."""
    return moment(assessment.run.finished) or datetime.now(UTC)
