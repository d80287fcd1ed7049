"""Times as feeds write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.knowledge.shared.times import moment


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2021-03-02T12:00:00Z", datetime(2021, 3, 2, 12, tzinfo=UTC)),
        ("2021-03-02T14:00:00+02:00", datetime(2021, 3, 2, 12, tzinfo=UTC)),
        ("2021-03-02 12:00:00 UTC", datetime(2021, 3, 2, 12, tzinfo=UTC)),
        ("2021-03-02", datetime(2021, 3, 2, 23, 59, 59, 999999, tzinfo=UTC)),
        ("1614686400", datetime(2021, 3, 2, 12, tzinfo=UTC)),
        ("1614686400000", datetime(2021, 3, 2, 12, tzinfo=UTC)),
        ("never", None), ("", None), (None, None), ("0001-01-01T00:00:00+23:00", None),
    ],
)  # fmt: skip
def test_what_a_time_means(text: str | None, found: datetime | None) -> None:
    """In UTC; without a zone it is UTC; a day means its end; anything else is none."""
    assert moment(text) == found
