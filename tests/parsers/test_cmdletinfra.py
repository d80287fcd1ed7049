"""CmdletInfra logs."""

from __future__ import annotations

import csv
import io

import pytest

from alpheus.parsers.cmdletinfra import CMDLET_COLUMNS, HTTP_COLUMNS
from textlogs import rows_of


@pytest.mark.parametrize(
    ("columns", "source"), [(CMDLET_COLUMNS, "rps-cmdlet"), (HTTP_COLUMNS, "rps-http")]
)
def test_rows_are_read_with_and_without_header(columns: tuple[str, ...], source: str) -> None:
    """Cmdlet and parameters come under their names, quotes undone."""
    known = {
        "DateTime": "2021-03-03T06:59:20.359Z", "StartTime": "2021-03-03T06:59:20.300Z",
        "MajorVersion": "15", "MinorVersion": "1", "BuildVersion": "2176", "RevisionVersion": "2",
        "Cmdlet": "New-MailboxExportRequest", "Parameters": '-Mailbox "a" -FilePath "\\\\x\\c$"',
        "ServerHostName": "EX1", "ClientInfo": "Microsoft WinRM Client", "UrlStem": "/powershell",
    }  # fmt: skip
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([known.get(name, "") for name in columns])
    bare = ",".join(columns) + "\n"
    for head in ("", bare, f"#Fields: {bare}{bare}"):
        (row,) = rows_of((head + out.getvalue()).encode())
        assert (row.label, row.host, row.build) == (source, "EX1", "15.1.2176.2")
        assert all(row.fields[name] == value for name, value in known.items() if name in columns)
