"""One pass over a text log: nothing is lost, every line is accounted for."""

from __future__ import annotations

import random
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import TimeBasis
from alpheus.parsers.base import ReadOptions
from alpheus.scan.needles import Needles
from alpheus.scan.textlog import (
    BARE_CR,
    NOT_A_ROW,
    NUL_BYTES,
    TOO_LONG,
    Candidate,
    scan_text_log,
)
from textlogs import MemoryFile, assert_reconciled, format_of, generated, rows_of, scan

_FIELDS = (
    b"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip"
    b" cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken\r\n"
)
_PROXY = (
    b"#Software: Microsoft Exchange Server\n#Log-type: HttpProxy Logs\n"
    b"#Fields: DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,UrlStem,"
    b"AnchorMailbox,UserAgent,ServerHostName,HttpStatus\n"
)


def _iis(second: int, port: int = 443, stem: str = "/owa/") -> bytes:
    time = datetime(2021, 3, 3, tzinfo=UTC) + timedelta(seconds=second)
    return (
        f"{time:%Y-%m-%d %H:%M:%S} 10.0.0.5 GET {stem} - {port} - 192.0.2.7 Agent/1 200 0 0 15\r\n"
    ).encode()


def _proxy(second: int, host: str = "EX1", build: str = "15,1,2176,2", agent: str = "A") -> bytes:
    time = datetime(2021, 3, 3, tzinfo=UTC) + timedelta(seconds=second)
    return f"{time:%Y-%m-%dT%H:%M:%S}.123Z,id,{build},/ecp/y.js,Sid~S,{agent},{host},200\n".encode()


def test_rows_are_counted_per_site_and_hour() -> None:
    """Without a site in the path or the row, the port tells front end from back end."""
    log = _FIELDS + b"".join(_iis(at * 600, 444 if at % 3 == 0 else 443) for at in range(30))
    result, candidates = scan(log)
    front, back = result.tallies["iis-site-1", None], result.tallies["iis-site-2", None]
    assert (front.rows, back.rows) == (20, 10)
    assert sum(front.hours.values()) + sum(back.hours.values()) == 30
    assert back.first == datetime(2021, 3, 3, tzinfo=UTC)
    assert front.basis is TimeBasis.UTC
    assert len(candidates) == 30
    assert result.directives == 1


def test_hosts_and_builds_are_exact_however_they_are_mixed() -> None:
    """Rows of several hosts and builds, quoted rows among them, count as if parsed one by one."""
    random.seed(3)
    rows = [
        _proxy(
            at,
            random.choice(["EX1", "EX2"]),
            random.choice(["15,1,2176,2", "15,1,2176,9", ",,,"]),
            random.choice(["A", '"a,EX2,b"', '"x ""y"""']),
        )
        for at in range(400)
    ]
    log = _PROXY + b"".join(rows)
    result, _ = scan(log, needles=Needles(["nothing"]))
    parsed = rows_of(log)
    expected = Counter((row.label, row.host) for row in parsed)
    assert {key: tally.rows for key, tally in result.tallies.items()} == expected
    for witness in result.witnesses:
        times = [
            row.time
            for row in parsed
            if (row.build, row.host) == (witness.build, witness.host) and row.time
        ]
        assert (witness.first, witness.last) == (min(times), max(times))
    assert {(one.build, one.host) for one in result.witnesses} == {
        (row.build, row.host) for row in parsed if row.build
    }


def test_only_marked_lines_are_handed_over() -> None:
    """Candidates carry their line number, bytes, text and parsed row."""
    log = _FIELDS + _iis(1) + _iis(2, stem="/aspnet_client/x.aspx") + _iis(3)
    result, candidates = scan(log, needles=Needles(["/aspnet_client/"]))
    assert [one.line for one in candidates] == [3]
    assert candidates[0].raw == _iis(2, stem="/aspnet_client/x.aspx").rstrip()
    assert candidates[0].row is not None
    assert candidates[0].row.fields["cs-uri-stem"] == "/aspnet_client/x.aspx"
    assert result.tallies["iis-site-1", None].rows == 3


