"""Logs of the Exchange control panel."""

from __future__ import annotations

from alpheus.parsers.ecp import event_data
from alpheus.scan.needles import Needles
from textlogs import format_of, rows_of, scan

_HEAD = (
    "#Software: Microsoft Exchange Server\n#Version: 15.0.0.0\n#Log-type: {}\n"
    "#Fields: TimeStamp,ServerName,EventId,EventData\n"
)
_SERVER = _HEAD.format("ECP Server Log")
_ROW = (
    "2021-03-03T06:49:53.772Z,EX1,ECP.Request,S:TIME=13;S:SID=x;S:CMD=Get-InboxRule;"
    "S:URL=/ecp/x.svc/GetList?a=b;S:ACTID=y;S:BLD=15.1.2176.2;S:TNAME=<null>\n"
)


def test_event_data_becomes_fields() -> None:
    """Keys lose their prefix and are upper case; the column itself stays."""
    (row,) = rows_of((_SERVER + _ROW).encode())
    assert (row.label, row.host, row.build) == ("ecp-server", "EX1", "15.1.2176.2")
    assert row.fields["CMD"] == "Get-InboxRule"
    assert row.fields["URL"] == "/ecp/x.svc/GetList?a=b"
    assert row.fields["EventData"].startswith("S:TIME=13;")


def test_a_quoted_command_is_read_whole() -> None:
    """Single quotes, doubled ones and the quoting of CSV are undone."""
    value = (
        "\"S:TIME=1;'S:CMD=Set-OabVirtualDirectory.ExternalUrl=''http://f/<p a=\"\"b\"\";c>''"
        ".Identity=''id''';S:BLD=15.1.2176.2\""
    )
    (row,) = rows_of(f"{_SERVER}2021-03-03T06:49:53.772Z,EX1,ECP.Request,{value}\n".encode())
    assert row.fields["CMD"] == (
        "Set-OabVirtualDirectory.ExternalUrl='http://f/<p a=\"b\";c>'.Identity='id'"
    )
    assert not row.malformed


def test_a_fragment_with_cut_columns_is_read() -> None:
    """Published extracts hold time and data only, with the doubled quotes of their source."""
    line = (
        "2021-03-03T06:49:53.772Z,'S:CMD=Set-X.Url=''http://f/<p a=\"\"b\"\">''.Identity=''i'''\n"
    )
    (row,) = rows_of(line.encode())
    assert row.label == "ecp-server"
    assert row.fields["CMD"] == "Set-X.Url='http://f/<p a=\"b\">'.Identity='i'"


def test_activity_is_told_from_server() -> None:
    """By `#Log-type`, or by the spelling of its keys."""
    data = "2021-03-03T06:49:53.772Z,EX1,Request,S:PSA=<PII>a</PII>;S:URL=u;S:Bld=15.1.2375.7\n"
    activity = _HEAD.format("ECP Activity Context Log") + data
    (row,) = rows_of(activity.encode())
    assert (row.label, row.build, row.fields["PSA"]) == (
        "ecp-activity",
        "15.1.2375.7",
        "<PII>a</PII>",
    )
    without = "TimeStamp,ServerName,EventId,EventData\n"
    for content, source in ((data, "ecp-activity"), (_ROW, "ecp-server")):
        for head in ("", without):
            found = format_of((head + content).encode())
            assert found is not None
            assert found.source == source


def test_a_url_cannot_rewrite_what_stands_around_it() -> None:
    """Pairs that a client smuggles into the URL change neither command nor build."""
    data = "S:CMD=Get-X;S:URL=/a;S:CMD=Set-Y;S:BLD=15.2.1.1;S:REFERRER=;S:BLD=15.1.2176.2"
    fields = event_data({"EventData": data})
    assert (fields["CMD"], fields["BLD"]) == ("Get-X", "15.1.2176.2")
    result, _ = scan(f"{_SERVER}2021-03-03T06:49:53Z,EX1,ECP.Request,{data}\n".encode())
    assert [one.build for one in result.witnesses] == ["15.1.2176.2"]


def test_builds_are_witnessed_without_parsing_every_row() -> None:
    """The pass over bytes finds the same builds as the parser, with their times."""
    later = _ROW.replace("06:49", "07:49").replace("2176.2", "2176.9")
    result, _ = scan((_SERVER + _ROW * 3 + later * 2).encode(), needles=Needles([]))
    spans = {one.build: one.first for one in result.witnesses}
    assert spans.keys() == {"15.1.2176.2", "15.1.2176.9"}
    assert spans["15.1.2176.2"] < spans["15.1.2176.9"]  # type: ignore[operator]
