"""HttpProxy logs."""

from __future__ import annotations

from alpheus.parsers.base import LineKind, ReadOptions
from alpheus.parsers.httpproxy import COLUMNS, HTTPPROXY
from textlogs import format_of, rows_of


def _row(**values: str) -> bytes:
    known = {
        "DateTime": "2021-03-03T06:59:20.359Z", "MajorVersion": "15", "MinorVersion": "1",
        "BuildVersion": "2176", "RevisionVersion": "2", "Protocol": "Ecp",
        "UrlStem": "/ecp/y.js", "AnchorMailbox": "ServerInfo~a]@ex1.example:444/ecp/x#",
        "ServerHostName": "EX1", "HttpStatus": "200", "UrlQuery": "?a=b", **values,
    }  # fmt: skip
    return ",".join(known.get(name, "") for name in COLUMNS).encode() + b"\n"


def test_rows_without_any_header_are_read_by_their_count() -> None:
    """A fragment of 74 columns is HttpProxy of Exchange 2016."""
    (row,) = rows_of(_row())
    assert row.label == "httpproxy"
    assert row.fields["AnchorMailbox"] == "ServerInfo~a]@ex1.example:444/ecp/x#"
    assert row.fields["UrlQuery"] == "?a=b"
    assert (row.build, row.host) == ("15.1.2176.2", "EX1")


def test_shorter_rows_of_2013_keep_the_columns_they_share() -> None:
    """The first columns are named alike in all versions; the others keep their number."""
    line = b",".join(_row(MinorVersion="0", BuildVersion="1395").split(b",")[:60]) + b"\n"
    (row,) = rows_of(line)
    assert row.fields["AnchorMailbox"].startswith("ServerInfo~")
    assert row.build == "15.0.1395.2"


def test_odd_clients_are_read() -> None:
    """Zones of link-local addresses, empty clients and angle brackets are values like others."""
    rows = rows_of(
        _row(ClientIpAddress="fe80::1234%3") + _row(ClientIpAddress="", UserAgent="<script>")
    )
    assert rows[0].fields["ClientIpAddress"] == "fe80::1234%3"
    assert "ClientIpAddress" not in rows[1].fields
    assert rows[1].fields["UserAgent"] == "<script>"


def test_another_csv_of_that_width_is_not_taken() -> None:
    """Count alone is no proof."""
    assert format_of(b"2021-03-03T06:59:20Z" + b",x" * 73 + b"\n") is None


def test_the_order_of_stem_and_query_is_known_from_the_header() -> None:
    """It is as it should be in every version; a header of another order promises nothing."""
    log = HTTPPROXY.start("", "x", ReadOptions())
    for header, kind in (
        ("#Fields: DateTime,UrlStem,UrlQuery", LineKind.REQUESTS),
        ("#Fields: DateTime,UrlQuery,UrlStem", LineKind.ROWS),
        ("#Fields: DateTime,UrlStem", LineKind.ROWS),
    ):
        assert log.directive(header)
        assert log.line_kind is kind
