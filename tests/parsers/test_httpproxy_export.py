"""Extracts of HttpProxy logs as CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from alpheus.model import TimeBasis
from alpheus.parsers.httpproxy_export import HttpProxyExportFormat
from textlogs import format_of, rows_of

_TYPE = "#TYPE Selected.System.Management.Automation.PSCustomObject\r\n"
_NAMES = (
    "DateTime", "RequestId", "ClientIPAddress", "UrlHost", "UrlStem", "RoutingHint", "UserAgent",
    "AnchorMailbox", "HttpStatus",
)  # fmt: skip
_VALUES = (
    "2021-03-03T06:59:20.359Z", "id", "192.0.2.7", "mail.example", "/ecp/y.js",
    "X-BEResource-Cookie", "python-requests/2.25.1", "ServerInfo~a]@ex1:444/ecp/x?a=b,c#", "241",
)  # fmt: skip


def _csv(*rows: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("start", [_TYPE + _csv(_NAMES), _csv(_NAMES), ""])
def test_exports_are_read_with_and_without_their_first_lines(start: str) -> None:
    """Fields get the names of the log, the label says that the extract covers nothing."""
    (row,) = rows_of((start + _csv(_VALUES)).encode())
    assert (row.label, row.basis) == ("httpproxy-export", TimeBasis.UTC)
    assert row.fields["ClientIpAddress"] == "192.0.2.7"
    assert row.fields["AnchorMailbox"].endswith("?a=b,c#")
    assert row.time == datetime(2021, 3, 3, 6, 59, 20, 359000, tzinfo=UTC)


def test_any_subset_in_any_order_will_do() -> None:
    """Columns are mapped by name."""
    names, values = (_NAMES[7], _NAMES[4], _NAMES[0]), (_VALUES[7], _VALUES[4], _VALUES[0])
    (row,) = rows_of(_csv(names, values).encode())
    assert row.fields["UrlStem"] == "/ecp/y.js"
    assert row.time is not None


def test_a_localised_time_is_kept_as_text() -> None:
    """Day and month cannot be told apart, so such a row has no time; it is still a row."""
    (row,) = rows_of(_csv(_NAMES, ("3/4/2021 6:59:20 AM", *_VALUES[1:])).encode())
    assert (row.time, row.basis) == (None, TimeBasis.UNKNOWN)
    assert row.fields["DateTime"] == "3/4/2021 6:59:20 AM"


def test_a_full_log_is_no_export() -> None:
    """A log with its own bare header covers what it covers."""
    names = "DateTime,RequestId,MajorVersion,UrlStem,AnchorMailbox\n"
    found = format_of((names + "2021-03-03T06:59:20Z,i,15,/a,x\n").encode())
    assert found is not None
    assert not isinstance(found, HttpProxyExportFormat)
    assert found.source == "httpproxy"
