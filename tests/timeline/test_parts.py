"""Every line and record of a package is a row of its timeline, as it was found."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import Citation, Event, TimeBasis
from alpheus.parsers import recognise
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.encoding import decode_line
from alpheus.timeline import parts
from alpheus.timeline.writing import Workshop, write_timeline
from textlogs import MemoryFile
from timelines import events_of, of_events, rows_of, timeline

HEAD = (
    b"#Fields: date time cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent)"
    b" sc-status time-taken\r\n"
)
PROXY = (
    b"#Log-type: HttpProxy Logs\r\n#Fields: DateTime,MajorVersion,Method,UrlStem,AnchorMailbox,"
    b"ClientIpAddress,HttpStatus,ServerHostName,GenericInfo\r\n"
)
_value = st.one_of(
    st.sampled_from(
        [b"-", b"200", b"0200", b"2021-03-03", b"\x80\xff", "é".encode(), b"a\x1fb", b"a b"]
    ),
    st.binary(min_size=1, max_size=6).filter(lambda one: not {*one} & {10, 13, 0}),
)
_lines = st.lists(
    st.one_of(
        st.lists(_value, min_size=8, max_size=8).map(
            lambda values: b"2021-03-03 06:59:20 " + b" ".join(values)
        ),
        st.just(b"2021-03-03 06:59:21 GET /owa/ - - 198.51.100.7 Agent 200 5"),
        st.just(b"torn off \xe9"), st.just(b""), st.just(b"#Fields: date time c-ip Status"),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=15)
@given(_lines)
def test_lines_are_kept_exactly_and_none_is_missing(tmp_path: Path, lines: list[bytes]) -> None:
    """Rows + torn lines + directives + blank lines are all lines; a row says what its line says.

    Whatever bytes it has: text that was no UTF-8 is told by its encoding, and gives its bytes back.
    """
    content = HEAD + b"\r\n".join(lines) + b"\r\n"
    target = tmp_path / "t.parquet"
    written, (scan,) = timeline(target, {"W3SVC1/u_ex210303.log": content})
    assert written.rows + written.torn + scan.directives + scan.blank == scan.lines
    counted = (sum(one.rows for one in scan.tallies.values()),
               sum(one.skipped for one in scan.tallies.values()))  # fmt: skip
    assert (written.rows, written.torn) == counted
    log = recognise(content, "W3SVC1/u_ex210303.log").start(
        "", "W3SVC1/u_ex210303.log", ReadOptions()
    )
    wanted, found = {}, {}
    for number, raw in enumerate(content.split(b"\r\n"), start=1):
        text = decode_line(raw)
        if not text or log.directive(text):
            continue
        row = log.row(text)
        wanted[number] = dict(row.fields) if row else {parts.TORN_LINE: text}
    for event in events_of(target):
        found[event.citation.line] = dict(event.fields)
    assert found == wanted
    for number, encoding, torn in rows_of(target, "line, encoding, fields['Line']"):
        raw = content.split(b"\r\n")[number - 1]
        assert (encoding == parts.CP1252) == (not _is_utf8(raw))
        if torn is not None and encoding is None:
            assert torn.encode() == raw


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_columns_hold_what_logs_of_different_kinds_have_in_common(tmp_path: Path) -> None:
    """A client, an address and a status stand in the same columns, whichever log they are from.

    A time that repeats that of the row is not written twice, and is read back all the same.
    """
    iis = HEAD + b"2021-03-03 06:59:20 POST /ecp/y.js a=1 - 198.51.100.7 Agent/1 241 9\r\n"
    proxy = PROXY + (
        b'2021-03-03T06:59:20.123Z,15,POST,/ecp/y.js,"a]@b,c",198.51.100.7,241,EX01,info\r\n'
    )
    target = tmp_path / "t.parquet"
    timeline(target, {"W3SVC1/u_ex210303.log": iis, "HttpProxy/x.log": proxy})
    assert rows_of(target, "server, source, label, client, method, url, status, path, line",
                   "true ORDER BY time") == [
        ("EX01", "iis", "iis-site-1", "198.51.100.7", "POST", "/ecp/y.js", 241,
         "W3SVC1/u_ex210303.log", 2),
        ("EX01", "httpproxy", "httpproxy", "198.51.100.7", "POST", "/ecp/y.js", 241,
         "HttpProxy/x.log", 3),
    ]  # fmt: skip
    assert rows_of(target, "fields['date'], fields['DateTime'], target", "true ORDER BY time") == [
        ("", None, None), (None, "", "a]@b,c"),
    ]  # fmt: skip
    second, first = events_of(target)
    assert (first.fields["date"], first.fields["time"]) == ("2021-03-03", "06:59:20")
    assert second.fields["DateTime"] == "2021-03-03T06:59:20.123Z"
    assert second.time == datetime(2021, 3, 3, 6, 59, 20, 123_000, UTC)


def _event(fields: dict[str, str | tuple[str, ...]], host: str | None = "EX01") -> Event:
    when = datetime(2021, 3, 3, 7, tzinfo=UTC)
    return Event(
        "sysmon", when, TimeBasis.UTC, host, fields, Citation("package", "events.evtx", record_id=7)
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"EventID": "1", "CommandLine": "x\x1fy\0z", "Image": "\\a\\b.exe"},
        {"EventID": "01", "Data": ("", "one", "two"), "Data[2]": "its own", "X[1][1]": "so"},
        {"EventID": "1", "Value": "half \ud83d, whole \U0010f123", "\udc00": "name"},
        {"EventID": "1", "eventid": "2", "TimeStamp": "", "commandline": "y", "CommandLine": "x"},
        {"EventID": "1", "CommandLine": ("a", "b", "c"), "User": "x"},
        {},
    ],
)  # fmt: skip
def test_events_are_kept_exactly(tmp_path: Path, fields: dict[str, str | tuple[str, ...]]) -> None:
    """Several values, names that are alike, control and half characters: all come back."""
    of_events(tmp_path / "t.parquet", [_event(fields, "EX\ud800")])
    (found,) = events_of(tmp_path / "t.parquet")
    assert found == _event(fields, "EX\ud800")


def test_many_rows_take_no_more_memory_and_come_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are put aside a few at a time, and sorted by time when all are there."""
    monkeypatch.setattr(parts, "AT_ONCE_ROWS", 10)
    lines = [b"2021-03-03 06:%02d:20 GET /%d - - - - 200 1" % (59 - at, at) for at in range(35)]
    written, _ = timeline(
        tmp_path / "t.parquet", {"W3SVC1/u_ex210303.log": HEAD + b"\n".join(lines)}
    )
    assert written.rows == 35
    assert [url for (url,) in rows_of(tmp_path / "t.parquet", "url")] == [
        f"/{at}" for at in range(34, -1, -1)
    ]


def test_a_file_that_is_none_of_the_evidence_s_is_left_out(tmp_path: Path) -> None:
    """That is known when it was read: its rows were taken by then."""
    with Workshop(tmp_path / "t.parquet") as workshop:
        writer = parts.PartWriter(workshop.folder)
        rows = writer.begin(MemoryFile(b"", "own.evtx"))
        rows.event(_event({"EventID": "1"}))
        rows.end("sysmon", kept=False)
        written = write_timeline(workshop, [("E1", "p", writer.end())], lambda *_: "EX01")
    assert (written.rows, rows_of(tmp_path / "t.parquet")) == (0, [])
