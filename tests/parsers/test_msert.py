"""msert.log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from alpheus.model import TimeBasis
from alpheus.parsers.base import ReadOptions
from textlogs import rows_of, scan

_LOG = """\
---------------------------------------------------------------------------------------
Microsoft Safety Scanner v1.333, (build 1.333.600.0)
Started On Mon Mar 15 10:00:00 2021

Engine: 1.1.17900.7
Quick Scan Results:
-------------------
Threat Detected: Backdoor:ASP/Chopper.F!dha, partially removed.
Operation failed. Please use a full antivirus product !
    Action: Remove, Result: 0x8007007B
        containerfile://C:\\inetpub\\wwwroot\\a.zip
        file://\\\\?\\C:\\inetpub\\wwwroot\\aspnet_client\\x y.aspx
            SigSeq: 0x0000555

Results Summary:
----------------
Found Backdoor:ASP/Chopper.F!dha, partially removed.
Microsoft Safety Scanner Finished On Mon Mar 15 10:12:00 2021

Return code: 7 (0x7)
"""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_threats_and_their_files_are_rows(encoding: str) -> None:
    """Everything else is layout: neither row nor loss."""
    result, candidates = scan(_LOG.encode(encoding))
    rows = [one.row for one in candidates if one.row is not None]
    assert [row.fields.get("Path") for row in rows] == [
        None,
        "C:\\inetpub\\wwwroot\\a.zip",
        "C:\\inetpub\\wwwroot\\aspnet_client\\x y.aspx",
        None,
    ]
    assert {row.fields["Threat"] for row in rows} == {"Backdoor:ASP/Chopper.F!dha"}
    assert result.skipped == []


def test_the_time_is_local() -> None:
    """It is that of the start of the scan, and unknown without a zone."""
    row = rows_of(_LOG.encode())[0]
    assert (row.time, row.basis) == (datetime(2021, 3, 15, 10, tzinfo=UTC), TimeBasis.UNKNOWN)
    row = rows_of(_LOG.encode(), options=ReadOptions(timezone(timedelta(hours=1))))[0]
    assert (row.time, row.basis) == (datetime(2021, 3, 15, 9, tzinfo=UTC), TimeBasis.CONVERTED)


def test_a_scan_without_a_time_still_tells_its_threats() -> None:
    """A damaged start leaves rows without a time; a clean run has none."""
    rows = rows_of(_LOG.replace("Mar 15", "Foo 15").encode())
    assert rows
    assert all(row.time is None for row in rows)
    clean = "Microsoft Safety Scanner v1.333, (build 1)\nResults Summary:\nNo infection found.\n"
    assert rows_of(clean.encode()) == []