def test_a_line_that_does_not_parse_is_counted_and_still_searched() -> None:
    """The loss has its first place and count; the line is handed over raw."""
    log = _FIELDS + _iis(1) + b"torn row /owa/\n" + b"other\n" + _iis(2)
    result, candidates = scan(log, needles=Needles(["torn"]))
    (loss,) = result.skipped
    assert (loss.reason, loss.count, loss.offset) == (NOT_A_ROW, 2, len(_FIELDS + _iis(1)))
    assert result.tallies["iis-site-1", None].skipped == 2
    assert [(one.line, one.row) for one in candidates] == [(3, None)]


def test_nul_bytes_are_survived_and_reported() -> None:
    """A torn write leaves NULs before a header or a row: both are read, the damage is a loss."""
    log = _FIELDS + _iis(1) + b"\0" * 3000 + _FIELDS + b"\0" * 10 + _iis(2) + b"\0" * 50
    result, candidates = scan(log)
    assert result.tallies["iis-site-1", None].rows == 2
    assert result.tallies["iis-site-1", None].skipped == 1
    (loss,) = result.skipped
    assert (loss.reason, loss.count, loss.offset) == (NUL_BYTES, 3, len(_FIELDS + _iis(1)))
    assert [one.row is not None for one in candidates] == [True, True, False]


