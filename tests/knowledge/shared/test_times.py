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
        ("20210302", datetime(2021, 3, 2, 23, 59, 59, 999999, tzinfo=UTC)),
        ("never", None), ("", None), (None, None), (" - ", None), ("None", None),
        ("9999-12-31T23:00:00-05:00", datetime.max.replace(tzinfo=UTC)),
    ],
)  # fmt: skip
def test_what_a_time_means(text: str | None, found: datetime | None) -> None:
    """In UTC; without a zone it is UTC; a day means its end; a word for never is none."""
    assert moment(text) == found


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+23:00", "soon", "31/12/2021", "0000-00-00", "\x00", "0"]
)
def test_what_cannot_be_read_is_told(text: str) -> None:
    """That it never ends is not known."""
    with pytest.raises(ValueError, match="cannot be read"):
        moment(text)
