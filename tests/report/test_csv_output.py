"""CSV for a spreadsheet: complete, and without a formula."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import Assessment
from alpheus.report import write_csv, write_servers_csv
from alpheus.report.csv_output import FINDING_COLUMNS, SERVER_COLUMNS, cell
from assessments import assessments, compromised, fleet, hostile


def _rows(one: Assessment, *, servers: bool = False) -> list[dict[str, str]]:
    stream = io.StringIO(newline="")
    (write_servers_csv if servers else write_csv)(one, stream)
    return list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    """Nor can it break its line."""
    shown = cell(text)
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not set("\r\n\t\0") & set(shown)


def test_a_formula_is_marked_as_text() -> None:
    """By an apostrophe, in every form of its first character."""
    for text in ("=1", "+1", "-1", "@A", " =1", "\t=1", "\r=1", "\uff1d1", "|calc"):
        assert cell(text).startswith("'")
    assert cell("a=1") == "a=1"


def test_one_row_per_citation() -> None:
    """With its place, hash and text; a total beside it."""
    rows = _rows(compromised())
    assert list(rows[0]) == list(FINDING_COLUMNS)
    shell = [row for row in rows if row["rule"] == "webshell-access"]
    assert len(shell) == 100
    assert shell[0]["line"] == "20413"
    assert shell[0]["citations_total"] == "342"
    assert shell[0]["time"] == "2021-03-03T07:02:11Z"
    assert len(shell[0]["sha256"]) == 64


def test_servers_come_in_order_with_a_column_per_cve() -> None:
    """Of all servers; empty where a server has no state for it."""
    rows = _rows(fleet(), servers=True)
    assert list(rows[0])[: len(SERVER_COLUMNS)] == list(SERVER_COLUMNS)
    assert [row["verdict"] for row in rows] == [
        "compromised", "suspicious", "attempted", "not-determinable", "no-evidence",
    ]  # fmt: skip
    assert rows[0]["CVE-2021-34473"] == "vulnerable"
    assert rows[1]["CVE-2021-34473"] == ""
    assert rows[0]["since"] == "2021-03-03T06:59:20.359Z"


def test_hostile_text_stays_in_its_cell() -> None:
    """Every row has exactly its columns."""
    for row in (*_rows(hostile()), *_rows(hostile(), servers=True)):
        assert None not in row
        assert None not in row.values()
        assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())


@settings(max_examples=15, deadline=None)
@given(assessments())
def test_a_finding_without_a_citation_has_one_row(one: Assessment) -> None:
    """No finding is missing."""
    expected = sum(max(len(f.citations), 1) for s in one.servers for f in s.findings)
    assert len(_rows(one)) == expected
    assert len(_rows(one, servers=True)) == len(one.servers)
