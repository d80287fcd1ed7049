"""Logs of the EWS back end."""

from __future__ import annotations

import pytest

from alpheus.parsers.ews import COLUMNS, COLUMNS_2013
from textlogs import rows_of


@pytest.mark.parametrize("columns", [COLUMNS, COLUMNS_2013])
def test_rows_are_read_with_and_without_header(columns: tuple[str, ...]) -> None:
    """2013 has no `Ring` and ends earlier; both are told by their count."""
    known = {
        "DateTime": "2021-03-03T06:59:20.359Z", "MajorVersion": "15", "MinorVersion": "1",
        "BuildVersion": "2176", "RevisionVersion": "2", "SoapAction": "GetFolder",
        "ServerHostName": "EX1", "ResponseSize": "666",
    }  # fmt: skip
    line = ",".join(known.get(name, "") for name in columns) + "\n"
    for head in ("", f"#Log-type: EWS Logs\n#Fields: {','.join(columns)}\n"):
        (row,) = rows_of((head + line).encode())
        assert row.label == "ews"
        assert (row.host, row.build) == ("EX1", "15.1.2176.2")
        assert dict(row.fields) == known


def test_rows_without_request_are_normal() -> None:
    """Status rows have nearly nothing but a time."""
    head = f"#Log-type: EWS Logs\n#Fields: {','.join(COLUMNS)}\n"
    (row,) = rows_of((head + "2021-03-03T06:59:20Z,,,,,,,,Sbsc_ConnStatus\n").encode())
    assert row.build is None
