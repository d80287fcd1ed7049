"""Rows of tables."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.imports.model import Loss
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.rows import Rows, column_names, separator_of
from exposure.imports.import_samples import write

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12)


def table(folder: Path, content: str | bytes) -> list[list[str] | Loss]:
    """The rows below the header."""
    rows = Rows(Source(write(folder, "t", content)))
    rows.width = len(rows.first())
    return list(rows)


@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6), quoting=st.sampled_from([0, 1]))
def test_what_was_written_is_read(
    tmp_path: Path, rows: list[tuple[str, str, str]], quoting: int
) -> None:
    """Any cells, with quotes, separators and line ends in them."""
    stream = io.StringIO()
    csv.writer(stream, quoting=quoting, lineterminator="\n").writerows([("a", "b", "c"), *rows])
    assert table(tmp_path, stream.getvalue()) == [list(row) for row in rows]


@pytest.mark.parametrize(
    ("line", "separator"), [("a,b;c,d", ","), ("a;b;c", ";"), ("a\tb", "\t"), ('"a;b;c",d', ",")]
)
def test_the_separator_is_found(line: str, separator: str) -> None:
    """The most frequent one outside of quotes."""
    assert separator_of(line) == separator


def test_a_quote_that_nothing_closes_costs_its_line(tmp_path: Path) -> None:
    """The rows below it come."""
    content = 'a,b\n"open,1\n2,3\n"x","y"\n' + "4,5\n" * 300
    found = table(tmp_path, content)
    assert found[0] == Loss(2, "a quote that nothing closes")
    assert found[1:4] == [["2", "3"], ["x", "y"], ["4", "5"]]
    assert len(found) == 303


def test_a_row_of_another_width_is_a_loss(tmp_path: Path) -> None:
    """Empty cells at its end are not."""
    content = "a,b\n1\n1,2,,\n1,2,3\n"
    assert table(tmp_path, content) == [
        Loss(2, "not 2 cells, as the header has"), ["1", "2"],
        Loss(4, "not 2 cells, as the header has"),
    ]  # fmt: skip


def test_line_ends_and_bad_bytes(tmp_path: Path) -> None:
    """CR, CRLF and LF end a row; blank lines are none; bad bytes are written out."""
    content = b"a,b\r\n1,2\r3,4\r\n\r\n\xff,6"
    assert table(tmp_path, content) == [["1", "2"], ["3", "4"], ["\\xff", "6"]]


def test_a_long_row_is_a_loss(tmp_path: Path) -> None:
    """And has its number."""
    content = "a,b\n1,2\n" + "x" * 3_000_000 + "\n3,4\n"
    assert table(tmp_path, content) == [["1", "2"], Loss(3, "longer than 1 MB"), ["3", "4"]]


def test_names_of_columns_are_told_apart() -> None:
    """Lower case, underscores, each once, none empty."""
    assert column_names(["IP Address", "ip address", ""]) == [
        "ip_address", "ip_address_2", "column_3",
    ]  # fmt: skip


@given(data=st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    """Nothing raises; the good row at the end is read."""
    found = table(tmp_path, b"a,b\n" + data.replace(b'"', b"") + b"\nlast,row\n")
    assert found[-1] == ["last", "row"]


@given(data=st.binary(max_size=300))
def test_any_bytes_with_quotes(tmp_path: Path, data: bytes) -> None:
    """Nothing raises, and every row has the header's width."""
    found = table(tmp_path, b"a,b\n" + data)
    assert all(isinstance(row, Loss) or len(row) == 2 for row in found)


def test_open_quotes_cost_no_time(tmp_path: Path) -> None:
    """Also where every row has one."""
    content = "a,b\n" + '"x' + "y" * 100 + ",1\n"
    start = time.process_time()
    found = table(tmp_path, content + ('"' + "z" * 100 + ",1\n") * 5_000 + "3,4\n")
    assert time.process_time() - start < 10
    assert found[-1] == ["3", "4"]
