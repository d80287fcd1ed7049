"""The common shape of Exchange's text logs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import TimeBasis
from alpheus.parsers.exchange import header_columns, log_type, plain_build
from textlogs import rows_of

_BLOCK = (
    "#Software: Microsoft Exchange Server\n#Version: 15.01.2176.002\n#Log-type: HttpProxy Logs\n"
    "#Date: 2021-03-03T06:00:00.000Z\n"
)
_NAMES = (
    "DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,UrlStem,"
    "AnchorMailbox,ServerHostName"
)
_FIELDS = f"#Fields: {_NAMES}\n"
_ROW = "2021-03-03T06:59:20.359Z,r,15,01,2176,002,/ecp/y.js,ServerInfo~a,EX1\n"

_VALUE = st.text(
    st.characters(exclude_characters="\r\n\0\ufeff", exclude_categories=("Cs",)), max_size=12
)


@settings(max_examples=120, deadline=None)
@given(st.permutations(_NAMES.split(",")[1:]), st.data())
def test_rows_written_are_read_back(order: list[str], data: st.DataObject) -> None:
    """Columns are mapped by name in any order; CSV quoting is undone; empty is absent."""
    values = {name: data.draw(_VALUE) for name in order}
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(["2021-03-03T06:59:20.359Z", *values.values()])
    content = f"{_BLOCK}#Fields: DateTime,{','.join(order)}\n{out.getvalue()}"
    (row,) = rows_of(content.encode())
    assert {name: row.fields.get(name, "") for name in order} == values
    assert row.host == (values["ServerHostName"] or None)
    assert row.time == datetime(2021, 3, 3, 6, 59, 20, 359000, tzinfo=UTC)
    assert not row.malformed


def test_every_row_names_the_build_that_wrote_it() -> None:
    """Four columns make the build, without padding."""
    (row,) = rows_of((_BLOCK + _FIELDS + _ROW).encode())
    assert (row.build, row.host, row.basis) == ("15.1.2176.2", "EX1", TimeBasis.UTC)


@pytest.mark.parametrize(
    "content",
    [
        _NAMES + "\n" + _BLOCK + _FIELDS + _ROW,
        _BLOCK + _FIELDS + _NAMES + "\n" + _ROW,
        _NAMES + "\n" + _ROW,
        _BLOCK + _FIELDS + _BLOCK + _FIELDS + _ROW,
    ],
)
def test_headers_may_stand_anywhere(content: str) -> None:
    """Before the block, after it, alone, or repeated: a header line is never a row."""
    rows = rows_of(content.encode())
    assert [row.fields["UrlStem"] for row in rows] == ["/ecp/y.js"]


def test_columns_may_change_in_the_middle() -> None:
    """After an update the same file goes on with another header."""
    other = "#Fields: DateTime,UrlStem,MajorVersion,AnchorMailbox\n"
    content = _BLOCK + _FIELDS + _ROW + other + "2021-03-03T07:00:00Z,/z,15,Sid~S\n"
    assert [row.fields["UrlStem"] for row in rows_of(content.encode())] == ["/ecp/y.js", "/z"]


def test_rows_may_be_cut_off_or_too_long() -> None:
    """Fewer values are accepted; surplus ones are kept in the last column and marked."""
    short = "2021-03-03T06:59:20.359Z,r,15\n"
    rows = rows_of((_BLOCK + _FIELDS + short + _ROW.strip() + ",more,x\n").encode())
    assert (rows[0].fields["MajorVersion"], rows[0].malformed) == ("15", False)
    assert (rows[1].fields["ServerHostName"], rows[1].malformed) == ("EX1,more,x", True)


def test_a_time_in_another_column_is_found() -> None:
    """A re-saved log may carry its columns in another order."""
    content = _BLOCK + "#Fields: UrlStem,DateTime,AnchorMailbox\n/a,2021-03-03T06:59:20Z,x\n/b,,y\n"
    (row,) = rows_of(content.encode())
    assert row.time == datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "build"),
    [
        ("15.01.2375.007", "15.1.2375.7"),
        (" 15.2.792.3 ", "15.2.792.3"),
        ("15.0.0.0", None),
        ("15.00.0000.000", None),
        ("15.1.2375", None),
        ("x", None),
        (",,,", None),
    ],
)
def test_builds_are_plain(text: str, build: str | None) -> None:
    """Padding is removed; the placeholder that some logs print is no build."""
    assert plain_build(text) == build


def test_header_lines_are_told_from_rows() -> None:
    """A bare header begins with the name of a time column."""
    assert header_columns("#Fields: a, b") == ("a", "b")
    assert header_columns('"DateTime","RequestId"') == ("DateTime", "RequestId")
    assert header_columns("#Version: 1") is None
    assert header_columns("2021-03-03T06:59:20Z,a") is None
    assert header_columns("DateTime") is None
    assert log_type("#Log-type: HttpProxy Logs\r\n") == "httpproxy logs"
    assert log_type("x") is None
