"""Lines with holes."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.lab.text import SLOTS, compiled, csv_row, slot

_FILLED = dict.fromkeys(SLOTS, "X")
_PLAIN = st.text(
    alphabet=st.characters(
        exclude_categories=("Cs",), exclude_characters="\ue000\ue001\r\n\x00\x85"
    )
)


@given(_PLAIN, _PLAIN)
def test_everything_but_holes_is_literal(before: str, after: str) -> None:
    """Percent signs and braces in a line survive being filled in."""
    assert compiled(before + slot("end") + after) % _FILLED == before + "X" + after


@given(st.lists(_PLAIN, min_size=2, max_size=5))
def test_csv_row_reads_back(values: list[str]) -> None:
    """A csv reader gives back what was written."""
    assert next(csv.reader([csv_row(values)])) == values


def test_unknown_hole() -> None:
    """A hole that nobody fills is a mistake of the writer."""
    with pytest.raises(ValueError, match="no slot"):
        slot("nobody")
