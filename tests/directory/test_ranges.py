"""Ranges of addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.directory.ranges import RangeLookup, RangeTable
from alpheus.exposure.addresses import BITS, Range

VERSIONS = st.sampled_from([4, 6])


@st.composite
def spans(draw: st.DrawFn) -> list[Range]:
    """Ranges of one version near each other, at the ends of the space too."""
    version = draw(VERSIONS)
    top = (1 << BITS[version]) - 1
    base = draw(st.sampled_from([0, 1 << 31, 1 << 31 if version == 4 else 1 << 64, top - 40]))
    numbers = st.integers(base, min(top, base + 40))
    pairs = draw(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=12))
    return [Range(version, min(pair), max(pair)) for pair in pairs]


def _lookup(given_spans: list[Range]) -> RangeLookup:
    table = RangeTable(given_spans[0].version)
    for number, span in enumerate(given_spans):
        table.add(span, number)
    return RangeLookup(table.version, {**dict(table.columns()), "refs": table.refs})


@given(spans(), st.data())
def test_the_smallest_range_is_found(given_spans: list[Range], data: st.DataObject) -> None:
    """Of all that hold an address the smallest, of equal ones the first; else none."""
    lookup = _lookup(given_spans)
    low = min(span.first for span in given_spans)
    high = max(span.last for span in given_spans)
    top = (1 << BITS[given_spans[0].version]) - 1
    number = data.draw(st.integers(max(0, low - 3), min(top, high + 3)))
    holding = [(span.size, at) for at, span in enumerate(given_spans)
               if span.first <= number <= span.last]  # fmt: skip
    found = lookup.find(number)
    if not holding:
        assert found is None
    else:
        assert found is not None
        size, at = min(holding)
        assert found == (given_spans[at], at)
        assert found[0].size == size


@given(spans())
def test_a_range_around_another_holds_all_of_it(given_spans: list[Range]) -> None:
    """And is larger; where there is none, none is found."""
    lookup = _lookup(given_spans)
    for span in given_spans:
        around = [one for one in given_spans if one.first <= span.first and one.last >= span.last
                  and one.size > span.size]  # fmt: skip
        found = lookup.around(span)
        assert found is None or found[0] in around


def test_the_range_that_others_were_taken_from() -> None:
    """Also where its neighbours fill it nearly."""
    parent = Range(4, 0, 255)
    parts = [Range(4, at, at + 15) for at in range(0, 240, 16)]
    lookup = _lookup([parent, *parts])
    assert {lookup.around(part) for part in parts} == {(parent, 0)}
    assert lookup.around(parent) is None


@given(spans())
def test_every_range_comes_back(given_spans: list[Range]) -> None:
    """In the order in which they came."""
    assert [span for span, _ in _lookup(given_spans)] == given_spans


@pytest.mark.parametrize("version", [4, 6])
def test_an_empty_table(version: int) -> None:
    """It holds nothing."""
    table = RangeTable(version)
    lookup = RangeLookup(version, {**dict(table.columns()), "refs": table.refs})
    assert len(table) == 0
    assert lookup.find(0) is None
