"""The fast engine finds what a slow and obvious one finds: every line parsed, every rule tried."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma import RuleSet, needle_patterns
from alpheus.model import Citation, Event, TimeBasis
from alpheus.parsers.base import LineKind, ReadOptions, Row
from alpheus.scan import textlog
from alpheus.scan.blocks import BlockReader
from alpheus.scan.needles import EVERYBODY, Needle, Needles
from alpheus.scan.textlog import Candidate
from detect.sigma.building import WEBSERVER, rule
from detect.sigma.trees import cases, detections
from textlogs import MemoryFile, assert_reconciled, format_of, rows_of, scan

HEADER = (
    b"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip cs(User-Agent)"
    b" sc-status\n"
)
HOSTILE = st.sampled_from(
    [b"torn /ecp/y.js", b"", b"\0\0\0", b"\xff\xfe evil.corp \x80", b"#Date: 2021-03-03", b"\r",
     b"2021-03-03 06:59:20 10.0.0.5 GET /ecp/y.js#x y z w v u - 443 192.0.2.1 evil.corp 200 0 0 0",
     b"2021-03-03 06:59:20 a", b"#not a directive /owa/", b"2021-03-03 06:59:61 /ecp/y.js",
     b"2021-03-03 06:59:20 10.0.0.5 GET /%65cp/y.js q=%2565vil.corp 443 192.0.2.1 K9-z 200",
     b"2021-03-03 06:59:20 10.0.0.5 GET /ecp/y.js x\r+y 443 192.0.2.1 power+shell 200"]
)  # fmt: skip


def _written(fields: Mapping[str, str], second: int) -> bytes:
    values = {name: value.replace(" ", "+") or "-" for name, value in fields.items()}
    return (
        f"2021-03-03 06:59:{second:02d} 10.0.0.5 {values.get('cs-method', 'GET')}"
        f" {values.get('cs-uri-stem', '-')} {values.get('cs-uri-query', '-')} 443 192.0.2.7"
        f" {values.get('cs(User-Agent)', '-')} {values.get('sc-status', '200')}"
    ).encode()


def _event(row: Row, text: str) -> Event:
    citation = Citation("e1", "log.log", text=text)
    return Event("iis", row.time, row.basis, row.host, row.fields, citation)


def _judged(rules: RuleSet, candidates: list[Candidate]) -> Counter[tuple[int, str]]:
    """Matches of rows by the rules that their marks name, and raw matches of all other lines."""
    found: Counter[tuple[int, str]] = Counter()
    for one in candidates:
        marked = [rule for at, rule in enumerate(rules.rules) if one.marks >> at & 1]
        if one.row is not None:
            matches = rules.match(_event(one.row, one.text), marked)
        else:
            matches = [rule for rule in rules.match_raw("iis", one.text) if rule in marked]
        found.update((one.line, match.id) for match in matches)
    return found


OTHER_HEADER = b"#Fields: date time s-ip cs-uri-stem cs-method cs-uri-query s-port c-ip sc-status\n"


def _swapped(lines: list[bytes]) -> list[bytes]:
    """Rows with the URL before the method, as no IIS writes them."""
    rows = [line.split(b" ") for line in lines if line.count(b" ") > 8]
    return [b" ".join([*row[:3], row[4], row[3], *row[5:]]) for row in rows]


CASES = st.one_of(cases(), cases(), st.tuples(detections(), st.just({})))
Case = tuple[dict[str, Any], Mapping[str, str]]


@settings(max_examples=40, deadline=None)
@given(st.lists(CASES, min_size=1, max_size=3), st.lists(HOSTILE, max_size=6), st.randoms())
def test_the_fast_engine_equals_the_slow_one(
    made: list[Case], hostile: list[bytes], order: random.Random
) -> None:
    """Random rules on random and hostile lines: same matches on the same lines, same counts."""
    compiled = [rule(one, WEBSERVER, name=f"r{at}") for at, (one, _) in enumerate(made)]
    rules = RuleSet(tuple(compiled))
    lines = [_written(fields, at) for at, (_, fields) in enumerate(made)] + hostile
    lines += [lines[0].replace(b" ", b"  "), OTHER_HEADER.strip(), *_swapped(lines)]
    order.shuffle(lines)
    content = HEADER + b"\n".join(lines) + b"\n"
    bits = {one.id: 1 << at for at, one in enumerate(compiled)}

    def needles(kind: LineKind) -> Needles:
        plan = needle_patterns(rules, "iis", kind)
        always = [Needle(".", bits[one]) for one in plan.always]
        return Needles([*plan.needles(bits), *always])

    fast, found = scan(content, needles=needles)
    slow, everything = scan(content, needles=lambda _: Needles([Needle(".", EVERYBODY)]))
    assert _judged(rules, found) == _judged(rules, everything)
    assert fast.tallies == slow.tallies
    assert (fast.lines, fast.blank, fast.directives) == (slow.lines, slow.blank, slow.directives)
    assert sum(tally.rows for tally in fast.tallies.values()) == len(rows_of(content))


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_a_match_across_any_block_edge_is_found(
    monkeypatch: pytest.MonkeyPatch, ending: bytes
) -> None:
    """Wherever blocks are cut, the line is found once, under its number, and all lines count."""
    row = b"2021-03-03 06:59:20 10.0.0.5 GET /owa/ - 443 192.0.2.7 Agent 200" + ending
    hit = row.replace(b"/owa/", b"/ecp/ServerInfo~x")
    content = HEADER + row * 3 + hit + row * 3
    log_format = format_of(content)
    assert log_format is not None
    search = Needles(["serverinfo~"])
    for size in range(len(hit) + 1, 4 * len(row)):
        monkeypatch.setattr(
            textlog, "BlockReader",
            lambda stream, size=size, head=b"", **more: BlockReader(
                _Joined(head, stream), size, **more
            ),
        )  # fmt: skip
        candidates: list[Candidate] = []
        result = textlog.scan_text_log(
            MemoryFile(content), log_format, ReadOptions(), lambda _: search,
            candidates.append,
        )  # fmt: skip
        assert_reconciled(result)
        assert [one.line for one in candidates] == [5]
        assert result.tallies["iis-site-1", None].rows == 7
        assert result.tallies["iis-site-1", None].basis is TimeBasis.UTC
        assert result.tallies["iis-site-1", None].first == datetime(
            2021, 3, 3, 6, 59, 20, tzinfo=UTC
        )


NEEDLES = Needles(["serverinfo~"])


class _Joined:
    """What was read ahead, then the stream."""

    def __init__(self, head: bytes, stream: Any) -> None:
        self._rest = head + stream.read()

    def readinto(self, view: memoryview) -> int:
        part, self._rest = self._rest[: len(view)], self._rest[len(view) :]
        view[: len(part)] = part
        return len(part)
