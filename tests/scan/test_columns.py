"""Rows are alike only if their key columns surely are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.base import KeyColumns
from alpheus.parsers.separated import split_commas
from alpheus.scan.clock import line_bounds
from alpheus.scan.columns import ColumnSpans, groups_of

_CELL = st.sampled_from(["", "a", "b", "HOST", "HOST2", '"q"', 'x"y', '"HOST,a"', "15"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(_CELL, min_size=1, max_size=6), min_size=1, max_size=40))
def test_groups_hold_equal_columns_and_every_line_once(rows: list[list[str]]) -> None:
    """A group's key is what the CSV parser reads in each of its lines; no line is lost."""
    text = [",".join(row) for row in rows]
    block = np.frombuffer("\n".join(text).encode() + b"\n", dtype=np.uint8)
    starts, ends = line_bounds(block)
    spans = ColumnSpans(block, starts, ends, KeyColumns(b",", (1, 3)))
    seen: list[int] = []
    for value, lines in groups_of(spans, np.arange(len(text))):
        seen += lines.tolist()
        for line in lines.tolist():
            if value is not None:
                values = split_commas(text[line])
                assert (values[1].encode(), values[3].encode()) == value
    assert sorted(seen) == list(range(len(text)))


def test_another_width_is_never_alike() -> None:
    """With a width given, rows of any other width are left to the parser."""
    block = np.frombuffer(b"a b c\na b\na b  c\na b c\n", dtype=np.uint8)
    spans = ColumnSpans(block, *line_bounds(block), KeyColumns(b" ", (1,), 3))
    assert spans.plain.tolist() == [True, False, False, True]


def test_many_different_keys_are_left_to_the_parser() -> None:
    """The number of groups is bounded: beyond it, rows are parsed one by one."""
    text = "".join(f"x,{number},y\n" for number in range(100)).encode()
    block = np.frombuffer(text, dtype=np.uint8)
    spans = ColumnSpans(block, *line_bounds(block), KeyColumns(b",", (1,)))
    groups = list(groups_of(spans, np.arange(100)))
    assert groups[-1][0] is None
    assert sum(lines.size for _, lines in groups) == 100


def test_a_common_key_is_that_of_every_line() -> None:
    """Only where it is the same; a few lines with quoted values are parsed."""
    rows = [b"a,x,1", b"b,x,2"] * 20 + [b'"c,d",x,3', b"e,y,4", b'"f,x,g",y,5', b'"h,x,",z,6']
    block = np.frombuffer(b"\n".join(rows) + b"\n", dtype=np.uint8)
    spans = ColumnSpans(block, *line_bounds(block), KeyColumns(b",", (1,)))
    assert spans.common(0, 40) == (b"x",)
    assert spans.common(0, 41) == (b"x",)
    assert spans.common(41, 42) == (b"y",)
    assert spans.common(0, 42) is None
    assert spans.common(40, 42) is None
    assert spans.common(42, 43) is None


def test_blanks_enclose_no_quoted_values() -> None:
    """Rows of another width are left to the parser even where they are few."""
    block = np.frombuffer(b"a x c\n" * 40 + b"a x\n", dtype=np.uint8)
    spans = ColumnSpans(block, *line_bounds(block), KeyColumns(b" ", (1,), 3))
    assert spans.common(0, 40) == (b"x",)
    assert spans.common(0, 41) is None