def test_columns_may_change_in_the_middle() -> None:
    """Rows are read under the latest header, also when the clock changes with it."""
    header = b"#Date: 2021-03-03 00:00:00\n#Fields: time cs-method cs-uri-stem sc-status\n"
    log = _FIELDS + _iis(1) + header + b"00:00:02 GET /b 404\n" + _FIELDS + _iis(3)
    result, candidates = scan(log)
    rows = [one.row for one in candidates if one.row is not None]
    assert [row.fields.get("cs-uri-stem") for row in rows] == ["/owa/", "/b", "/owa/"]
    assert [row.time.second for row in rows if row.time] == [1, 2, 3]
    assert result.skipped == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_make_no_difference(encoding: str) -> None:
    """The same log in any encoding gives the same rows."""
    log = (_FIELDS + _iis(1) + _iis(2, stem="/é.aspx")).decode()
    result, candidates = scan(log.encode(encoding), needles=Needles([r"\.aspx"]))
    assert result.tallies["iis-site-1", None].rows == 2
    assert [one.row.fields["cs-uri-stem"] for one in candidates if one.row] == ["/é.aspx"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_line_ends_make_no_difference(encoding: str) -> None:
    """CR alone ends lines as well, as in a file that went through an old Mac."""
    log = (_FIELDS + b"".join(_iis(at) for at in range(3_000))).decode()
    bare = log.replace("\r\n", "\n").replace("\n", "\r")
    result, candidates = scan(bare.encode(encoding))
    assert result.tallies["iis-site-1", None].rows == len(candidates) == 3_000
    assert (result.lines, result.skipped) == (3_001, [])


_MANY = [_FIELDS.rstrip(), *(_iis(at).rstrip() for at in range(3_000))]


@pytest.mark.parametrize("content", [
    b"\r".join(_MANY) + b"\n",
    b"\r".join(_MANY[:300]) + b"\n",
    b"#Software: x\n" + b"\r".join(_MANY),
    b"\r\n".join(_MANY[:2_000]) + b"\r\n" + b"\r".join(_MANY[2_000:]),
    b"\r".join(_MANY[:2_000]) + b"\r" + b"\r\n".join(_MANY[2_000:]),
    b"\n".join(_MANY[:9]) + b"\n#Date: 2021-03-03 00:00:00\r" + b"\n".join(_MANY[9:]),
    b"\r\r\n".join(_MANY),
], ids=["CR, LF at last", "few", "LF at first", "CR at last", "CR at first", "directive",
        "CR CR LF"])  # fmt: skip
def test_line_ends_may_change_within_a_log(content: bytes) -> None:
    """IIS writes no CR into a value: wherever one stands, a row begins, and none is lost."""
    result, candidates = scan(content)
    rows = content.count(b" GET ")
    assert result.tallies["iis-site-1", None].rows == rows
    assert sum(one.row is not None for one in candidates) == rows
    assert (result.blank, result.skipped) == (0, [])


def test_what_is_glued_to_a_line_that_is_too_long_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A CR ends that line, too."""
    content = _FIELDS + _iis(1, stem="/" + "x" * (17 << 20)).rstrip() + b"\r" + _iis(2)
    result, _ = scan(content, needles=Needles(["serverinfo~"]))
    assert result.tallies["iis-site-1", None].rows == 1
    assert [loss.reason for loss in result.skipped] == [TOO_LONG]


def test_rows_glued_behind_a_directive_are_a_loss() -> None:
    """Where values may hold a CR, one in a directive hides what follows: that is said."""
    glued = b"#Date: 2021-03-03T00:00:00.000Z\r" + _proxy(2)
    result, _ = scan(_PROXY + _proxy(1) + glued + _proxy(3))
    assert sum(tally.rows for tally in result.tallies.values()) == 2
    (loss,) = result.skipped
    assert (loss.reason, loss.count, loss.offset) == (BARE_CR, 1, len(_PROXY + _proxy(1)))


def test_rows_glued_behind_rows_are_a_loss() -> None:
    """A log that goes over to CR alone on the way says how many rows it lost."""
    whole = _PROXY + b"".join(map(_proxy, range(20)))
    glued = b"\r".join(_proxy(number).rstrip() for number in range(20, 30)) + b"\r\n"
    result, _ = scan(whole + glued + _proxy(30))
    (loss,) = result.skipped
    assert (loss.reason, loss.count, loss.offset) == (BARE_CR, 9, len(whole))


def test_a_loss_in_utf_16_names_its_line() -> None:
    """Bytes of the recoded stream are none of the file, so the place is a line number."""
    log = (_FIELDS + _iis(1)).decode() + "torn\n"
    result, _ = scan(log.encode("utf-16"))
    (loss,) = result.skipped
    assert loss.offset == 3
    assert "line number" in loss.reason


def test_bytes_that_are_no_text_do_not_lose_a_row() -> None:
    """A stray byte is decoded as cp1252, or shown as it is."""
    log = _FIELDS + _iis(1).replace(b"/owa/", b"/caf\xe9\x81") + _iis(2)
    result, candidates = scan(log)
    assert result.tallies["iis-site-1", None].rows == 2
    assert candidates[0].row is not None
    assert candidates[0].row.fields["cs-uri-stem"] == "/café\x81"


def test_a_huge_line_is_one_loss_and_searched_in_bounded_memory() -> None:
    """What is hidden at the end of a 200 MB line is found; rows around it are counted."""
    chunk = b"x" * (1 << 20)

    def content() -> Iterator[bytes]:
        yield _FIELDS + _iis(1)
        for _ in range(200):
            yield chunk
        yield b"ServerInfo~host" + b"\r\n" + _iis(2)

    stream = generated(content())
    candidates: list[Candidate] = []
    log_format = format_of(_FIELDS + _iis(1))
    assert log_format is not None
    needles = Needles(["ServerInfo~"])
    tracemalloc.start()
    result = scan_text_log(
        MemoryFile(stream),
        log_format,
        ReadOptions(),
        lambda _: needles,
        candidates.append,
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 << 20
    assert_reconciled(result)
    assert result.tallies["iis-site-1", None].rows == 2
    assert [(one.reason, one.count) for one in result.skipped] == [(TOO_LONG, 1)]
    assert {one.line for one in candidates} == {3}
    assert all(one.row is None and len(one.raw) <= 1 << 20 for one in candidates)


def test_a_row_of_many_megabytes_is_still_a_row() -> None:
    """A long but bounded line is parsed, by itself and in a line of separators."""
    for filler in ("y" * (5 << 20), ", " * (3 << 20)):
        log = _PROXY + _proxy(1) + _proxy(2, agent='"' + filler + '"') + _proxy(3)
        result, _ = scan(log)
        assert result.tallies["httpproxy", "EX1"].rows == 3


def test_a_stream_that_breaks_off_keeps_what_was_read() -> None:
    """Damage in the middle ends the reading with a loss, not with an exception."""
    chunks = iter([_FIELDS + b"".join(_iis(at) for at in range(2000))])
    log_format = format_of(_FIELDS)
    assert log_format is not None
    file = MemoryFile(generated(chunks, OSError("bad block")))
    result = scan_text_log(file, log_format, ReadOptions(), lambda _: Needles([]), lambda _: None)
    assert result.tallies["iis-site-1", None].rows == 2000
    assert "bad block" in result.skipped[0].reason


def test_a_stream_that_breaks_off_at_once_is_a_loss() -> None:
    """Rows before an error within the first bytes are counted as well."""
    log_format = format_of(_FIELDS)
    assert log_format is not None
    file = MemoryFile(generated(iter([_FIELDS + _iis(1)]), OSError("bad block")))
    result = scan_text_log(file, log_format, ReadOptions(), lambda _: Needles([]), lambda _: None)
    assert result.tallies["iis-site-1", None].rows == 1
    assert "bad block" in result.skipped[0].reason


def test_hosts_without_end_do_not_fill_memory() -> None:
    """Beyond a bound, hosts of one log are counted without a name."""
    log = _PROXY + b"".join(_proxy(at, f"H{at}") for at in range(5000))
    result, _ = scan(log, needles=Needles([]))
    assert len(result.tallies) <= 4097
    assert sum(tally.rows for tally in result.tallies.values()) == 5000


def test_every_row_of_a_small_log_is_a_candidate() -> None:
    """In logs whose rows mean nothing alone, no needle is needed."""
    log = (
        b"Microsoft Safety Scanner v1.333, (build 1.333.600.0)\n"
        b"Started On Mon Mar 15 10:00:00 2021\n\nThreat Detected: Backdoor:ASP/X, not removed.\n"
        b"    file://C:\\inetpub\\wwwroot\\x.aspx\n"
    )
    _, candidates = scan(log, needles=Needles([]))
    assert [dict(one.row.fields) for one in candidates if one.row] == [
        {"Threat": "Backdoor:ASP/X"},
        {"Threat": "Backdoor:ASP/X", "Path": "C:\\inetpub\\wwwroot\\x.aspx"},
    ]


_LOG_LINE = st.one_of(
    st.builds(_iis, st.integers(0, 90_000), st.sampled_from([80, 443, 444])),
    st.sampled_from(
        [_FIELDS, b"\n", b"\r\n", b"junk\n", b"#Date: 2021-03-03 00:00:00\n", b"\0\0\n",
         b"#Fields: time cs-method cs-uri-stem\n", b"00:00:07 GET /x\n", b"#odd\n",
         b"#Fields: date time s-computername cs-uri-stem cs-method\n",
         b"2021-03-03 06:59:20 WEB1 /a GET\n", b"2021-03-03 06:59:20 WEB2 /a GET extra\n"]
    ),
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(_LOG_LINE, max_size=40))
def test_counts_equal_those_of_parsing_every_line(lines: list[bytes]) -> None:
    """The clock and the grouping count exactly what the parser reads line by line."""
    log = _FIELDS + b"".join(lines)
    result, candidates = scan(log)
    parsed = rows_of(log.replace(b"\0", b""))
    assert {key: tally.rows for key, tally in result.tallies.items() if tally.rows} == Counter(
        (row.label, row.host) for row in parsed
    )
    assert [one.row for one in candidates if one.row is not None] == parsed
    hours: Counter[int] = Counter()
    for tally in result.tallies.values():
        hours.update(tally.hours)
    assert hours == Counter(int(row.time.timestamp()) // 3600 for row in parsed if row.time)


def test_lines_that_are_no_rows_count_where_most_rows_do() -> None:
    """Whatever the order in which rows of several hosts are counted."""
    rows = [_proxy(at, "EX1" if at % 3 else "EX2") for at in range(30)]
    result, _ = scan(_PROXY + b"".join(rows) + b"torn\n")
    assert result.tallies["httpproxy", "EX1"].skipped == 1
