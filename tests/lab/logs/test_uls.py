"""Rows of SharePoint's trace log have nine columns, parted by tabs."""

from __future__ import annotations

from datetime import UTC, datetime

from alpheus.lab.logs.uls import Trace, header, line


def test_heading_and_rows_have_the_same_columns() -> None:
    """The message is not padded, the others are."""
    heading = header(datetime(2025, 7, 1, tzinfo=UTC))
    row = line(Trace("Name=Request (GET:https://sp/)", category="Monitoring"))
    assert heading.count("\t") == row.count("\t") == 8
    assert heading.endswith("\r\n")
    assert row.split("\t")[4] == "Monitoring".ljust(30)
    assert row.split("\t")[7] == "Name=Request (GET:https://sp/)"
