"""IIS logs in the native format."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from alpheus.model import TimeBasis
from alpheus.parsers.base import ReadOptions
from textlogs import format_of, rows_of

_ROW = (
    b"192.0.2.7, -, 03/20/01, 7:55:20, W3SVC2, SERVER, 172.21.13.45, 4502, 163, 3223, 200, 0,"
    b" GET, /a.gif, -,\r\n"
)


def test_native_rows_get_w3c_names() -> None:
    """Rules for IIS apply unchanged; the time is local, so its basis is unknown."""
    (row,) = rows_of(_ROW)
    assert row.fields["cs-uri-stem"] == "/a.gif"
    assert "cs-uri-query" not in row.fields
    assert (row.host, row.label, row.basis) == ("SERVER", "iis-site-2", TimeBasis.UNKNOWN)
    assert row.time == datetime(2001, 3, 20, 7, 55, 20, tzinfo=UTC)


def test_a_zone_converts_the_time() -> None:
    """The operator's time zone makes it UTC."""
    (row,) = rows_of(_ROW, options=ReadOptions(timezone(timedelta(hours=-5))))
    assert (row.time, row.basis) == (
        datetime(2001, 3, 20, 12, 55, 20, tzinfo=UTC),
        TimeBasis.CONVERTED,
    )


def test_a_comma_in_the_parameters_is_kept() -> None:
    """The parameters come last and take what is left."""
    (row,) = rows_of(_ROW.replace(b"-,\r\n", b"a=1,b=2,\r\n"))
    assert row.fields["cs-uri-query"] == "a=1,b=2"


@pytest.mark.parametrize(
    "change", [(b"03/20/01", b"13/32/01"), (b"7:55:20", b"7:61:20"), (b", -, 03", b"03")]
)
def test_damaged_rows_are_losses(change: tuple[bytes, bytes]) -> None:
    """A line without a valid time or with missing columns is not a row."""
    assert len(rows_of(_ROW + _ROW.replace(*change))) == 1


def test_day_and_month_may_be_swapped_where_that_is_certain() -> None:
    """A month above 12 is a day."""
    (row,) = rows_of(_ROW.replace(b"03/20/01", b"20/03/2001"))
    assert row.time == datetime(2001, 3, 20, 7, 55, 20, tzinfo=UTC)


def test_an_ordinary_csv_is_not_taken() -> None:
    """Commas alone make no IIS log."""
    assert format_of(b"a, b, c, d, e, f, g, h, i, j, k, l, m, n, o\n") is None
