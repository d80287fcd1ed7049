"""The queue of administrator audit records."""

from __future__ import annotations

import csv
import io
import json

import pytest

from alpheus.parsers.audit import audit_fields
from textlogs import rows_of

_NAMES = (
    "Timestamp,Server,TenantId,RecordType,Data,UserKey,RecordId,Operation,Workload,ResultStatus,"
    "Version,Scope"
)
_HEAD = (
    "#Software: Microsoft Exchange\n#Version: 15.01.2176.002\n#Log-type: audit\n"
    f"#Fields: {_NAMES}\n"
)


def _row(data: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(
        ["2021-03-03T06:59:20.359Z", "EX1", "0", "ExchangeAdmin", data, "NT\\Système", "1",
         "Set-Mailbox", "Exchange", "True", "1", "Online"]
    )  # fmt: skip
    return out.getvalue()


def test_the_record_is_unpacked() -> None:
    """Cmdlet, parameters and user stand where they stand in every other source."""
    data = {
        "Operation": "Set-OabVirtualDirectory",
        "UserId": "DOM\\admin",
        "Parameters": [{"Name": "Identity", "Value": "oab"}, {"Name": "ExternalUrl", "Value": "u"}],
    }
    (row,) = rows_of((_HEAD + _row(json.dumps(data))).encode())
    assert row.fields["Cmdlet"] == "Set-OabVirtualDirectory"
    assert row.fields["Parameters"] == '-Identity "oab" -ExternalUrl "u"'
    assert (row.fields["User"], row.fields["ResultStatus"]) == ("DOM\\admin", "True")
    assert (row.host, row.build) == ("EX1", "15.1.2176.2")


@pytest.mark.parametrize("data", ["", "{", "[]", "7", '{"Parameters": 3}', "[" * 100_000])
def test_a_damaged_record_leaves_the_columns(data: str) -> None:
    """What the columns say is enough for a row."""
    (row,) = rows_of((_HEAD + _row(data)).encode())
    assert row.fields["Cmdlet"] == "Set-Mailbox"
    assert row.fields["User"] == "NT\\Système"


def test_text_that_cannot_be_written_is_replaced() -> None:
    """JSON can spell half a character."""
    fields = audit_fields({"Data": '{"UserId": "a\\ud800"}'})
    assert fields["User"] == "a\ufffd"
