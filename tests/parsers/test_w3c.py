"""IIS logs in the W3C format."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import TimeBasis
from alpheus.parsers.w3c import W3CLog
from textlogs import format_of, rows_of

_FIELDS = (
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip"
    " cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\n"
)


def _line(
    stem: str = "/owa/", query: str = "-", user: str = "-", agent: str = "A/1", port: str = "443"
) -> str:
    start = f"2021-03-03 06:59:20 10.0.0.5 GET {stem} {query} {port} {user} 192.0.2.7"
    return f"{start} {agent} - 200 0 0 15\n"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("cs(User-Agent)", "#Mozilla/5.0+#"),
        ("cs(User-Agent)", "{jndi}"),
        ("cs(User-Agent)", 'Mozilla/"5.0"'),
        ("cs-uri-query", "a=*!*"),
        ("cs-uri-stem", "/~user/x.aspx"),
        ("cs-uri-stem", "/größe/日本.aspx"),
        ("cs-uri-stem", "/a]@x:444/owa"),
        ("cs-username", "DOM\\first+last"),
    ],
)
def test_odd_but_legal_lines_are_read(column: str, value: str) -> None:
    """What a client may choose to send never costs the row."""
    keys = {"cs(User-Agent)": "agent", "cs-uri-query": "query", "cs-uri-stem": "stem"}
    line = _line(**{keys.get(column, "user"): value})
    (row,) = rows_of((_FIELDS + line).encode())
    assert row.fields[column] == value
    assert not row.malformed
    assert row.time == datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)
    assert row.fields["sc-status"] == "200"


_WORD = st.text(
    st.characters(exclude_characters=" \r\n\0\ufeff", exclude_categories=("Cs", "Z", "Cc")),
    min_size=1,
    max_size=12,
).filter(lambda word: word != "-")


@settings(max_examples=150, deadline=None)
@given(st.permutations(["cs-uri-stem", "cs-uri-query", "cs(User-Agent)", "x-custom"]), st.data())
def test_rows_written_are_read_back(order: list[str], data: st.DataObject) -> None:
    """In any order of columns, every value comes back under its name."""
    values = {name: data.draw(_WORD) for name in order}
    content = f"#Fields: date time {' '.join(order)}\n2021-03-03 06:59:20 "
    content += " ".join(values.values()) + "\n"
    log = W3CLog("x.log")
    header, line, _ = content.split("\n")
    assert log.directive(header)
    row = log.row(line)
    assert row is not None
    assert {name: row.fields[name] for name in order} == values


def test_absent_values_are_absent() -> None:
    """`-` is how the format writes nothing."""
    (row,) = rows_of((_FIELDS + _line()).encode())
    assert "cs-uri-query" not in row.fields
    assert "cs-username" not in row.fields


def test_a_header_with_a_blank_and_repeated_blocks_are_understood() -> None:
    """`# Fields:` is a header; a restart writes the whole block again."""
    block = "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n"
    log = block + _FIELDS.replace("#F", "# F") + _line() + block + _FIELDS + _line()
    assert len(rows_of(log.encode())) == 2


def test_a_bare_header_line_is_a_header() -> None:
    """Names without `#Fields:` are taken as well."""
    log = _FIELDS.removeprefix("#Fields: ") + _line(stem="/x")
    (row,) = rows_of(log.encode())
    assert row.fields["cs-uri-stem"] == "/x"


def test_rows_without_a_date_take_that_of_the_header() -> None:
    """Past midnight the next day begins; a late row of the day before stays there."""
    log = (
        "#Date: 2021-03-03 23:59:00\n#Fields: time cs-method cs-uri-stem sc-status\n"
        "23:59:58 GET /a 200\n00:00:01 GET /b 200\n23:59:59 GET /c 200\n00:00:02 GET /d 200\n"
    )
    days = [row.time.day for row in rows_of(log.encode()) if row.time]
    assert days == [3, 4, 3, 4]


def test_without_any_date_the_file_name_helps() -> None:
    """`exYYMMDD.log` names the day; without it rows stay, but without a time."""
    log = b"#Fields: time cs-method cs-uri-stem sc-status\n06:59:20 GET /a 200\n"
    (row,) = rows_of(log, "W3SVC1/u_ex210303.log")
    assert row.time == datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)
    (row,) = rows_of(log, "copy.log")
    assert (row.time, row.basis) == (None, TimeBasis.UNKNOWN)


def test_a_row_with_a_date_only_counts_on_that_day() -> None:
    """The day is known, the time is not."""
    log = b"#Fields: date c-ip cs-uri-stem cs-bytes\n2003-11-18 192.0.2.7 /a\n"
    (row,) = rows_of(log)
    assert row.time == datetime(2003, 11, 18, tzinfo=UTC)


@pytest.mark.parametrize("line", ["", "x", "2021-03-03", "2021-13-03 06:59:20 GET", "#odd line"])
def test_what_has_no_time_is_no_row(line: str) -> None:
    """A line without the time its header promises is a loss, never an exception."""
    log = W3CLog("x.log")
    assert log.directive(_FIELDS.strip())
    assert log.row(line) is None
    assert not log.directive(line)


def test_the_host_is_the_computer_name() -> None:
    """`s-computername` names the server; the `Host` header does not."""
    log = b"#Fields: date time s-computername cs-method cs-uri-stem cs-host\n"
    (row,) = rows_of(log + b"2021-03-03 06:59:20 EX1 GET /a mail.example\n")
    assert row.host == "EX1"


def test_labels_come_from_path_then_site_then_port() -> None:
    """The folder is the best witness of the site."""
    log = "#Fields: date time s-sitename cs-method cs-uri-stem s-port\n"
    row = "2021-03-03 06:59:20 {} GET /a 444\n"
    assert rows_of((log + row.format("W3SVC7")).encode(), "W3SVC3/x.log")[0].label == "iis-site-3"
    assert rows_of((log + row.format("W3SVC7")).encode())[0].label == "iis-site-7"
    assert rows_of((log + row.format("name")).encode())[0].label == "iis-site-2"


@pytest.mark.parametrize(
    ("head", "path"),
    [
        (
            "#Fields: date time action protocol src-ip dst-ip src-port dst-port size",
            "pfirewall.log",
        ),
        (
            "#Fields: date time c-ip s-ip cs-version cs-method cs-uri s-siteid s-reason",
            "HTTPERR/httperr1.log",
        ),
        ("#Fields: date time c-ip cs-method cs-uri-stem sc-status x-session", "a.log"),
        (_FIELDS, "LogFiles/SMTPSVC1/ex210303.log"),
    ],
)
def test_other_logs_of_the_same_layout_are_not_iis(head: str, path: str) -> None:
    """They would count as coverage of the web server."""
    found = format_of(head.encode(), path)
    assert found is None or found.source != "iis"
