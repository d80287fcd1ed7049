"""Rows are counted under what they say of themselves, read once for those that say the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alpheus.model import TimeBasis
from alpheus.parsers.base import ReadOptions, Row
from alpheus.scan import counts as counts_module
from alpheus.scan.blocks import Block
from alpheus.scan.clock import DayOfRows
from alpheus.scan.counts import Counts
from alpheus.scan.lines import Lines
from textlogs import format_of

HEAD = b"#Fields: date time s-computername cs-method cs-uri-stem sc-status\n"
ROWS = b"".join(b"2021-03-03 0%d:00:00 EX%d GET / 200\n" % (at, at % 2) for at in range(4))
DAY = 18_689


def _log():
    found = format_of(HEAD)
    assert found is not None
    log = found.start(HEAD.decode(), "W3SVC1/u_ex.log", ReadOptions())
    log.directive(HEAD.decode().strip())
    return log


def _run(counts: Counts, at: int, host: bytes) -> None:
    lines = Lines(Block(bytearray(ROWS), 0, len(ROWS), 0, 1))
    time = DAY * 86_400_000 + at * 3_600_000
    counts.run(lines, at, (host,), DayOfRows({DAY * 24 + at: 1}, 1, time, time))


def test_rows_count_under_the_host_they_name() -> None:
    """Label and host are those of a row with the same key columns."""
    counts = Counts(_log())
    for at in range(4):
        _run(counts, at, b"EX%d" % (at % 2))
    found = {key: tally.rows for key, tally in counts.tallies.items()}
    assert found == {("iis-site-1", "EX0"): 2, ("iis-site-1", "EX1"): 2}
    assert counts.tallies["iis-site-1", "EX1"].first == datetime(2021, 3, 3, 1, tzinfo=UTC)


def test_what_was_read_is_forgotten_with_a_directive() -> None:
    """The same bytes may mean another host under other columns."""
    counts = Counts(_log())
    _run(counts, 0, b"x")
    _run(counts, 1, b"x")
    assert [key[1] for key in counts.tallies] == ["EX0"]
    counts.forget()
    _run(counts, 1, b"x")
    assert [key[1] for key in counts.tallies] == ["EX0", "EX1"]


def test_builds_are_witnessed_from_the_first_row_to_the_last() -> None:
    """A row that names its build says when that build ran."""
    counts = Counts(_log())
    start = datetime(2021, 3, 3, tzinfo=UTC)
    for hour in (5, 2, 9):
        time = start + timedelta(hours=hour)
        counts.one(Row(time, TimeBasis.UTC, "EX1", {}, "iis-site-1", "15.1.2176.2"))
    (seen,) = counts.witnesses.result()
    assert (seen.first, seen.last) == (start + timedelta(hours=2), start + timedelta(hours=9))


def test_hosts_without_end_count_without_a_name(monkeypatch) -> None:
    """Memory does not grow with what an attacker writes."""
    monkeypatch.setattr(counts_module, "_MOST_TALLIES", 3)
    counts = Counts(_log())
    for number in range(10):
        counts.one(Row(None, TimeBasis.UNKNOWN, f"EX{number}", {}, "iis-site-1"))
    assert sum(tally.rows for tally in counts.tallies.values()) == 10
    assert len(counts.tallies) == 4
